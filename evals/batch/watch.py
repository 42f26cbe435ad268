"""Waiting for batches: each is looked at ever more rarely until it has ended, then everyone gets what came back for them.

Nothing is noted of what is handed out: a process that ends in between collects it once more, which costs nothing.
"""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

from evals.batch.desk import Desk, State
from evals.batch.ledger import Ledger, Ticket
from evals.errors import ProviderError
from evals.net.http import Answer, HostError
from evals.types import Key

GONE = (404, 410)
"""The statuses with which a host answers that it has not got a batch, or its results, any more."""

FAULTS = 10
"""How often in a row a batch may not be seen before those who wait for it are told."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds.

    Attributes:
        settle: without a new request, after which what is gathered is submitted.
        first, growth, most: until a batch is first looked at; how many times longer until the next look; the longest.
        tell, remind: between two lines that say how a batch stands, where it has moved on and where it has not.
    """

    settle: float = 0.5
    first: float = 0.5
    growth: float = 1.5
    most: float = 60.0
    tell: float = 60.0
    remind: float = 900.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a run: by what it is known there, and its JSON."""

    hash: str
    body: bytes

    @classmethod
    def of(cls, key: Key | None, body: Mapping[str, Any]) -> "Request":
        """The request that has this body and is made for the reply of that key; without one it is like no other."""
        told = json.dumps([asdict(key) if key else secrets.token_hex(), body], sort_keys=True)
        return cls(hashlib.sha256(told.encode()).hexdigest()[:24], json.dumps(body).encode())


@dataclass(eq=False, slots=True)
class Waiting:
    """Somebody who waits for the answer to a request.

    Attributes:
        request: what was asked.
        answer: what came back, once it has.
        ticket: where it will be; None while the request is not submitted.
        handed: whether it is what came back for that ticket, and not a failure to look.
    """

    request: Request
    answer: "asyncio.Future[Answer]"
    ticket: Ticket | None = None
    handed: bool = False

    def give(self, result: Answer | Exception, *, handed: bool = False) -> None:
        """Hand over what came back. Who waited together tries again together, so that it is one batch once more."""
        if self.answer.done():
            return
        self.handed = handed
        if isinstance(result, Answer):
            self.answer.set_result(result)
            return
        if isinstance(result, ProviderError) and result.retry_after is None:
            result.retry_after = 0.0
        self.answer.set_exception(result)


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a batch stood when it was last looked at, and when something was last said of it."""

    done: int
    total: int
    told: float


@dataclass
class Watch:
    """Waits for the batches of one desk.

    Attributes:
        desk: the host's interface.
        ledger: the run's.
        astray: is given those whose batch turned out to be another's.
        say: is told in a sentence how batches stand, now and then.
        wait: whether to wait for them; else those who wait are let go once a look has shown that a batch has not ended.
        pace: how often to look.
    """

    desk: Desk
    ledger: Ledger
    astray: Callable[[Iterable[Waiting]], None]
    say: Callable[[str], None]
    wait: bool
    pace: Pace
    _out: dict[str, dict[str, Waiting]] = field(default_factory=dict, init=False)
    _seen: dict[str, _Seen] = field(default_factory=dict, init=False)
    _tasks: "dict[str, asyncio.Task[None]]" = field(default_factory=dict, init=False)

    @property
    def standing(self) -> list[str]:
        """The batches that have not ended, a sentence each."""
        return [self._stands(batch) for batch in self._seen]

    def submitted(self, batch: str, total: int) -> None:
        """Note a batch that has just been submitted."""
        self._seen[batch] = _Seen(0, total, monotonic())

    def collect(self, waiting: Waiting, ticket: Ticket) -> None:
        """Give somebody what comes back for a ticket."""
        waiting.ticket, batch = ticket, ticket.batch
        self._out.setdefault(batch, {})[ticket.name] = waiting
        if batch not in self._tasks:
            self._tasks[batch] = asyncio.get_running_loop().create_task(self._watch(batch))

    async def close(self) -> None:
        """Wait no more."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _of(self, batch: str) -> dict[str, Waiting]:
        """Who still waits for a batch, by the names of their tickets."""
        left = {name: each for name, each in self._out.get(batch, {}).items() if not each.answer.done()}
        self._out[batch] = left
        return {**left}

    async def _watch(self, batch: str) -> None:
        """Look at a batch until nobody waits for it any more."""
        pause, faults = self.pace.first, 0
        while self._of(batch):
            await asyncio.sleep(pause)
            pause = min(pause * self.pace.growth, self.pace.most)
            try:
                await self._look(batch)
                faults = 0
            except ProviderError as error:
                faults += 1
                self._not_seen(batch, error, lasting=faults == FAULTS)
            except Exception as error:  # noqa: BLE001  whoever waits must hear of it
                self._give_all(batch, error)
        del self._tasks[batch], self._out[batch]

    async def _look(self, batch: str) -> None:
        """Hand out what came back if a batch has ended, else say how it stands."""
        state = await self.desk.look(batch)
        if state.ended:
            await self._hand_out(batch, state)
            self._seen.pop(batch, None)
            return
        self._tell(batch, state)
        if not self.wait:
            for each in self._of(batch).values():
                each.answer.cancel()

    async def _hand_out(self, batch: str, state: State) -> None:
        """Give everyone what came back for them. Who comes while it is read is served by the next look."""
        waiting, ours, others = self._of(batch), False, False
        start = f"{self.ledger.token(batch)}-"
        async for name, result in self.desk.results(state):
            ours, others = ours or name.startswith(start), others or not name.startswith(start)
            if each := waiting.pop(name, None):
                each.give(result, handed=True)
        if others and not ours:  # it was taken for a batch whose name we never heard
            self.ledger.mistaken(batch)
            self._out[batch] = {}
            self.astray(waiting.values())
            return
        for each in waiting.values():
            each.give(state.rest, handed=True)

    def _not_seen(self, batch: str, error: ProviderError, *, lasting: bool) -> None:
        """What follows from a look that failed: a batch that is gone is no use; else only that it may be seen later."""
        if isinstance(error, HostError) and error.complaint.status in GONE:
            self._seen.pop(batch, None)
            message = f"{self.desk.http.host} has batch {batch}, or its results, no more"
            self._give_all(batch, ProviderError("server", message), handed=True)
        elif lasting or not error.passing:
            self._give_all(batch, error)

    def _give_all(self, batch: str, error: Exception, *, handed: bool = False) -> None:
        for each in self._of(batch).values():
            each.give(error, handed=handed)

    def _tell(self, batch: str, state: State) -> None:
        """Note how a batch stands, and say so now and then."""
        before, now = self._seen.get(batch), monotonic()
        if before is None or now - before.told >= self._silence(before.done != state.done):
            self._seen[batch] = _Seen(state.done, state.total, now)
            self.say(f"{self._stands(batch)}, waiting")
        else:
            self._seen[batch] = _Seen(state.done, state.total, before.told)

    def _silence(self, moved: bool) -> float:
        return self.pace.tell if moved else self.pace.remind

    def _stands(self, batch: str) -> str:
        seen = self._seen[batch]
        return f"batch {batch} of {self.desk.http.host}: {seen.done:,} of {seen.total:,} done"
