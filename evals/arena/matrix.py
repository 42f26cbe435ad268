"""The win matrix: how two models did against each other, and how they should have by their ratings."""

from dataclasses import dataclass, fields

import numpy as np

from evals.arena.fit import Fit
from evals.arena.outcomes import chances
from evals.arena.pool import POINTS, Mask, Pool, summed
from evals.stats import Floats, z_quantile
from evals.stats.proportions import wilson_limits


@dataclass(frozen=True, eq=False)
class Matrix:
    """What the model of the row got of its battles with the model of the column; each of shape (M, M), NaN where none.

    Attributes:
        battles: how many there were.
        share: the points it got, a tie half a point, as a share. low, high: its 95 % interval by Wilson.
        predicted: the share that the ratings foretell, all else alike.
        residual: by how many standard errors of the model the points exceed what was foretold; above 3 they hardly fit.
    """

    battles: Floats
    share: Floats
    low: Floats
    high: Floats
    predicted: Floats
    residual: Floats

    def where(self, keep: Mask) -> "Matrix":
        """Of these models."""
        both = np.ix_(keep, keep)
        return Matrix(*(getattr(self, each.name)[both] for each in fields(self)))


def matrix(pool: Pool, found: Fit) -> Matrix:
    """The matrix of a pool, in the order of its models."""
    points = pool.count * POINTS[pool.outcome]
    battles, points = _pairwise(pool, pool.count, pool.count), _pairwise(pool, points, pool.count - points)
    predicted = foretold(found)
    with np.errstate(invalid="ignore", divide="ignore"):
        met = np.where(battles > 0, battles, np.nan)
        share = points / met
        low, high = wilson_limits(share, met, z_quantile())
        residual = (points - met * predicted) / np.sqrt(met * predicted * (1 - predicted))
    return Matrix(battles, share, low, high, predicted, residual)


def foretold(found: Fit) -> Floats:
    """The points that each should get of each by the ratings, a tie half a point: shape (M, M), NaN on the diagonal."""
    theta = found.theta
    d = (theta[:, None] - theta[None, :]).ravel()
    won, lost, _ = chances(found.ties, d, found.k)
    share = ((1 + won - lost) / 2).reshape(len(theta), len(theta))
    np.fill_diagonal(share, np.nan)
    return share


def _pairwise(pool: Pool, first: Floats, second: Floats) -> Floats:
    """Sums by who it was of and against whom: of what the answer shown first has of each battle, and the second."""
    size = len(pool.models)
    found = summed(pool.a * size + pool.b, first, size * size)
    found += summed(pool.b * size + pool.a, second, size * size)
    return found.reshape(size, size)
