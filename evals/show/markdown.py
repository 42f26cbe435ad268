"""A document as Markdown, for a comment or a job summary: pipe tables and lists, every text escaped."""

from collections.abc import Iterator

from evals import safe
from evals.document import Document, Section
from evals.view import Table


def md(document: Document) -> str:
    """A document as Markdown; what models and hosts said is shown as it is and never becomes markup.

    Pictures are shown where they lie as files.
    """
    return "\n".join(_document(document)) + "\n"


def _document(document: Document) -> Iterator[str]:
    for fact in document.about:
        yield f"{safe.markdown(fact)}  "
    for models, notice in document.banners.items():
        yield ""
        yield f"> {safe.markdown(models)}: {safe.markdown(notice)}"
    for section in document.sections:
        if section.view.tables or section.view.said:
            yield from _section(section, document.drawn)


def _section(section: Section, drawn: str) -> Iterator[str]:
    yield from ("", f"## {safe.markdown(section.title)}")
    for picture in section.view.pictures if drawn else ():
        yield from ("", f"![{safe.markdown(picture.alt)}](<{drawn}/{picture.name}.svg>)")
    for table in section.view.tables:
        yield from _table(table)
    if section.view.said:
        yield ""
    for sentence in section.view.said:
        yield f"- {safe.markdown(sentence)}"


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield from ("", f"### {safe.markdown(table.title)}")
    yield ""
    yield _row([safe.markdown(name) for name in table.rows])
    yield _row(["---"] * len(table.rows.columns))
    for row in table.rows.itertuples(index=False, name=None):
        yield _row([safe.markdown(cell) for cell in row])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
