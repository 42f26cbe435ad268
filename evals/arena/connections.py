"""Who can be compared with whom: models that never met, even through others, have no common scale."""

import numpy as np

from evals.arena.pool import A_WINS, B_WINS, Mask, Places, Pool


def components(pool: Pool) -> list[Places]:
    """The models that hang together by battles, each part sorted; the largest part first, then by the first name."""
    met = _beat(pool)
    parts = _apart(met | met.T)
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def circles(pool: Pool) -> list[Places]:
    """The models each of which has, through others, beaten or tied each other, as far as that goes.

    Ratings are finite if there is one circle only. Of a pool that hangs together, no chain of wins leads back from one
    circle to another, so that nothing says how far apart the two are.
    Source: Ford (1957), Solution of a ranking problem from binary comparisons.
    """
    ahead = _reach(_beat(pool))
    return _apart(ahead & ahead.T)


def _beat(pool: Pool) -> Mask:
    """Who has beaten or tied whom, shape (M, M)."""
    size = len(pool.models)
    found = np.zeros((size, size), bool)
    first, second = pool.outcome != B_WINS, pool.outcome != A_WINS
    found[pool.a[first], pool.b[first]] = True
    found[pool.b[second], pool.a[second]] = True
    return found


def _reach(edges: Mask) -> Mask:
    """Who comes to whom by any number of steps, at least 0."""
    found = edges | np.eye(len(edges), dtype=bool)
    while True:
        further = (found.astype(np.float32) @ found.astype(np.float32)) > 0
        if (further == found).all():
            return found
        found = further


def _apart(alike: Mask) -> list[Places]:
    """The classes of a symmetric relation, made transitive, in the order of their first members."""
    reach = _reach(alike)
    label = reach.argmax(axis=1)  # the first that each comes to, and comes back from
    return [np.flatnonzero(label == first) for first in np.unique(label)]
