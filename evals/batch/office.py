"""The office of one model's batches: gathers requests and submits them together, each only once.

A request is known by what it asks and for which reply. So the next process finds it in the ledger, and waits for the batch
that it is in already.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from evals.batch.desk import Desk
from evals.batch.ledger import Ledger, Ticket
from evals.batch.watch import Pace, Request, Waiting, Watch
from evals.errors import ProviderError
from evals.net.http import HostError

LONGEST = 60.0
"""Seconds between two attempts at a submission; the first pause is one second, and it doubles."""


@dataclass
class Office:
    """What stands between one model's requests and its host's desk.

    Attributes:
        model: as typed.
        desk: the host's interface.
        ledger: the run's.
        say: is told in a sentence what was submitted, and how batches stand.
        wait: whether batches are waited for; else whoever waits is let go (cancelled) while they have not ended.
        pace: how long to gather, and how often to look.
    """

    model: str
    desk: Desk
    ledger: Ledger
    say: Callable[[str], None] = lambda _: None
    wait: bool = True
    pace: Pace = field(default_factory=Pace)
    watch: Watch = field(init=False)
    _gathered: list[Waiting] = field(default_factory=list, init=False)
    _gathering: bool = field(default=False, init=False)
    _refusals: int = field(default=0, init=False)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set, init=False)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.desk, self.ledger, self._gather, self.say, self.wait, self.pace)

    def take(self, request: Request) -> Waiting:
        """Take in a request. What its `answer` ends with, once its batch has ended:

        an Answer, or HostError, ProviderError: as if it had been sent alone, or its batch failed; BadInput: the ledger
        cannot be written; CancelledError: nobody is to wait for it now.
        """
        waiting = Waiting(request, asyncio.get_running_loop().create_future())
        if ticket := self.ledger.find(request.hash):
            self.watch.collect(waiting, ticket)
        else:
            self._gather([waiting])
        return waiting

    def spend(self, useless: Iterable[Waiting]) -> None:
        """Have it that what came back for these is not handed out again: the same requests would be submitted anew."""
        self.ledger.spend(each.ticket.name for each in useless if each.handed and each.ticket)

    async def close(self) -> None:
        """Leave all batches to their host."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, self.watch.close(), return_exceptions=True)

    def _gather(self, some: Iterable[Waiting]) -> None:
        self._gathered += some
        if not self._gathering:
            self._gathering = True
            task = asyncio.get_running_loop().create_task(self._submit_soon())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _submit_soon(self) -> None:
        """Submit what is gathered once no more comes."""
        before = 0
        while before < len(self._gathered) < self.desk.most:
            before = len(self._gathered)
            await asyncio.sleep(self.pace.settle)
        taken, self._gathered, self._gathering = self._gathered, [], False
        async with self._one:
            await self._guard(taken, self._submit(taken))

    async def _submit(self, taken: list[Waiting]) -> None:
        """Submit those that are, as it turns out, in no batch yet."""
        await self._settle()
        new: list[Waiting] = []
        for each in taken:
            if each.answer.done():
                continue
            if ticket := self.ledger.find(each.request.hash):
                self.watch.collect(each, ticket)
            else:
                new.append(each)
        for portion in self.desk.portions([len(each.request.body) for each in new]):
            await self._guard(new[portion], self._hand_in(new[portion]))

    async def _settle(self) -> None:
        """Find out what became of batches in whose submission a process, or a connection, ended."""
        for intent in self.ledger.unsettled(self.model):
            if batch := await self.desk.find(intent, self.ledger.known):
                self.ledger.submitted(intent.token, batch)
            else:
                self.ledger.void(intent.token)

    async def _hand_in(self, portion: list[Waiting]) -> None:
        """Submit one batch, written down before and after."""
        intent = self.ledger.intend(self.model, [each.request.hash for each in portion])
        try:
            batch = await self.desk.submit(intent, [each.request.body for each in portion])
        except HostError as error:
            if error.complaint.status < 500:  # refused; after any other failure it may be there all the same
                self.ledger.void(intent.token)
            raise
        self.ledger.submitted(intent.token, batch)
        number = f"{len(portion):,} request{'s' if portion[1:] else ''}"
        self.say(f"batch {batch} of {self.desk.http.host}: {number} submitted")
        self.watch.submitted(batch, len(portion))
        for each, name in zip(portion, intent.tickets, strict=True):
            self.watch.collect(each, Ticket(batch, name))

    async def _guard(self, waiting: list[Waiting], work: Coroutine[Any, Any, None]) -> None:
        """Do something for those who wait; should it fail, those who have no ticket yet are told, and when to try again."""
        try:
            await work
            self._refusals = 0
        except Exception as error:  # noqa: BLE001  whoever waits must hear of it
            if isinstance(error, ProviderError) and error.retry_after is None:
                error.retry_after = min(LONGEST, 2.0**self._refusals)
            self._refusals += 1
            for each in waiting:
                if each.ticket is None:
                    each.give(error)
