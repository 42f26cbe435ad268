"""Two shares on the same items: the difference, whether it is one, and the odds."""

import math

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import NAN, NOTHING, Estimate, Floats
from evals.stats.proportions import wilson
from evals.stats.quantiles import incomplete_beta, z_quantile
from evals.stats.worth import are_yes_or_no, worth


def tango(n01: float, n10: float, n: float, level: float = 0.95) -> Estimate:
    """The difference of two shares on the same n independent items: (n01 - n10) / n.

    The differences that the score test does not reject. At 0 that test is McNemar's, so interval and test say the same;
    both its tails hold where few items change (docs/statistics.md).

    Args:
        n01: items that changed from no to yes. n10: from yes to no. n: all items. May be effective numbers.
    Source: Tango (1998), Equivalence test and confidence interval for the difference in proportions for the
        paired-sample design.
    """
    if n <= 0:
        return NOTHING
    low, high = tango_limits(np.array(n01 / n), np.array(n10 / n), n, z_quantile(level))
    return Estimate((n01 - n10) / n, float(low), float(high), round(n), round(n), "Tango")


def tango_limits(p01: Floats, p10: Floats, n: Floats | float, z: Floats | float) -> tuple[Floats, Floats]:
    """Tango's interval of many differences at once, by Newton's method between the difference and either end.

    Rejected is a difference d with (p01 - p10 - d)^2 > z^2 (2 q + d (1 - d)) / n, where q is the most likely p10 under it:
    the larger root of 2 q^2 - (p01 + p10 - (2 - p01 + p10) d) q - p10 d (1 - d) = 0.
    """
    seen, weight = p01 - p10, n / (z * z)
    outer, inner = np.stack([np.full_like(seen, -1.0), np.ones_like(seen)]), np.stack([seen, seen])
    d = (outer + inner) / 2
    for _ in range(60):
        over, slope = _excess(d, p01, p10, weight)
        outer, inner = np.where(over > 0, d, outer), np.where(over > 0, inner, d)
        step = d - over / np.where(slope == 0, 1.0, slope)
        between = (step - outer) * (step - inner) < 0
        # A step that leaves the bracket is replaced by its middle, and so is none that has arrived.
        further = np.where(between, step, np.where(step == d, d, (outer + inner) / 2))
        if (np.abs(further - d) <= 1e-14).all():
            break
        d = further
    return np.where(seen == -1, -1.0, d[0]), np.where(seen == 1, 1.0, d[1])


def _excess(d: Floats, p01: Floats, p10: Floats, weight: Floats | float) -> tuple[Floats, Floats]:
    """By how much a difference is beyond the limit, in units of z^2 / n; and how that grows with it."""
    seen = p01 - p10
    linear = p01 + p10 - (2 - seen) * d
    root = np.sqrt(np.maximum(linear**2 + 8 * p10 * d * (1 - d), 0.0))
    bent = (4 * p10 * (1 - 2 * d) - (2 - seen) * linear) / np.where(root > 0, root, 1.0)
    over = (seen - d) ** 2 * weight - (linear + root) / 2 - d * (1 - d)
    return over, -2 * (seen - d) * weight - (bent - (2 - seen)) / 2 - 1 + 2 * d


def bonett_price(n01: float, n10: float, n: float, level: float = 0.95) -> Estimate:
    """The same difference by the usual formula with one item added to each count: simple, but lopsided near the ends.

    Source: Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial proportions
        based on paired data.
    """
    if n <= 0:
        return NOTHING
    more, less = (n01 + 1) / (n + 2), (n10 + 1) / (n + 2)
    half = z_quantile(level) * math.sqrt((more + less - (more - less) ** 2) / (n + 2))
    low, high = max(-1.0, more - less - half), min(1.0, more - less + half)
    return Estimate((n01 - n10) / n, low, high, round(n), round(n), "Bonett-Price")


def share_difference(
    differences: ArrayLike, clusters: ArrayLike, replies: int | None = None, level: float = 0.95
) -> Estimate:
    """The difference of two shares on the same items: Tango's interval on the effective number of items.

    As `share`, with the variance of one item's change, p01 + p10 - (p01 - p10)^2, in place of p (1 - p).

    Args:
        differences: shape (n,), in -1..1: each item's treatment value less its control value.
        clusters: shape (n,). replies: how many pairs of replies the differences rest on, if items were repeated.
    """
    d, labels = np.asarray(differences, float), np.asarray(clusters)
    n, count = len(d), len(np.unique(labels))
    if n == 0:
        return NOTHING
    plain = count == n and bool(are_yes_or_no(d))
    if count < 2 and not plain:
        return Estimate(float(d.mean()), NAN, NAN, n, count, "one cluster")
    value, low, high = (float(each[0]) for each in share_differences(d[None], labels, replies, level))
    return Estimate(value, low, high, n, count, "Tango" if plain else "Tango, effective n")


def share_differences(
    differences: Floats, clusters: ArrayLike, replies: int | None = None, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """`share_difference` of many sets of the same items: value, low and high, each of shape (B,), from shape (B, n)."""
    p01, p10 = differences.clip(0).mean(axis=-1), (-differences).clip(0).mean(axis=-1)
    spread, alike = p01 + p10 - (p01 - p10) ** 2, np.ptp(differences, axis=-1) == 0
    size, quantile = worth(differences, clusters, spread, alike, replies, level)
    return (p01 - p10, *tango_limits(p01, p10, size, quantile))


def mcnemar(n01: int, n10: int) -> float:
    """The exact two-sided p that changes in both directions are equally likely; 1 where nothing changed.

    2 min(P(X <= min(n01, n10)), 1/2), X ~ Binomial(n01 + n10, 1/2).
    Source: McNemar (1947); exact form as in Fagerland, Lydersen and Laake (2013).
    """
    fewer, total = min(n01, n10), n01 + n10
    if 2 * fewer >= total:
        return 1.0
    return min(1.0, 2 * incomplete_beta(total - fewer, fewer + 1, 0.5))


def paired_odds(n01: float, n10: float, level: float = 0.95) -> Estimate:
    """The odds that an item that changed has changed to yes: n01 / n10, inf where none changed to no; NaN where none did.

    The interval is Wilson's of the share n01 / (n01 + n10), as odds.
    Source: Fagerland, Lydersen and Laake (2014), Recommended tests and confidence intervals for paired binomial
        proportions.
    """
    part = wilson(n01, n01 + n10, level)
    value, low, high = (_odds(each) for each in (part.value, part.low, part.high))
    return Estimate(value, low, high, part.n, part.clusters, "Wilson, as odds")


def _odds(share: float) -> float:
    return math.inf if share == 1 else share / (1 - share)
