"""One condition that varies by itself: by how much a value rises with it among items that are alike otherwise."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import NAN, Estimate, Floats
from evals.stats.quantiles import t_quantile, t_tail


def slope(
    values: ArrayLike,
    doses: ArrayLike,
    factors: Sequence[Sequence[Any]],
    clusters: ArrayLike,
    level: float = 0.95,
) -> tuple[Estimate, float]:
    """By how much a value rises with every unit of a dose, among items that are alike otherwise; and the p that it does not.

    The linear fit of the values on the doses, with a term for every level of every factor: what the factors explain is
    taken out of both, and the rest of one is fitted on the rest of the other (Frisch, Waugh and Lovell). The interval is
    by clusters, with t of G - 1 degrees of freedom. NaN where the doses do not vary by themselves, or no value does.

    Args: values, doses, clusters: shape (n,). factors: labels, each of shape (n,).
    Source: Frisch and Waugh (1933), Lovell (1963); the variance is Liang and Zeger's (1986), times
        G / (G - 1) x (n - 1) / (n - k) for k terms.
    """
    y, x = np.asarray(values, float), np.asarray(doses, float)
    terms = np.hstack([np.ones((len(x), 1)), *(_indicators(labels) for labels in factors)])
    y_left, x_left = (each - terms @ np.linalg.lstsq(terms, each)[0] for each in (y, x))
    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    n, count, used = len(y), int(codes.max(initial=-1)) + 1, int(np.linalg.matrix_rank(terms)) + 1
    spread = float(x_left @ x_left)
    if count < 2 or n <= used or spread < 1e-9 * max(1.0, float(x @ x)) or np.ptp(y_left) < 1e-9:
        return Estimate(NAN, NAN, NAN, n, count, "no variation"), NAN
    value = float(x_left @ y_left) / spread
    pulls = np.bincount(codes, weights=x_left * (y_left - value * x_left)) / spread
    se = math.sqrt(count / (count - 1) * (n - 1) / (n - used) * float(pulls @ pulls))
    half = t_quantile(count - 1, level) * se
    p = t_tail(abs(value) / se, count - 1) if se else float(value == 0)
    return Estimate(value, value - half, value + half, n, count, "linear, clustered"), p


def _indicators(labels: Sequence[Any]) -> Floats:
    """Which item has which label: shape (n, levels)."""
    codes = np.array(
        [*map({each: place for place, each in enumerate(dict.fromkeys(labels))}.get, labels)], int
    )
    return np.asarray(codes[:, None] == np.unique(codes), float)
