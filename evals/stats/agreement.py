"""Agreement of raters: how often they say the same, and how far that is beyond chance."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import NAN, NOTHING, Estimate, Floats
from evals.stats.resampling import bootstrap


def cohen_kappa(one: ArrayLike, other: ArrayLike, clusters: ArrayLike) -> Estimate:
    """How far two raters agree beyond chance: (p_o - p_e) / (1 - p_e); 1 always, 0 no more than their rates alone would.

    95 % interval by a bootstrap of whole clusters. NaN where both have said one and the same thing of everything.

    Args: one, other: shape (n,), any labels: what each said of the same items. clusters: shape (n,).
    Source: Cohen (1960), A coefficient of agreement for nominal scales.
    """
    both, codes = np.unique(np.concatenate([np.asarray(one), np.asarray(other)]), return_inverse=True)
    n, k = len(np.asarray(one)), len(both)
    if not n:
        return NOTHING
    cells = np.eye(k * k)[codes[:n] * k + codes[n:]]

    def kappa(means: Floats) -> Floats:
        table = means.reshape(-1, k, k)
        agreed = np.trace(table, axis1=1, axis2=2)
        chance = (table.sum(2) * table.sum(1)).sum(1)
        return _beyond(1 - agreed, 1 - chance)

    return _estimate(cells, clusters, kappa)


def krippendorff_alpha(counts: ArrayLike, clusters: ArrayLike) -> Estimate:
    """How far any number of raters agree beyond chance, for labels without order: 1 - D_o / D_e.

    Items that fewer than two have rated say nothing and are left out. 95 % interval by a bootstrap of whole clusters.

    Args: counts: shape (n, k): how many raters gave each of n items each of k labels. clusters: shape (n,).
    Returns: NaN where only one label occurs. `n` counts the items that two or more have rated.
    Source: Krippendorff (2004), Content analysis, 11; Hayes and Krippendorff (2007) for the bootstrap.
    """
    given = np.asarray(counts, float)
    raters = given.sum(-1) if given.size else np.zeros(0)
    kept, labels = given[raters > 1], np.asarray(clusters)[raters > 1]
    if not len(kept):
        return NOTHING
    each = kept.sum(-1)
    unlike = (each**2 - (kept**2).sum(-1)) / (each - 1)
    units = len(kept)

    def alpha(means: Floats) -> Floats:
        seen, totals = means[:, 0] * units, means[:, 1:] * units
        n = totals.sum(-1)
        return _beyond(seen / n, (n**2 - (totals**2).sum(-1)) / (n * (n - 1)))

    return _estimate(np.column_stack([unlike, kept]), labels, alpha)


def _beyond(seen: Floats, chance: Floats) -> Floats:
    """1 less disagreement seen over disagreement by chance; NaN where chance leaves none."""
    return np.asarray(1 - seen / np.where(chance > 1e-12, chance, np.nan), float)


def _estimate(values: Floats, clusters: ArrayLike, statistic: Callable[[Floats], Floats]) -> Estimate:
    """The statistic with its interval; without one where there are not two clusters, or no draw has a value."""
    value = float(statistic(values.mean(0, keepdims=True))[0])
    count = len(np.unique(np.asarray(clusters)))
    if count < 2 or np.isnan(value):
        return Estimate(value, NAN, NAN, len(values), count, "one cluster" if count < 2 else "one label")
    return bootstrap(values, clusters, statistic, rounds=1_000)
