"""The board: battles become a pool, each of its components is fitted, and every model has its standing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from evals.arena import sandwich, words
from evals.arena.battle import Battle
from evals.arena.connections import circles, components
from evals.arena.fit import Fit, fit
from evals.arena.matrix import Matrix, matrix
from evals.arena.pool import A_WINS, B_WINS, BOTH_BAD, TIE, Mask, Pool, of_battles, summed
from evals.arena.ranks import critical, difference_se, intervals, upper_bounds
from evals.arena.sandwich import Kind, Spread
from evals.arena.shrinkage import shrunk
from evals.arena.standings import Board, Component, Settings, Standing
from evals.errors import BadInput, NotFound
from evals.stats import Floats, t_quantile, wilson, z_quantile

ELO = 400 / math.log(10)
"""Elo points of one logit."""

MEAN = 1000.0

FEWEST = 10
"""Of fewer units than this, the sums say too little of how they vary."""


@dataclass(frozen=True, eq=False)
class Rated:
    """What was found of a component.

    Attributes:
        pool: its battles, its models best first.
        drawn: ratings drawn to each other.
        infinite: the models whose ratings the battles alone leave open.
    """

    pool: Pool
    found: Fit
    drawn: Fit
    spread: Spread
    infinite: tuple[str, ...]


def board(battles: Pool | Iterable[Battle], settings: Settings | None = None) -> Board:
    """The board of battles; without any it is empty and says so.

    Raises: BadInput: the battles cannot be ranked as asked; two have one id; a model meets itself.
        NotFound: there is no such anchor.
    """
    from threadpoolctl import threadpool_limits

    pool = battles if isinstance(battles, Pool) else of_battles(battles)
    with threadpool_limits(
        1, "blas"
    ):  # a hundred models are too few for two threads, which only wait for each other
        return _ranked(pool, settings or Settings())


def _ranked(pool: Pool, settings: Settings) -> Board:
    if not len(pool):
        return Board((), 0, ("There is no battle yet.",), settings)
    if settings.anchor and settings.anchor[0] not in pool.models:
        raise NotFound.among("model in the battles", settings.anchor[0], pool.models)
    kind = _kind(pool, settings)
    rows = pool if kind in {"question", "judge", "two-way"} or settings.style else pool.cells()
    rated = [_rated(rows.among(part), kind, settings) for part in components(rows)]
    found = tuple(_component(each, settings) for each in rated)
    notes = words.notes(found, [each.infinite for each in rated], settings)
    return Board(found, pool.battles, tuple(notes), settings)


def _kind(pool: Pool, settings: Settings) -> Kind:
    """By what intervals are made. Raises: BadInput: the battles do not name the units that were asked for."""
    units = {
        name: 0 if codes is None else len(np.unique(codes))
        for name, codes in (("question", pool.cluster), ("judge", pool.judge))
    }
    if settings.ci != "auto":
        for name in units if settings.ci == "two-way" else [settings.ci]:
            if units.get(name, 2) < 2:
                raise BadInput(
                    f"--ci {settings.ci} needs battles of two {name}s at least, and these name {units[name]}",
                    "take another --ci, such as hc0",
                )
        return settings.ci
    enough = [name for name, count in units.items() if count >= FEWEST]
    return "question" if "question" in enough else "judge" if enough else "hc0"


def _rated(pool: Pool, kind: Kind, settings: Settings) -> Rated:
    apart = circles(pool)
    whole = max(apart, key=len)
    infinite = [place for part in apart if part is not whole for place in part]
    drawn = shrunk(pool.cells())
    first = shrunk(pool, settings.ties) if settings.shrink or infinite else fit(pool, settings.ties)
    best_first = np.lexsort((np.arange(len(pool.models)), -np.round(first.theta, 9)))
    names = tuple(pool.models[place] for place in sorted(infinite))
    pool, first, drawn = pool.among(best_first), first.reordered(best_first), drawn.reordered(best_first)
    return Rated(pool, first, drawn, _spread(first, kind), names)


def _spread(found: Fit, kind: Kind) -> Spread:
    pool = found.pool
    if not np.abs(found.terms.d).max(initial=0.0) > 0:
        return sandwich.model_based(
            found
        )  # all is as foretold, such as ties only: nothing varies, yet nothing is sure
    if kind == "model":
        return sandwich.model_based(found)
    if kind == "two-way" and pool.cluster is not None and pool.judge is not None:
        return sandwich.two_way(found, pool.cluster, pool.judge)
    units = {"question": pool.cluster, "judge": pool.judge}.get(kind)
    return sandwich.hc0(found) if units is None else sandwich.clustered(found, units, kind)


def _component(rated: Rated, settings: Settings) -> Component:
    size, theta = len(rated.pool.models), rated.found.theta
    covariance, spread = rated.spread.covariance[:size, :size], rated.spread
    times = critical(covariance, spread.freedom, settings.level, settings.seed)
    se = difference_se(covariance)
    ranks = intervals(theta, se, times)
    own, shift = _scale(rated, settings)
    half = _quantile(spread.freedom, settings.level) * own * ELO
    ratings = shift + ELO * theta
    table = matrix(rated.pool, rated.found)
    columns = {
        "rating": ratings,
        "low": ratings - half,
        "high": ratings + half,
        "rank_low": ranks[0],
        "rank_high": ranks[1],
        "rank_ub": upper_bounds(ratings - half, ratings + half),
        "shrunk": shift + ELO * rated.drawn.theta,
        **_counts(rated.pool),
        "win_rate": _win_rates(table),
    }
    standings = [
        _standing(
            name, {key: each[place].item() for key, each in columns.items()}, name not in rated.infinite
        )
        for place, name in enumerate(rated.pool.models)
    ]
    shown = np.array([each.battles >= settings.min_votes for each in standings], bool)
    return Component(
        tuple(each for each, keep in zip(standings, shown, strict=True) if keep),
        _shown(se * ELO, shown),
        _shown(covariance * ELO**2, shown),
        times,
        table.where(shown),
        spread.kind,
        spread.units,
        freedom=spread.freedom,
    )


def _scale(rated: Rated, settings: Settings) -> tuple[Floats, float]:
    """The standard error of each rating in logits, and what is added to all: of the anchor, or of the mean."""
    size = len(rated.pool.models)
    covariance = rated.spread.covariance[:size, :size]
    if settings.anchor and settings.anchor[0] in rated.pool.models:
        name, rating = settings.anchor
        place = rated.pool.models.index(name)
        return difference_se(covariance)[place], rating - ELO * float(rated.found.theta[place])
    return np.sqrt(np.maximum(np.diag(covariance), 0.0)), MEAN


def _quantile(freedom: float, level: float) -> float:
    return t_quantile(freedom, level) if np.isfinite(freedom) else z_quantile(level)


def _counts(pool: Pool) -> dict[str, Floats]:
    """How many battles each model had, and how they ended."""

    def by(first: Mask, second: Mask) -> Floats:
        size = len(pool.models)
        return np.asarray(
            np.rint(
                summed(pool.a[first], pool.count[first], size)
                + summed(pool.b[second], pool.count[second], size)
            ).astype(int)
        )

    won, lost, tied, bad = (pool.outcome == code for code in (A_WINS, B_WINS, TIE, BOTH_BAD))
    everything = np.ones(len(pool), bool)
    return {
        "battles": by(everything, everything),
        "wins": by(won, lost),
        "losses": by(lost, won),
        "ties": by(tied, tied),
        "both_bad": by(bad, bad),
    }


def _win_rates(table: Matrix) -> Floats:
    return np.asarray(np.nanmean(table.predicted, axis=1), float)


def _standing(name: str, numbers: dict[str, float], finite: bool) -> Standing:
    good = wilson(numbers["battles"] - numbers["both_bad"], numbers["battles"])
    return Standing(
        model=name,
        finite=finite,
        acceptable=good.value,
        acceptable_low=good.low,
        acceptable_high=good.high,
        **numbers,  # type: ignore[arg-type]  # the columns above, each by the name of its field
    )


def _shown(values: Floats, shown: Mask) -> Floats:
    return values[np.ix_(shown, shown)]
