"""Style control: what the looks of answers and their place pull, so that it can be taken out of the ratings.

A feature of two answers, such as their tokens, is (a - b) / (a + b + 1), divided by its root mean square; it is not centred, so that
battles shown the other way round give the same ratings. The place itself is a column of ones: what it is worth to be first.
"""

import numpy as np

from evals.arena.pool import Pool
from evals.stats import Floats

PLACE = "first place"


def features(pool: Pool) -> tuple[str, ...]:
    """The features that differ in some battle, then the place."""
    return (*(name for name, given in sorted(pool.style.items()) if _apart(given).any()), PLACE)


def columns(pool: Pool) -> Floats:
    """What pulls towards the answer shown first, shape (n, K): a column a feature, 0 where nobody knows.

    Source: LMArena (2024), Does style matter? Disentangling style and substance in Chatbot Arena, there centred.
    """
    found = [_scaled(_apart(pool.style[name]), pool.count) for name in features(pool)[:-1]]
    return np.column_stack([*found, np.ones(len(pool))])


def _apart(given: Floats) -> Floats:
    a, b = given.T
    return np.asarray(np.nan_to_num((a - b) / (a + b + 1)), float)


def _scaled(x: Floats, count: Floats) -> Floats:
    return np.asarray(x / np.sqrt(count @ x**2 / count.sum()), float)
