"""How sure ratings are: the covariance of what was fitted, for battles that are independent and for those that are not.

V = A (B + prior) A, with A the inverse of the curvature among ratings that sum to 0, and B how much the battles' pulls vary:
by the model itself, battle by battle (HC0), or by the sums of units whose votes go together. Nothing else is added before
anything is inverted.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.arena.fit import Fit, laplacian
from evals.arena.outcomes import WAYS
from evals.arena.pool import Codes, Places, summed
from evals.stats import Floats

Kind = Literal["model", "hc0", "question", "judge", "two-way", "bootstrap"]
"""By what intervals are made."""

CI = Literal["auto", Kind]
"""The same, or to be found."""

ROOM = 2_000_000
"""Numbers held at once of the units' sums: 16 MB."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How sure a fit is.

    Attributes:
        covariance: of all that was fitted, shape (P, P).
        freedom: degrees of freedom of its t; infinite for the normal.
        kind: how it was made.
        units: how many independent units there are, by what they are.
    """

    covariance: Floats
    freedom: float
    kind: Kind
    units: dict[str, int]


def model_based(found: Fit) -> Spread:
    """As if the model held and all battles were independent: A itself."""
    return Spread(found.inverse(), np.inf, "model", {})


def hc0(found: Fit) -> Spread:
    """As if all battles were independent, whatever the model.

    Source: Huber (1967), The behavior of maximum likelihood estimates under nonstandard conditions; White (1980).
    """
    return Spread(_between(found, _apart(found, found.pool.square)), np.inf, "hc0", {})


def _apart(found: Fit, square: Floats) -> Floats:
    """The sum over rows of a pull times itself, shape (P, P). Args: square: what each counts, shape (n,)."""
    pool, terms = found.pool, found.terms
    size, others = len(pool.models), _others(found)
    meat = np.zeros((len(found.at),) * 2)
    meat[:size, :size] = laplacian(pool, square * terms.d**2)
    for place, column in enumerate(others.T, size):
        pull = square * terms.d * column
        across = summed(pool.a, pull, size) - summed(pool.b, pull, size)
        meat[place, :size] = meat[:size, place] = across
    meat[size:, size:] = (others * square[:, None]).T @ others
    return meat


def clustered(found: Fit, units: Codes, kind: Kind = "question", *, fair: bool = False) -> Spread:
    """For battles that are independent only if they belong to different units.

    B = G / (G - 1) sum_g S_g S_g', S_g the sum of the pulls of unit g; t with 1 / sum_g h_g^2 - 1 degrees of freedom, h_g the
    share that a unit has of what is known: G - 1 where all have the same.
    Args: fair: with S_g / (1 - h_g) instead, and (G - 1) / G: a unit that has much of the say draws the ratings to itself, and
        looks more like the others than it is. Where all have the same say it is the same.
    Source: Liang and Zeger (1986), Longitudinal data analysis using generalized linear models; for the shares MacKinnon, Nielsen
        and Webb (2023), Cluster-robust inference: a guide to empirical practice, and Carter, Schnepel and Steigerwald (2017),
        Asymptotic behavior of a t-test robust to cluster heterogeneity.
    """
    each = _unit(units)
    say = _say(found, each)
    count = len(say)
    factor = (count - 1) / count if fair else count / (count - 1)
    meat = _meat(found, each, np.minimum(1 / np.maximum(1 - say, 1e-9), count) if fair else None)
    return Spread(_between(found, factor * meat), _freedom(say), kind, {kind: count})


def two_way(found: Fit, questions: Codes, judges: Codes) -> Spread:
    """For battles that go together by question and also by judge: the two of `clustered`, less that by both at once.

    Eigenvalues below 0, which the difference may have, are set to 0; t with the fewer degrees of freedom of the two.
    Source: Cameron, Gelbach and Miller (2011), Robust inference with multiway clustering.
    """
    one, other = clustered(found, questions, fair=True), clustered(found, judges, "judge", fair=True)
    both = clustered(found, questions.astype(np.int64) * (int(judges.max()) + 1) + judges)
    whole = one.covariance + other.covariance - both.covariance
    values, vectors = np.linalg.eigh((whole + whole.T) / 2)
    covariance = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return Spread(covariance, min(one.freedom, other.freedom), "two-way", {**one.units, **other.units})


def freedom(found: Fit, units: Codes | None) -> float:
    """The degrees of freedom of `clustered`; infinite without units."""
    return np.inf if units is None else _freedom(_say(found, _unit(units)))


def _freedom(say: Floats) -> float:
    return max(1.0, 1 / float(say @ say) - 1)


def _unit(units: Codes) -> Codes:
    """The units as whole numbers from 0, without gaps."""
    if units.max() > 4 * len(units):
        return np.unique(units, return_inverse=True)[1]
    met = np.bincount(units) > 0
    return units if met.all() else (np.cumsum(met) - 1)[units]


def _say(found: Fit, units: Codes) -> Floats:
    """The share that each unit has of all that is known of the ratings, shape (G,)."""
    pool, bread = found.pool, found.inverse()
    size = len(pool.models)
    own = np.diag(bread)[:size]
    apart = own[:, None] + own[None, :] - 2 * bread[:size, :size]
    known = pool.weight * found.terms.dd * apart.ravel()[pool.a * size + pool.b]
    sums = summed(units, known, int(units.max()) + 1)
    return np.asarray(sums / sums.sum(), float)


def _others(found: Fit) -> Floats:
    """How steep each battle is for slopes and for the tie's own number, shape (n, P - M)."""
    slopes = found.x * found.terms.d[:, None]
    if WAYS[found.ties][1] is None:
        return np.asarray(slopes, float)
    return np.column_stack([slopes, found.terms.k])


def _between(found: Fit, meat: Floats) -> Floats:
    """The meat between two slices of bread; what was thought beforehand counts as seen."""
    size = len(found.pool.models)
    inside = meat.copy()
    inside[np.arange(size), np.arange(size)] += found.prior.precision
    bread = found.inverse()
    return np.asarray(bread @ inside @ bread, float)


def _meat(found: Fit, units: Codes, times: Floats | None) -> Floats:
    """sum_g S_g S_g'. Args: times: what each S_g is multiplied by, shape (G,)."""
    weight = found.pool.weight if times is None else found.pool.weight * times[units]
    single = np.bincount(units) == 1
    alone = single[units]
    meat = _apart(found, np.where(alone, weight**2, 0.0))
    if not alone.all():
        meat += _together(
            found, np.flatnonzero(~alone), weight, np.where(single, 0, np.cumsum(~single) - 1)[units]
        )
    return meat


def _together(found: Fit, rows: Places, weight: Floats, units: Codes) -> Floats:
    """The same of some rows, some thousand units at a time."""
    pool, others, pull = found.pool, _others(found), weight * found.terms.d
    wide, size, count = len(found.at), len(pool.models), int(units[rows].max()) + 1
    block = max(1, ROOM // wide, -(-count // 2**15))
    part = (units[rows] // block).astype(np.uint16)
    rows = rows[np.argsort(part, kind="stable")]  # of so small numbers it takes one pass
    meat = np.zeros((wide, wide))
    for number, these in enumerate(np.split(rows, np.cumsum(np.bincount(part))[:-1])):
        place = (units[these] - number * block) * wide
        here = min(block, count - number * block) * wide
        sums = summed(place + pool.a[these], pull[these], here) - summed(
            place + pool.b[these], pull[these], here
        )
        for column in range(others.shape[1]):
            sums += summed(place + size + column, others[these, column] * weight[these], here)
        each = sums.reshape(-1, wide)
        meat += each.T @ each
    return meat
