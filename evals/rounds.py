"""Rounds: how a run that asks until it knows enough grows, by items of seeds that follow from its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


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
        seed: from what the items were made. samples: suite -> how many were drawn; of these, some may have been met.
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
