"""The bootstrap: how ratings vary when units of battles are drawn again, and fitted again."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from evals.arena.fit import FAINT, Fit, Prior, refitted
from evals.arena.pool import Codes, Pool
from evals.arena.sandwich import Spread, freedom
from evals.stats import Floats

DRAWS = 1_000


def bootstrap(found: Fit, units: Codes | None, kind: str, seed: int = 0) -> Spread:
    """The covariance of ratings fitted anew to battles drawn again, whole units at a time; without units, battle by battle.

    Source: Efron and Tibshirani (1993), An introduction to the bootstrap; Field and Welsh (2007) for clusters.
    """
    rng = np.random.default_rng(seed)
    start = found if found.prior.precision else replace(found, prior=Prior(found.theta, FAINT))
    drawn = np.array([refitted(start, weight) for weight in _weights(found.pool, units, rng)])
    size = len(found.theta)
    drawn[:, :size] -= drawn[:, :size].mean(axis=1, keepdims=True)
    named = {} if units is None else {kind: len(np.unique(units))}
    return Spread(np.atleast_2d(np.cov(drawn, rowvar=False)), freedom(found, units), "bootstrap", named)


def _weights(pool: Pool, units: Codes | None, rng: np.random.Generator) -> Iterator[Floats]:
    """The weights of the rows in each draw."""
    if units is None:
        total, each = pool.battles, pool.weight / pool.count
        for _ in range(DRAWS):
            yield rng.multinomial(total, pool.count / total) * each
        return
    codes = np.unique(units, return_inverse=True)[1]
    count = int(codes.max()) + 1
    for _ in range(DRAWS):
        yield rng.multinomial(count, np.full(count, 1 / count))[codes] * pool.weight
