"""Rates: how often something happened in a simulation, and how sure that is."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals import stats
from evals.certify.design import Design
from evals.certify.world import World

CELLS = 4_000_000
"""The most replies that are simulated at once: they are held in memory."""


@dataclass(frozen=True)
class Settings:
    """How a suite is certified.

    Attributes:
        rounds: how many times each run is simulated.
        margin: of the gate, in the metric's unit.
        looks: how often a gate may look, each time at as many items more.
        repeat: as `evals run --repeat`.
        world: how replies come.
    """

    rounds: int = 1_000
    margin: float = 0.05
    looks: int = 4
    repeat: int = 1
    world: World = field(default_factory=World)

    def chunks(self, design: Design, case: int) -> Iterator[tuple[np.random.Generator, int]]:
        """The rounds in portions that fit in memory, each with a generator; the same for designs of one shape."""
        most = max(1, CELLS // max(1, design.n * design.repeats))
        for start in range(0, self.rounds, most):
            yield self.world.rng(case, start), min(most, self.rounds - start)


@dataclass(frozen=True)
class Rate:
    """How often something happened.

    Attributes:
        kind: of what: interval, contrast or gate.
        name: of the metric or contrast. where: arms, or at what the gate looks.
        case: what is true. event: what is counted.
        items, clusters: of the design.
        half_width: of the intervals, on average, in the metric's unit.
        rate, error: how often, 0 to 1, and half of the 95 % interval that the number of rounds leaves.
    """

    kind: Literal["interval", "contrast", "gate"]
    name: str
    where: str
    case: str
    event: str
    items: int
    clusters: int
    half_width: float
    rate: float
    error: float


@dataclass(frozen=True)
class Subject:
    """What a rate is of: `Rate` without what was counted."""

    kind: Literal["interval", "contrast", "gate"]
    name: str
    where: str
    design: Design

    def rate(self, case: str, event: str, happened: NDArray[np.bool_], half_width: float) -> Rate:
        """A rate from what happened in each round, shape (rounds,)."""
        found = stats.wilson(float(happened.sum()), len(happened))
        error = (found.high - found.low) / 2
        items, clusters = self.design.n, self.design.clusters
        rate = float(happened.mean()) if len(happened) else math.nan
        return Rate(self.kind, self.name, self.where, case, event, items, clusters, half_width, rate, error)
