"""How accuracy falls with every further operation: the slope of a logistic curve over the level.

    logit P(right | level) = a + b level

Where every item of the low levels is right and every one of the high levels wrong, plain maximum likelihood has no
best curve; Firth's penalised likelihood always has one. Resampling whole templates gives the interval.

Source: Firth (1993), Bias reduction of maximum likelihood estimates; Heinze and Schemper (2002), A solution to the
problem of separation in logistic regression.
"""

import numpy as np
from numpy.typing import ArrayLike

from evals.stats import NOTHING, Estimate, Floats

ROUNDS = 1_000
STEPS = 200
LONGEST = 0.5
"""Newton's method takes at most STEPS steps, none longer than LONGEST in either direction."""


def slope(level: ArrayLike, right: ArrayLike, cluster: ArrayLike, seed: int = 0) -> Estimate:
    """B, the change of the log odds of a right answer with one more operation; -1.1 is a third of the odds.

    Args:
        level: shape (n,). right: shape (n,), 0 to 1. cluster: shape (n,), any labels.
    Returns: no items without two levels and two clusters.
    """
    levels, at = np.unique(np.asarray(level, float), return_inverse=True)
    names, group = np.unique(np.asarray(cluster), return_inverse=True)
    if len(levels) < 2 or len(names) < 2:
        return NOTHING
    rights, totals = np.zeros((2, len(names), len(levels)))
    np.add.at(rights, (group, at), np.asarray(right, float))
    np.add.at(totals, (group, at), 1.0)
    value = fit(levels, rights.sum(0)[None], totals.sum(0)[None])[0, 1]
    times = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=ROUNDS
    )
    resampled = times @ totals
    usable = (resampled > 0).sum(axis=1) > 1
    drawn = fit(levels, (times @ rights)[usable], resampled[usable])[:, 1]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(
        float(value), float(low), float(high), len(at), len(names), "Firth logistic, cluster bootstrap"
    )


def fit(x: Floats, right: Floats, total: Floats) -> Floats:
    """The curves (a, b) of B sets of counts at once.

    Args: x: shape (L,). right, total: shape (B, L), items right and all; at least two x with items in each set.
    Returns: shape (B, 2).
    """
    middle = x.mean()
    design = np.stack([np.ones_like(x), x - middle])
    theta = np.zeros((len(right), 2))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-theta @ design))
        weight = total * p * (1 - p)
        inverse = np.linalg.inv(np.einsum("bl,il,jl->bij", weight, design, design))
        leverage = weight * np.einsum("il,bij,jl->bl", design, inverse, design)
        score = (right - total * p + leverage * (0.5 - p)) @ design.T
        step = np.clip(np.einsum("bij,bj->bi", inverse, score), -LONGEST, LONGEST)
        theta = theta + step
        if np.abs(step).max() < 1e-10:
            break
    return np.stack([theta[:, 0] - theta[:, 1] * middle, theta[:, 1]], axis=1)
