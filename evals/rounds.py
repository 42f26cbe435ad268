"""Rounds: how a run that asks until it knows enough grows, by items of seeds that follow from its own."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from evals.types import Sample


@dataclass(frozen=True, kw_only=True)
class Until:
    """When a run has asked enough.

    Attributes:
        width: half the width that the interval of each suite's first metric may have, for every model, as a share.
        between: two of the models, whose difference in that metric is to be decided; the first is the baseline.
        margin: differences within it, as shares, count as none.
        most: samples of each suite that may be asked in all; None for the largest of its sizes.
    """

    width: float | None = None
    between: tuple[str, str] | None = None
    margin: float = 0.05
    most: int | None = None


@dataclass(frozen=True)
class Round:
    """What a run was asked after its first items.

    Attributes:
        seed: from what the items were made. samples: suite -> how many.
    """

    seed: int
    samples: Mapping[str, int]


def seed_of(seed: int, number: int) -> int:
    """The seed of a run's further round; number 2 is the first."""
    return int.from_bytes(hashlib.sha256(f"{seed}/round {number}".encode()).digest()[:4]) >> 1


def looks(first: int, most: int) -> tuple[int, ...]:
    """How many items there are at each look: at every one as many again as at the first, later half as many as there are.

    Equal steps would be too many looks on the way from 60 to 1,600, and doubling would ask far beyond what decides.
    """
    sizes = [first]
    while sizes[-1] < most:
        sizes.append(min(most, sizes[-1] + max(first, sizes[-1] // 2)))
    return tuple(sizes)


# Samples of several seeds


def content(sample: Sample) -> str:
    """What makes two samples one, whatever their ids."""
    return json.dumps([sample.input, sample.target, dict(sample.fields)], sort_keys=True, ensure_ascii=False)


def known(samples: Iterable[Sample]) -> dict[str, str]:
    """What was asked, each with its cluster."""
    return {content(sample): sample.cluster for sample in samples}


def numbered(samples: Iterable[Sample], number: int, met: Mapping[str, str]) -> tuple[Sample, ...]:
    """A round's samples under ids of their own, for suites number the samples of each seed alike.

    One that was met before stays, since a suite without its small and frequent items would be another suite; but as
    nothing is learned by asking it again, it is of one cluster with its twin.
    """
    made: dict[str, Sample] = {}
    for sample in samples:
        name = f"r{number}-{sample.id}"
        own = name if sample.cluster == sample.id else sample.cluster
        made[name] = replace(sample, id=name, cluster=met.get(content(sample), own))
    return tuple(made.values())


def has_news(samples: Iterable[Sample], met: Mapping[str, str]) -> bool:
    """Whether at least half of a round's samples were not met before; where fewer are, a suite comes to its end."""
    new = [content(sample) not in met for sample in samples]
    return bool(new) and 2 * sum(new) >= len(new)
