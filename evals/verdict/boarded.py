"""Gates on a board: is a challenger not worse than a champion, by the difference of their ratings."""

import math
from collections.abc import Sequence

import numpy as np

from evals import stats, words
from evals.arena.board import board
from evals.arena.pool import Pool
from evals.arena.standings import Board, Component, Settings
from evals.errors import BadInput, NotFound
from evals.stats import Estimate
from evals.verdict.gate import Finding, Outcome, decide
from evals.verdict.rules import Rules

MARGIN = 20.0
"""Elo points that a challenger may be worse by unless told otherwise: 47.1 instead of 50 points of a hundred battles."""


def gate(  # noqa: PLR0913, PLR0917  a gate is its parts
    pool: Pool, challenger: str, champion: str, margin: float, rules: Rules, doubts: Sequence[str] = ()
) -> Outcome:
    """A challenger held against a champion by all battles that join them, those against others included.

    Args: margin: in Elo points. doubts: why not to trust the judges, in sentences; with any the gate does not pass.
    Raises: NotFound: a model has no battle. BadInput: they are one, or no battle joins them, even through others.
    """
    found = board(pool)
    for name in (challenger, champion):
        if name not in pool.models:
            raise NotFound.among("model in the battles", name, pool.models)
    if challenger == champion:
        raise BadInput(f"{champion} is both challenger and champion", "name two models")
    whole = _joined(found, challenger, champion)
    finding = _finding(pool, whole, (challenger, champion), margin, rules)
    return Outcome(decide([finding], rules), tuple(doubts), tuple(_said(found, whole, challenger, champion)))


def _joined(found: Board, challenger: str, champion: str) -> Component:
    for component in found.components:
        if {challenger, champion} <= set(component.models):
            return component
    raise BadInput(
        f"{challenger} and {champion} never met, even through others, so that nothing compares them",
        "let them be judged on the same questions: evals arena judge ARENA",
    )


def _finding(pool: Pool, whole: Component, models: tuple[str, str], margin: float, rules: Rules) -> Finding:
    one, other = (whole.models.index(name) for name in models)
    ratings = [whole.standings[place].rating for place in (one, other)]
    se = float(whole.difference_se[one, other])
    if not all(each.finite for each in whole.standings):
        se = max(se, _model_based(pool, models))
    battles = round(float(np.nansum(whole.matrix.battles)) / 2)
    usual, strict = (
        _interval(whole, ratings[0] - ratings[1], se, level, battles) for level in (0.95, rules.level(1))
    )
    return Finding(
        suite="arena",
        metric="rating",
        title="rating",
        unit="Elo",
        better="higher",
        kind="margin",
        bound=margin,
        value=ratings[0],
        baseline=ratings[1],
        usual=usual,
        strict=strict,
        paired=True,
        lost=0.0,
        item="battle",
    )


def _model_based(pool: Pool, models: tuple[str, str]) -> float:
    """The standard error of the difference if what was thought beforehand is taken for a belief.

    Where a model never lost, or never won, what varies among its battles says little of how sure its rating is.
    """
    component = _joined(board(pool, Settings(ci="model")), *models)
    return float(
        component.difference_se[component.models.index(models[0]), component.models.index(models[1])]
    )


def _interval(whole: Component, value: float, se: float, level: float, battles: int) -> Estimate:
    times = (
        stats.t_quantile(whole.freedom, level) if math.isfinite(whole.freedom) else stats.z_quantile(level)
    )
    units = min(whole.units.values(), default=battles)
    how = f"rating difference, {whole.kind}"
    return Estimate(value, value - times * se, value + times * se, battles, units, how)


def _said(found: Board, whole: Component, challenger: str, champion: str) -> list[str]:
    """How often they met and how that ended, and what must be said of the board."""
    one, other = whole.models.index(challenger), whole.models.index(champion)
    met = whole.matrix.battles[one, other]
    if not met or math.isnan(met):
        direct = f"{challenger} and {champion} never met: both are rated by their battles against others."
    else:
        share = whole.matrix.share[one, other]
        direct = f"{challenger} and {champion} met in {words.items(round(met), 'battle')}, of whose points {challenger} got {words.share(share)}."
    return [direct, *found.notes]


__all__ = ["MARGIN", "gate"]
