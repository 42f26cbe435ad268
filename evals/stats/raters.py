"""Raters that err: what a judge or a rule saw, freed of the errors that it is known to make."""

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import NAN, NOTHING, Estimate, Floats
from evals.stats.worth import worth


def rogan_gladen(  # noqa: PLR0913 - three samples and how to draw
    observed: ArrayLike,
    clusters: ArrayLike,
    caught: tuple[int, int],
    cleared: tuple[int, int],
    *,
    rounds: int = 4_000,
    seed: int = 0,
) -> Estimate:
    """The true share behind an observed one: (p + specificity - 1) / (sensitivity + specificity - 1), within 0..1.

    95 % interval by a parametric bootstrap over all three samples, seeded: each share is drawn from Beta(x + 1/2,
    n - x + 1/2), the observed one on its effective number of items, so that 50 of 50 is not taken for never erring.

    Args:
        observed, clusters: shape (n,): what the rater said of each item, 0 or 1 (or a mean over repeats).
        caught: (times it said yes, cases that are yes) in the labelled set. cleared: (times it said no, cases that are no).
    Returns: NaN where a labelled set is empty, where there are not two clusters, or where the rater is no better than
        chance, so that nothing follows from what it says.
    Source: Rogan and Gladen (1978), Estimating prevalence from the results of a screening test; Lang and Reiczigel (2014)
        for the uncertainty of all three samples.
    """
    x, count = np.asarray(observed, float), len(np.unique(np.asarray(clusters)))
    if not (len(x) and caught[1] and cleared[1]):
        return NOTHING
    p = x.mean()
    value = float(_freed(p, np.array(caught[0] / caught[1]), np.array(cleared[0] / cleared[1])))
    if np.isnan(value) or count < 2:
        return Estimate(
            value, NAN, NAN, len(x), count, "one cluster" if count < 2 else "no better than chance"
        )
    size, _ = worth(x[None], clusters, p[None] * (1 - p[None]), np.isin(p[None], (0.0, 1.0)))
    rng = np.random.default_rng(seed)
    samples = ((p * size[0], size[0]), caught, cleared)
    draws = [rng.beta(hits + 0.5, n - hits + 0.5, rounds) for hits, n in samples]
    low, high = np.nanquantile(_freed(*draws), [0.025, 0.975])
    return Estimate(value, float(low), float(high), len(x), count, "Rogan-Gladen, bootstrap")


def _freed(p: Floats, sensitivity: Floats, specificity: Floats) -> Floats:
    """The formula, NaN where sensitivity and specificity make up no more than chance."""
    better = sensitivity + specificity - 1
    found = (p + specificity - 1) / np.where(better > 0, better, np.nan)
    return np.asarray(np.clip(found, 0.0, 1.0), float)
