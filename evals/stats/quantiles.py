"""Quantiles of the normal, Student's t and the beta distribution, to the last digits and without scipy's weight."""

import math
from collections.abc import Callable
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import NAN, Floats


def z_quantile(level: float = 0.95) -> float:
    """The two-sided standard normal quantile: 1.96 for .95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


@cache
def t_quantile(df: float, level: float = 0.95) -> float:
    """The two-sided quantile of Student's t with `df` degrees of freedom, not always whole; NaN with less than one.

    By Newton's method from the normal quantile, which lies to its left: the tail is convex, so no step goes too far.
    """
    if df < 1:
        return NAN
    t = z_quantile(level)
    log_peak = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    for _ in range(200):
        density = math.exp(log_peak - (df + 1) / 2 * math.log1p(t * t / df))
        step = (t_tail(t, df) - (1 - level)) / (2 * density)
        t += step
        if abs(step) < 1e-14 * t:
            break
    return t


def t_quantiles(df: ArrayLike, level: float = 0.95) -> Floats:
    """`t_quantile` of many, the degrees of freedom rounded down to three digits, so that few need be computed."""
    given = np.asarray(df, float)
    unit = 10.0 ** np.floor(np.log10(np.maximum(given, 1.0)) - 2)
    whole = np.where(given == np.round(given), given, np.floor(given / unit + 1e-9) * unit)
    return _each(whole, lambda each: t_quantile(each, level))


def t_tail(t: float, df: float) -> float:
    """P(|T| > t) = I_x(df / 2, 1/2), x = df / (df + t^2).

    Source: Abramowitz and Stegun (1964), 26.7.1.
    """
    return incomplete_beta(df / 2, 0.5, df / (df + t * t))


def normal_tail(z: float) -> float:
    """P(Z > z)."""
    return math.erfc(z / math.sqrt(2)) / 2


def beta_quantile(share: float, a: float, b: float) -> float:
    """Where the beta distribution's lower tail holds this share, by bisection."""
    low, high = 0.0, 1.0
    while high - low > 1e-15 * high and low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if incomplete_beta(a, b, middle) < share else (low, middle)
    return (low + high) / 2


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


def _each(values: Floats, function: Callable[[float], float]) -> Floats:
    """The function of every value, computed once for equal ones."""
    distinct, place = np.unique(values, return_inverse=True)
    return np.array([function(float(each)) for each in distinct])[place].reshape(values.shape)
