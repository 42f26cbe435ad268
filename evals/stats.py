"""Statistics of shares and means: intervals, paired differences, tests, corrections, and how many items decide.

Throughout: an *item* is one thing asked, its value the mean over its repeats; a *cluster* is what is statistically
one unit (a name, a word, a template). Items of one cluster are not independent, so every standard error is that of
cluster sums. Levels are two-sided, .95 unless told otherwise. What cannot be known is NaN, never 0.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how sure it is.

    Attributes:
        value, low, high: the estimate and its interval, in the unit of what was measured; NaN where undefined.
        n: items it rests on.
        clusters: independent units among them.
        method: how the interval was made.
    """

    value: float
    low: float
    high: float
    n: int
    clusters: int
    method: str

    @property
    def decided(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


NOTHING = Estimate(NAN, NAN, NAN, 0, 0, "no items")


# Quantiles


def z_quantile(level: float = 0.95) -> float:
    """The two-sided standard normal quantile: 1.96 for .95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


@cache
def t_quantile(df: int, level: float = 0.95) -> float:
    """The two-sided quantile of Student's t with `df` degrees of freedom; NaN without any.

    Found by bisection on the incomplete beta function: P(|T| > t) = I_x(df/2, 1/2), x = df / (df + t^2).
    Source: Abramowitz and Stegun (1964), 26.7.1.
    """
    if df < 1:
        return NAN
    low, high = 0.0, 1.0
    while _t_tail(high, df) > 1 - level:
        low, high = high, 2 * high
    while high - low > 1e-15 * high and low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _t_tail(middle, df) > 1 - level else (low, middle)
    return (low + high) / 2


def _t_tail(t: float, df: int) -> float:
    """P(|T| > t)."""
    return incomplete_beta(df / 2, 0.5, df / (df + t * t))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1.

    Source: NIST Digital Library of Mathematical Functions, 8.17.22, by the modified Lentz method.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    tiny = 1e-300
    c, d = 1.0, 1 / _away_from_0(1 - (a + b) * x / (a + 1), tiny)
    fraction = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            c, d = _away_from_0(1 + step / c, tiny), 1 / _away_from_0(1 + step * d, tiny)
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return math.exp(log_front) * fraction / a


def _away_from_0(x: float, tiny: float) -> float:
    return x if abs(x) > tiny else tiny


# Clusters


def cluster_sums(values: ArrayLike, clusters: ArrayLike) -> Floats:
    """How much each cluster pulls the mean: the sum over its items of (value - mean) / n, shape (G,), in label order.

    Its squares add up to the sandwich variance of the mean; products of two metrics' pulls to their covariance.
    """
    x = np.asarray(values, float)
    if not len(x):
        return np.zeros(0)
    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    return np.asarray(np.bincount(codes, weights=(x - x.mean()) / len(x)), float)


def cluster_se(values: ArrayLike, clusters: ArrayLike) -> float:
    """The standard error of a mean whose items come in clusters; NaN with fewer than two clusters.

    sqrt(G / (G - 1) * sum_g (sum_i (x_gi - mean))^2) / n
    Source: Liang and Zeger (1986), with the usual small-sample factor G / (G - 1).
    """
    pulls = cluster_sums(values, clusters)
    count = len(pulls)
    return math.sqrt(count / (count - 1) * float(pulls @ pulls)) if count > 1 else NAN


def joined(one: ArrayLike, other: ArrayLike) -> NDArray[np.intp]:
    """Labels, shape (n,), alike for items that hang together: by a label of either kind, or through others that do.

    Args: one, other: shape (n,), any labels: such as each item's cluster, and the pair that it belongs to.
    """
    kinds = [np.unique(np.asarray(labels), return_inverse=True)[1] for labels in (one, other)]
    found = np.arange(len(kinds[0]))
    while True:
        before = found
        for codes in kinds:
            least = np.full(int(codes.max(initial=-1)) + 1, len(codes))
            np.minimum.at(least, codes, found)
            found = least[codes]
        if (found == before).all():
            return found


def design_effect(values: ArrayLike, clusters: ArrayLike) -> float:
    """By what the clusters multiply the variance of the mean: 1 + (m - 1) rho for m items a cluster; NaN if all agree.

    Source: Kish (1965), Survey Sampling.
    """
    x = np.asarray(values, float)
    if len(x) < 2 or np.ptp(x) == 0:
        return NAN
    return float((cluster_se(x, clusters) / cluster_se(x, np.arange(len(x)))) ** 2)


def correlation(values: Sequence[ArrayLike], clusters: Sequence[NDArray[np.integer[Any]]]) -> Floats:
    """How the errors of k means go together through the clusters they share, shape (k, k); 0 where they share none.

    Args: values, clusters: k arrays each, of shapes (n_1,), ..., (n_k,); the same whole number means the same cluster.
    """
    count = max((int(codes.max(initial=-1)) + 1 for codes in clusters), default=0)
    pulls = np.zeros((len(values), count))
    for row, (x, codes) in enumerate(zip(values, clusters, strict=True)):
        pulls[row, np.unique(codes)] = cluster_sums(x, codes)
    length = np.sqrt((pulls**2).sum(axis=1))
    length[length == 0] = np.inf
    shared = (pulls @ pulls.T) / np.outer(length, length)
    np.fill_diagonal(shared, 1.0)
    return np.asarray(shared, float)


def _is_alone(clusters: NDArray[np.generic], count: int) -> bool:
    """Whether every item is a cluster of its own."""
    return count == len(clusters)


def _is_binary(x: Floats) -> bool:
    return bool(np.isin(x, (0.0, 1.0)).all())


# One share, one mean


def wilson(successes: float, n: float, level: float = 0.95) -> Estimate:
    """A share of n independent items; n may be an effective number.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if n <= 0:
        return NOTHING
    low, high = _wilson(successes / n, n, z_quantile(level))
    return Estimate(successes / n, low, high, round(n), round(n), "Wilson")


def _wilson(p: float, n: float, z: float) -> tuple[float, float]:
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At either end the formula gives that end itself, but for rounding.
    return 0.0 if p == 0 else (middle - half) / scale, 1.0 if p == 1 else (middle + half) / scale


def share(
    values: ArrayLike, clusters: ArrayLike, replies: int | None = None, level: float = 0.95
) -> Estimate:
    """A share whose items come in clusters: Wilson on the effective number of items.

    Independent yes-or-no items give Wilson itself. Otherwise the variance is estimated from the clusters, so the
    effective number is p (1 - p) / SE^2 (at most the replies there are) and the quantile that of t with G - 1 degrees
    of freedom. Where all values agree, the clusters' likeness cannot be seen: each counts as one item.
    Where a share is near an end and only a few clusters differ from the rest, their likeness is hardly seen either: at a
    share of .05 in 50 clusters of 8 with correlation .5 the interval holds 91 %, at .02 86 %; Clopper and Pearson's in
    its place holds 93 and 89 %, and 97 % at a share of one half.

    Args:
        values: shape (n,), in 0..1: each item's mean over its repeats.
        clusters: shape (n,), any labels.
        replies: how many replies the values rest on, if items were repeated.
    Source: Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive
        counts, with Wilson's interval in place of Clopper and Pearson's as Dean and Pagano (2015) advise.
    """
    x, labels = np.asarray(values, float), np.asarray(clusters)
    n, count = len(x), len(np.unique(labels))
    if n == 0:
        return NOTHING
    p = float(x.mean())
    if _is_binary(x) and _is_alone(labels, count):
        return replace(wilson(p * n, n, level), value=p)
    if count < 2:
        return Estimate(p, NAN, NAN, n, count, "one cluster")
    if p in (0.0, 1.0):
        low, high = _wilson(p, count, z_quantile(level))
    else:
        effective = _effective(p * (1 - p), cluster_se(x, labels), n, replies)
        low, high = _wilson(p, effective, t_quantile(count - 1, level))
    return Estimate(p, low, high, n, count, "Wilson, effective n")


def _effective(variance: float, se: float, n: int, replies: int | None) -> float:
    """How many independent items of this variance give this standard error; at most as many as there are replies."""
    most = float(replies or n)
    if se * se * most <= variance:
        return most
    return min(most, variance / (se * se) * n / (n - 1))


def mean(
    values: ArrayLike,
    clusters: ArrayLike,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    level: float = 0.95,
) -> Estimate:
    """A mean whose items come in clusters: t with G - 1 degrees of freedom, kept within the bounds of one item.

    Where all values agree there is no spread to go by: the share of clusters that may be unlike them (1 - the lower
    Wilson limit of G out of G) is then put at either bound.
    """
    x = np.asarray(values, float)
    n, count = len(x), len(np.unique(np.asarray(clusters)))
    if n == 0:
        return NOTHING
    value = float(x.mean())
    if count < 2:
        return Estimate(value, NAN, NAN, n, count, "one cluster")
    if np.ptp(x) == 0 and all(map(math.isfinite, bounds)):
        unlike = 1 - wilson(count, count, level).low
        low, high = value - unlike * (value - bounds[0]), value + unlike * (bounds[1] - value)
        return Estimate(value, low, high, n, count, "Wilson, all alike")
    half = t_quantile(count - 1, level) * cluster_se(x, clusters)
    return Estimate(
        value, max(bounds[0], value - half), min(bounds[1], value + half), n, count, "t, clustered"
    )


# Two conditions on the same items


def bonett_price(n01: float, n10: float, n: float, level: float = 0.95) -> Estimate:
    """The difference of two shares on the same n independent items: (n01 - n10) / n.

    Args:
        n01: items that changed from no to yes. n10: from yes to no. n: all items. May be effective numbers.
    Source: Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial proportions
        based on paired data.
    """
    if n <= 0:
        return NOTHING
    low, high = _bonett_price(n01 / n, n10 / n, n, z_quantile(level))
    return Estimate((n01 - n10) / n, low, high, round(n), round(n), "Bonett-Price")


def _bonett_price(p01: float, p10: float, n: float, z: float) -> tuple[float, float]:
    more, less = (n * p01 + 1) / (n + 2), (n * p10 + 1) / (n + 2)
    half = z * math.sqrt((more + less - (more - less) ** 2) / (n + 2))
    return max(-1.0, more - less - half), min(1.0, more - less + half)


def share_difference(
    differences: ArrayLike, clusters: ArrayLike, replies: int | None = None, level: float = 0.95
) -> Estimate:
    """The difference of two shares on the same items: Bonett and Price on the effective number of items.

    As `share`, with the variance of one item's change, p01 + p10 - (p01 - p10)^2, in place of p (1 - p).

    Args:
        differences: shape (n,), in -1..1: each item's treatment value less its control value.
        clusters: shape (n,). replies: how many pairs of replies the differences rest on, if items were repeated.
    """
    d, labels = np.asarray(differences, float), np.asarray(clusters)
    n, count = len(d), len(np.unique(labels))
    if n == 0:
        return NOTHING
    p01, p10 = float(d.clip(0).mean()), float((-d).clip(0).mean())
    if _is_binary(np.abs(d)) and _is_alone(labels, count):
        return replace(bonett_price(p01 * n, p10 * n, n, level), value=p01 - p10)
    if count < 2:
        return Estimate(p01 - p10, NAN, NAN, n, count, "one cluster")
    if np.ptp(d) == 0:
        effective, quantile = float(count), z_quantile(level)
    else:
        spread = p01 + p10 - (p01 - p10) ** 2
        effective = _effective(spread, cluster_se(d, labels), n, replies)
        quantile = t_quantile(count - 1, level)
    low, high = _bonett_price(p01, p10, effective, quantile)
    return Estimate(p01 - p10, low, high, n, count, "Bonett-Price, effective n")


def mcnemar(n01: int, n10: int) -> float:
    """The exact two-sided p that changes in both directions are equally likely; 1 where nothing changed.

    2 min(P(X <= min(n01, n10)), 1/2), X ~ Binomial(n01 + n10, 1/2).
    Source: McNemar (1947); exact form as in Fagerland, Lydersen and Laake (2013).
    """
    fewer, total = min(n01, n10), n01 + n10
    if 2 * fewer >= total:
        return 1.0
    return min(1.0, 2 * incomplete_beta(total - fewer, fewer + 1, 0.5))


def sign_flip(sums: ArrayLike, rounds: int = 9_999, seed: int = 0) -> float:
    """The two-sided p that a sum of cluster contributions is 0, were each cluster as likely to pull the other way.

    Exact up to 2^13 sign patterns, else by `rounds` random ones, seeded; never below 1 / (rounds + 1). For independent
    yes-or-no items it is McNemar's test.

    Args: sums: shape (G,), each cluster's contribution to the difference.
    Source: Fisher (1935), The design of experiments, 21; Phipson and Smyth (2010) for the added 1.
    """
    pulls = np.asarray(sums, float)
    strongest = float(np.abs(pulls).max(initial=0))
    if strongest == 0:
        return 1.0
    pulls = (pulls / strongest).round(9)
    seen = abs(float(pulls.sum())) - 1e-6
    # Clusters that pull equally hard need not be told apart: how many of them turn is one binomial number.
    sizes, times = np.unique(np.abs(pulls[pulls != 0]), return_counts=True)
    if times.sum() <= 13:
        turns = (np.arange(2 ** times.sum())[:, None] >> np.arange(times.sum())) & 1
        return float((np.abs((1 - 2 * turns) @ np.repeat(sizes, times)) >= seen).mean())
    rng = np.random.default_rng(seed)
    reached = 0
    for start in range(0, rounds, 1_000):
        turned = rng.binomial(times, 0.5, (min(1_000, rounds - start), len(times)))
        reached += int((np.abs((times - 2 * turned) @ sizes) >= seen).sum())
    return (reached + 1) / (rounds + 1)


# Several metrics together


def mover(
    parts: Sequence[Estimate],
    weights: Sequence[float],
    constant: float = 0.0,
    correlation: ArrayLike | None = None,
) -> Estimate:
    """A constant and weighted parts added up, by the method of variance estimates recovery: J = 1 - FR - OA.

    Each part's own interval is kept, lopsided as it may be, so 0 events and few items behave.

    Args:
        parts: k estimates. weights: k numbers.
        correlation: shape (k, k), between the parts' errors; None where they rest on independent items.
    Source: Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach.
    """
    w = np.asarray(weights, float)
    value, low, high = (
        np.array([getattr(part, name) for part in parts]) for name in ("value", "low", "high")
    )
    below = np.where(w > 0, w * (value - low), w * (value - high))
    above = np.where(w > 0, w * (high - value), w * (low - value))
    # A weight's sign belongs to its part's error: two parts that vary together cancel where one is subtracted.
    sign = np.where(w < 0, -1.0, 1.0)
    shared = np.eye(len(w)) if correlation is None else np.asarray(correlation, float) * np.outer(sign, sign)
    total = constant + float(w @ value)
    return Estimate(
        total,
        total - _length(below, shared),
        total + _length(above, shared),
        sum(part.n for part in parts),
        sum(part.clusters for part in parts),
        parts[0].method if len(parts) == 1 else "MOVER",
    )


def _length(steps: Floats, shared: Floats) -> float:
    squared = float(steps @ shared @ steps)
    return math.sqrt(max(squared, 0.0))  # in this order NaN stays NaN


def bootstrap(
    values: ArrayLike,
    clusters: ArrayLike,
    statistic: Callable[[Floats], Floats],
    *,
    rounds: int = 2_000,
    seed: int = 0,
) -> Estimate:
    """Anything computed from several means, by resampling whole clusters: 95 % percentile interval, seeded.

    Args:
        values: shape (n, k): k metrics of n items, NaN where an item does not count for a metric.
        clusters: shape (n,).
        statistic: from means, shape (b, k), to b numbers.
    Returns: resamples in which a metric has no item at all are left out.
    Source: Efron and Tibshirani (1993), An introduction to the bootstrap, 8 and 13; Field and Welsh (2007) for clusters.
    """
    x = np.asarray(values, float)
    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    count, counted = int(codes.max(initial=-1)) + 1, ~np.isnan(x)
    if count < 2:
        return NOTHING
    sums, sizes = np.zeros((count, x.shape[1])), np.zeros((count, x.shape[1]))
    np.add.at(sums, codes, np.where(counted, x, 0.0))
    np.add.at(sizes, codes, counted)
    rng = np.random.default_rng(seed)
    draws = []
    with np.errstate(invalid="ignore"):
        for start in range(0, rounds, 256):
            times = rng.multinomial(count, np.full(count, 1 / count), size=min(256, rounds - start))
            draws.append(statistic((times @ sums) / (times @ sizes)))
        value = float(statistic(sums.sum(0, keepdims=True) / sizes.sum(0, keepdims=True))[0])
    low, high = np.nanquantile(np.concatenate(draws), [0.025, 0.975])
    return Estimate(value, float(low), float(high), len(x), count, "cluster bootstrap")


# One condition that varies by itself


def slope(
    values: ArrayLike,
    doses: ArrayLike,
    factors: Sequence[Sequence[Any]],
    clusters: ArrayLike,
    level: float = 0.95,
) -> tuple[Estimate, float]:
    """By how much a value rises with every unit of a dose, among items that are alike otherwise; and the p that it does not.

    The linear fit of the values on the doses, with a term for every level of every factor: what the factors explain is
    taken out of both, and the rest of one is fitted on the rest of the other (Frisch, Waugh and Lovell). The interval is
    by clusters, with t of G - 1 degrees of freedom. NaN where the doses do not vary by themselves, or no value does.

    Args: values, doses, clusters: shape (n,). factors: labels, each of shape (n,).
    Source: Frisch and Waugh (1933), Lovell (1963); the variance is Liang and Zeger's (1986), times
        G / (G - 1) x (n - 1) / (n - k) for k terms.
    """
    y, x = np.asarray(values, float), np.asarray(doses, float)
    terms = np.hstack([np.ones((len(x), 1)), *(_indicators(labels) for labels in factors)])
    y_left, x_left = (each - terms @ np.linalg.lstsq(terms, each)[0] for each in (y, x))
    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    n, count, used = len(y), int(codes.max(initial=-1)) + 1, int(np.linalg.matrix_rank(terms)) + 1
    spread = float(x_left @ x_left)
    if count < 2 or n <= used or spread < 1e-9 * max(1.0, float(x @ x)) or np.ptp(y_left) < 1e-9:
        return Estimate(NAN, NAN, NAN, n, count, "no variation"), NAN
    value = float(x_left @ y_left) / spread
    pulls = np.bincount(codes, weights=x_left * (y_left - value * x_left)) / spread
    se = math.sqrt(count / (count - 1) * (n - 1) / (n - used) * float(pulls @ pulls))
    half = t_quantile(count - 1, level) * se
    p = _t_tail(abs(value) / se, count - 1) if se else float(value == 0)
    return Estimate(value, value - half, value + half, n, count, "linear, clustered"), p


def _indicators(labels: Sequence[Any]) -> Floats:
    """Which item has which label: shape (n, levels)."""
    codes = np.array(
        [*map({each: place for place, each in enumerate(dict.fromkeys(labels))}.get, labels)], int
    )
    return np.asarray(codes[:, None] == np.unique(codes), float)


# Many tests, and how many items


def holm(p: ArrayLike) -> Floats:
    """The p values, corrected so that the chance of even one false alarm stays below the level; NaN stays NaN.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    return _step(p, lambda ordered: np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1)))


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """The p values, corrected so that the share of false alarms among all alarms stays below the level; NaN stays NaN.

    Source: Benjamini and Hochberg (1995), Controlling the false discovery rate.
    """

    def adjust(ordered: Floats) -> Floats:
        scaled = ordered * len(ordered) / np.arange(1, len(ordered) + 1)
        return np.minimum.accumulate(scaled[::-1])[::-1]

    return _step(p, adjust)


def _step(p: ArrayLike, adjust: Callable[[Floats], Floats]) -> Floats:
    """Adjust the known p in ascending order and put them back where they stood."""
    given = np.asarray(p, float)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    out = np.full(len(given), np.nan)
    out[order] = np.minimum(1.0, adjust(given[order]))
    return out


def needed_pairs(delta: float, discordant: float, power: float = 0.8, level: float = 0.95) -> float:
    """How many items McNemar's test needs to see a difference: 155 for 10 points with 20 % discordant; inf for 0.

    (z_level sqrt(psi) + z_power sqrt(psi - delta^2))^2 / delta^2

    Args: delta: difference of the two shares. discordant: psi, the share of items that differ, at least |delta|.
    Source: Connor (1987), Sample size for testing differences in proportions for the paired-sample design.
    """
    if delta == 0:
        return math.inf
    reach = z_quantile(level) * math.sqrt(discordant)
    reach += NormalDist().inv_cdf(power) * math.sqrt(max(0.0, discordant - delta * delta))
    return (reach / delta) ** 2


def needed_items(effect: float, se: float, n: int, power: float = 0.8, level: float = 0.95) -> float:
    """How many items like these n would see an effect of this size, its standard error falling as 1 / sqrt(n)."""
    if effect == 0:
        return math.inf
    return n * ((z_quantile(level) + NormalDist().inv_cdf(power)) * se / effect) ** 2
