"""Curves: how the chance of a right count falls with n, as a logistic curve over log2 n.

    logit P(right | n) = a + b log2 n        n50 = 2 ** (-a / b)

Models often count right up to some n and wrong from there on; no curve is then steep enough for plain maximum
likelihood. So the data are given two items more, each half right: one at the middle of the ladder, one that says the
same of a doubling. This is a log-F(1, 1) prior on both coefficients: it lets the odds of a right count fall by a factor
of 648 a doubling before it holds against it, and against data of any number it weighs next to nothing.

Source: Greenland and Mansournia (2015), Penalization, bias reduction, and default priors in logistic and related
categorical and survival regressions.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evals.stats import NAN, NOTHING, Estimate, Floats

ROUNDS = 1_000
PRIOR = 1.0
STEPS, CLOSE = 100, 1e-8
"""Newton's method: at most so many steps, and none after one so short."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve: logit P = a + b log2 n."""

    a: float
    b: float

    def chance(self, n: ArrayLike) -> Floats:
        """P(right) at these counts."""
        return _logistic(self.a + self.b * np.log2(np.asarray(n, float)))


def fit(n: ArrayLike, right: ArrayLike, total: ArrayLike) -> Curve:
    """The curve that best explains how many of `total` items with n marks were counted right.

    Args: n: shape (G,), above 0. right, total: shape (G,), may be fractional.
    Raises: ValueError: there are not two different n with items.
    """
    x, successes, trials = np.log2(np.asarray(n, float)), np.asarray(right, float), np.asarray(total, float)
    if len(set(x[trials > 0])) < 2:
        raise ValueError("a curve needs items at two different n")
    a, b = _fit(x, successes[None], trials[None])[0]
    return Curve(float(a), float(b))


def half_point(n: ArrayLike, right: ArrayLike, total: ArrayLike, rounds: int = ROUNDS) -> Estimate:
    """n50, at which half the counts are right, in marks; 95 % interval by resampling whole counts, seeded.

    Beyond the largest n that was asked it is infinite, below the smallest 0: the ladder does not reach it.

    Args: n: shape (G,), each once. right, total: shape (G,), items counted right and all; may be fractional.
    """
    x = np.log2(np.asarray(n, float))
    return _estimate(x, right, total, lambda curves: 2 ** _crossing(x, curves), rounds)


def odds_ratio(n: ArrayLike, right: ArrayLike, total: ArrayLike, rounds: int = ROUNDS) -> Estimate:
    """By what every doubling of n multiplies the odds of a right count, e^b: below 1 they fall. Else as `half_point`."""
    x = np.log2(np.asarray(n, float))
    return _estimate(x, right, total, lambda curves: np.exp(curves[:, 1]), rounds)


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


def _estimate(
    x: Floats, right: ArrayLike, total: ArrayLike, of: Callable[[Floats], Floats], rounds: int
) -> Estimate:
    """Something of a curve, with the central 95 % of its values when whole counts are drawn again."""
    successes, trials = np.asarray(right, float), np.asarray(total, float)
    if (trials > 0).sum() < 2:
        return NOTHING
    value = float(of(_fit(x, successes[None], trials[None]))[0])
    times = np.random.default_rng(0).multinomial(len(x), np.full(len(x), 1 / len(x)), size=rounds)
    times = times[(times > 0).sum(axis=1) > 1]
    drawn = of(_fit(x, times * successes, times * trials))
    low, high = (float(np.quantile(drawn, q, method="nearest")) for q in (0.025, 0.975))
    return Estimate(value, low, high, round(float(trials.sum())), len(x), "logistic, bootstrap by n")


def _crossing(x: Floats, curves: Floats) -> Floats:
    """log2 n50 of curves of shape (B, 2), as infinite where it lies outside the range of x; shape (B,)."""
    a, b = curves.T
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.where(b < 0, -a / b, np.where(a + b * x.mean() > 0, math.inf, -math.inf))
    return np.where(at > x.max(), math.inf, np.where(at < x.min(), -math.inf, at))


def _fit(x: Floats, right: Floats, total: Floats) -> Floats:
    """Curves (a, b) for B sets of data at once: right and total of shape (B, G), x of shape (G,); shape (B, 2).

    Newton's method; a step that does not gain is halved until it does.
    """
    middle, count = x.mean(), len(right)
    design = np.stack([np.append(np.ones_like(x), [1, 0]), np.append(x - middle, [0, 1])])
    right = np.concatenate([right, np.full((count, 2), PRIOR / 2)], axis=1)
    total = np.concatenate([total, np.full((count, 2), PRIOR)], axis=1)
    theta, left = np.zeros((count, 2)), np.arange(count)
    for _ in range(STEPS):
        step = _newton(theta[left], design, right[left], total[left])
        theta[left] += _gaining(step, theta[left], design, right[left], total[left])
        left = left[np.abs(step).max(axis=1) > CLOSE]
        if not len(left):
            break
    return np.stack([theta[:, 0] - theta[:, 1] * middle, theta[:, 1]], axis=1)


def _newton(theta: Floats, design: Floats, right: Floats, total: Floats) -> Floats:
    """The gradient by the inverse information, shape (B, 2)."""
    p = _logistic(theta @ design)
    gradient = (right - total * p) @ design.T
    weight = total * p * (1 - p)
    s0, s1, s2 = (weight @ (design[i] * design[j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    u0, u1 = gradient.T
    return np.asarray(np.stack([s2 * u0 - s1 * u1, s0 * u1 - s1 * u0], axis=1) / (s0 * s2 - s1 * s1)[:, None])


def _gaining(step: Floats, theta: Floats, design: Floats, right: Floats, total: Floats) -> Floats:
    """The step, halved where it would lower the likelihood."""

    def likelihood(at: Floats) -> Floats:
        logit = at @ design
        return np.asarray((right * logit - total * np.logaddexp(0, logit)).sum(axis=1))

    step, floor = step.copy(), likelihood(theta) - CLOSE
    while (worse := likelihood(theta + step) < floor).any():
        step[worse] /= 2
    return step


def _logistic(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -500, 500))), float)
