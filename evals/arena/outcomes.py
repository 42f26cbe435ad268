"""How likely each outcome of a battle is, given by how much one model is the better: three ways to think of ties.

d is the difference of the two ratings in logits, the answer shown first minus the other; k is the way's own number.
Each way tells of every battle the logarithm of the chance of what happened, its slopes, and its curvature.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.arena.pool import A_WINS, B_WINS, POINTS, TIE, Codes
from evals.stats import Floats

Ties = Literal["half", "davidson", "rao-kupper"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a way of thinking says of battles, each of shape (n,).

    Attributes:
        value: the logarithm of the chance of what happened.
        d, k: its slopes. dd, dk, kk: its curvature, with the sign changed.
    """

    value: Floats
    d: Floats
    dd: Floats
    k: Floats
    dk: Floats
    kk: Floats


Way = Callable[[Floats, Codes, float], Terms]


def sigma(d: Floats) -> Floats:
    """1 / (1 + e^-d), without overflow."""
    small = np.exp(-np.abs(d))
    return np.asarray(np.where(d >= 0, 1.0, small) / (1 + small), float)


def log_sigma(d: Floats) -> Floats:
    """Its logarithm."""
    return np.asarray(np.minimum(d, 0.0) - np.log1p(np.exp(-np.abs(d))), float)


def half(d: Floats, outcome: Codes, _: float = 0.0) -> Terms:
    """A tie is half a win of each: y ln p + (1 - y) ln(1 - p), p = sigma(d).

    Source: Bradley and Terry (1952), Rank analysis of incomplete block designs; ties as at Chatbot Arena.
    """
    return by_points(d, POINTS[outcome])


def by_points(d: Floats, points: Floats) -> Terms:
    """`half` of battles, or means of several, by what the answer shown first got."""
    p, none = sigma(d), np.zeros(len(d))
    value = points * log_sigma(d) + (1 - points) * log_sigma(-d)
    return Terms(value, points - p, p * (1 - p), none, none, none)


def davidson(d: Floats, outcome: Codes, k: float) -> Terms:
    """A win of either has the weight e^(+-d/2), a tie e^k: ties are likelier the closer two models are.

    Source: Davidson (1970), On extending the Bradley-Terry model to accommodate ties in paired comparison experiments.
    """
    won, lost, tied = d / 2, -d / 2, np.full(len(d), k)
    most = np.maximum(np.maximum(won, lost), tied)
    log_sum = most + np.log(np.exp(won - most) + np.exp(lost - most) + np.exp(tied - most))
    a, b, t = (np.exp(each - log_sum) for each in (won, lost, tied))
    middle = (a - b) / 2
    is_tie = outcome >= TIE
    sign = np.where(outcome == A_WINS, 0.5, np.where(outcome == B_WINS, -0.5, 0.0))
    value = np.where(is_tie, tied, np.where(outcome == A_WINS, won, lost)) - log_sum
    return Terms(value, sign - middle, (a + b) / 4 - middle**2, is_tie - t, -middle * t, t * (1 - t))


def rao_kupper(d: Floats, outcome: Codes, k: float) -> Terms:
    """A difference below k, which is above 0, is not seen: P(a wins) = sigma(d - k), P(b wins) = sigma(-d - k).

    Source: Rao and Kupper (1967), Ties in paired-comparison experiments: a generalization of the Bradley-Terry model.
    """
    sign = np.where(outcome == A_WINS, 1.0, -1.0)
    one = sigma(sign * d - k)
    left, right = sigma(d + k), sigma(k - d)
    is_tie, bend = outcome >= TIE, np.expm1(2 * k)
    v, v_left, v_right = one * (1 - one), left * (1 - left), right * (1 - right)
    tie = log_sigma(d + k) + log_sigma(k - d) + np.log1p(-np.exp(-2 * k))
    return Terms(
        np.where(is_tie, tie, log_sigma(sign * d - k)),
        np.where(is_tie, right - left, sign * (1 - one)),
        np.where(is_tie, v_left + v_right, v),
        np.where(is_tie, 2 - left - right + 2 / bend, one - 1),
        np.where(is_tie, v_left - v_right, -sign * v),
        np.where(is_tie, v_left + v_right + 4 * (bend + 1) / bend**2, v),
    )


WAYS: dict[Ties, tuple[Way, float | None]] = {
    "half": (half, None),
    "davidson": (davidson, 0.0),
    "rao-kupper": (rao_kupper, 0.5),
}
"""Each way, and where the search for its own number starts; None where it has none."""


def chances(ties: Ties, d: Floats, k: float) -> tuple[Floats, Floats, Floats]:
    """How likely a win of the first, of the second, and a tie are; by `half`, ties are part of the wins (NaN)."""
    if ties == "half":
        p = sigma(d)
        return p, 1 - p, np.full(len(d), np.nan)
    way = WAYS[ties][0]
    found = (np.exp(way(d, np.full(len(d), code), k).value) for code in (A_WINS, B_WINS, TIE))
    won, lost, tied = found
    return won, lost, tied
