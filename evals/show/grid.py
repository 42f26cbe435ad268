"""Tables of texts in a terminal: cut between columns into as many as its width asks for, and sentences below; needs no frame."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from evals import safe
from evals.lens.draw import Drawn

GAP = 3
"""Empty columns between two columns of a table: the padding of the left one, and the one where others have a line."""

WIDEST = 28
"""The most that a column which names the row may take; longer names are folded."""

Columns = Mapping[str, Sequence[object]]
"""Head -> cells: texts, or what the token lens has drawn."""


def console(width: int, *, colour: bool) -> Console:
    """What is written on, of so many columns; `written` is what was."""
    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
    )


def written(console: Console) -> str:
    """What was written, without blanks at the ends of lines."""
    assert isinstance(console.file, io.StringIO)  # noqa: S101  of `console`
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())


def plain(text: str, console: Console) -> None:
    """A line."""
    console.print(Text(safe.line(text)))


def title(text: str, console: Console) -> None:
    """A title of several tables."""
    console.print()
    console.print(Text(safe.line(text), style="bold"))


def table(columns: Columns, keys: int, console: Console, *, name: str = "", folded: bool = False) -> None:
    """A table.

    Args:
        keys: how many leading columns name the row.
        name: what it shows.
        folded: where there is not room for all columns side by side, the rest is named and not shown.
    """
    if name:
        console.print()
        console.print(Text(safe.line(name)))
    grids = _grids(columns, keys, console.width, colour=console.color_system is not None)
    for place, (grid, names) in enumerate(grids):
        if place and folded:
            left = [name for _, more in grids for name in more]
            console.print(Text(safe.line(f"further columns: {', '.join([*names, *left])}")))
            return
        if place:
            console.print()
        console.print(grid)


def lines(sentences: Iterable[str], console: Console) -> None:
    """Sentences behind a dash, their later lines indented."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    for sentence in sentences:
        grid.add_row("-", Text(safe.line(sentence)))
    console.print(grid)


def _grids(columns: Columns, keys: int, width: int, *, colour: bool) -> Iterator[tuple[Grid, list[str]]]:
    """The table, cut between columns into as many as the width asks for; each begins with the names of the rows.

    Returns: each with the names of its own columns.
    """
    heads = [safe.line(name) for name in columns]
    cells = [[_cell(cell, colour=colour) for cell in columns[name]] for name in columns]
    widths = [max(cell_len(head), *map(_width, column)) for head, column in zip(heads, cells, strict=True)]
    widths[:keys] = [min(WIDEST, wide) for wide in widths[:keys]]
    for block in _blocks(widths, keys, width):
        grid = Grid(
            box=SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold"
        )
        for place in block:
            grid.add_column(Text(heads[place]), max_width=min(widths[place], width), overflow="fold")
        for row in zip(*(cells[place] for place in block), strict=True):
            grid.add_row(*row)
        yield grid, [heads[place] for place in block[keys:]]


def _cell(cell: object, *, colour: bool) -> Text:
    if not isinstance(cell, Drawn):
        return Text(safe.line(cell))
    from evals.lens import terminal

    return terminal.text(cell, colour=colour)


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
