"""Cycles: models each of which surely beats the next, and the last the first, which no ratings can say."""

from itertools import combinations

import numpy as np

from evals.arena.matrix import Matrix
from evals.arena.pool import Mask
from evals.stats import holm
from evals.stats.quantiles import normal_tail

LEVEL = 0.05


def cycles(table: Matrix) -> list[tuple[int, int, int]]:
    """The rings of three whose every step survives Holm's correction for all pairs: each beats the next, the last the first.

    Where there is a longer ring among models that all met surely, there is one of three.
    """
    beats = _surely(table)
    found = []
    for ring in combinations(range(len(beats)), 3):
        for i, j, k in (ring, (ring[0], ring[2], ring[1])):
            if beats[i, j] and beats[j, k] and beats[k, i]:
                found.append((i, j, k))
    return found


def _surely(table: Matrix) -> Mask:
    """Who surely got more than half of the points of whom, shape (M, M)."""
    first, second = np.triu_indices(len(table.share), 1)
    share, met = table.share[first, second], table.battles[first, second]
    known = met > 0
    z = np.where(known, (share - 0.5) * 2 * np.sqrt(met), 0.0)
    p = holm([2 * normal_tail(abs(float(each))) for each in z])
    beats = np.zeros_like(table.battles, dtype=bool)
    sure = known & (p < LEVEL)
    ahead = share > 0.5
    beats[first[sure & ahead], second[sure & ahead]] = True
    beats[second[sure & ~ahead], first[sure & ~ahead]] = True
    return beats
