"""One mean of values that are not yes or no: penalised scores, errors, letters right."""

import math

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.clusters import cluster_sums, freedom, variance
from evals.stats.estimate import NAN, NOTHING, Estimate, Floats
from evals.stats.proportions import wilson
from evals.stats.quantiles import t_quantiles


def mean(
    values: ArrayLike,
    clusters: ArrayLike,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    level: float = 0.95,
) -> Estimate:
    """A mean whose items come in clusters: t, with the degrees of freedom of `freedom`, kept within the bounds of one item.

    Where all values agree there is no spread to go by: the share of clusters that may be unlike them (1 - the lower
    Wilson limit of G out of G) is then put at either bound.
    """
    x, labels = np.asarray(values, float), np.asarray(clusters)
    n, count = len(x), len(np.unique(labels))
    if n == 0:
        return NOTHING
    if count < 2:
        return Estimate(float(x.mean()), NAN, NAN, n, count, "one cluster")
    alike = np.ptp(x) == 0 and all(map(math.isfinite, bounds))
    value, low, high = (float(each[0]) for each in means(x[None], labels, bounds, level))
    return Estimate(value, low, high, n, count, "Wilson, all alike" if alike else "t, clustered")


def means(
    values: Floats,
    clusters: ArrayLike,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    level: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """`mean` of many sets of values of the same items: value, low and high, each of shape (B,), from shape (B, n)."""
    value = values.mean(axis=-1)
    pulls = cluster_sums(values, clusters)
    half = t_quantiles(freedom(pulls), level) * np.sqrt(variance(pulls))
    low, high = np.maximum(bounds[0], value - half), np.minimum(bounds[1], value + half)
    if all(map(math.isfinite, bounds)):
        alike, count = np.ptp(values, axis=-1) == 0, pulls.shape[-1]
        unlike = 1 - wilson(count, count, level).low
        low = np.where(alike, value - unlike * (value - bounds[0]), low)
        high = np.where(alike, value + unlike * (bounds[1] - value), high)
    return value, low, high
