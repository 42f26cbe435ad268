"""The office of one model's batches: gathers requests, submits them together, waits, and hands out what came back.

A request is known by what it asks and for which reply, so that the next process finds it in the ledger. What came back is
not noted until it was no use: a process that ends in between collects it once more, which costs nothing.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

from evals.batch.desk import Desk, State
from evals.batch.ledger import Ledger, Ticket
from evals.errors import ProviderError
from evals.http import Answer, HostError
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
        tell: between two lines that say how a batch stands.
    """

    settle: float = 0.5
    first: float = 0.5
    growth: float = 1.5
    most: float = 60.0
    tell: float = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a run: by what it is known there, and its JSON."""

    hash: str
    body: bytes

    @classmethod
    def of(cls, key: Key | None, body: Mapping[str, Any]) -> "Request":
        """The request that has this body and is made for the reply of that key."""
        told = json.dumps([key and asdict(key), body], sort_keys=True)
        return cls(hashlib.sha256(told.encode()).hexdigest()[:24], json.dumps(body).encode())


@dataclass(eq=False)
class _Waiting:
    """Somebody who waits for the answer to a request; without a ticket while it is not submitted."""

    request: Request
    answer: "asyncio.Future[Answer]"
    ticket: Ticket | None = None

    def give(self, result: Answer | Exception) -> None:
        """Hand over what came back."""
        if self.answer.done():
            return
        if isinstance(result, Answer):
            self.answer.set_result(result)
        else:
            self.answer.set_exception(result)


@dataclass(frozen=True)
class _Watched:
    """How a batch stood when it was last looked at, and when that was said."""

    done: int
    total: int
    told: float


@dataclass
class Office:
    """What stands between one model's requests and its host's desk.

    Attributes:
        model: as typed.
        desk: the host's interface.
        ledger: the run's.
        say: is told in a sentence what was submitted, and how batches stand.
        wait: whether to wait for batches; else those who wait are let go once a look has shown that one has not ended.
    """

    model: str
    desk: Desk
    ledger: Ledger
    say: Callable[[str], None] = lambda _: None
    wait: bool = True
    pace: Pace = field(default_factory=Pace)
    _waiting: dict[str, _Waiting] = field(default_factory=dict, init=False)
    _gathered: list[_Waiting] = field(default_factory=list, init=False)
    _gatherer: "asyncio.Task[None] | None" = field(default=None, init=False)
    _collectors: dict[str, "asyncio.Task[None]"] = field(default_factory=dict, init=False)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set, init=False)
    _watched: dict[str, _Watched] = field(default_factory=dict, init=False)
    _handed: dict[str, Ticket] = field(default_factory=dict, init=False)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def answer(self, request: Request) -> Answer:
        """What the host answers to a request, once its batch has ended.

        Raises: HostError, ProviderError: as if it had been sent alone, or its batch failed. BadInput: the ledger cannot be
            written. CancelledError: nobody is to wait for it now.
        """
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._waiting[request.hash] = waiting
        self._handed.pop(request.hash, None)
        if ticket := self.ledger.find(request.hash):
            self._collect(waiting, ticket)
        else:
            self._gather(waiting)
        try:
            return await waiting.answer
        finally:
            del self._waiting[request.hash]

    def close_out(self, requests: Iterable[str], *, failed: bool) -> None:
        """The end of some requests, by hash. Of a reply that failed, what came back is not to be handed out again."""
        tickets = [self._handed.pop(request) for request in requests if request in self._handed]
        if failed:
            self.ledger.spend(ticket.name for ticket in tickets)

    @property
    def standing(self) -> list[str]:
        """The batches that have not ended, a sentence each."""
        return [self._stands(batch) for batch in self._watched]

    async def close(self) -> None:
        """Wait for nothing any more."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # gathering and submitting

    def _gather(self, waiting: _Waiting) -> None:
        self._gathered.append(waiting)
        if self._gatherer is None:
            self._gatherer = self._spawn(self._submit_soon())

    async def _submit_soon(self) -> None:
        """Submit what is gathered once no more comes."""
        seen = 0
        while seen < len(self._gathered) < self.desk.most:
            seen = len(self._gathered)
            await asyncio.sleep(self.pace.settle)
        taken, self._gathered, self._gatherer = self._gathered, [], None
        async with self._one:
            await _guard(taken, self._submit(taken))

    async def _submit(self, taken: list[_Waiting]) -> None:
        """Submit those that are, as it turns out, in no batch yet."""
        await self._settle()
        new: list[_Waiting] = []
        for each in taken:
            if each.answer.done():
                continue
            if ticket := self.ledger.find(each.request.hash):
                self._collect(each, ticket)
            else:
                new.append(each)
        for portion in self.desk.portions([len(each.request.body) for each in new]):
            await _guard(new[portion], self._hand_in(new[portion]))

    async def _settle(self) -> None:
        """Find out what became of batches in whose submission a process, or a connection, ended."""
        for intent in self.ledger.unsettled(self.model):
            if batch := await self.desk.find(intent, self.ledger.known):
                self.ledger.submitted(intent.token, batch)
            else:
                self.ledger.void(intent.token)

    async def _hand_in(self, portion: list[_Waiting]) -> None:
        """Submit one batch, written down before and after."""
        intent = self.ledger.intend(self.model, [each.request.hash for each in portion])
        try:
            batch = await self.desk.submit(intent, [each.request.body for each in portion])
        except HostError as error:
            if error.complaint.status < 500:  # refused; after any other failure it may be there all the same
                self.ledger.void(intent.token)
            raise
        self.ledger.submitted(intent.token, batch)
        self._watched[batch] = _Watched(0, len(portion), monotonic())
        self.say(f"batch {batch} of {self.desk.http.host}: {_several(len(portion))} submitted")
        for each, name in zip(portion, intent.tickets, strict=True):
            self._collect(each, Ticket(batch, name))

    # waiting and handing out

    def _collect(self, waiting: _Waiting, ticket: Ticket) -> None:
        waiting.ticket = ticket
        batch = ticket.batch
        if batch not in self._collectors:
            task = self._collectors[batch] = self._spawn(self._watch(batch))
            task.add_done_callback(lambda _: self._collectors.pop(batch))

    def _of(self, batch: str) -> dict[str, _Waiting]:
        """Who waits for a batch, by the names of their tickets."""
        return {
            each.ticket.name: each
            for each in self._waiting.values()
            if each.ticket is not None and each.ticket.batch == batch and not each.answer.done()
        }

    async def _watch(self, batch: str) -> None:
        """Look at a batch now and then until nobody waits for it any more."""
        pause, faults = self.pace.first, 0
        while self._of(batch):
            await asyncio.sleep(pause)
            pause = min(pause * self.pace.growth, self.pace.most)
            try:
                await self._look(batch)
                faults = 0
            except ProviderError as error:
                faults += 1
                if isinstance(error, HostError) and error.complaint.status in GONE:
                    self._fail(batch, self._gone(batch))
                elif not error.passing or faults == FAULTS:
                    for each in self._of(batch).values():
                        each.give(error)
            except Exception as error:  # noqa: BLE001  whoever waits must hear of it
                for each in self._of(batch).values():
                    each.give(error)

    async def _look(self, batch: str) -> None:
        """Look at a batch: hand out what came back if it has ended, else say how it stands."""
        state = await self.desk.look(batch)
        if state.ended:
            await self._hand_out(batch, state)
            self._watched.pop(batch, None)
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
                self._hand(each, result)
        if others and not ours:  # it was taken for a batch whose name we never heard, and is another
            self.ledger.mistaken(batch)
            for each in waiting.values():
                each.ticket = None
                self._gather(each)
            return
        for each in waiting.values():
            self._hand(each, state.rest)

    def _hand(self, waiting: _Waiting, result: Answer | ProviderError) -> None:
        if waiting.ticket is not None:
            self._handed[waiting.request.hash] = waiting.ticket
        waiting.give(result)

    def _fail(self, batch: str, error: ProviderError) -> None:
        """Give everyone who waits for a batch the same failure; nothing else will come of it."""
        self._watched.pop(batch, None)
        for each in self._of(batch).values():
            self._hand(each, error)

    def _gone(self, batch: str) -> ProviderError:
        return ProviderError("server", f"{self.desk.http.host} has batch {batch}, or its results, no more")

    def _tell(self, batch: str, state: State) -> None:
        """Note how a batch stands, and say so now and then."""
        before, now = self._watched.get(batch), monotonic()
        due = before is None or (now - before.told >= self.pace.tell and before.done != state.done)
        told = now if due or before is None else before.told
        self._watched[batch] = _Watched(state.done, state.total, told)
        if due:
            self.say(f"{self._stands(batch)}, waiting")

    def _stands(self, batch: str) -> str:
        seen = self._watched[batch]
        return f"batch {batch} of {self.desk.http.host}: {seen.done:,} of {seen.total:,} done"

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _guard(waiting: list[_Waiting], work: Coroutine[Any, Any, None]) -> None:
    """Do something for those who wait; should it fail, they are told."""
    try:
        await work
    except Exception as error:  # noqa: BLE001  whoever waits must hear of it
        for each in waiting:
            if each.ticket is None:
                each.give(error)


def _several(number: int) -> str:
    return f"{number:,} request" + ("" if number == 1 else "s")
