"""How many requests one account of one host is sent at a time: more while all is well, fewer when it asks for fewer.

Growth is TCP's slow start: one more for every answer, which doubles it in each round. The first refusal (429) of an episode
halves it, and remembers how many were too many; refusals of requests that were at work by then are the same episode. From
there it grows to just below what was too many, and tries beyond only after some rounds without a refusal, twice as many after
every vain attempt: so a host that takes 16 at a time has to say so only now and then.

Not every refusal says how many are too many: hosts that count otherwise, or are busy, refuse now and then whatever is sent. A
single one at a number that two rounds of answers have shown to be fine halves as well and is forgotten; else refusals at
random would lead to one request at a time.

Source: Jacobson (1988), Congestion avoidance and control; the remembered ceiling is ours.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from evals.pacing.deadline import Deadline
from evals.pacing.pace import Pace
from evals.pacing.quota import Quota

FIRST = 8
"""Requests at a time to begin with."""
ROUNDS = 4
"""So many rounds of answers must come without a refusal before more than the ceiling is tried."""
DOUBLINGS = 5
"""After every vain attempt it takes twice as many, but no more often than this."""
HELD = 2
"""So many rounds of answers show that a number is fine."""
STREAK = 3
"""So many refusals without an answer in between: it is not this or that request, and all wait as long as the host asks."""
KEPT = 500
"""Changes of the limit that are remembered."""


@dataclass(frozen=True, slots=True)
class Change:
    """The limit was changed: seconds since the start, requests at a time from then on, and why."""

    seconds: float
    limit: int
    why: str


class Drained(Exception):
    """Nothing new is to be sent."""


@dataclass
class Limiter:
    """Lets so many requests through at a time.

    Attributes:
        most: requests at a time that are never exceeded.
        first: with how many it begins.
        pace: when the next may be sent.
        deadline: when one is taken to hang.
        clock: seconds.
        history: every change of the limit.
        heard: is told of each change.
        drained: whether nothing new is to be sent.
    """

    most: int
    first: int = FIRST
    pace: Pace = field(default_factory=Pace)
    deadline: Deadline = field(default_factory=Deadline)
    clock: Callable[[], float] = monotonic
    history: list[Change] = field(default_factory=list)
    heard: Callable[[Change], None] = lambda _: None
    drained: bool = field(default=False, init=False)
    _limit: int = field(init=False)
    _ceiling: int = field(init=False)
    _at_work: int = field(default=0, init=False)
    _waiting: "deque[tuple[asyncio.Future[float], bool]]" = field(default_factory=deque, init=False)
    _episode: float = field(default=-1.0, init=False)
    _quiet: int = field(default=0, init=False)
    _vain: int = field(default=0, init=False)
    _trying: bool = field(default=False, init=False)
    _held: int = field(default=0, init=False)
    _proven: int = field(default=0, init=False)
    _chance: bool = field(default=False, init=False)
    _streak: int = field(default=0, init=False)
    _timer: "asyncio.TimerHandle | None" = field(default=None, init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self._limit, self._ceiling = min(self.first, self.most), self.most
        self._start = self.clock()
        self._note("start")

    @property
    def limit(self) -> int:
        """How many may be at work now."""
        return self._limit

    @property
    def at_work(self) -> int:
        """How many are at work now."""
        return self._at_work

    @asynccontextmanager
    async def slot(self, *, begun: bool = False) -> AsyncIterator[float]:
        """Room for one request, for as long as the block lasts; gives the time at which it is sent.

        Args: begun: it goes on with a conversation, and is let through though nothing new is to be sent.
        Raises: Drained: nothing new is to be sent.
        """
        if self.drained and not begun:
            raise Drained
        ready = not self._waiting and self._at_work < self.limit
        if ready and self.pace.opens(self.clock()) <= self.clock():
            began = self._take()
        else:
            began = await self._wait(begun)
        try:
            yield began
        finally:
            self._give_back()

    def _take(self) -> float:
        now = self.clock()
        self._at_work += 1
        self.pace.sent(now)
        return now

    def _give_back(self) -> None:
        self._at_work -= 1
        self._wake()

    async def _wait(self, begun: bool) -> float:
        mine: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting.append((mine, begun))
        self._wake()
        try:
            return await mine
        except BaseException:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                self._give_back()
            else:
                self._waiting = deque(each for each in self._waiting if each[0] is not mine)
            raise

    def _wake(self) -> None:
        """Let in who waits, as far as there is room; where time must pass first, come back then."""
        while self._waiting and self._at_work < self.limit:
            pause = self.pace.opens(self.clock()) - self.clock()
            if pause > 0:
                self._later(pause)
                return
            waiter, _ = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(self._take())

    def _later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._wake)

    def drain(self) -> None:
        """Send nothing new from now on; what waits to be sent, or to be sent again, is told so."""
        self.drained = True
        self._stop.set()
        for waiter, begun in list(self._waiting):
            if not begun and not waiter.done():
                waiter.set_exception(Drained())

    async def rest(self, seconds: float) -> None:
        """Wait before a request is sent again. Raises: Drained: it is not to be sent any more."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        if self.drained:
            raise Drained

    # What is learned

    def answered(self, began: float, tokens: int | None = None) -> None:
        """A request that was sent at that time was answered, and took so many tokens in all."""
        self.deadline.see(self.clock() - began)
        if tokens is not None:
            self.pace.answered(tokens)
        self._streak = 0
        self._quiet += 1
        if self._trying and self._quiet >= self._ceiling:
            self._trying, self._vain = False, max(0, self._vain - 1)
        used_up = bool(self._waiting) or self._at_work >= self.limit
        if used_up:
            self._held += 1
            if self._held >= HELD * self._limit:
                self._proven = max(self._proven, self._limit)
        if used_up and self._limit < self._allowed():
            self._grow()

    def _allowed(self) -> int:
        """How far the limit may grow now: to the ceiling, and now and then by one beyond it."""
        needed = ROUNDS * self._ceiling * 2 ** min(self._vain, DOUBLINGS)
        return min(self.most, self._ceiling + (1 if self._quiet >= needed else 0))

    def _grow(self) -> None:
        before, self._limit, self._held = self._limit, self._limit + 1, 0
        if self._limit > self._ceiling:
            self._ceiling, self._quiet, self._trying = self._limit, 0, True
        if self._limit == self.most or before.bit_length() < self._limit.bit_length():
            self._note("all is well")
        self._wake()

    def refused(self, began: float, retry_after: float | None) -> None:
        """A request that was sent at that time was refused, for there were too many; the host asked for such a pause."""
        now = self.clock()
        self._quiet = 0
        self._streak += 1
        if retry_after and self._streak >= STREAK:
            self.pace.pause(now + retry_after)
        if began <= self._episode:
            if not self._chance:  # one more that was too many
                self._ceiling = max(self._limit, self._ceiling - 1)
                self._proven = min(self._proven, self._ceiling)
            self._chance = False
            return
        self._episode = now
        self._chance = self._limit <= self._proven
        if not self._chance:
            self._ceiling = max(1, min(self._ceiling, self._limit) - 1)
            self._vain += 1
        self._trying, self._held = False, 0
        self._limit = max(1, self._limit // 2)
        self._note("the host asked for fewer")

    def told(self, quota: Quota) -> None:
        """What the host says is left of its limits."""
        self.pace.told(quota, self._at_work, self.clock())

    def _note(self, why: str) -> None:
        change = Change(round(self.clock() - self._start, 3), self.limit, why)
        self.heard(change)
        if len(self.history) < KEPT:
            self.history.append(change)
