"""The purse of a run: every reply is let through, kept waiting or refused by what its budget has room for."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from evals.errors import NOTHING_LOST, Lost
from evals.money.budget import Budget, Meter
from evals.money.prices import dollars
from evals.types import Key, Prompt, Reply, Response

Unit = Literal["cost_usd", "tokens"]

OPTIONS: Mapping[Unit, str] = {"cost_usd": "--max-cost", "tokens": "--max-tokens"}


class Teller(NamedTuple):
    """What replies take of each quantity.

    Attributes:
        most: (model, prompt) -> what a reply to it may take, 0 where it is free.
        taken: (model, response) -> what it has taken, None where that is not known.
    """

    most: Callable[[str, Prompt], Mapping[Unit, float]]
    taken: Callable[[str, Response], Mapping[Unit, float | None]]


FREE = Teller(lambda _model, _prompt: {}, lambda _model, _response: {})
"""Where nothing is counted."""


@dataclass
class Purse:
    """What a run has left, for all its models together; without a budget everything is let through.

    Attributes:
        budget: what it may take.
        teller: tells what replies take.
        refused: model -> the quantity that has no room for its next reply, and what that may take.
        late: whether its minutes are over.
        meters: those of what is bounded.
    """

    budget: Budget = field(default_factory=Budget)
    teller: Teller = FREE
    refused: dict[str, tuple[Unit, float]] = field(default_factory=dict, init=False)
    late: bool = False
    meters: dict[Unit, Meter] = field(default_factory=dict, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        if self.budget.cost_usd is not None:
            self.meters["cost_usd"] = Meter(self.budget.cost_usd)
        if self.budget.tokens is not None:
            self.meters["tokens"] = Meter(self.budget.tokens)

    def recall(self, reply: Reply) -> None:
        """Count a reply that an earlier process was given, or failed to get."""
        self._held(reply.key, reply.prompt).take(reply.response, reply.lost)

    async def hold(
        self, key: Key, prompt: Prompt, wanted: Callable[[], bool], *, paid: bool = False
    ) -> "Held | None":
        """Reserve for a reply, once there is room; None if there will be none, or it is not wanted any more.

        Args: paid: it was asked by an earlier process, and is only waited for.
        """
        held = self._held(key, prompt)
        if paid or not held.bounds:
            held.begin()
            return held
        async with self._turn:  # only the first in the line looks again whenever a reply comes
            while wanted() and key.model not in self.refused:
                held.begin()
                if held.fits:
                    return held
                held.end()
                if not any(self.meters[unit].flying for unit in held.bounds):
                    self._refuse(held)
                    return None
                self._changed.clear()
                await self._changed.wait()
        return None

    def said(self) -> Iterator[str]:
        """What is used up: "$0.49 of $0.50 (--max-cost) are spent, and the next reply may take $0.02"."""
        if self.late:
            yield f"the {self.budget.minutes:g} minutes of --max-minutes are over"
        for unit in dict.fromkeys(unit for unit, _ in self.refused.values()):
            meter, need = self.meters[unit], min(each for own, each in self.refused.values() if own == unit)
            so_far = f"{number(unit, meter.taken)} of {amount(unit, meter.most)} ({OPTIONS[unit]}) are spent"
            yield f"{so_far}, and the next reply may take {amount(unit, need)}"

    def _held(self, key: Key, prompt: Prompt) -> "Held":
        most = self.teller.most(key.model, prompt) if self.meters else {}
        return Held(self, key, {unit: most[unit] for unit in self.meters if most[unit]})

    def _refuse(self, held: "Held") -> None:
        needs = {unit: self.meters[unit].need(held.arm, bound) for unit, bound in held.bounds.items()}
        short = next(unit for unit, need in needs.items() if not self.meters[unit].has(need))
        self.refused[held.key.model] = (short, needs[short])

    def changed(self) -> None:
        """Have the first in the line look again."""
        self._changed.set()


def number(unit: Unit, much: float) -> str:
    """So much, as people read it."""
    return dollars(much) if unit == "cost_usd" else f"{much:,.0f}"


def amount(unit: Unit, much: float) -> str:
    """So much, with its unit."""
    return number(unit, much) + ("" if unit == "cost_usd" else " tokens")


@dataclass
class Held:
    """What is reserved for one reply.

    Attributes:
        bounds: what it may take of each quantity that is bounded and not free.
    """

    purse: Purse
    key: Key
    bounds: Mapping[Unit, float]

    @property
    def arm(self) -> tuple[str, str, str]:
        """Replies of one arm take about the same share of what they may."""
        return self.key.model, self.key.suite, self.key.arm

    @property
    def fits(self) -> bool:
        """Whether there is room for it and all that is in flight: as replies come, more is known of what they take."""
        return all(self.purse.meters[unit].fits for unit in self.bounds)

    def begin(self) -> None:
        """Reserve."""
        for unit, bound in self.bounds.items():
            self.purse.meters[unit].hold(self.arm, bound)

    def end(self, response: Response | None = None, lost: Lost = NOTHING_LOST) -> None:
        """Reserve no more: the reply has come, or failed, or is not asked."""
        for unit, bound in self.bounds.items():
            self.purse.meters[unit].let_go(self.arm, bound)
        self.take(response, lost)
        self.purse.changed()

    def take(self, response: Response | None, lost: Lost) -> None:
        """Count what the reply has taken, and what was lost on the way to it."""
        for unit in self.bounds:
            self.purse.meters[unit].taken += getattr(lost, unit)
        if response is None or response.cached:  # of what fresh replies take a cached one tells nothing
            return
        taken = self.purse.teller.taken(self.key.model, response) if self.bounds else {}
        for unit, bound in self.bounds.items():
            self.purse.meters[unit].take(self.arm, bound, taken[unit])
