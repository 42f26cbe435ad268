"""Designs: which items of a plan a number rests on, and which of them are one cluster."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals import stats
from evals.plan import Planned
from evals.suite import Suite
from evals.types import Arm, Contrast, Index, Sample, Tag

Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Design:
    """The items behind a metric, or behind each part of an index.

    Attributes:
        parts: a shape (n,) for each part: the cluster of each item, in the order of asking; numbers mean the same in all.
        repeats: how many replies an item has, at least.
    """

    parts: tuple[Codes, ...]
    repeats: int

    @property
    def n(self) -> int:
        """Items, over all parts."""
        return sum(map(len, self.parts))

    @property
    def clusters(self) -> int:
        """Different clusters."""
        return len(np.unique(np.concatenate(self.parts)))

    @property
    def shape(self) -> tuple[object, ...]:
        """Alike for designs of which a simulation says the same."""
        if len(self.parts) > 1:
            return (self.repeats, *(part.tobytes() for part in self.parts))
        return self.repeats, *sorted(np.unique(self.parts[0], return_counts=True)[1].tolist())

    @property
    def can_vary(self) -> bool:
        """Whether every part has two clusters, without which nothing is known of its spread."""
        return all(len(np.unique(part)) > 1 for part in self.parts)


def of_metric(part: Planned, name: str, arms: Sequence[Arm], repeat: int) -> Design:
    """The items of a metric, or of the parts of an index, in these arms."""
    metrics = {metric.name: metric for metric in part.suite.metrics}
    metric = metrics[name]
    names = list(metric.weights) if isinstance(metric, Index) else [name]
    pairs = [(sample, arm) for sample in part.samples for arm in arms if arm.takes(sample)]
    number = {cluster: place for place, cluster in enumerate(dict.fromkeys(s.cluster for s, _ in pairs))}
    wheres = [getattr(metrics[each], "where", {}) for each in names]
    codes = tuple(
        np.array([number[sample.cluster] for sample, _ in pairs if _fits(sample, where)], np.intp)
        for where in wheres
    )
    return Design(codes, repeat * min((arm.repeat for arm in arms), default=1))


def of_arms(part: Planned, name: str, repeat: int) -> Iterator[tuple[tuple[str, ...], Design]]:
    """The designs of a metric in single arms, as reports have it; arms of one shape together, with their names."""
    found: dict[tuple[object, ...], tuple[list[str], Design]] = {}
    for arm in part.arms:
        design = of_metric(part, name, [arm], repeat)
        if design.can_vary:
            found.setdefault(design.shape, ([], design))[0].append(arm.name)
    yield from ((tuple(names), design) for names, design in found.values())


def of_contrast(part: Planned, contrast: Contrast, repeat: int) -> Design | None:
    """The pairs of a contrast, by samples or by what strata are matched by; None where the plan has not both sides."""
    where = getattr(_metric(part.suite, contrast.metric), "where", {})
    samples = [sample for sample in part.samples if _fits(sample, where)]
    if contrast.by == "arm":
        arms = [arm for arm in part.arms if arm.name in (contrast.treatment, contrast.control)]
        taken = [sample.cluster for sample in samples if all(arm.takes(sample) for arm in arms)]
        labels: Codes = np.unique(taken, return_inverse=True)[1] if len(arms) == 2 else np.zeros(0, np.intp)
        times = min((arm.repeat for arm in arms), default=1)
    else:
        labels, times = _matched(samples, contrast), min(arm.repeat for arm in part.arms)
    design = Design((labels,), repeat * times)
    return design if design.can_vary else None


def _matched(samples: Sequence[Sample], contrast: Contrast) -> Codes:
    """The cluster of each pair of matched samples; pairs that hang together through one are one."""
    sides: tuple[dict[tuple[Tag, ...], str], ...] = ({}, {})
    for side, level in zip(sides, (contrast.treatment, contrast.control), strict=True):
        for sample in samples:
            if sample.tags.get(contrast.by) == level and set(contrast.match) <= sample.tags.keys():
                side[tuple(sample.tags[tag] for tag in contrast.match)] = sample.cluster
    both = [key for key in sides[0] if key in sides[1]]
    pairs = np.tile(np.arange(len(both)), 2)
    clusters = np.array([side[key] for side in sides for key in both], str)
    return stats.joined(clusters, pairs)[: len(both)]


def _metric(suite: Suite, name: str) -> Any:
    return next(metric for metric in suite.metrics if metric.name == name)


def _fits(sample: Sample, where: Mapping[str, frozenset[Tag]]) -> bool:
    return all(sample.tags.get(tag) in admitted for tag, admitted in where.items())
