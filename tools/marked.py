"""Tables of Markdown, and pages that hold what a tool writes between two marks."""

from collections.abc import Iterable, Sequence


def between(text: str, name: str, content: str) -> str:
    """The page with this content between the marks `<!-- name -->` and `<!-- /name -->`."""
    before, begin, rest = text.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->\n")
    return f"{before}{begin}{content}{end}{after}"


def table(head: Sequence[str], rows: Iterable[str]) -> str:
    """A table of rows that are made already."""
    return "".join([row(*head), row(*("---",) * len(head)), *rows])


def row(*cells: object) -> str:
    """A row of a table."""
    return f"| {' | '.join(map(str, cells))} |\n"


def per_cent(share: float, digits: int = 1) -> str:
    """A share as a number of per cent, whose sign stands in the head of its column."""
    return f"{100 * share:.{digits}f}"
