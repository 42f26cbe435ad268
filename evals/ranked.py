"""A board as people read it: in a terminal without waiting for pandas, or as a document for everything else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from evals.arena import words
from evals.arena.detail import Detail
from evals.arena.standings import Board, Component, Standing
from evals.words import items, share

if TYPE_CHECKING:
    from evals.document import Document

Texts = dict[str, list[str]]

SIDE = 12
"""The most models of a matrix that are shown, the best first; data have all."""

SHOWN = 20
"""The most judges that are shown, the most suspect first; data have all."""


@dataclass(frozen=True)
class Part:
    """A section: tables of texts, each with its title, sentences, and the rows as data."""

    name: str
    title: str
    tables: tuple[tuple[str, Texts], ...]
    lines: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]


def table(
    boards: Sequence[Board], more: Detail | None = None, width: int = 80, *, colour: bool = False
) -> str:
    """Boards as text for a terminal, of at most `width` columns."""
    from evals.show import grid

    console = grid.console(width, colour=colour)
    grid.plain(about(boards), console)
    for part in parts(boards, more):
        grid.title(part.title, console)
        for name, columns in part.tables:
            grid.table(columns, 2 if part.name == "board" else 1, console, name=name)
        grid.lines(part.lines, console)
    return grid.written(console)


def document(
    boards: Sequence[Board], more: Detail | None = None, judged: Sequence[Board] = (), *, paged: bool = False
) -> "Document":
    """Boards as a document: a section each, then those of the detail.

    Args:
        judged: the board with the looks of answers, where they are taken out of the first.
        paged: whether there is room for who did how against whom, and for the board with the looks, without being asked for.
    """
    import pandas as pd

    from evals.arena.pictures import matrices, ratings
    from evals.document import Document, Section
    from evals.view import Table, View

    drawn = {
        "board": ratings([boards[0], *judged, *boards[1:]]),
        "matrix": matrices(judged[0] if judged else boards[0]),
    }
    found = parts(boards, more, judged, paged=paged)
    sections = [
        Section(
            part.name,
            part.title,
            pd.DataFrame(list(part.rows)),
            View(
                tuple(
                    Table(name, pd.DataFrame(columns), 2 if "rank" in columns else 1)
                    for name, columns in part.tables
                ),
                lines=part.lines,
                pictures=drawn.get(part.name, ()),
            ),
        )
        for part in found
    ]
    return Document((about(boards),), {}, tuple(sections), pd.DataFrame(), title="evals board")


def about(boards: Sequence[Board]) -> str:
    """What the boards rest on."""
    return f"{items(boards[0].battles, 'battle')} of {items(len(boards[0].standings), 'model')}"


def parts(
    boards: Sequence[Board], more: Detail | None, judged: Sequence[Board] = (), *, paged: bool = False
) -> Iterator[Part]:
    """The sections. Args: as of `document`."""
    first, *categories = boards
    yield _board(first, "board", "Board")
    for board in judged if paged else ():
        yield _board(board, "judged", "Board as judged, looks included")
    for board in categories:
        yield _board(board, f"board {board.name}", f"Board of {board.name}")
    if paged or more is not None:
        yield _matrices(judged[0] if judged else first)
    if more is not None:
        yield _behind(more)
        if more.voters:
            yield _voters(more)


def _board(board: Board, name: str, title: str) -> Part:
    tables = tuple(
        (f"Group {number}" if len(board.components) > 1 else "", standings(component))
        for number, component in enumerate(board.components, 1)
    )
    return Part(name, title, tables, board.notes, board.rows())


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
        "wins": [share(each.win_rate) for each in rows],
        **({"both bad": [share(1 - each.acceptable) for each in rows]} if bad else {}),
    }


def _rank(each: Standing) -> str:
    return str(each.rank_low) if each.rank_low == each.rank_high else f"{each.rank_low}–{each.rank_high}"


def _matrices(board: Board) -> Part:
    """What each got of each, a component a table."""
    tables = tuple(("", _matrix(component)) for component in board.components)
    said = (
        *words.misfits(board.components),
        "A row's share of the points against the column's model, what the ratings foretell, and the battles.",
        "! more than 3 standard errors apart: the ratings do not fit these two.",
    )
    return Part(
        "matrix", "Who against whom", tables, said, [row for each in board.components for row in _pairs(each)]
    )


def _matrix(component: Component) -> Texts:
    names = component.models[:SIDE]
    columns = {name: [_cell(component, i, j) for i in range(len(names))] for j, name in enumerate(names)}
    return {"": list(names), **columns}


def _cell(component: Component, i: int, j: int) -> str:
    found = component.matrix
    if i == j:
        return ""
    if not found.battles[i, j]:
        return f"– ({found.predicted[i, j]:.0%})"
    mark = "!" if abs(found.residual[i, j]) > 3 else ""
    return f"{found.share[i, j]:.0%}{mark} ({found.predicted[i, j]:.0%}) {found.battles[i, j]:,.0f}"


def _pairs(component: Component) -> Iterator[dict[str, Any]]:
    found, names = component.matrix, component.models
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            if i != j:
                yield {
                    "model": one,
                    "against": other,
                    "battles": int(found.battles[i, j]),
                    **{
                        name: float(getattr(found, name)[i, j])
                        for name in ("share", "low", "high", "predicted", "residual")
                    },
                    "difference_se": float(component.difference_se[i, j]),
                }


def _behind(more: Detail) -> Part:
    """How little would change it, and what no ratings can say."""
    said = [
        f"Without {each.battles:,} of the {each.of:,} battles, well chosen, {each.instead} would stand before {each.first}."
        for each in more.flips
    ]
    said += [
        f"{i} surely beats {j}, {j} {k}, and {k} {i}: no ratings can say that." for i, j, k in more.cycles
    ]
    return Part("behind", "How firm it is", (), tuple(said), [asdict(each) for each in more.flips])


def _voters(more: Detail) -> Part:
    flagged = [each.judge for each in more.voters if each.flagged]
    shown = more.voters[:SHOWN]
    columns = {
        "judge": [each.judge for each in shown],
        "votes": [f"{each.votes:,}" for each in shown],
        "agrees": [share(each.agrees) for each in shown],
        "takes the first": [share(each.first) for each in shown],
        "evidence": [_evidence(each.evidence) for each in shown],
        "": ["flagged" if each.flagged else "" for each in shown],
    }
    said = (
        f"Flagged as not looking, or voting the other way: {', '.join(flagged) or 'nobody'}.",
        "Of those flagged at most 5 % are so by chance. Agrees: with the higher rating of the others' votes.",
    )
    return Part("judges", "Judges", (("", columns),), said, [asdict(each) for each in more.voters])


def _evidence(value: float) -> str:
    if value < 0.1:
        return "< 0.1"
    return f"{value:,.1f}" if value < 1e6 else f"{value:.0e}"
