"""Several looks: levels at which a gate may be asked again and again without raising more false alarms in all."""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from evals.stats.estimate import Floats
from evals.stats.quantiles import normal_tail, z_quantile


def spent(level: float, times: int) -> float:
    """The level of each of several gates, so that all their intervals hold together with at least `level`.

    1 - (1 - level) / times: a gate that runs daily for 100 days and is to raise no false alarm on any of them, with 95 %,
    is asked at 99.95 %. It needs no more than their number, however they depend on each other.

    Source: Bonferroni (1936); Dunn (1961), Multiple comparisons among means.
    """
    return 1 - (1 - level) / times


def look_level(sizes: Sequence[int], level: float = 0.95) -> float:
    """The level of the interval at each planned look at growing data, so that all of them hold together with `level`.

    Items that come on top of those already seen: one interval a look, each of all items so far, and the first that decides
    ends it. The level is the same at every look, so the first look gives up least: 98.2 % for four equal steps, against
    98.7 % by `spent`. It goes with any of our intervals (their level); their clusters may run through all looks.

    Args: sizes: items, or clusters, at each planned look: rising.
    Source: Pocock (1977), Group sequential methods in the design and analysis of clinical trials; by the integrals of
        Armitage, McPherson and Rowe (1969); as repeated intervals, Jennison and Turnbull (1989).
    Raises: ValueError: the sizes do not rise from above 0.
    """
    if not sizes or sizes[0] <= 0 or any(a >= b for a, b in pairwise(sizes)):
        raise ValueError(f"the sizes at planned looks must rise from above 0, and are {list(sizes)}")
    return _level(tuple(size / sizes[-1] for size in sizes), level)


@cache
def _level(times: tuple[float, ...], level: float) -> float:
    """By bisection between no correction and Bonferroni's."""
    low, high = z_quantile(level), z_quantile(spent(level, len(times)))
    for _ in range(30):
        z = (low + high) / 2
        low, high = (z, high) if _within(times, z) < level else (low, z)
    return 1 - 2 * normal_tail(high)


def _within(times: tuple[float, ...], z: float) -> float:
    """The chance that a Brownian motion stays within +-z sqrt(t) at each of these times."""
    nodes, weights = _nodes(times, 0, z)
    density = weights * _normal(nodes, times[0])
    for place in range(1, len(times)):
        further, weights = _nodes(times, place, z)
        step = times[place] - times[place - 1]
        density = weights * (_normal(further[:, None] - nodes[None], step) @ density)
        nodes = further
    return float(density.sum())


def _nodes(times: tuple[float, ...], place: int, z: float) -> tuple[Floats, Floats]:
    """Gauss and Legendre's points between the limits at one look: the more, the shorter the steps round it."""
    shortest = min(b - a for a, b in pairwise((0.0, *times)))
    at, weights = _legendre(30 + math.ceil(12 * math.sqrt(times[place] / shortest)))
    reach = z * math.sqrt(times[place])
    return reach * at, reach * weights


@cache
def _legendre(count: int) -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(count)


def _normal(x: Floats, variance: float) -> Floats:
    return np.asarray(np.exp(-(x**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance))
