"""Medians and other quantiles, for what has no mean worth the name: seconds, tokens, dollars."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import NAN, NOTHING, Estimate
from evals.stats.proportions import wilson_limits
from evals.stats.quantiles import incomplete_beta
from evals.stats.worth import worth


def quantile(values: ArrayLike, clusters: ArrayLike, q: float = 0.5, level: float = 0.95) -> Estimate:
    """The value below which a share q lies, such as the median seconds of a reply.

    Independent values: two of them, so placed that a binomial number falls between their places with at least the level;
    a side is NaN where even the outermost is not far enough out. Values in clusters: those at the limits of a share of q
    that has the clusters' effective number.

    Args: values, clusters: shape (n,).
    Source: Thompson (1936), On confidence ranges for the median and other expectation distributions for populations of
        unknown distribution form; for clusters Woodruff (1952), Confidence intervals for medians and other position
        measures.
    """
    x, labels = np.asarray(values, float), np.asarray(clusters)
    n, count = len(x), len(np.unique(labels))
    if n == 0:
        return NOTHING
    value, ordered = float(np.quantile(x, q)), np.sort(x)
    if count == n:
        places = _places(n, q, (1 - level) / 2)
        low, high = (float(ordered[place]) if 0 <= place < n else NAN for place in places)
        return Estimate(value, low, high, n, count, "order statistics")
    if count < 2:
        return Estimate(value, NAN, NAN, n, count, "one cluster")
    below = (x <= value).astype(float)[None]
    p = below.mean(axis=-1)
    size, steps = worth(below, labels, p * (1 - p), p == 1, None, level)
    shares = np.concatenate(wilson_limits(np.array([q]), size, steps))
    low, high = np.quantile(ordered, shares, method="inverted_cdf")
    return Estimate(value, float(low), float(high), n, count, "Woodruff")


def _places(n: int, q: float, tail: float) -> tuple[int, int]:
    """The outermost places, from 0, whose values the quantile is surely not beyond; -1 or n where there is none."""

    def first(enough: Callable[[int], bool]) -> int:
        """The first k from 0 for which more than so many fall below; n if for none."""
        low, high = -1, n
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return high

    low = first(lambda k: incomplete_beta(n - k, k + 1, 1 - q) > tail)
    high = first(lambda k: incomplete_beta(n - k, k + 1, 1 - q) >= 1 - tail)
    return low - 1, high
