"""Shrinkage: how far apart models are, learned from the battles, and what few battles then say of one."""

import math

import numpy as np

from evals.arena.fit import Fit, Prior, fit
from evals.arena.outcomes import Ties
from evals.arena.pool import Pool
from evals.stats import Floats

USUAL = 3.0
"""The precision 1 / spread^2 where battles cannot say: models some 100 Elo apart."""

FEWEST = 5
"""With fewer models than this, how far apart they are says little of how far models are."""

LOOSE, TIGHT = 0.03, 300.0
"""The precisions that are thought of: from a spread of 1,000 Elo to one of 10."""

CLOSE = 0.1
"""How close the logarithm of the precision is found: to 5 % of the spread, which is known no better."""

GOLDEN = (math.sqrt(5) - 1) / 2


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

    l(theta) - precision / 2 |theta - middle|^2 + M / 2 ln precision - 1/2 ln det(curvature)
    Source: MacKay (1992), Bayesian interpolation; Tierney and Kadane (1986).
    """
    few = pool.halved()

    def evidence(log_precision: float) -> float:
        prior = Prior(middle, math.exp(log_precision))
        found = fit(few, "half", prior=prior)
        _, log_det = np.linalg.slogdet(found.bends())
        return found.height + len(middle) / 2 * log_precision - float(log_det) / 2

    low, high = math.log(LOOSE), math.log(TIGHT)
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = evidence(left), evidence(right)
    while high - low > CLOSE:
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = evidence(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = evidence(right)
    return math.exp((low + high) / 2)
