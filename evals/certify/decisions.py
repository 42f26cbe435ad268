"""How often contrasts and gates raise false alarms, and how often they see what is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evals import stats
from evals.certify.design import Codes, Design, of_contrast, of_metric
from evals.certify.intervals import Part, parts_of
from evals.certify.rate import Rate, Settings, Subject
from evals.plan import Planned
from evals.stats import Floats
from evals.types import Index

GOOD = 0.8
"""The true share of good replies at which contrasts and gates are tried."""

FLIPS = 199
"""Random sign flips for each round's test: with so few the test is coarser, but as valid."""

Limits = tuple[Floats, Floats, Floats]


# Contrasts


def contrast_rates(part: Planned, settings: Settings) -> Iterator[Rate]:
    """For every contrast of a share: how often it is decided where nothing differs, and where 10 points do."""
    metrics = {metric.name: metric for metric in part.suite.metrics}
    known: dict[object, list[tuple[NDArray[np.bool_], float]]] = {}
    for contrast in part.suite.contrasts:
        (first, *more) = parts_of(part.suite.metrics, metrics[contrast.metric])
        design = of_contrast(part, contrast, settings.repeat)
        if more or not first.is_share or design is None:
            continue
        if design.shape not in known:
            known[design.shape] = [_decided(design, drop, settings) for drop in (0.0, 0.1)]
        subject = Subject("contrast", contrast.name, f"{contrast.treatment} - {contrast.control}", design)
        for case, (found, half) in zip(("no change", "10 points"), known[design.shape], strict=True):
            yield subject.rate(case, "decided", found, half)


def _decided(design: Design, drop: float, settings: Settings) -> tuple[NDArray[np.bool_], float]:
    """In which rounds interval and test agree that there is a difference, as `contrast` asks, and the mean half width."""
    (clusters,) = design.parts
    found, halves = [], []
    for rng, rounds in settings.chunks(design, round(drop * 100)):
        changes = settings.world.changes(rng, GOOD, drop, clusters, design.repeats, rounds)
        _, low, high = stats.share_differences(changes, clusters, len(clusters) * design.repeats)
        apart = (low > 0) | (high < 0)
        apart[apart] = [_p(each, clusters, design.repeats) < 0.05 for each in changes[apart]]
        found.append(apart)
        halves.append((high - low) / 2)
    return np.concatenate(found), float(np.concatenate(halves).mean())


def _p(changes: Floats, clusters: Codes, repeats: int) -> float:
    """McNemar's test of independent items asked once, else sign flips of clusters."""
    if repeats == 1 and len(np.unique(clusters)) == len(clusters):
        return stats.mcnemar(int((changes > 0).sum()), int((changes < 0).sum()))
    return stats.sign_flip(np.bincount(clusters, changes / len(changes)), rounds=FLIPS)


# Gates


@dataclass(frozen=True)
class Gate:
    """What a gate asks of one metric.

    Attributes:
        parts: weights above 0, each part's good replies counting.
        design: of all items that may be seen; sizes: of each part, how many are seen at each look, shape (looks, parts).
        decisions: how many metrics share the 5 % of false alarms.
    """

    parts: tuple[Part, ...]
    design: Design
    sizes: NDArray[np.int_]
    decisions: int

    @property
    def can_begin(self) -> bool:
        """Whether every part has two clusters at the first look."""
        return replace(self.design, parts=tuple(self._seen(self.sizes[0]))).can_vary

    def _seen(self, sizes: Sequence[int]) -> list[Codes]:
        return [clusters[:size] for clusters, size in zip(self.design.parts, sizes, strict=True)]

    def verdicts(self, drop: float, margin: float, settings: Settings) -> tuple[Floats, float]:
        """How each round ends, 1 pass, -1 regress, 0 undecided, and the mean half width at the first look.

        The first part loses `drop` of the sum. A look that decides ends the gate.
        """
        level = stats.look_level(self.sizes.sum(axis=1).tolist())
        strict = stats.spent(level, self.decisions)
        ends, halves = [], []
        for rng, rounds in settings.chunks(self.design, round(drop * 1_000)):
            changes = self._changes(rng, drop, rounds, settings)
            end, left = np.zeros(rounds), np.arange(rounds)
            for look in range(len(self.sizes)):
                seen = [change[left, : self.sizes[look, part]] for part, change in enumerate(changes)]
                _, low, high = self._limits(seen, level)
                strictly = self._limits(seen, strict)[2] if strict != level else high
                end[left] = np.where(low > -margin, 1.0, np.where(strictly < 0, -1.0, 0.0))
                left = left[end[left] == 0]
                if look == 0:
                    halves.append((high - low) / 2)
            ends.append(end)
        return np.concatenate(ends), float(np.concatenate(halves).mean())

    def _changes(
        self, rng: np.random.Generator, drop: float, rounds: int, settings: Settings
    ) -> list[Floats]:
        drops = [drop / self.parts[0].weight, *(0.0 for _ in self.parts[1:])]
        return [
            settings.world.changes(rng, GOOD, lost, clusters, self.design.repeats, rounds)
            for lost, clusters in zip(drops, self.design.parts, strict=True)
        ]

    def _limits(self, seen: Sequence[Floats], level: float) -> Limits:
        """The difference, in which more is better, with its interval, from what each part's items seen have changed."""
        codes = self._seen([change.shape[-1] for change in seen])
        limits = [
            stats.share_differences(change, each, len(each) * self.design.repeats, level)
            for change, each in zip(seen, codes, strict=True)
        ]
        weights = [part.weight for part in self.parts]
        return stats.movers(np.stack(limits, axis=-1), weights, stats.correlations(seen, codes))


def gate_rates(part: Planned, larger: Planned | None, settings: Settings) -> Iterator[Rate]:
    """For the first metric and the indexes, as a gate has them: how it ends where nothing changed, and where it got worse.

    It passes by the 95 % interval and calls a regression by one of the level that all its metrics share; both are wider
    where there are several looks. Metrics that are not made of shares need margins of their own, and are left out.
    """
    metrics = part.suite.metrics
    gated = [each for each in metrics if (each is metrics[0] or isinstance(each, Index)) and each.better]
    for metric in gated:
        parts = parts_of(metrics, metric)
        if not all(each.is_share for each in parts):
            continue
        turned = tuple(
            Part(abs(each.weight) * (each.points[1] - each.points[0]), (0.0, 1.0)) for each in parts
        )
        once = of_metric(part, metric.name, part.arms, settings.repeat)
        more = of_metric(larger, metric.name, larger.arms, settings.repeat) if larger else once
        for design, looks in ((once, 1), (more, settings.looks))[: 2 if larger else 1]:
            gate = Gate(turned, design, _sizes(design, looks), len(gated))
            if gate.can_begin:
                subject = Subject("gate", metric.name, "one look" if looks == 1 else f"{looks} looks", design)
                yield from _ends(subject, gate, settings)


def _sizes(design: Design, looks: int) -> NDArray[np.int_]:
    """How many items of each part are seen at each look, in equal steps."""
    most = np.array([len(each) for each in design.parts])
    return np.array([most * (look + 1) // looks for look in range(looks)])


def _ends(subject: Subject, gate: Gate, settings: Settings) -> Iterator[Rate]:
    margin = settings.margin
    worse = [f"{100 * times * margin:g} points worse" for times in (1, 2)]
    for times, case in enumerate(("no change", *worse)):
        ends, half = gate.verdicts(times * margin, margin, settings)
        for event, value in (("pass", 1), ("regress", -1), ("undecided", 0)):
            yield subject.rate(case, event, ends == value, half)
