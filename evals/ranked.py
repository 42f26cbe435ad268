"""A board as people read it: in a terminal without waiting for pandas, or as a document for everything else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.arena import words
from evals.arena.standings import Board, Component, Standing

if TYPE_CHECKING:
    from evals.charts import Picture
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


def document(boards: Sequence[Board], judged: Sequence[Board] = (), *, pairs: bool = False) -> "Document":
    """Boards as a document: a section each.

    Args:
        judged: the board from which the looks of answers are not taken out, where the first is one from which they are.
        pairs: whether there is a section of who beats whom.
    """
    import pandas as pd

    from evals.arena.pictures import ratings
    from evals.document import Document

    drawn = ratings([boards[0], *judged, *boards[1:]])
    sections = [_section(board, drawn if board is boards[0] else ()) for board in boards]
    sections[1:1] = [_section(board, (), "Board as judged, looks included", "judged") for board in judged]
    if pairs:
        sections.append(_pairs(judged[0] if judged else boards[0]))
    return Document(tuple(about(boards)), {}, tuple(sections), pd.DataFrame(), title="evals board")


def _section(board: Board, drawn: "Sequence[Picture]", title: str = "", name: str = "") -> "Section":
    """A board as a section. Args: title, name: the board's own where empty."""
    import pandas as pd

    from evals.document import Section
    from evals.view import Table, View

    tables = tuple(
        Table(_pool(board, number), pd.DataFrame(standings(component)), 2)
        for number, component in enumerate(board.components, 1)
    )
    view = View(tables, lines=board.notes, pictures=tuple(drawn))
    return Section(name or board.name, title or _title(board), board.frame(), view)


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
