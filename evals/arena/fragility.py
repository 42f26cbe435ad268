"""Fragility: how few battles would have to be left out for another model to stand first."""

from dataclasses import dataclass

import numpy as np

from evals.arena.fit import FAINT, Fit, Prior, fit, refitted
from evals.arena.pool import Places, Pool
from evals.stats import Floats

LEVEL = 1e-9
"""Ratings as close as this are level, and nobody is before the other."""

TRIED = 5
"""Of so many models behind the first it is asked how few battles they need."""


@dataclass(frozen=True, slots=True)
class Flip:
    """What would change the first place.

    Attributes:
        first: who stands there. instead: who would.
        battles: how many must be left out; found by the pull of each battle, and checked by fitting without them.
        of: how many there are.
    """

    first: str
    instead: str
    battles: int
    of: int


def flip(pool: Pool) -> Flip | None:
    """The fewest battles found whose absence changes who is first, ties half a win; None where nobody else can be.

    Not the fewest there may be: battles are left out by what one alone does, the strongest first.
    Args: pool: models that hang together.
    Source: Broderick, Giordano and Meager (2020), An automatic finite-sample robustness metric: when can dropping a little data
        make a big difference?
    """
    cells = pool.cells()
    found = fit(cells, prior=Prior(np.zeros(len(pool.models)), FAINT))
    order = np.argsort(-found.theta, kind="stable")
    flips = [each for place in order[1 : TRIED + 1] if (each := _flip(found, int(order[0]), int(place)))]
    return min(flips, key=lambda each: each.battles, default=None)


def _flip(found: Fit, first: int, other: int) -> Flip | None:
    """How few for this one."""
    cells, lead = found.pool, float(found.theta[first] - found.theta[other])
    bread = found.inverse()
    towards = bread[first, : len(found.theta)] - bread[other, : len(found.theta)]
    each = cells.weight / cells.count
    pulls = (towards[cells.a] - towards[cells.b]) * found.terms.d * each
    order = np.argsort(-pulls, kind="stable")
    order = order[pulls[order] > 0]
    count = cells.count[order]
    reached = np.cumsum(pulls[order] * count)
    place = int(np.searchsorted(reached, lead))
    most = int(count.sum())
    guess = most if place == len(order) else int(count[:place].sum() + 1)

    def flipped(without: int) -> bool:
        theta = refitted(found, each * (cells.count - _left_out(count, order, without, len(cells))))
        return bool(theta[other] > theta[first] + LEVEL)

    low, high = 0, min(max(guess, 1), most)
    while not flipped(high):
        if high == most:
            return None
        low, high = high, min(most, high + max(1, high // 4))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if flipped(middle) else (middle, high)
    return Flip(cells.models[first], cells.models[other], high, cells.battles)


def _left_out(count: Floats, order: Places, without: int, size: int) -> Floats:
    """How many battles of each row are left out."""
    before = np.cumsum(count) - count
    found = np.zeros(size)
    found[order] = np.clip(without - before, 0, count)
    return found
