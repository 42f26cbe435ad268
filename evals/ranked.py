"""A board as people read it: in a terminal without waiting for pandas, or as a document for everything else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.arena import words
from evals.arena.standings import Board, Component, Standing

if TYPE_CHECKING:
    from evals.document import Document, Section

Texts = dict[str, list[str]]


def table(boards: Sequence[Board], width: int = 80, *, colour: bool = False) -> str:
    """Boards as text for a terminal, of at most `width` columns."""
    from evals.show import grid

    console = grid.console(width, colour=colour)
    for fact in about(boards):
        console.print(fact, markup=False)
    for board in boards:
        grid.title(_title(board), console)
        for number, component in enumerate(board.components, 1):
            grid.table(standings(component), 2, console, name=_pool(board, number))
        grid.lines(board.notes, console)
    return grid.written(console)


def document(boards: Sequence[Board], *, pairs: bool = True) -> "Document":
    """Boards as a document: a section each, and one of who beats whom, where `pairs` are asked for."""
    import pandas as pd

    from evals.arena.pictures import ratings
    from evals.document import Document, Section
    from evals.view import Table, View

    drawn = ratings(boards)
    sections = []
    for board in boards:
        tables = tuple(
            Table(_pool(board, number), pd.DataFrame(standings(component)), 2)
            for number, component in enumerate(board.components, 1)
        )
        view = View(tables, lines=board.notes, pictures=drawn if board is boards[0] else ())
        sections.append(Section(board.name, _title(board), board.frame(), view))
    if pairs:
        sections.append(_pairs(boards[0]))
    return Document(tuple(about(boards)), {}, tuple(sections), pd.DataFrame(), title="evals board")


def _pairs(board: Board) -> "Section":
    """Who beats whom, and where that is not what the ratings foretell."""
    import pandas as pd

    from evals.arena.pictures import matrices
    from evals.document import Section
    from evals.view import View

    found = [pair for component in board.components for pair in component.pairs()]
    view = View(lines=tuple(words.misfits(found)), pictures=matrices(board))
    return Section("pairs", "Who beats whom", pd.DataFrame(found), view)


def about(boards: Sequence[Board]) -> list[str]:
    """What the boards rest on."""
    first = boards[0]
    return [f"{first.battles:,} battles of {len(first.standings):,} models"]


def _title(board: Board) -> str:
    return "Board" if board.name == "overall" else f"Board of {board.name}"


def _pool(board: Board, number: int) -> str:
    return f"group {number}" if len(board.components) > 1 else ""


def standings(component: Component) -> Texts:
    """The table of a component: head -> cells."""
    rows = component.standings
    bad = any(each.both_bad for each in rows)
    return {
        "rank": [_rank(each) for each in rows],
        "model": [each.model for each in rows],
        "rating": [f"{each.rating:.0f}" for each in rows],
        "95 % CI": [f"{each.low:.0f}–{each.high:.0f}" for each in rows],
        "battles": [f"{each.battles:,}" for each in rows],
        "wins on average": [f"{each.win_rate:.1%}" for each in rows],
        **({"acceptable": [f"{each.acceptable:.1%}" for each in rows]} if bad else {}),
    }


def _rank(each: Standing) -> str:
    return str(each.rank_low) if each.rank_low == each.rank_high else f"{each.rank_low}–{each.rank_high}"
