"""Requests that wait are worked on together, in a thread beside the event loop: for models that run in this process."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")


@dataclass
class Together(Generic[A, B]):
    """Gathers what is asked at the same time into lists, and has one list worked on at a time.

    Attributes:
        work: takes what is asked and gives the answers, in their order; an exception in an answer's place is raised for
            the one who asked, one that is raised for all.
        most: how many are worked on together.
    """

    work: Callable[[Sequence[A]], Sequence[B | Exception]]
    most: int
    _waiting: "list[tuple[A, asyncio.Future[B]]]" = field(default_factory=list, init=False, repr=False)
    _worker: "asyncio.Task[None] | None" = field(default=None, init=False, repr=False)

    async def ask(self, request: A) -> B:
        """The answer to one request. Raises: what the work raises."""
        future: asyncio.Future[B] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    def close(self) -> None:
        """Stop working; what still waits is cancelled."""
        if self._worker is not None:
            self._worker.cancel()
        for _, future in self._waiting:
            future.cancel()
        self._waiting.clear()

    async def _work(self) -> None:
        """Work on what waits, list by list, until nothing does."""
        await asyncio.sleep(0)  # everyone who asks in this turn of the loop joins the first list
        while self._waiting:
            taken, self._waiting[:] = self._waiting[: self.most], self._waiting[self.most :]
            wanted = [(request, future) for request, future in taken if not future.done()]
            answers: Sequence[B | Exception]
            try:
                answers = await _beside(self.work, [request for request, _ in wanted]) if wanted else []
            except Exception as error:  # noqa: BLE001  each asker gets to know, none waits for ever
                answers = [error] * len(wanted)
            for (_, future), answer in zip(wanted, answers, strict=True):
                _settle(future, answer)


def _settle(future: "asyncio.Future[B]", answer: B | Exception) -> None:
    """Tell the one who waits, if there still is one."""
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


async def _beside(work: Callable[[A], B], given: A) -> B:
    """What the work gives, done in a thread that is not waited for when the program ends: Ctrl-C twice stops at once."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[B] = loop.create_future()

    def run() -> None:
        try:
            answer: B | Exception = work(given)
        except Exception as error:  # noqa: BLE001  raised again where it is awaited
            answer = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, done, answer)

    Thread(target=run, daemon=True).start()
    return await done
