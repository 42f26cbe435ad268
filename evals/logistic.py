"""Logistic curves: how the chance of a right answer goes with one number, logit P(right | x) = a + b x.

Models are often right up to some x and wrong from there on; no curve is then steep enough for plain maximum
likelihood. So the data are given two items more, each half right: one at the middle of the x, one that says the same of
a step of 1. This is a log-F(1, 1) prior on both coefficients: it lets the odds of a right answer change by a factor of
648 a step before it holds against it, and against data of any number it weighs next to nothing.

Source: Greenland and Mansournia (2015), Penalization, bias reduction, and default priors in logistic and related
categorical and survival regressions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evals.stats import NOTHING, Estimate, Floats

ROUNDS = 1_000
PRIOR = 1.0
STEPS, CLOSE = 100, 1e-8
"""Newton's method: at most so many steps, and none after one so short."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve: logit P = a + b x."""

    a: float
    b: float

    def chance(self, x: ArrayLike) -> Floats:
        """P(right) at these x."""
        return _logistic(self.a + self.b * np.asarray(x, float))


def fit(x: ArrayLike, right: ArrayLike, total: ArrayLike) -> Curve:
    """The curve that best explains how many of `total` items at each x were right.

    Args: x, right, total: shape (L,); right and total may be fractional.
    Raises: ValueError: there are not two different x with items.
    """
    at, rights, totals = (np.asarray(given, float) for given in (x, right, total))
    if len(set(at[totals > 0])) < 2:
        raise ValueError("a curve needs items at two different x")
    a, b = fit_each(at, rights[None], totals[None])[0]
    return Curve(float(a), float(b))


def fit_each(x: Floats, right: Floats, total: Floats) -> Floats:
    """The curves (a, b) of B sets of data at once, shape (B, 2); right and total of shape (B, L), x of shape (L,).

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


def estimate(
    x: ArrayLike, right: ArrayLike, total: ArrayLike, of: Callable[[Floats], Floats], rounds: int = ROUNDS
) -> Estimate:
    """Something of a curve; its interval are the central 95 % when whole clusters are drawn again, seeded.

    Args:
        x: shape (L,), each once.
        right, total: shape (C, L), for each cluster its items at each x that are right, and all; may be fractional.
        of: from curves (a, b) of shape (B, 2) to B numbers, which may be infinite.
    Returns: no items without two clusters, or without items at two x.
    Source: Efron and Tibshirani (1993), An introduction to the bootstrap, 13; Field and Welsh (2007) for clusters.
    """
    at, rights, totals = (np.asarray(given, float) for given in (x, right, total))
    clusters = int((totals.sum(axis=1) > 0).sum())
    if clusters < 2 or (totals.sum(axis=0) > 0).sum() < 2:
        return NOTHING
    value = float(of(fit_each(at, rights.sum(axis=0)[None], totals.sum(axis=0)[None]))[0])
    equal = np.full(len(totals), 1 / len(totals))
    times = np.random.default_rng(0).multinomial(len(totals), equal, size=rounds)
    drawn = times @ totals
    usable = (drawn > 0).sum(axis=1) > 1
    values = of(fit_each(at, (times @ rights)[usable], drawn[usable]))
    low, high = (float(np.quantile(values, q, method="nearest")) for q in (0.025, 0.975))
    return Estimate(value, low, high, round(float(totals.sum())), clusters, "logistic, cluster bootstrap")


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
