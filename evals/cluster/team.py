"""The workers of a cluster as a run sees them: who is there, who is least busy, and who is gone. Lives in dask's loop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evals import __version__
from evals.cluster import worker
from evals.cluster.worker import Order, Told
from evals.errors import BadInput, ProviderError

if TYPE_CHECKING:
    from distributed import Client

LOOK = 0.5
"""Seconds between two looks at who is there."""

ALONE = 60.0
"""Seconds for which a request waits where no worker is left: one that died is started again within two."""


@dataclass
class Hand:
    """One worker.

    Attributes:
        address: of it.
        gone: done once the cluster has it no more.
        busy: how many requests it is at.
    """

    address: str
    gone: "asyncio.Future[None]"
    busy: int = 0


@dataclass
class Team:
    """Hands each request to the worker that is at the fewest.

    Attributes:
        client: the connection to the scheduler.
        say: is told of a worker that cannot be used.
        hands: those that can, by address.
        lost: the scheduler is gone, and why.
    """

    client: "Client"
    say: Callable[[str], None]
    hands: dict[str, Hand] = field(default_factory=dict)
    lost: str = ""
    _refused: set[str] = field(default_factory=set)
    _come: asyncio.Event = field(default_factory=asyncio.Event)
    _watching: "asyncio.Task[None] | None" = None

    async def gather(self) -> None:
        """See who is there, and go on doing so.

        Raises: BadInput: not one of them can be used.
        """
        whys = await self._look()
        if whys and not self.hands:
            raise BadInput(whys[0], f"install evals {__version__} on the workers, by the same Python")
        for why in whys:
            self.say(why)
        self._watching = asyncio.create_task(self._watch())

    async def ask(self, order: Order) -> Told:
        """What comes of an order.

        Raises: ProviderError: the worker died of it or meanwhile; or none is left. BadInput: the scheduler is gone.
        """
        hand = await self._free()
        hand.busy += 1
        call = asyncio.ensure_future(self._call(hand.address, worker.answer, order))
        try:
            await asyncio.wait((call, hand.gone), return_when=asyncio.FIRST_COMPLETED)
            found = call.result() if call.done() else ConnectionError()
        finally:
            call.cancel()
            hand.busy -= 1
        if isinstance(found, Told):
            return found
        if not isinstance(found, OSError):  # what dask itself says; the worker is there
            raise ProviderError("provider", f"a worker failed: {type(found).__name__}: {found}")
        self._drop(hand.address)
        self._check()
        raise ProviderError("network", f"worker {hand.address} is gone, and with it what it was asking")

    async def dismiss(self, run: str) -> None:
        """Let the workers go of a run."""
        if self._watching is not None:
            self._watching.cancel()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.gather(*(self._call(each, worker.farewell, run) for each in self.hands))

    async def _free(self) -> Hand:
        while not self.hands:
            self._check()
            self._come.clear()
            try:
                async with asyncio.timeout(ALONE):
                    await self._come.wait()
            except TimeoutError:
                raise ProviderError("unreached", "the cluster has no worker any more") from None
        return min(self.hands.values(), key=lambda hand: hand.busy)

    def _check(self) -> None:
        if self.lost:
            raise BadInput(self.lost, "what was answered is kept: go on with evals run --resume RUN")

    async def _watch(self) -> None:
        while not self.lost:
            await asyncio.sleep(LOOK)
            for why in await self._look():
                self.say(f"{why}; it is not asked")

    async def _look(self) -> list[str]:
        """Take note of who has come and gone; why those who came cannot be used, a sentence each."""
        try:
            there = set((await self.client.scheduler.identity(n_workers=-1))["workers"])
        except (OSError, ValueError) as error:  # ValueError: dask's client is closed by then
            self.lost = f"the scheduler of the cluster is gone: {error or type(error).__name__}"
            there = set()
        for address in self.hands.keys() - there:
            self._drop(address)
        new = sorted(there - self.hands.keys() - self._refused)
        whys = await asyncio.gather(*map(self._meet, new))
        if self.hands or self.lost:
            self._come.set()
        return [why for why in whys if why]

    async def _meet(self, address: str) -> str:
        """Take a worker in; else why not."""
        version = await self._call(address, worker.hello)
        if version == __version__:
            self.hands[address] = Hand(address, asyncio.get_running_loop().create_future())
            return ""
        if isinstance(version, OSError):  # gone again, or not quite there: the next look shows
            return ""
        self._refused.add(address)
        if isinstance(version, Exception):
            return f"worker {address} cannot load evals: {type(version).__name__}: {version}"
        return f"worker {address} has evals {version}, and this is {__version__}"

    def _drop(self, address: str) -> None:
        hand = self.hands.pop(address, None)
        if hand is not None and not hand.gone.done():
            hand.gone.set_result(None)

    async def _call(self, address: str, function: Callable[..., Any], *given: Any) -> Any:
        """What a function of a worker's gives; an exception in its place where it could not be called."""
        found = await self.client.run(function, *given, workers=[address], on_error="return")
        return found[address]
