"""Shards: which part of a plan one of several machines asks, where each is told only its number and how many there are.

What is statistically one unit stays whole: all samples of a cluster, in all arms, as often as they are asked, of all
models, are in one shard, so that what is compared item by item was asked by one machine. An adaptive track is walked by
one shard from its first question to its last.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from evals.errors import BadInput


@dataclass(frozen=True, slots=True)
class Shard:
    """Number `index` of `count` parts, from 1."""

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def parse(text: str) -> Shard:
    """A shard as typed: 2/8. Raises: BadInput: it is none."""
    found = re.fullmatch(r"(\d+)/(\d+)", text.strip())
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise BadInput(f"--shard {text!r} is no part", "write --shard I/N, I from 1 to N, as --shard 2/8")
    return Shard(int(found[1]), int(found[2]))


def deal(suite: str, units: Iterable[str], shard: Shard) -> frozenset[str]:
    """The units of a suite that a shard asks: each is asked by exactly one, and no shard by more than one more than another.

    They are dealt in an order that follows from a hash of their names alone. In the order of the suite they would be
    dealt by its own pattern: where every second item is about a made-up name, one of two shards would have them all.

    Raises: BadInput: there are more shards than units.
    """
    found = set(units)
    if shard.count > len(found):
        raise BadInput(
            f"suite {suite} has {len(found)} items to share out, fewer than {shard.count} shards",
            f"make at most {len(found)} shards, or ask more samples (--size, -n)",
        )
    ordered = sorted(found, key=lambda unit: hashlib.sha256(f"{suite}/{unit}".encode()).digest())
    return frozenset(ordered[shard.index - 1 :: shard.count])
