"""Pairs like a.8 and a.17, each asked about in six contexts: as numbers the first is larger, as places the second is later."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, product
from pathlib import Path
from random import Random

from evals.pseudoword import kept_for_training
from evals.types import Sample

TALK = "9.9 9.11"
"""The pair that the talk shows, which every model may know: never an item."""

WAYS = tuple(product(("short first", "long first"), ("larger", "smaller")))
"""Which of the two is named first, and which of the two is asked for."""


@dataclass(frozen=True, slots=True)
class Context:
    """What two numbers are said to be.

    Attributes:
        name: as in contexts.toml.
        reads: "number" (a.b has decimals) or "place" (item b of part a).
        asks: "larger" or "smaller" -> the question, with {x} and {y}.
    """

    name: str
    reads: str
    asks: dict[str, str]


@cache
def contexts() -> tuple[Context, ...]:
    """The six contexts, in the order of the file."""
    raw = tomllib.loads((Path(__file__).parent / "contexts.toml").read_text("utf-8"))
    return tuple(
        Context(name, entry.pop("reads"), entry) for name, entry in ((n, dict(e)) for n, e in raw.items())
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers with the same whole part: one digit after the point, and two.

    Attributes:
        whole: 1 to 12, so that it can be a month.
        short: 1 to 9. long: 11 to 28 and no 20, so that it can be a day and no decimal ends in 0.
    """

    whole: int
    short: int
    long: int

    @property
    def texts(self) -> tuple[str, str]:
        """Both as written, the short one first: ("9.8", "9.17")."""
        return f"{self.whole}.{self.short}", f"{self.whole}.{self.long}"

    @property
    def conflict(self) -> bool:
        """Whether the reading decides: as numbers the short one is larger, though as places the long one is later."""
        return self.short > self.long // 10

    def answer(self, reads: str, asked: str) -> str:
        """The right one of the two."""
        short_is_larger = reads == "number" and self.conflict
        return self.texts[0 if short_is_larger == (asked == "larger") else 1]


def training_side(pair: Pair) -> bool:
    """Whether a pair belongs to the training data of the embedded model, never to this suite."""
    return kept_for_training(" ".join(pair.texts))


@cache
def pairs() -> tuple[Pair, ...]:
    """Every pair that may be an item."""
    every = (
        Pair(whole, short, long)
        for whole, short, long in product(range(1, 13), range(1, 10), range(11, 29))
        if long != 20
    )
    return tuple(pair for pair in every if " ".join(pair.texts) != TALK and not training_side(pair))


def samples(seed: int, n: int, _options: object) -> Iterator[Sample]:
    """Samples, n of them: pair by pair, each pair in all six contexts; three pairs in four are in conflict.

    Which one is named first and which one is asked for changes from pair to pair, within each sort of pairs, so that
    both are balanced. A smaller n gives the first ones. Beyond some 5,000 samples pairs come again, in other ways.
    """
    made = (
        _sample(pair, way, context)
        for pair, way in _asked(Random(f"decimals/{seed}"))
        for context in contexts()
    )
    for i, sample in zip(range(n), made, strict=False):
        yield Sample(f"{i:05}-{sample.id}", sample.input, sample.target, sample.tags, sample.cluster)


def _asked(rng: Random) -> Iterator[tuple[Pair, tuple[str, str]]]:
    """Pairs with the way each is asked about, without end."""
    sorts = {conflict: [pair for pair in pairs() if pair.conflict == conflict] for conflict in (True, False)}
    order = {conflict: rng.sample(found, len(found)) for conflict, found in sorts.items()}
    used = {True: 0, False: 0}
    for place in count():
        conflict = place % 4 != 3
        at = used[conflict]
        used[conflict] += 1
        yield order[conflict][at % len(order[conflict])], WAYS[(at + at // len(order[conflict])) % len(WAYS)]


def _sample(pair: Pair, way: tuple[str, str], context: Context) -> Sample:
    first, asked = way
    x, y = pair.texts if first == "short first" else pair.texts[::-1]
    return Sample(
        id=f"{context.name}-{x}-{y}-{asked}",
        input=context.asks[asked].format(x=x, y=y),
        target=pair.answer(context.reads, asked),
        tags={
            "context": context.name,
            "reads": context.reads,
            "pair": "conflict" if pair.conflict else "agree",
            "order": first,
            "asked": asked,
            "first": x,
            "second": y,
        },
        cluster=" ".join(pair.texts),
    )
