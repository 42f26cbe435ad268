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
from evals.arena.pool import Codes, summed
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
    pool, terms = found.pool, found.terms
    size = len(pool.models)
    others = _others(found)
    meat = np.zeros((len(found.at),) * 2)
    meat[:size, :size] = laplacian(pool, pool.square * terms.d**2)
    for place, column in enumerate(others.T, size):
        pull = pool.square * terms.d * column
        across = summed(pool.a, pull, size) - summed(pool.b, pull, size)
        meat[place, :size] = meat[:size, place] = across
    meat[size:, size:] = (others * pool.square[:, None]).T @ others
    return Spread(_between(found, meat), np.inf, "hc0", {})


def clustered(found: Fit, units: Codes, kind: Kind = "question") -> Spread:
    """For battles that are independent only if they belong to different units.

    B = G / (G - 1) sum_g S_g S_g', S_g the sum of the pulls of unit g, and t with G - 1 degrees of freedom.
    Source: Liang and Zeger (1986), Longitudinal data analysis using generalized linear models.
    """
    meat, count = _meat(found, units)
    factor = count / (count - 1) if count > 1 else np.nan
    return Spread(_between(found, factor * meat), count - 1, kind, {kind: count})


def two_way(found: Fit, questions: Codes, judges: Codes) -> Spread:
    """For battles that go together by question and also by judge: the two of `clustered`, less that by both at once.

    Eigenvalues below 0, which the difference may have, are set to 0; t with the fewer units less 1.
    Source: Cameron, Gelbach and Miller (2011), Robust inference with multiway clustering.
    """
    both = np.unique(np.stack([questions, judges]), axis=1, return_inverse=True)[1]
    parts = [clustered(found, units) for units in (questions, judges, both)]
    whole = parts[0].covariance + parts[1].covariance - parts[2].covariance
    values, vectors = np.linalg.eigh((whole + whole.T) / 2)
    covariance = (vectors * np.maximum(values, 0.0)) @ vectors.T
    units = {"question": parts[0].units["question"], "judge": parts[1].units["question"]}
    return Spread(covariance, min(units.values()) - 1, "two-way", units)


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


def _meat(found: Fit, units: Codes) -> tuple[Floats, int]:
    """sum_g S_g S_g', and how many units there are; some thousand units at a time."""
    pool, others = found.pool, _others(found)
    wide = len(found.at)
    order = np.argsort(units, kind="stable")
    ordered = units[order]
    unit = np.cumsum(np.append(False, ordered[1:] != ordered[:-1])) if len(order) else order
    count = int(unit[-1]) + 1 if len(unit) else 0
    pull = (pool.weight * found.terms.d)[order]
    a, b, more = pool.a[order], pool.b[order], (others * pool.weight[:, None])[order]
    meat, block = np.zeros((wide, wide)), max(1, ROOM // max(wide, 1))
    for first in range(0, count, block):
        rows = slice(*np.searchsorted(unit, [first, first + block]))
        here = min(block, count - first)
        place = (unit[rows] - first) * wide
        sums = summed(place + a[rows], pull[rows], here * wide)
        sums -= summed(place + b[rows], pull[rows], here * wide)
        for column in range(more.shape[1]):
            sums += summed(place + len(pool.models) + column, more[rows, column], here * wide)
        each = sums.reshape(here, wide)
        meat += each.T @ each
    return meat, count
