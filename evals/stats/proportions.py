"""One share: Wilson's interval and its kin, for independent items and for items in clusters."""

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import NAN, NOTHING, Estimate, Floats
from evals.stats.quantiles import beta_quantile, z_quantile
from evals.stats.worth import are_yes_or_no, worth


def wilson(successes: float, n: float, level: float = 0.95) -> Estimate:
    """A share of n independent items; n may be an effective number.

    (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if n <= 0:
        return NOTHING
    low, high = wilson_limits(np.array(successes / n), n, z_quantile(level))
    return Estimate(successes / n, float(low), float(high), round(n), round(n), "Wilson")


def wilson_limits(p: Floats, n: Floats | float, z: Floats | float) -> tuple[Floats, Floats]:
    """Wilson's interval of many shares at once."""
    middle = p + z * z / (2 * n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At either end the formula gives that end itself, but for rounding.
    return np.where(p == 0, 0.0, (middle - half) / scale), np.where(p == 1, 1.0, (middle + half) / scale)


def jeffreys(successes: float, n: float, level: float = 0.95) -> Estimate:
    """A share of n independent items: the central part of Beta(x + 1/2, n - x + 1/2); 0 at x = 0, 1 at x = n.

    Source: Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion.
    """
    return _by_beta(successes, n, level, (0.5, 0.5), "Jeffreys")


def clopper_pearson(successes: float, n: float, level: float = 0.95) -> Estimate:
    """A share of n independent items: the shares that neither one-sided exact test rejects; holds at least the level.

    Source: Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.
    """
    return _by_beta(successes, n, level, (0.0, 1.0), "Clopper-Pearson")


def _by_beta(x: float, n: float, level: float, added: tuple[float, float], method: str) -> Estimate:
    if n <= 0:
        return NOTHING
    less, more = added
    tail = (1 - level) / 2
    low = beta_quantile(tail, x + less, n - x + more) if x > 0 else 0.0
    high = beta_quantile(1 - tail, x + more, n - x + less) if x < n else 1.0
    return Estimate(x / n, low, high, round(n), round(n), method)


def share(
    values: ArrayLike, clusters: ArrayLike, replies: int | None = None, level: float = 0.95
) -> Estimate:
    """A share whose items come in clusters: Wilson on the effective number of items.

    Independent yes-or-no items give Wilson itself. Otherwise the variance is estimated from the clusters: the effective
    number is p (1 - p) / SE^2 (at most the replies there are), and the quantile that of t with as many degrees of freedom as
    that variance has (`freedom`). Where all values agree, the clusters' likeness cannot be seen: each counts as one item.

    Args:
        values: shape (n,), in 0..1: each item's mean over its repeats.
        clusters: shape (n,), any labels.
        replies: how many replies the values rest on, if items were repeated.
    Source: Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive
        counts, with Wilson's interval in place of Clopper and Pearson's as Dean and Pagano (2015) advise, and Pan and
        Wall's (2002) degrees of freedom.
    """
    x, labels = np.asarray(values, float), np.asarray(clusters)
    n, count = len(x), len(np.unique(labels))
    if n == 0:
        return NOTHING
    plain = count == n and bool(are_yes_or_no(x))
    if count < 2 and not plain:
        return Estimate(float(x.mean()), NAN, NAN, n, count, "one cluster")
    p, low, high = (float(each[0]) for each in shares(x[None], labels, replies, level))
    return Estimate(p, low, high, n, count, "Wilson" if plain else "Wilson, effective n")


def shares(
    values: Floats, clusters: ArrayLike, replies: int | None = None, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """`share` of many sets of values of the same items: value, low and high, each of shape (B,), from shape (B, n)."""
    p = values.mean(axis=-1)
    size, quantile = worth(values, clusters, p * (1 - p), (p == 0) | (p == 1), replies, level)
    return (p, *wilson_limits(p, size, quantile))
