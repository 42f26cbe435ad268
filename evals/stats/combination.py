"""Several metrics added up: an index such as 1 - FR - OA, with an interval made of its parts'."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import Estimate, Floats


def mover(
    parts: Sequence[Estimate],
    weights: Sequence[float],
    constant: float = 0.0,
    correlation: ArrayLike | None = None,
) -> Estimate:
    """A constant and weighted parts added up, by the method of variance estimates recovery: J = 1 - FR - OA.

    Each part's own interval is kept, lopsided as it may be, so 0 events and few items behave.

    Args:
        parts: k estimates. weights: k numbers.
        correlation: shape (k, k), between the parts' errors; None where they rest on independent items.
    Source: Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach.
    """
    limits = np.array([[part.value, part.low, part.high] for part in parts]).T
    shared = np.eye(len(parts)) if correlation is None else np.asarray(correlation, float)
    value, low, high = (float(each) for each in movers(limits, weights, shared))
    return Estimate(
        constant + value,
        constant + low,
        constant + high,
        sum(part.n for part in parts),
        sum(part.clusters for part in parts),
        parts[0].method if len(parts) == 1 else "MOVER",
    )


def movers(limits: Floats, weights: Sequence[float], correlation: Floats) -> tuple[Floats, Floats, Floats]:
    """`mover` of many sets of k parts at once: value, low and high, each of shape (...).

    Args: limits: shape (3, ..., k), values, lower and upper ends. correlation: shape (..., k, k).
    """
    w = np.asarray(weights, float)
    value, low, high = limits
    below = np.where(w > 0, w * (value - low), w * (value - high))
    above = np.where(w > 0, w * (high - value), w * (low - value))
    # A weight's sign belongs to its part's error: two parts that vary together cancel where one is subtracted.
    sign = np.where(w < 0, -1.0, 1.0)
    shared = correlation * np.outer(sign, sign)
    total = np.asarray(value @ w, float)
    return total, total - _length(below, shared), total + _length(above, shared)


def _length(steps: Floats, shared: Floats) -> Floats:
    squared = np.einsum("...i,...ij,...j", steps, shared, steps)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)), float)  # NaN stays NaN
