"""Shrinkage: how far apart models are, learned from the battles, and what few battles then say of one."""

import math
from dataclasses import replace

import numpy as np

from evals.arena.fit import Fit, Prior, climbed, fit
from evals.arena.outcomes import Ties
from evals.arena.pool import Pool
from evals.stats import Floats

USUAL = 3.0
"""The precision 1 / spread^2 where battles cannot say: models some 100 Elo apart."""

FEWEST = 5
"""With fewer models than this, how far apart they are says little of how far models are."""

LOOSE, TIGHT = 0.03, 300.0
"""The precisions that are thought of: from a spread of 1,000 Elo to one of 10."""

ROUNDS, CLOSE = 100, 0.01
"""The search ends when the logarithm of the precision changes by less, or after so many steps."""


def shrunk(pool: Pool, ties: Ties = "half", middle: Floats | None = None, x: Floats | None = None) -> Fit:
    """The likeliest ratings if models lie normally around `middle`, as far apart as the battles make most likely.

    Args: middle: shape (M,); none for 0.
    """
    size = len(pool.models)
    around = np.zeros(size) if middle is None else middle
    precision = USUAL if size < FEWEST else likeliest(pool, around)
    return fit(pool, ties, x, Prior(around, precision))


def likeliest(pool: Pool, middle: Floats) -> float:
    """The precision under which the battles are likeliest, whatever the ratings: by Laplace's approximation.

    The top of l(theta) - precision / 2 |theta - middle|^2 + M / 2 ln precision - 1/2 ln det(curvature) is where precision =
    gamma / |theta - middle|^2, gamma = M - 1 - precision tr(curvature^-1 among ratings that sum to 0) the number of ratings that the battles determine.
    Source: MacKay (1992), Bayesian interpolation, eq. 3.7; Tierney and Kadane (1986).
    """
    few, size = pool.halved(), len(middle)
    found = fit(few, "half", prior=Prior(middle, USUAL))
    for _ in range(ROUNDS):
        before = found.prior.precision
        off = found.theta - middle
        determined = size - 1 - before * float(np.trace(found.inverse()))
        length = float(off @ off)
        now = min(max(determined / length, LOOSE), TIGHT) if length > 0 else TIGHT
        found = climbed(replace(found, prior=Prior(middle, now)))
        if abs(math.log(now / before)) < CLOSE:
            break
    return found.prior.precision
