"""How many items decide, and how likely some are to."""

import math
from statistics import NormalDist

from evals.stats.quantiles import normal_tail, z_quantile


def needed_pairs(delta: float, discordant: float, power: float = 0.8, level: float = 0.95) -> float:
    """How many items McNemar's test needs to see a difference: 155 for 10 points with 20 % discordant; inf for 0.

    (z_level sqrt(psi) + z_power sqrt(psi - delta^2))^2 / delta^2

    Args: delta: difference of the two shares. discordant: psi, the share of items that differ, at least |delta|.
    Source: Connor (1987), Sample size for testing differences in proportions for the paired-sample design.
    """
    if delta == 0:
        return math.inf
    reach = z_quantile(level) * math.sqrt(discordant)
    reach += _z(power) * math.sqrt(max(0.0, discordant - delta * delta))
    return (reach / delta) ** 2


def power_pairs(delta: float, discordant: float, n: float, level: float = 0.95) -> float:
    """How likely McNemar's test on n items is to see a difference; the formula of `needed_pairs`, turned round.

    Args: as there; |delta| < discordant unless every change goes one way.
    """
    reach = abs(delta) * math.sqrt(n) - z_quantile(level) * math.sqrt(discordant)
    rest = math.sqrt(max(0.0, discordant - delta * delta))
    return normal_tail(-reach / rest) if rest else float(reach > 0)


def needed_unpaired(one: float, other: float, power: float = 0.8, level: float = 0.95) -> float:
    """How many items each of two groups that share none needs, to see the difference of their shares; inf for none.

    Source: Fleiss, Levin and Paik (2003), Statistical methods for rates and proportions, 4.14, without its correction.
    """
    if one == other:
        return math.inf
    pooled = (one + other) / 2
    reach = z_quantile(level) * math.sqrt(2 * pooled * (1 - pooled))
    reach += _z(power) * math.sqrt(one * (1 - one) + other * (1 - other))
    return (reach / (one - other)) ** 2


def needed_items(effect: float, se: float, n: int, power: float = 0.8, level: float = 0.95) -> float:
    """How many items like these n would see an effect of this size, its standard error falling as 1 / sqrt(n)."""
    if effect == 0:
        return math.inf
    return n * ((z_quantile(level) + _z(power)) * se / effect) ** 2


def power_non_inferior(se: float, margin: float, truth: float = 0.0, level: float = 0.95) -> float:
    """How likely a difference with this standard error is to pass `non_inferior`, if it truly is `truth`.

    P(value - z se > -margin). Source: Julious (2004), Sample sizes for clinical trials with normal data.
    """
    return normal_tail(z_quantile(level) - (margin + truth) / se)


def needed_non_inferior(
    sd: float, margin: float, truth: float = 0.0, power: float = 0.8, level: float = 0.95
) -> float:
    """How many items pass `non_inferior` with this power; inf where the truth is the margin or worse.

    Args: sd: of one item's difference; sqrt(discordant - truth^2) for yes or no.
    """
    if margin + truth <= 0:
        return math.inf
    return ((z_quantile(level) + _z(power)) * sd / (margin + truth)) ** 2


def power_equivalent(se: float, margin: float, truth: float = 0.0, level: float = 0.95) -> float:
    """How likely an interval with this standard error is to lie within +-margin, if the difference truly is `truth`.

    Source: Julious (2004), as above.
    """
    z = z_quantile(level)
    missed = normal_tail((margin - truth) / se - z) + normal_tail((margin + truth) / se - z)
    return max(0.0, 1 - missed)


def needed_equivalent(
    sd: float, margin: float, truth: float = 0.0, power: float = 0.8, level: float = 0.95
) -> float:
    """How many items show that a difference lies within +-margin, with this power; inf where it does not.

    Args: sd: as in `needed_non_inferior`.
    """
    if abs(truth) >= margin:
        return math.inf
    low, high = 0.0, 1.0
    while power_equivalent(sd / math.sqrt(high), margin, truth, level) < power:
        low, high = high, 2 * high
    for _ in range(100):
        middle = (low + high) / 2
        enough = power_equivalent(sd / math.sqrt(middle), margin, truth, level) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def inflation(size: float, correlation: float) -> float:
    """By what clusters of this many items multiply the items that are needed: 1 + (size - 1) x correlation.

    Source: Kish (1965), Survey Sampling.
    """
    return 1 + (size - 1) * correlation


def _z(power: float) -> float:
    return NormalDist().inv_cdf(power)
