"""How long an answer may take before it is taken to hang: known from how long the others took."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles

from evals.errors import ProviderError

SEEN = 64
"""Answers whose time must be known before a deadline is drawn from them."""
KEPT = 512
"""The last answers, from which it is drawn."""
SLOWER = 5.0
"""So many times the 99th percentile of the others is too long."""
SHORTEST = 10.0
"""Seconds below which nothing is taken to hang."""


@dataclass
class Deadline:
    """The times that answers took, and what follows from them.

    Attributes:
        seconds: after which a request is taken to hang; None while too little is known.
        never: whether none is ever drawn.
    """

    seconds: float | None = None
    never: bool = False
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT), init=False)
    _seen: int = field(default=0, init=False)
    _open: dict[asyncio.Timeout, tuple[float, float]] = field(default_factory=dict, init=False)

    def see(self, took: float) -> None:
        """An answer took so many seconds."""
        self._times.append(took)
        self._seen += 1
        if self._seen % SEEN == 0 and not self.never:
            self.seconds = max(SHORTEST, SLOWER * quantiles(self._times, n=100)[98])
            for timeout, (began, times) in self._open.items():
                if not timeout.expired():  # else its request is being broken off just now
                    timeout.reschedule(began + times * self.seconds)

    @asynccontextmanager
    async def kept(self, times: float = 1.0) -> AsyncIterator[None]:
        """The deadline, so many times over, holds for what is awaited in the block, from when it is known.

        Raises: ProviderError: it was not kept.
        """
        began = asyncio.get_running_loop().time()
        timeout = asyncio.timeout(None if self.seconds is None else times * self.seconds)
        try:
            async with timeout:
                self._open[timeout] = began, times
                yield
        except TimeoutError:
            if not timeout.expired():
                raise
            took = asyncio.get_running_loop().time() - began
            raise ProviderError(
                "timeout",
                f"no answer within {took:.0f} s, {times * SLOWER:g} times what nearly all others took",
                "ask fewer at a time: --concurrency N",
            ) from None
        finally:
            self._open.pop(timeout, None)
