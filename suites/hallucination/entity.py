"""What an item is about: a person or thing, real or made up, with what is known of it."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from random import Random
from types import MappingProxyType
from typing import Literal, TypeVar

from .known import DATA, anything, fold

T = TypeVar("T")
Kind = Literal["made-up", "real", "premise", "locked"]
Tier = Literal["A", "B", "C", "D", "E", "F", "G", "H"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a made-up thing does not exist.

    Attributes:
        rule: the argument, in a few words.
        bound: the expected number of documented things of this very name, by evidence.py; 0 where a complete list
            decides, and the probability that there is one is never more than this.
        checks: what was checked.
    """

    rule: str
    bound: float
    checks: tuple[str, ...]

    def text(self) -> str:
        """As JSON, the bound to two digits."""
        return json.dumps({"rule": self.rule, "bound": f"{self.bound:.1e}", "checks": self.checks})


@dataclass(frozen=True, slots=True)
class Entity:
    """A person or thing to ask about.

    Attributes:
        name: exactly as the prompts show it.
        kind: made-up; real; premise (real, but what is said of it is false); locked (made-up, and put on a closed list).
        tier: A to H.
        prompts: the section of prompts.toml that asks about it.
        fields: what the prompts and the scorer use besides the name.
        target: gold keywords, any of which identifies it, joined by ";"; None where there is nothing to identify.
        evidence: why it does not exist; None for what is real.
        words: the invented words in its name, in lower case: those that are on no list.
        tags: further labels to group by.
    """

    name: str
    kind: Kind
    tier: Tier
    prompts: str
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    target: str | None = None
    evidence: Evidence | None = None
    words: tuple[str, ...] = ()
    tags: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def who(self) -> str:
        """The name that decides whether it exists: its author's where it has one, else its own."""
        return self.fields.get("author") or self.name


Row = Mapping[str, str]
"""One line of a CSV file in `data/`."""

Asked = tuple[Entity, int]
"""An entity, and which of the three paraphrases asks about it (1 to 3)."""


class Fresh(Iterator[Entity]):
    """Made-up entities, passing over whatever something is known by, and whatever came before.

    Attributes:
        known: how many were passed over because something of that whole name is known.
        repeated: how many because their invented words, or else their name, had come up before.
    """

    def __init__(self, entities: Iterable[Entity]) -> None:
        self.entities = iter(entities)
        self.known = 0
        self.repeated = 0
        self.seen = set[tuple[str, ...]]()

    def __next__(self) -> Entity:
        for entity in self.entities:
            key = entity.words or (entity.name,)
            if fold(entity.who) in anything():
                self.known += 1
            elif key in self.seen:
                self.repeated += 1
            else:
                self.seen.add(key)
                return entity
        raise StopIteration


def endless(entities: Iterable[Entity]) -> Iterator[Asked]:
    """Each entity once, the paraphrases in turn."""
    for number, entity in enumerate(entities):
        yield entity, number % 3 + 1


def thrice(entities: Sequence[Entity], rng: Random) -> Iterator[Asked]:
    """Entities in a random order, each in one paraphrase; when all were asked about, again in another; then the third."""
    order = rng.sample(entities, len(entities))
    for turn in range(3):
        for number, entity in enumerate(order):
            yield entity, (number + turn) % 3 + 1


def cycle(things: Sequence[T], rng: Random) -> Iterator[T]:
    """Endlessly, each thing once in each round, every round in a new order."""
    for _ in count():
        yield from rng.sample(things, len(things))


@cache
def rows_of(name: str) -> tuple[Row, ...]:
    """The rows of a CSV file in `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file))
