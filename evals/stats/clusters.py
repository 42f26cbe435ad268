"""Clusters: what items that are not independent of each other do to a standard error."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.stats.estimate import NAN, Floats


def cluster_sums(values: ArrayLike, clusters: ArrayLike) -> Floats:
    """How much each cluster pulls the mean: the sum over its items of (value - mean) / n, in label order.

    Its squares add up to the sandwich variance of the mean; products of two metrics' pulls to their covariance.

    Args: values: shape (..., n). clusters: shape (n,), any labels.
    Returns: shape (..., G).
    """
    x = np.asarray(values, float)
    n = x.shape[-1]
    if not n:
        return np.zeros((*x.shape[:-1], 0))
    return summed((x - x.mean(axis=-1, keepdims=True)) / n, clusters)


def summed(values: Floats, clusters: ArrayLike) -> Floats:
    """The sum of each cluster's values, in label order: from shape (..., n) to (..., G)."""
    labels = np.asarray(clusters)
    order = np.argsort(labels, kind="stable")
    ordered = labels[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return np.asarray(np.add.reduceat(values[..., order], starts, axis=-1), float)


def cluster_se(values: ArrayLike, clusters: ArrayLike) -> float:
    """The standard error of a mean whose items come in clusters; NaN with fewer than two clusters.

    sqrt(G / (G - 1) * sum_g (sum_i (x_gi - mean))^2) / n
    Source: Liang and Zeger (1986), with the usual small-sample factor G / (G - 1).
    """
    pulls = cluster_sums(values, clusters)
    return math.sqrt(variance(pulls)) if len(pulls) > 1 else NAN


def variance(pulls: Floats) -> Floats:
    """The variance of a mean from its clusters' pulls: G / (G - 1) times the sum of their squares, over the last axis."""
    count = pulls.shape[-1]
    return np.asarray(count / (count - 1) * (pulls**2).sum(axis=-1), float)


def freedom(pulls: Floats) -> Floats:
    """The degrees of freedom of that variance, over the last axis: G - 1, or fewer where few clusters make up most of it.

    2 V^2 / Var(V) with V the sum of the squared pulls and Var(V) estimated from them: of 50 clusters of which three are
    unlike the rest, the variance is known no better than by three. Without this the interval of a share of .02 in 50
    clusters of 8 whose items go together with correlation .5 holds 88 %, with it 98 % (docs/statistics.md).

    Args: pulls: shape (..., G), G from 2.
    Source: Satterthwaite (1946); Pan and Wall (2002), Small-sample adjustments in using the sandwich variance estimator in
        generalized estimating equations.
    """
    count = pulls.shape[-1]
    largest = np.abs(pulls).max(axis=-1, keepdims=True)
    squared = (pulls / np.where(largest > 0, largest, 1.0)) ** 2
    total = squared.sum(axis=-1)
    spread = (squared**2).sum(axis=-1) - total**2 / count
    known = spread > 1e-12 * total**2
    found = np.divide(2 * total**2, spread, out=np.full_like(total, np.inf), where=known)
    return np.asarray(np.minimum(count - 1, found), float)


def joined(one: ArrayLike, other: ArrayLike) -> NDArray[np.intp]:
    """Labels, shape (n,), alike for items that hang together: by a label of either kind, or through others that do.

    Args: one, other: shape (n,), any labels: such as each item's cluster, and the pair that it belongs to.
    """
    kinds = [np.unique(np.asarray(labels), return_inverse=True)[1] for labels in (one, other)]
    found = np.arange(len(kinds[0]))
    while True:
        before = found
        for codes in kinds:
            least = np.full(int(codes.max(initial=-1)) + 1, len(codes))
            np.minimum.at(least, codes, found)
            found = least[codes]
        if (found == before).all():
            return found


def design_effect(values: ArrayLike, clusters: ArrayLike) -> float:
    """By what the clusters multiply the variance of the mean: 1 + (m - 1) rho for m items a cluster; NaN if all agree.

    Source: Kish (1965), Survey Sampling.
    """
    x = np.asarray(values, float)
    if len(x) < 2 or np.ptp(x) == 0:
        return NAN
    return float((cluster_se(x, clusters) / cluster_se(x, np.arange(len(x)))) ** 2)


def correlation(values: Sequence[ArrayLike], clusters: Sequence[NDArray[np.integer[Any]]]) -> Floats:
    """How the errors of k means go together through the clusters they share, shape (k, k); 0 where they share none.

    Args: values, clusters: k arrays each, of shapes (n_1,), ..., (n_k,); the same whole number means the same cluster.
    """
    (found,) = correlations([np.asarray(x, float)[None] for x in values], clusters)
    return np.asarray(found, float)


def correlations(values: Sequence[Floats], clusters: Sequence[NDArray[np.integer[Any]]]) -> Floats:
    """`correlation` of many sets of values at once: shape (B, k, k), from k arrays of shapes (B, n_1), ..., (B, n_k)."""
    count = max((int(codes.max(initial=-1)) + 1 for codes in clusters), default=0)
    pulls = np.zeros((len(values[0]), len(values), count))
    for row, (x, codes) in enumerate(zip(values, clusters, strict=True)):
        pulls[:, row, np.unique(codes)] = cluster_sums(x, codes)
    length = np.sqrt((pulls**2).sum(axis=-1))
    length[length == 0] = np.inf
    shared = (pulls @ np.swapaxes(pulls, 1, 2)) / (length[:, :, None] * length[:, None, :])
    shared[:, np.arange(len(values)), np.arange(len(values))] = 1.0
    return np.asarray(shared, float)
