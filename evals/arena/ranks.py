"""Ranks: the places that a model may truly have, for all models at once."""

import numpy as np
from numpy.typing import NDArray

from evals.stats import Floats

DRAWS = 4_000
Ranks = NDArray[np.intp]


def critical(covariance: Floats, freedom: float = np.inf, level: float = 0.95, seed: int = 0) -> float:
    """How many standard errors two models must differ by for all such findings to hold at once.

    The quantile of max_ij |d_i - d_j| / SE_ij for d ~ N(0, V), or t where the degrees of freedom are finite, from drawn d.
    Args: covariance: of the ratings, shape (M, M), in an order that does not depend on the models' names.
    Source: Hothorn, Bretz and Westfall (2008), Simultaneous inference in general parametric models; for ranks Mogstad,
        Romano, Shaikh and Wilhelm (2024), Inference for ranks with applications to mobility across neighbourhoods.
    """
    size, se = len(covariance), difference_se(covariance)
    scale = np.divide(1.0, se, out=np.zeros_like(se), where=se > 0).astype(np.float32)
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn = root.astype(np.float32) @ rng.standard_normal((size, DRAWS), np.float32)
    if np.isfinite(freedom):
        drawn /= np.sqrt(rng.chisquare(freedom, DRAWS) / freedom).astype(np.float32)
    most = np.zeros(DRAWS, np.float32)
    for place in range(size - 1):
        off = drawn[place + 1 :] - drawn[place]
        np.abs(off, out=off)
        off *= scale[place + 1 :, place, None]
        np.maximum(most, off.max(axis=0), out=most)
    return float(np.quantile(most, level))


def difference_se(covariance: Floats) -> Floats:
    """The standard error of every difference of two, shape (M, M)."""
    own = np.diag(covariance)
    return np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * covariance, 0.0))


def intervals(ratings: Floats, se: Floats, times: float) -> tuple[Ranks, Ranks]:
    """The best and the worst place that each may have: 1 + those surely better, M - those surely worse.

    Args: se: of differences, shape (M, M). times: see `critical`.
    """
    ahead = (ratings[:, None] - ratings[None, :]) > times * se
    np.fill_diagonal(ahead, False)
    return 1 + ahead.sum(axis=0), len(ratings) - ahead.sum(axis=1)


def upper_bounds(low: Floats, high: Floats) -> Ranks:
    """1 + how many have an interval that lies wholly above one's own: "rank (UB)" of Chatbot Arena."""
    return np.asarray(1 + (low[None, :] > high[:, None]).sum(axis=1))
