"""Pictures of boards: ratings with their intervals, who beats whom as judged and as the ratings foretell, and categories."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from evals import words
from evals.arena.standings import Board, Component
from evals.charts import Heat, Picture, Ranges
from evals.stats import Floats

TOLD = 20
"""Of so many models the words beside a picture give figures, and a picture of categories shows so many."""

JUDGED, LEVEL = "as judged", "looks set apart"
"""How the ratings of a board are called beside those from which the looks of answers are taken out, and those."""


def ratings(boards: Sequence[Board]) -> tuple[Picture, ...]:
    """Ratings with their intervals, of each group of models; and how the best stand in each category.

    Args: boards: overall boards, with and without the looks of answers, which are drawn together, then those of categories.
    """
    overall = [board for board in boards if board.name == "overall"]
    rest = [board for board in boards if board.name != "overall" and board.standings]
    if not overall:
        return ()
    found = [_ratings(overall, component, more) for component, more in _groups(overall[0])]
    return (*found, *([_categories(overall[0], rest)] if rest else []))


def matrices(board: Board) -> tuple[Picture, ...]:
    """Who beats whom, as judged and as the ratings foretell, of each group of models."""
    return tuple(picture for component, more in _groups(board) for picture in _heats(component, more))


def _groups(board: Board) -> Iterator[tuple[Component, str]]:
    """The groups of two models at least, with what their pictures' names end in."""
    for place, component in enumerate(board.components, 1):
        if len(component.models) > 1:
            yield component, f"-{place}" if place > 1 else ""


def _ratings(overall: Sequence[Board], component: Component, more: str) -> Picture:
    """The models of a component, best first, on every overall board."""
    first, *_ = component.standings
    leading = sum(each.rank_low == 1 for each in component.standings)
    rows = [
        _row(board, each.model, LEVEL if board.settings.style else JUDGED)
        for each in component.standings
        for board in overall
    ]
    title = f"{first.model} leads with {first.rating:.0f} ({first.low:.0f} to {first.high:.0f})"
    if leading > 1:
        title += f"; {leading} models may be first"
    told = [
        f"{each.model} {each.rating:.0f} ({each.low:.0f} to {each.high:.0f})"
        for each in component.standings[:TOLD]
    ]
    data = pd.DataFrame([row for row in rows if row])
    return Picture(
        f"board-ratings{more}",
        title,
        f"Ratings in Elo points with 95 % intervals, best first: {'; '.join(told)}{_left(component)}.",
        Ranges(data, "rating in Elo points, with 95 % intervals"),
    )


def _row(board: Board, model: str, series: str, panel: str = "") -> dict[str, object]:
    """A model's row of a chart; empty where the board has not rated it."""
    for each in board.standings:
        if each.model == model:
            ends = {"value": each.rating, "low": each.low, "high": each.high}
            return {"bar": model, **ends, "series": series, "panel": panel}
    return {}


def _left(component: Component) -> str:
    left = len(component.models) - TOLD
    return f"; and {left} more" if left > 0 else ""


def _heats(component: Component, more: str) -> Iterator[Picture]:
    matrix = component.matrix
    for name, values, how in (
        ("observed", matrix.share, "as judged"),
        ("predicted", matrix.predicted, "as the ratings foretell"),
    ):
        yield Picture(
            f"board-{name}{more}",
            f"Points of the row against the column, {how}, in per cent",
            f"Shares of points {how}, each against the best that it met: {_words(component, values)}.",
            Heat(_pairs(values), component.models, "against (blue: above half, orange: below)"),
        )


def _pairs(values: Floats) -> pd.DataFrame:
    rows, columns = np.nonzero(np.isfinite(values))
    return pd.DataFrame({"row": rows + 1, "column": columns + 1, "value": values[rows, columns]})


def _words(component: Component, values: Floats) -> str:
    """In words: what each got of the best other model that it has a number against."""
    told = []
    for place, name in enumerate(component.models[:TOLD]):
        others = np.flatnonzero(np.isfinite(values[place]))
        if len(others):
            told.append(
                f"{name} {words.share(values[place, others[0]])} against {component.models[others[0]]}"
            )
    return f"{'; '.join(told)}{_left(component)}"


def _categories(overall: Board, rest: Sequence[Board]) -> Picture:
    """The best models, a panel for each category."""
    best = [each.model for each in overall.standings[:TOLD]]
    rows = [_row(board, model, "rating", board.name) for board in (overall, *rest) for model in best]
    leaders = {board.name: board.standings[0].model for board in (overall, *rest)}
    told = "; ".join(f"{name}: {model}" for name, model in leaders.items())
    names = set(leaders.values())
    title = f"{next(iter(names))} leads on every board" if len(names) == 1 else f"Who leads depends: {told}"
    return Picture(
        "board-categories",
        title if len(title) < 120 else "Who leads depends on the category",
        f"Ratings by category. Leaders: {told}.",
        Ranges(pd.DataFrame([row for row in rows if row]), "rating in Elo points, with 95 % intervals"),
    )
