"""Showing: a document as text, one file a format."""

from typing import TYPE_CHECKING, Literal, assert_never

if TYPE_CHECKING:  # a table needs no frame (see grid), and then nobody waits for pandas
    from evals.document import Document

Format = Literal["table", "md", "csv", "json", "html", "junit"]


def render(
    document: "Document", form: Format, *, width: int = 80, colour: bool = False, limit: int | None = None
) -> str:
    """A document as text in one of the formats.

    Args:
        width, colour: of the terminal, for the format "table".
        limit: the most bytes, for the format "md": tables are cut until it fits.
    """
    from evals.show import junit, markdown, page, records, terminal

    match form:
        case "table":
            return terminal.table(document, width, colour=colour)
        case "md":
            return markdown.md(document, limit)
        case "csv":
            return records.csv(document)
        case "json":
            return records.json(document)
        case "html":
            return page.html(document)
        case "junit":
            return junit.document(document)
        case _:
            assert_never(form)
