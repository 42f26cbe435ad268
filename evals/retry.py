"""Which failures are tried again, how often, and how long to wait; and when a run has no chance and should stop."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from evals.errors import EvalsError, FailureKind, ProviderError
from evals.provider import Provider
from evals.types import Prompt, Response


@dataclass(frozen=True)
class Patience:
    """Bounds of trying again.

    Attributes:
        attempts: the most requests for one prompt.
        first, most: seconds of the first and of the longest wait; in between it doubles.
        seconds: no new attempt begins after this long.
    """

    attempts: int = 6
    first: float = 0.5
    most: float = 30.0
    seconds: float = 300.0

    def wait(self, attempt: int, asked: float | None, rng: Random) -> float:
        """Seconds before the next attempt: what the host asked for if it did, else a random part of a doubling bound.

        Source: full jitter, Brooker (2015), Exponential backoff and jitter.
        """
        jitter = rng.random()
        if asked is not None:
            return asked + jitter * self.first
        return jitter * min(self.most, self.first * 2.0**attempt)


@dataclass(frozen=True, slots=True)
class Tried:
    """How asking ended: a response or the last error, and the number of requests it took."""

    response: Response | None
    error: ProviderError | None
    attempts: int


async def ask(provider: Provider, prompt: Prompt, patience: Patience, rng: Random) -> Tried:
    """Ask until there is an answer, an error that cannot pass, or patience ends."""
    start = monotonic()
    attempt = 0
    while True:
        attempt += 1
        try:
            return Tried(await provider.reply(prompt), None, attempt)
        except EvalsError as error:
            if not isinstance(error, ProviderError):
                raise
            pause = patience.wait(attempt - 1, error.retry_after, rng)
            late = monotonic() - start + pause > patience.seconds
            if not error.passing or attempt >= patience.attempts or late:
                return Tried(None, error, attempt)
        except Exception as error:  # noqa: BLE001  a provider may be the user's code; its fault is that request's
            return Tried(None, ProviderError("provider", f"{type(error).__name__}: {error}"), attempt)
        await asyncio.sleep(pause)


@dataclass
class Breaker:
    """Opens when a model has no chance: its key or name is refused, or its first requests all fail alike.

    Attributes:
        limit: how many failures of one kind, with no answer at all, open it.
    """

    limit: int = 10
    answered: bool = False
    failures: Counter[FailureKind] = field(default_factory=Counter)
    reason: ProviderError | None = None

    def see(self, error: ProviderError | None) -> None:
        """Take note of how one prompt ended."""
        if error is None:
            self.answered = True
            return
        self.failures[error.kind] += 1
        hopeless = error.kind in ("auth", "not_found")
        alike = not self.answered and self.failures[error.kind] >= self.limit
        if hopeless or alike:
            self.reason = self.reason or error
