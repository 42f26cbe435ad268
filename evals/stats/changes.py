"""Change points: from which run on a metric is another, told as runs come in, with few false alarms however often one looks.

Each run has an estimate; those of one seed rest on the same items and are correlated, those of fresh seeds are not. A
contrast of runs has a variance that knows which, so that what is shared is compared paired and the rest unpaired.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from evals.stats.estimate import NAN, Estimate, Floats
from evals.stats.looks import spent
from evals.stats.quantiles import t_quantile, t_quantiles

RUNS = 100
"""So many runs share the false alarms: one a day for a hundred days."""

LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
"""How many of the last runs are held against those before them, whenever one comes in."""

RANGE = 2 * math.log(40)
"""How far the squared statistic of a beginning may lie below that of the likeliest, for it to be among 95 %."""

NONE = 1e-9
"""Differences below this are rounding."""


@dataclass(frozen=True)
class Point:
    """One run's estimate.

    Attributes:
        value: the estimate. size: items it rests on.
        group: runs of one group share their clusters, such as those of one seed; others share none.
        pulls: cluster -> how much it pulls the value, less what it would by the group's common centre.
        spread: the variance of the value by its own clusters.
    """

    value: float
    size: int
    group: int
    pulls: Mapping[int, float]
    spread: float


@dataclass(frozen=True)
class Track:
    """The estimates of runs, oldest first, and how they vary together.

    Attributes:
        value, size, spread, freedom: shape (K,); freedom is clusters less one.
        groups: the places of each group's runs. joint: the covariances within each.
        noise: shape (K,): half the variance of the change from the run before in its group, which is what a run adds to what
            is common to them; NaN for the first of a group.
    """

    value: Floats
    size: Floats
    spread: Floats
    freedom: Floats
    groups: tuple[tuple[int, ...], ...]
    joint: tuple[Floats, ...]
    noise: Floats

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, slots=True)
class Change:
    """Another level.

    Attributes:
        at: the first run of the new level, by likelihood; low, high: it began between these, with 95 %.
        seen: the run with which it was decided.
    """

    at: int
    low: int
    high: int
    seen: int


def track(points: Sequence[Point]) -> Track:
    """Runs, oldest first, as one track."""
    places: dict[int, list[int]] = {}
    for place, point in enumerate(points):
        places.setdefault(point.group, []).append(place)
    groups = tuple(map(tuple, places.values()))
    joint = tuple(_joint([points[place] for place in group]) for group in groups)
    noise = np.full(len(points), NAN)
    for group, each in zip(groups, joint, strict=True):
        noise[list(group[1:])] = (each.diagonal()[1:] + each.diagonal()[:-1]) / 2 - each.diagonal(1)
    return Track(
        value=np.array([point.value for point in points]),
        size=np.array([point.size for point in points], float),
        spread=np.array([point.spread for point in points]),
        freedom=np.array([len(point.pulls) - 1 for point in points], float),
        groups=groups,
        joint=joint,
        noise=np.maximum(noise, 0.0),
    )


def _joint(points: Sequence[Point]) -> Floats:
    """The covariances of runs that share clusters: products of pulls, as the sandwich variance is made of squares."""
    known = {
        cluster: place for place, cluster in enumerate(dict.fromkeys(c for p in points for c in p.pulls))
    }
    pulls = np.zeros((len(points), len(known)))
    for row, point in zip(pulls, points, strict=True):
        row[[known[cluster] for cluster in point.pulls]] = list(point.pulls.values())
    factor = len(known) / (len(known) - 1) if len(known) > 1 else NAN
    return np.asarray(factor * (pulls @ pulls.T), float)


def step(runs: Track, before: Sequence[int], after: Sequence[int], level: float = 0.95) -> Estimate:
    """How much later runs differ from earlier ones: paired on the clusters that they share.

    Args: before, after: places of runs, each weighted by its size.
    """
    weights = np.zeros(len(runs))
    weights[list(after)] = runs.size[list(after)] / runs.size[list(after)].sum()
    weights[list(before)] -= runs.size[list(before)] / runs.size[list(before)].sum()
    told = np.flatnonzero(weights)
    seen = np.arange(told[0], told[-1] + 1)  # what an item varies by is pooled over those between, too
    value = float(weights @ runs.value)
    half = math.sqrt(_variances(runs, weights[None], seen)[0]) * float(
        t_quantiles(_freedom(runs, seen), level)
    )
    n = int(runs.size[told].min())
    clusters = int(runs.freedom[told].min()) + 1
    return Estimate(value, value - half, value + half, n, clusters, "t, runs by clusters")


def shared(runs: Track, one: int, other: int) -> bool:
    """Whether two runs are of one group."""
    return any({one, other} <= set(group) for group in runs.groups)


def changes(runs: Track, level: float = 0.95, tracks: int = 1) -> tuple[Change, ...]:
    """Where the level changes, decided run by run as they would have come in: what was decided once stays.

    With every run, the means of the last 1, 2, 3, 5, 8, ... of the present level are held against the mean of those before.
    One that lies beyond its share of the false alarms, 1 - level over RUNS runs, LENGTHS and tracks (Bonferroni), is a change:
    a level begins there, and tests go on from it. Where no run differs, any alarm in RUNS runs has a chance of at most
    1 - level, looking daily included; every RUNS runs more may add as much. Where it began is told by likelihood, from all
    runs up to the next change.

    Args: level: of all tests together. tracks: how many are watched beside each other.
    Source: generalized likelihood ratios of a change: Siegmund and Venkatraman (1995), Annals of Statistics 23, with lengths
        thinned out after Lai (1995), Journal of the Royal Statistical Society B 57; the range of where it began: Siegmund
        (1988), Confidence sets in change-point problems, its bound 2 exp(-x) = .05.
    """
    each = spent(level, RUNS * len(LENGTHS) * tracks)
    found: list[Change] = []
    before = start = 0
    for now in range(1, len(runs)):
        if found:
            found[-1] = _placed(runs, before, found[-1].seen, now)
            start = found[-1].at
        begins = [now + 1 - length for length in LENGTHS if now + 1 - length > start]
        if begins and _highest(runs, start, begins, now) >= _limit(
            _freedom(runs, np.arange(start, now + 1)), each
        ):
            before = start
            found.append(_placed(runs, before, now, now))
            start = found[-1].at
    return tuple(found)


Places = NDArray[np.intp]


def _highest(runs: Track, start: int, begins: Sequence[int], now: int) -> float:
    """The largest statistic: a difference over its standard error."""
    seen, weights = _weights(runs, start, begins, now)
    differences = np.abs(weights @ runs.value)
    errors = np.sqrt(_variances(runs, weights, seen))
    real = differences > NONE
    return float(
        np.divide(differences, errors, out=np.full(len(begins), math.inf), where=errors > 0)[real].max(
            initial=0
        )
    )


def _placed(runs: Track, start: int, seen: int, now: int) -> Change:
    """Where a change that was decided with `seen` began, by what is known `now`.

    What is common to runs of one group changes no likelihood: their noise alone tells where a level begins.
    """
    begins = list(range(start + 1, seen + 1))
    places, weights = _weights(runs, start, begins, now)
    noise = np.maximum(_noise(runs, places), NONE**2)
    squares = (weights @ runs.value) ** 2 / (weights[:, places] ** 2 @ noise)
    likely = np.flatnonzero(squares >= squares.max() - RANGE)
    return Change(begins[int(squares.argmax())], begins[int(likely[0])], begins[int(likely[-1])], seen)


def _weights(runs: Track, start: int, begins: Sequence[int], now: int) -> tuple[Places, Floats]:
    """The runs from `start` to `now`, and for each beginning the mean from there on less that before; shape (m, K)."""
    seen = np.arange(start, now + 1)
    size = runs.size[seen]
    after = seen >= np.asarray(begins)[:, None]
    inside, outside = np.where(after, size, 0.0), np.where(after, 0.0, size)
    weights = np.zeros((len(begins), len(runs)))
    weights[:, seen] = inside / inside.sum(1, keepdims=True) - outside / outside.sum(1, keepdims=True)
    return seen, weights


def _variances(runs: Track, weights: Floats, seen: Places) -> Floats:
    """The variances of weighted sums of the runs that are seen; weights of shape (m, K).

    Within a group by its own covariances, but at least by the noise of its runs, and by the variance of an item for what the
    group counts for as a whole, both pooled over all runs that are seen: a run in which all is right, or all as before, by
    chance, does not know how much it could have varied.
    """
    noise, item = _noise(runs, seen), _item(runs, seen)
    total = np.zeros(len(weights))
    alone = [place for place in seen if np.isnan(runs.noise[place]) and (place,) in runs.groups]
    if alone:
        spread = np.maximum(runs.spread[alone], item / runs.size[alone])
        total += weights[:, alone] ** 2 @ spread
    for group, joint in zip(runs.groups, runs.joint, strict=True):
        inside = [place for place in group if seen[0] <= place <= seen[-1]]
        if len(group) > 1 and inside:
            part, own = weights[:, group], weights[:, inside]
            within = ((part @ joint) * part).sum(1)
            least = own**2 @ noise[np.asarray(inside) - seen[0]] if len(inside) > 1 else 0.0
            whole = own.sum(1) ** 2 * item / runs.size[inside].max()
            total += np.maximum(np.maximum(within, least), whole)
    return total


def _item(runs: Track, seen: Places) -> float:
    """The variance of one item, pooled."""
    return float((runs.size[seen] ** 2 * runs.spread[seen]).sum() / runs.size[seen].sum())


def _noise(runs: Track, seen: Places) -> Floats:
    """What each run that is seen adds to what is common to its group, pooled within groups; shape (seen,)."""
    found = _item(runs, seen) / runs.size[seen]
    for group in runs.groups:
        inside = [place - seen[0] for place in group if seen[0] <= place <= seen[-1]]
        if len(inside) > 1:
            found[inside] = runs.noise[seen][inside[1:]].mean()
    return found


def _freedom(runs: Track, seen: Places) -> float:
    """The degrees of freedom of their variance: clusters less one, of each group once."""
    inside = set(seen.tolist())
    parts = [[runs.freedom[place] for place in group if place in inside] for group in runs.groups]
    return float(sum(max(part) for part in parts if part))


def _limit(freedom: float, level: float) -> float:
    """The statistic from which on a change is decided; never where no variance is known."""
    return _quantile(float(f"{freedom:.2g}"), level) if freedom >= 1 else math.inf


_quantile = cache(t_quantile)
