"""A document in a terminal: tables that fit its width, then sentences; plain text where there is no colour."""

from rich.console import Console
from rich.text import Text

from evals import safe
from evals.document import Document, Section
from evals.show import grid
from evals.show.exchanges import exchanges


def table(document: Document, width: int = 80, *, colour: bool = False) -> str:
    """A document as text of at most `width` columns; control characters never pass.

    Args: colour: with the codes for bold and italic; without, plain text.
    """
    console = grid.console(width, colour=colour)
    for fact in document.about:
        console.print(Text(safe.line(fact)))
    for models, notice in document.banners.items():
        console.print(Text(safe.line(f"{models}: {notice}"), style="italic"))
    for section in document.sections:
        if section.view.tables or section.view.exchanges or section.view.said:
            _section(section, console)
    return grid.written(console)


def _section(section: Section, console: Console) -> None:
    grid.title(section.title, console)
    for each in section.view.tables:
        columns = {str(name): list(each.rows[name]) for name in each.rows}
        grid.table(columns, each.keys, console, name=each.title, folded=each.folded)
    exchanges(section.view.exchanges, console)
    if section.view.said:
        grid.lines(section.view.said, console)
