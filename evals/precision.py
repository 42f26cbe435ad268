"""Precision: how wide the intervals of a plan's main metrics will be at worst, known before anything is asked.

At worst half of the replies say one thing and half the other, and all items of a cluster say the same. That every reply
counts is taken for granted: with those that leave a metric's denominator, its interval grows wider.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals import stats
from evals.measure import bounds, unit
from evals.plan import Plan, Planned
from evals.types import Arm, Index, ItemMetric, Metric, Sample


@dataclass(frozen=True, slots=True)
class Width:
    """Half the width of a metric's 95 % interval at worst, in one arm.

    Attributes:
        suite, arm, metric, title: what is measured where.
        n, clusters: items, and independent units among them.
        half: in the metric's unit, as a share of 1 where that is `share`; NaN where nothing bounds it.
        unit: see evals.measure.unit.
    """

    suite: str
    arm: str
    metric: str
    title: str
    n: int
    clusters: int
    half: float
    unit: str


def precision(plan: Plan) -> tuple[Width, ...]:
    """The widths of the main metrics in every arm that has items for them.

    Of adaptive tests there are none: their items follow from the answers.
    """
    return tuple(
        width for part in plan.parts if not part.tracks for arm in part.arms for width in _widths(part, arm)
    )


def _widths(part: Planned, arm: Arm) -> Iterator[Width]:
    samples = [sample for sample in part.certain if arm.takes(sample)]
    metrics = {metric.name: metric for metric in part.suite.metrics}
    for metric in part.suite.metrics:
        weights = metric.weights if isinstance(metric, Index) else {metric.name: 1.0}
        items = {name: _items(metrics[name], samples) for name in weights}
        if metric.main and all(items.values()):
            clusters = len({sample.cluster for each in items.values() for sample in each})
            n = len({sample.id for each in items.values() for sample in each})
            half = _together(
                weights, items, {name: _half(metrics[name], each) for name, each in items.items()}
            )
            yield Width(part.suite.name, arm.name, metric.name, metric.title, n, clusters, half, unit(metric))


def _items(metric: Metric | ItemMetric | Index, samples: Sequence[Sample]) -> list[Sample]:
    """The samples that count for a metric."""
    where = getattr(metric, "where", {})
    return [
        each for each in samples if all(each.tags.get(tag) in admitted for tag, admitted in where.items())
    ]


def _half(metric: Metric | ItemMetric | Index, items: Sequence[Sample]) -> float:
    """Half the width of the interval of one metric: Wilson's for two values, else t on the largest spread there can be."""
    low, high = bounds(metric)
    clusters = len({each.cluster for each in items})
    if math.isinf(low):
        return math.nan
    if not isinstance(metric, Metric) or len(set(metric.points.values())) == 2:
        z = stats.z_quantile()
        return (high - low) * z / (2 * math.sqrt(clusters + z * z))
    if clusters < 2:
        return math.nan
    return (high - low) / 2 * stats.t_quantile(clusters - 1) / math.sqrt(clusters - 1)


def _together(
    weights: Mapping[str, float], items: Mapping[str, Sequence[Sample]], halves: Mapping[str, float]
) -> float:
    """Half the width of a weighted sum: parts that share no cluster do not err together, others may wholly do so."""
    parts = [abs(weight) * halves[name] for name, weight in weights.items()]
    seen: set[str] = set()
    for each in items.values():
        own = {sample.cluster for sample in each}
        if seen & own:
            return sum(parts)
        seen |= own
    return math.hypot(*parts)
