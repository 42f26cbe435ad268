"""Curves: how the chance of a right count falls with n, as a logistic curve over log2 n (`evals.logistic`).

logit P(right | n) = a + b log2 n        n50 = 2 ** (-a / b)
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from evals.logistic import ROUNDS, estimate
from evals.stats import NAN, Estimate, Floats


def half_point(n: ArrayLike, right: ArrayLike, total: ArrayLike, rounds: int = ROUNDS) -> Estimate:
    """n50, at which half the counts are right, in marks; 95 % interval by resampling whole counts, seeded.

    Beyond the largest n that was asked it is infinite, below the smallest 0: the ladder does not reach it.

    Args: n: shape (G,), above 0, each once. right, total: shape (G,), items counted right and all; may be fractional.
    """
    x = np.log2(np.asarray(n, float))
    return _by_count(x, right, total, lambda curves: 2 ** _crossing(x, curves), rounds)


def odds_ratio(n: ArrayLike, right: ArrayLike, total: ArrayLike, rounds: int = ROUNDS) -> Estimate:
    """By what every doubling of n multiplies the odds of a right count, e^b: below 1 they fall. Else as `half_point`."""
    x = np.log2(np.asarray(n, float))
    return _by_count(x, right, total, lambda curves: np.exp(curves[:, 1]), rounds)


def trend(n: ArrayLike, right: ArrayLike, total: ArrayLike, rounds: int = 9_999, seed: int = 0) -> float:
    """The two-sided p that how much is right does not go with n: by dealing out whole counts anew, seeded.

    The statistic is that of Cochran and Armitage, sum of log2 n (right - total x overall share).
    Source: Armitage (1955), Tests for linear trends in proportions and frequencies; as a permutation test, Agresti (2002),
    Categorical data analysis, 5.3.5.
    """
    x, successes, trials = np.log2(np.asarray(n, float)), np.asarray(right, float), np.asarray(total, float)
    if not trials.sum():
        return NAN
    pull = successes - trials * successes.sum() / trials.sum()
    rng = np.random.default_rng(seed)
    dealt = np.array([rng.permutation(pull) @ x for _ in range(rounds)])
    reached = (np.abs(dealt - dealt.mean()) >= abs(pull @ x - dealt.mean()) - 1e-9).sum()
    return float((reached + 1) / (rounds + 1))


def _by_count(
    x: Floats, right: ArrayLike, total: ArrayLike, of: Callable[[Floats], Floats], rounds: int
) -> Estimate:
    """Something of the curve, each n being a cluster of its own."""
    return estimate(x, np.diag(np.asarray(right, float)), np.diag(np.asarray(total, float)), of, rounds)


def _crossing(x: Floats, curves: Floats) -> Floats:
    """log2 n50 of curves of shape (B, 2), as infinite where it lies outside the range of x; shape (B,)."""
    a, b = curves.T
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.where(b < 0, -a / b, np.where(a + b * x.mean() > 0, math.inf, -math.inf))
    return np.where(at > x.max(), math.inf, np.where(at < x.min(), -math.inf, at))
