"""How often the intervals of reports hold the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evals import stats
from evals.certify.design import Codes, of_arms
from evals.certify.rate import Rate, Settings, Subject
from evals.certify.world import World
from evals.measure import AnyMetric, unit
from evals.plan import Planned
from evals.stats import Floats
from evals.types import Index, Metric

SHARES = (0.05, 0.2, 0.5, 0.8, 0.95)
"""True shares at which intervals are tried."""


@dataclass(frozen=True)
class Part:
    """A metric as an interval sees it: the points that a reply can have, in order; none if any number."""

    weight: float
    points: tuple[float, ...]

    @property
    def is_share(self) -> bool:
        """Whether a reply can only have one of two values."""
        return len(self.points) == 2

    def draw(  # noqa: PLR0913, PLR0917 - a run, and what is true of it
        self, world: World, rng: np.random.Generator, p: float, clusters: Codes, repeats: int, rounds: int
    ) -> tuple[Floats, float]:
        """Values of items, shape (rounds, n), and their true mean: replies have the most points with chance p.

        The other points, where there are several, are equally likely.
        """
        if not self.points:
            return world.numbers(rng, clusters, rounds), 0.0
        best, others = self.points[-1], np.array(self.points[:-1])
        right = world.replies(rng, p, clusters, repeats, rounds)
        values = np.where(right, best, others[rng.integers(len(others), size=right.shape)])
        return values.mean(axis=-1), float(p * best + (1 - p) * others.mean())

    def limits(self, values: Floats, clusters: Codes, repeats: int) -> Floats:
        """Value, low and high of many sets of values, shape (3, rounds), as `measure.estimate` has them of one."""
        if not self.is_share:
            low, high = (self.points[0], self.points[-1]) if self.points else (-np.inf, np.inf)
            return np.stack(stats.means(values, clusters, (low, high)))
        start, width = self.points[0], self.points[1] - self.points[0]
        found = stats.shares((values - start) / width, clusters, len(clusters) * repeats)
        return start + width * np.stack(found)


def parts_of(metrics: Sequence[AnyMetric], metric: AnyMetric) -> tuple[Part, ...]:
    """What a metric is made of; itself, unless it is an index."""
    if not isinstance(metric, Index):
        return (Part(1.0, _points(metric)),)
    by_name = {each.name: each for each in metrics}
    return tuple(Part(weight, _points(by_name[name])) for name, weight in metric.weights.items())


def _points(metric: AnyMetric) -> tuple[float, ...]:
    if isinstance(metric, Metric):
        return tuple(sorted(set(metric.points.values())))
    return (0.0, 1.0) if unit(metric) == "share" else ()


def interval_rates(part: Planned, settings: Settings) -> Iterator[Rate]:
    """For every metric, by arm as in reports: how often its 95 % interval holds the truth, at each of SHARES."""
    known: dict[object, list[tuple[str, Floats, float]]] = {}
    everywhere = tuple(arm.name for arm in part.arms)
    for metric in part.suite.metrics:
        parts = parts_of(part.suite.metrics, metric)
        for arms, design in of_arms(part, metric.name, settings.repeat):
            key = (design.shape, parts)
            if key not in known:
                known[key] = list(_tried(parts, design.parts, settings, Subject("interval", "", "", design)))
            where = "every arm" if arms == everywhere else ", ".join(arms)
            subject = Subject("interval", metric.name, where, design)
            for case, held, half in known[key]:
                yield subject.rate(case, "holds", held.astype(bool), half)


def _tried(
    parts: Sequence[Part], codes: Sequence[Codes], settings: Settings, subject: Subject
) -> Iterator[tuple[str, Floats, float]]:
    """For each truth: in which rounds the interval holds it, and its mean half width."""
    world, repeats = settings.world, subject.design.repeats
    weights = [part.weight for part in parts]
    for place, p in enumerate(SHARES if all(part.points for part in parts) else (0.5,)):
        held, halves = [], []
        for rng, rounds in settings.chunks(subject.design, place):
            drawn = [
                part.draw(world, rng, p, each, repeats, rounds)
                for part, each in zip(parts, codes, strict=True)
            ]
            limits = [
                part.limits(values, each, repeats)
                for part, (values, _), each in zip(parts, drawn, codes, strict=True)
            ]
            shared = stats.correlations([values for values, _ in drawn], codes)
            _, low, high = stats.movers(np.stack(limits, axis=-1), weights, shared)
            truth = sum(weight * mean for weight, (_, mean) in zip(weights, drawn, strict=True))
            held.append((low <= truth + 1e-12) & (truth - 1e-12 <= high))
            halves.append((high - low) / 2)
        case = f"{100 * p:g} %" if all(part.points for part in parts) else "any"
        yield case, np.concatenate(held), float(np.concatenate(halves).mean())
