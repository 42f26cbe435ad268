"""A document in a terminal: tables that fit its width, then sentences; plain text where there is no colour."""

import io
from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from evals import safe
from evals.document import Document, Section
from evals.lens import terminal
from evals.lens.draw import Drawn
from evals.show.exchanges import exchanges
from evals.view import Table

GAP = 2
"""Empty columns between two columns of a table."""

WIDEST = 28
"""The most that a column which names the row may take; longer names are folded."""


def table(document: Document, width: int = 80, *, colour: bool = False) -> str:
    """A document as text of at most `width` columns; control characters never pass.

    Args: colour: with the codes for bold and italic; without, plain text.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
    )
    for fact in document.about:
        console.print(Text(safe.line(fact)))
    for models, notice in document.banners.items():
        console.print(Text(safe.line(f"{models}: {notice}"), style="italic"))
    for section in document.sections:
        if section.view.tables or section.view.exchanges or section.view.said:
            _section(section, console)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _section(section: Section, console: Console) -> None:
    console.print()
    console.print(Text(safe.line(section.title), style="bold"))
    for each in section.view.tables:
        if each.title:
            console.print()
            console.print(Text(safe.line(each.title)))
        _table(each, console)
    exchanges(section.view.exchanges, console)
    if section.view.said:
        _lines(section.view.said, console)


def _table(each: Table, console: Console) -> None:
    grids = _grids(each, console.width, colour=console.color_system is not None)
    for place, (grid, names) in enumerate(grids):
        if place and each.folded:
            left = [name for _, more in grids for name in more]
            console.print(Text(safe.line(f"further columns: {', '.join([*names, *left])}")))
            return
        if place:
            console.print()
        console.print(grid)


def _lines(lines: tuple[str, ...], console: Console) -> None:
    """Sentences behind a dash, their later lines indented."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    for sentence in lines:
        grid.add_row("-", Text(safe.line(sentence)))
    console.print(grid)


def _grids(each: Table, width: int, *, colour: bool) -> Iterator[tuple[Grid, list[str]]]:
    """The table, cut between columns into as many as the width asks for; each begins with the names of the rows.

    Returns: each with the names of its own columns.
    """
    heads = [safe.line(name) for name in each.rows]
    cells = [[_cell(cell, colour=colour) for cell in each.rows[name]] for name in each.rows]
    widths = [max(cell_len(head), *map(_width, column)) for head, column in zip(heads, cells, strict=True)]
    widths[: each.keys] = [min(WIDEST, wide) for wide in widths[: each.keys]]
    for block in _blocks(widths, each.keys, width - 2):
        grid = Grid(
            box=SIMPLE_HEAD, padding=(0, GAP, 0, 0), pad_edge=False, show_edge=False, header_style="bold"
        )
        for place in block:
            grid.add_column(Text(heads[place]), max_width=min(widths[place], width), overflow="fold")
        for row in zip(*(cells[place] for place in block), strict=True):
            grid.add_row(*row)
        yield grid, [heads[place] for place in block[each.keys :]]


def _cell(cell: object, *, colour: bool) -> Text:
    return terminal.text(cell, colour=colour) if isinstance(cell, Drawn) else Text(safe.line(cell))


def _width(cell: Text) -> int:
    return cell_len(cell.plain)


def _blocks(widths: list[int], keys: int, room: int) -> Iterator[list[int]]:
    """Which columns stand side by side: the keys, and as many others as there is room for."""
    names = list(range(keys))
    block, used = list(names), sum(widths[:keys]) + GAP * keys
    start = used
    for place in range(keys, len(widths)):
        if len(block) > keys and used + widths[place] > room:
            yield block
            block, used = list(names), start
        block.append(place)
        used += widths[place] + GAP
    yield block
