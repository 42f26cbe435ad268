"""Tests that shuffle: how often chance alone would reach what was seen."""

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.clusters import summed
from evals.stats.estimate import NAN, Floats


def sign_flip(sums: ArrayLike, rounds: int = 9_999, seed: int = 0) -> float:
    """The two-sided p that a sum of cluster contributions is 0, were each cluster as likely to pull the other way.

    Exact up to 2^13 sign patterns, else by `rounds` random ones, seeded; never below 1 / (rounds + 1). For independent
    yes-or-no items it is McNemar's test.

    Args: sums: shape (G,), each cluster's contribution to the difference.
    Source: Fisher (1935), The design of experiments, 21; Phipson and Smyth (2010) for the added 1.
    """
    pulls = np.asarray(sums, float)
    strongest = float(np.abs(pulls).max(initial=0))
    if strongest == 0:
        return 1.0
    pulls = (pulls / strongest).round(9)
    seen = abs(float(pulls.sum())) - 1e-6
    # Clusters that pull equally hard need not be told apart: how many of them turn is one binomial number.
    sizes, times = np.unique(np.abs(pulls[pulls != 0]), return_counts=True)
    if times.sum() <= 13:
        turns = (np.arange(2 ** times.sum())[:, None] >> np.arange(times.sum())) & 1
        return float((np.abs((1 - 2 * turns) @ np.repeat(sizes, times)) >= seen).mean())
    rng = np.random.default_rng(seed)
    reached = 0
    for start in range(0, rounds, 1_000):
        turned = rng.binomial(times, 0.5, (min(1_000, rounds - start), len(times)))
        reached += int((np.abs((times - 2 * turned) @ sizes) >= seen).sum())
    return (reached + 1) / (rounds + 1)


def shuffle(
    treatment: tuple[ArrayLike, ArrayLike],
    control: tuple[ArrayLike, ArrayLike],
    rounds: int = 9_999,
    seed: int = 0,
) -> float:
    """The two-sided p that two means of different items are one, were each cluster as likely in either group.

    Whole clusters change groups, as many in each as there were, in `rounds` random ways, seeded; never below
    1 / (rounds + 1). NaN where a group is empty.

    Args: treatment, control: (values, clusters) of each group, of shapes (n,); no cluster stands in both.
    Source: Fisher (1935), The design of experiments; Phipson and Smyth (2010) for the added 1.
    """
    groups = [(np.asarray(values, float), np.asarray(clusters)) for values, clusters in (treatment, control)]
    if not all(len(values) for values, _ in groups):
        return NAN
    sums = np.concatenate([summed(values, clusters) for values, clusters in groups])
    sizes = np.concatenate([summed(np.ones(len(values)), clusters) for values, clusters in groups])
    first = len(np.unique(groups[0][1]))
    seen = abs(float(_apart(sums, sizes, np.arange(len(sums))[None] < first)[0]))
    rng, reached = np.random.default_rng(seed), 0
    for start in range(0, rounds, 1_000):
        order = rng.permuted(np.tile(np.arange(len(sums)), (min(1_000, rounds - start), 1)), axis=1)
        reached += int((np.abs(_apart(sums, sizes, order < first)) >= seen - 1e-9 * max(1.0, seen)).sum())
    return (reached + 1) / (rounds + 1)


def _apart(sums: Floats, sizes: Floats, first: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """The differences of the means of two groups of clusters, shape (B,); first: shape (B, G)."""
    one = first.astype(float)
    return np.asarray((one @ sums) / (one @ sizes) - ((1 - one) @ sums) / ((1 - one) @ sizes))
