"""The bootstrap: intervals for whatever can be computed, by drawing whole clusters again."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.stats.estimate import NOTHING, Estimate, Floats


def bootstrap(
    values: ArrayLike,
    clusters: ArrayLike,
    statistic: Callable[[Floats], Floats],
    *,
    rounds: int = 2_000,
    seed: int = 0,
) -> Estimate:
    """Anything computed from several means, by resampling whole clusters: 95 % percentile interval, seeded.

    Args:
        values: shape (n, k): k metrics of n items, NaN where an item does not count for a metric.
        clusters: shape (n,).
        statistic: from means, shape (b, k), to b numbers.
    Returns: resamples in which a metric has no item at all are left out.
    Source: Efron and Tibshirani (1993), An introduction to the bootstrap, 8 and 13; Field and Welsh (2007) for clusters.
    """
    x = np.asarray(values, float)
    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    count, counted = int(codes.max(initial=-1)) + 1, ~np.isnan(x)
    if count < 2:
        return NOTHING
    sums, sizes = np.zeros((count, x.shape[1])), np.zeros((count, x.shape[1]))
    np.add.at(sums, codes, np.where(counted, x, 0.0))
    np.add.at(sizes, codes, counted)
    rng = np.random.default_rng(seed)
    draws = []
    with np.errstate(invalid="ignore"):
        for start in range(0, rounds, 256):
            times = rng.multinomial(count, np.full(count, 1 / count), size=min(256, rounds - start))
            draws.append(statistic((times @ sums) / (times @ sizes)))
        value = float(statistic(sums.sum(0, keepdims=True) / sizes.sum(0, keepdims=True))[0])
    low, high = np.nanquantile(np.concatenate(draws), [0.025, 0.975])
    return Estimate(value, float(low), float(high), len(x), count, "cluster bootstrap")


def resample(
    clusters: ArrayLike,
    statistic: Callable[[NDArray[np.integer[Any]]], float],
    *,
    rounds: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Anything computed from items, by resampling whole clusters: percentile interval, seeded.

    Items that hold both of a pair's values are drawn with both, so that what is paired stays paired.

    Args:
        clusters: shape (n,), any labels.
        statistic: from the places of the items drawn, each as often as it was, to a number; NaN where it has none.
    Source: as `bootstrap`, which is faster where means are enough.
    """
    labels = np.asarray(clusters)
    order = np.argsort(labels, kind="stable")
    members = np.split(order, np.flatnonzero(labels[order][1:] != labels[order][:-1]) + 1)
    if len(members) < 2:
        return NOTHING
    rng = np.random.default_rng(seed)
    drawn = (rng.integers(len(members), size=len(members)) for _ in range(rounds))
    found = [statistic(np.concatenate([members[each] for each in places])) for places in drawn]
    low, high = np.nanquantile(found, [(1 - level) / 2, (1 + level) / 2])
    value = float(statistic(np.arange(len(labels))))
    return Estimate(value, float(low), float(high), len(labels), len(members), "cluster bootstrap")
