"""Budgets: what a run may take of money, tokens and minutes, and whether there is room for one more reply.

Before a reply is asked, room is reserved for it. At first for what it may take at most, as the estimate has it
(estimate.at_most). As replies of its arm come in, for the share of that which they take: n in flight are reserved the mean
share each, in which the bound itself counts as one reply, and once more the distance of the largest from the mean, over the
root of n, for many are not all as large as the largest. One that is alone is reserved the largest share, or where none is
known the likely one, so that a small budget is of use. So what is spent ends at the budget or just below it, and never exceeds
it by more than what was in flight.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic

LIKELY = 4
"""A reply is guessed to take one in so many of the tokens that it may."""

ROUNDING = 1e-9
"""A share of the budget by which sums may exceed it: those of cents are not exact."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may take in all, its earlier processes and all its models together; None where there is no bound.

    Attributes:
        cost_usd: US dollars.
        tokens: read and written.
        minutes: of this process alone.
        began: since when these count, as time.monotonic has it.
    """

    cost_usd: float | None = None
    tokens: int | None = None
    minutes: float | None = None
    began: float = field(default_factory=monotonic, compare=False)

    @property
    def seconds_left(self) -> float:
        """Until its minutes are over; infinite where they are not bounded."""
        return math.inf if self.minutes is None else self.began + 60 * self.minutes - monotonic()


@dataclass
class _Arm:
    """What is known of one arm's replies: those in flight, and the shares that others took of what they might.

    Attributes:
        flying: how many are in flight. bounds: what they may take, added up.
        known: how many have come. shares: theirs, added up. largest: of them.
    """

    flying: int = 0
    bounds: float = 0.0
    known: int = 0
    shares: float = 0.0
    largest: float = 0.0

    @property
    def mean(self) -> float:
        """The mean share, where the bound itself counts as one reply."""
        return (1 + self.shares) / (1 + self.known)

    @property
    def alone(self) -> float:
        """The share that is reserved where one is in flight alone."""
        return self.largest if self.known else 1 / LIKELY

    @property
    def reserved(self) -> float:
        """What is reserved for those in flight."""
        above = max(0.0, self.largest - self.mean)
        return self.bounds * (self.mean + above / math.sqrt(self.flying)) if self.flying else 0.0


@dataclass
class Meter:
    """One quantity of a budget: what has been taken of it, and what is reserved.

    Attributes:
        most: what may be taken.
        taken: what has been, as far as is known.
        flying: for how many replies there is a reservation.
    """

    most: float
    taken: float = 0.0
    flying: int = 0
    _arms: dict[Hashable, _Arm] = field(default_factory=dict)

    @property
    def reserved(self) -> float:
        """What is reserved for those in flight."""
        flying = [arm for arm in self._arms.values() if arm.flying]
        if self.flying == 1:
            return flying[0].bounds * flying[0].alone
        return sum(arm.reserved for arm in flying)

    @property
    def fits(self) -> bool:
        """Whether there is room for all that is in flight."""
        return self.has(self.reserved)

    def has(self, amount: float) -> bool:
        """Whether there is room for so much."""
        return self.taken + amount <= self.most * (1 + ROUNDING)

    def need(self, arm: Hashable, bound: float) -> float:
        """What is reserved for a reply that is alone."""
        return bound * self._arms.get(arm, _Arm()).alone

    def hold(self, arm: Hashable, bound: float) -> None:
        """Reserve for a reply that may take so much."""
        own = self._arms.setdefault(arm, _Arm())
        own.flying, own.bounds, self.flying = own.flying + 1, own.bounds + bound, self.flying + 1

    def let_go(self, arm: Hashable, bound: float) -> None:
        """Reserve no more for it: it has come, or is not asked."""
        own = self._arms[arm]
        own.flying, self.flying = own.flying - 1, self.flying - 1
        own.bounds = own.bounds - bound if own.flying else 0.0

    def take(self, arm: Hashable, bound: float, amount: float | None) -> None:
        """A reply that might take `bound` has taken so much; where that is not known, it counts as one like the others."""
        own = self._arms.setdefault(arm, _Arm())
        if amount is None:
            self.taken += bound * own.mean
            return
        self.taken += amount
        own.known, own.shares = own.known + 1, own.shares + amount / bound
        own.largest = max(own.largest, amount / bound)
