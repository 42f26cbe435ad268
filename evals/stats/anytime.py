"""Intervals that hold at every look at once, however often one looks and whenever one stops."""

import math

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.clusters import summed
from evals.stats.estimate import NOTHING, Estimate, Floats

BETS = np.geomspace(0.04, 0.98, 40)
"""The stakes that are mixed, as shares of the greatest that cannot lose all. Evenly in their logarithm, since the best one
falls as 1 / sqrt(items) and nobody knows at how many the question will be decided."""


def anytime_mean(
    values: ArrayLike,
    clusters: ArrayLike,
    bounds: tuple[float, float],
    level: float = 0.95,
    batches: ArrayLike | None = None,
) -> Estimate:
    """A mean whose interval may be looked at after every batch, and acted on whenever it decides.

    The chance that the intervals at any of all looks, without end, miss the mean is at most 1 - level. Nothing is assumed
    but the bounds and independent clusters: no normal approximation, so 0 of 60 is as safe as 200 of 400. A mean m is
    rejected once a gambler who bets on the clusters' sums at odds that are fair under m has multiplied the stake by
    2 / (1 - level): the stake is spread over fixed shares of what may be bet, each kept to, and so the interval depends on
    what has been seen and not on its order. Since every stake is fixed beforehand, items that are drawn evenly from unlike
    strata do no harm. It is about 1.7 times as wide as an interval that is looked at once.

    Args:
        values: shape (n,), within the bounds: each item's value so far, such as differences in (-1, 1).
        clusters: shape (n,), any labels. Whole clusters must have been seen at every look; sizes may differ, but the
            largest must be among the first looked at, as stakes are in proportion to it.
        bounds: the least and most that one item can have.
        batches: shape (n,), the look before which each item came, to be refused where a cluster stands in two.
    Returns: NaN without items.
    Raises: ValueError: bounds that are not finite, a value beyond them, or a cluster that stands in two batches; `look_level`
        does without either.
    Source: Waudby-Smith and Ramdas (2024), Estimating means of bounded random variables by betting; the mixture of
        constant stakes is that of Orabona and Jun (2024), Tight concentrations and confidence sequences from the regret
        of universal portfolio; Ville (1939) for the inequality.
    """
    x, labels = np.asarray(values, float), np.asarray(clusters)
    if not len(x):
        return NOTHING
    _check(x, labels, bounds, batches)
    sums, sizes = summed(x, labels), summed(np.ones(len(x)), labels)
    least, most = bounds
    low = _lower(sums, sizes, least, most, level)
    high = -_lower(-sums, sizes, -most, -least, level)
    return Estimate(float(x.mean()), low, high, len(x), len(sums), "anytime, mixture of bets")


def _check(x: Floats, labels: ArrayLike, bounds: tuple[float, float], batches: ArrayLike | None) -> None:
    if not all(map(math.isfinite, bounds)):
        raise ValueError(f"an interval for every look needs finite bounds of one item, and has {bounds}")
    if x.min() < bounds[0] or x.max() > bounds[1]:
        raise ValueError(f"values from {x.min():g} to {x.max():g} lie beyond the bounds {bounds}")
    if batches is None:
        return
    pairs = set(zip(np.asarray(labels).tolist(), np.asarray(batches).tolist(), strict=True))
    if len(pairs) > len({label for label, _ in pairs}):
        raise ValueError("a cluster stands in two batches: plan the looks instead (look_level)")


def _lower(sums: Floats, sizes: Floats, least: float, most: float, level: float) -> float:
    """The greatest mean below that of the sample against which the stakes have won enough; the least one if none."""
    kinds, times = np.unique(np.stack([sums, sizes]), axis=1, return_counts=True)
    goal = math.log(2 / (1 - level))

    def rejected(mean: float) -> bool:
        return bool(log_capital(kinds, times.astype(float), mean, least) >= goal)

    low, high = least, float(sums.sum() / sizes.sum())
    if high <= least or not rejected(least + 1e-12 * (most - least)):
        return least
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rejected(middle) else (low, middle)
    return low


def log_capital(kinds: Floats, times: Floats, mean: float, least: float) -> Floats:
    """The logarithm of what a stake of 1 on means above this one has become, mixed over BETS.

    Args: kinds: shape (2, K), sums and sizes of clusters. times: shape (..., K), how many there are of each kind.
    Returns: shape (...).
    """
    sums, sizes = kinds
    gain = (sums - mean * sizes) / (sizes.max() * (mean - least))
    logs = times @ np.log1p(np.outer(gain, BETS))
    top = logs.max(axis=-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.exp(logs - top).mean(axis=-1)), float)
