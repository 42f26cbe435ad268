"""What clustered items are worth: how many independent ones would say as much, and how well that is known."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.stats.clusters import cluster_sums, freedom, variance
from evals.stats.estimate import Floats
from evals.stats.quantiles import t_quantiles, z_quantile


def worth(  # noqa: PLR0913, PLR0917 - what makes a sample, and how to read it
    values: Floats,
    clusters: ArrayLike,
    spread: Floats,
    alike: NDArray[np.bool_],
    replies: int | None = None,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """The effective number of items, and the quantile to be used with it, each of shape (B,).

    Independent items of yes or no are worth their number, with the normal quantile. Items all alike do not show how
    alike their clusters are: each cluster is worth one. For all others the effective number is spread / SE^2, at most
    the replies there are, with the quantile of t.

    Args:
        values: shape (B, n), of at least two clusters unless they are independent. clusters: shape (n,).
        spread: shape (B,), the variance of one item. alike: shape (B,). replies: n unless items were repeated.
    """
    pulls, n = cluster_sums(values, clusters), values.shape[-1]
    count = pulls.shape[-1]
    z = z_quantile(level)
    plain = are_yes_or_no(values) & (count == n)
    if plain.all():
        return np.full(len(values), float(n)), np.full(len(values), z)
    squared, most = variance(pulls), float(replies or n)
    known = squared * most > spread
    size = np.where(known, np.minimum(most, spread / np.where(known, squared, 1.0) * n / (n - 1)), most)
    quantile = t_quantiles(freedom(pulls), level)
    size = np.where(plain, n, np.where(alike, count, size))
    return size, np.where(plain | alike, z, quantile)


def are_yes_or_no(values: Floats) -> NDArray[np.bool_]:
    """Whether every value is 0 or 1, or for changes -1, 0 or 1; over the last axis."""
    size = np.abs(values)
    return np.asarray(((size == 0) | (size == 1)).all(axis=-1))
