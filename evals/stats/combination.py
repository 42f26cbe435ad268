"""Several metrics added up: an index such as 1 - FR - OA, with an interval made of its parts'."""

import math
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
    w = np.asarray(weights, float)
    value, low, high = (
        np.array([getattr(part, name) for part in parts]) for name in ("value", "low", "high")
    )
    below = np.where(w > 0, w * (value - low), w * (value - high))
    above = np.where(w > 0, w * (high - value), w * (low - value))
    # A weight's sign belongs to its part's error: two parts that vary together cancel where one is subtracted.
    sign = np.where(w < 0, -1.0, 1.0)
    shared = np.eye(len(w)) if correlation is None else np.asarray(correlation, float) * np.outer(sign, sign)
    total = constant + float(w @ value)
    return Estimate(
        total,
        total - _length(below, shared),
        total + _length(above, shared),
        sum(part.n for part in parts),
        sum(part.clusters for part in parts),
        parts[0].method if len(parts) == 1 else "MOVER",
    )


def _length(steps: Floats, shared: Floats) -> float:
    squared = float(steps @ shared @ steps)
    return math.sqrt(max(squared, 0.0))  # in this order NaN stays NaN
