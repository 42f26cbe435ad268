"""The board: battles become a pool, each of its components is fitted, and every model has its standing."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evals.arena import control, threads, words
from evals.arena.certainty import WITHOUT, spread
from evals.arena.connections import circles, components
from evals.arena.fit import Fit, fit
from evals.arena.matrix import Matrix, matrix
from evals.arena.pool import A_WINS, B_WINS, BOTH_BAD, TIE, Mask, Pool, of_battles, summed
from evals.arena.ranks import critical, difference_se, intervals, upper_bounds
from evals.arena.sandwich import Spread
from evals.arena.shrinkage import shrunk
from evals.arena.standings import Board, Component, Pull, Settings, Standing
from evals.errors import NotFound
from evals.stats import Floats, t_quantile, wilson, z_quantile

if TYPE_CHECKING:
    from evals.arena.battle import Battle

ELO = 400 / math.log(10)
"""Elo points of one logit."""

MEAN = 1000.0


@dataclass(frozen=True, eq=False)
class Rated:
    """What was found of a component.

    Attributes:
        pool: its battles, its models best first.
        drawn: ratings in logits, drawn to each other.
        infinite: the models whose ratings the battles alone leave open.
    """

    pool: Pool
    found: Fit
    drawn: Floats
    spread: Spread
    infinite: tuple[str, ...]


def board(battles: "Pool | Iterable[Battle]", settings: Settings | None = None) -> Board:
    """The board of battles; without any it is empty and says so.

    Raises: BadInput: the battles cannot be ranked as asked; two have one id; a model meets itself.
        NotFound: there is no such anchor.
    """
    return boards(battles, settings)[0]


def boards(
    battles: "Pool | Iterable[Battle]", settings: Settings | None = None, categories: Sequence[str] = ()
) -> list[Board]:
    """The board of battles, and one for each of these categories, drawn to the first as far as its battles are few.

    Args: categories: `all` means every category that there is.
    Raises: as `board`; NotFound: there is no such category.
    """
    pool, settings = battles if isinstance(battles, Pool) else of_battles(battles), settings or Settings()
    if not len(pool):
        return [Board((), 0, ("There is no battle yet.",), settings)]
    if settings.anchor and settings.anchor[0] not in pool.models:
        raise NotFound.among("model in the battles", settings.anchor[0], pool.models)
    with threads.one():
        rows = pool if settings.ci not in WITHOUT or settings.style else pool.cells()
        rated = [_rated(rows.among(part), settings) for part in components(rows.cells())]
        found = [_board(rated, settings, "overall")]
        for name in _named(pool, categories):
            within = pool.where(pool.categories[name])
            found.append(_board(list(_within(within, rated, settings)), settings, name))
    return found


def _named(pool: Pool, categories: Sequence[str]) -> list[str]:
    for name in categories:
        if name not in {*pool.categories, "all"}:
            raise NotFound.among("category in the battles", name, pool.categories)
    return sorted(pool.categories) if "all" in categories else list(categories)


def _within(pool: Pool, rated: Sequence[Rated], settings: Settings) -> Iterator[Rated]:
    """A category's battles, by the components of all battles: what these say is thought of it beforehand."""
    for whole in rated:
        places = np.array([pool.models.index(name) for name in whole.pool.models])
        part = pool.among(places)
        met = np.flatnonzero(
            summed(part.a, part.count, len(places)) + summed(part.b, part.count, len(places))
        )
        if len(met):
            yield _drawn(_rated(part.among(met), settings, whole.found.theta[met]), whole)


def _drawn(rated: Rated, whole: Rated) -> Rated:
    """A category's ratings are no surer than those that they are drawn to: how unsure these are is added."""
    names, size = rated.pool.models, len(rated.pool.models)
    places = np.array([whole.pool.models.index(name) for name in names])
    follows = rated.found.prior.precision * rated.found.inverse()[:, :size]
    follows[:size] += 1 / size  # where they lie together is taken from all battles
    more = follows @ whole.spread.covariance[np.ix_(places, places)] @ follows.T
    free = min(rated.spread.freedom, whole.spread.freedom)
    return replace(
        rated, spread=replace(rated.spread, covariance=rated.spread.covariance + more, freedom=free)
    )


def _board(rated: Sequence[Rated], settings: Settings, name: str) -> Board:
    made = [_component(each, settings) for each in rated]
    notes = words.notes(made, [each.infinite for each in rated], settings, name)
    found = tuple(each for each in made if each.standings)
    return Board(found, sum(each.pool.battles for each in rated), tuple(notes), settings, name)


def _rated(pool: Pool, settings: Settings, middle: Floats | None = None) -> Rated:
    """The ratings of a component. Args: middle: what is thought of them beforehand, else nothing is unless it is needed."""
    x = control.columns(pool) if settings.style else None
    infinite = [] if middle is not None else _infinite(pool)
    if settings.shrink or infinite or middle is not None:
        found = drawn = shrunk(pool, settings.ties, middle, x)
    else:
        found = fit(pool, settings.ties, x)
        drawn = shrunk(pool if settings.style else pool.cells(), x=x)
    best_first = np.lexsort((np.arange(len(pool.models)), -np.round(found.theta, 9)))
    found, names = found.reordered(best_first), tuple(pool.models[place] for place in infinite)
    return Rated(found.pool, found, drawn.theta[best_first], spread(found, settings.ci, settings.seed), names)


def _infinite(pool: Pool) -> list[int]:
    """The models outside of the largest circle: the battles alone leave their ratings open."""
    apart = circles(pool.cells())
    whole = max(apart, key=len)
    return sorted(int(place) for part in apart if part is not whole for place in part)


def _component(rated: Rated, settings: Settings) -> Component:
    size, theta = len(rated.pool.models), rated.found.theta
    covariance, spread = rated.spread.covariance[:size, :size], rated.spread
    times = critical(covariance, spread.freedom, settings.level, settings.seed)
    se = difference_se(covariance)
    ranks = intervals(theta, se, times)
    own, shift = _scale(rated, settings)
    half = quantile(spread.freedom, settings.level) * own * ELO
    ratings = shift + ELO * theta
    table = matrix(rated.pool, rated.found)
    columns = {
        "rating": ratings,
        "low": ratings - half,
        "high": ratings + half,
        "rank_low": ranks[0],
        "rank_high": ranks[1],
        "rank_ub": upper_bounds(ratings - half, ratings + half),
        "shrunk": shift + ELO * rated.drawn,
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
        tuple(_pulls(rated, settings)),
        freedom=spread.freedom,
    )


def _pulls(rated: Rated, settings: Settings) -> Iterator[Pull]:
    """What else pulls on votes, with its interval."""
    found, size = rated.found, len(rated.pool.models)
    names = list(control.features(rated.pool)) if settings.style else []
    if len(found.at) > size + len(names):
        names.append("ties")
    half = quantile(rated.spread.freedom, settings.level) * np.sqrt(
        np.maximum(np.diag(rated.spread.covariance)[size:], 0.0)
    )
    for name, value, wide in zip(names, found.at[size:].tolist(), half.tolist(), strict=True):
        yield Pull(name, value, value - wide, value + wide)


def _scale(rated: Rated, settings: Settings) -> tuple[Floats, float]:
    """The standard error of each rating in logits, and what is added to all: of the anchor, or of the mean."""
    size = len(rated.pool.models)
    covariance = rated.spread.covariance[:size, :size]
    if settings.anchor and settings.anchor[0] in rated.pool.models:
        name, rating = settings.anchor
        place = rated.pool.models.index(name)
        return difference_se(covariance)[place], rating - ELO * float(rated.found.theta[place])
    return np.sqrt(np.maximum(np.diag(covariance), 0.0)), MEAN


def quantile(freedom: float, level: float) -> float:
    """The two-sided quantile of t, or of the normal where the degrees of freedom are infinite."""
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
