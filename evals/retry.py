"""Which failures are tried again, how often, and how long to wait; and when a run has no chance and should stop."""

import math
from asyncio import sleep
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from evals import events
from evals.errors import MENDED, NOTHING_LOST, EvalsError, FailureKind, Lost, ProviderError
from evals.pacing.limiter import Drained, Limiter
from evals.provider import Provider, recalled
from evals.types import Prompt, Response


@dataclass(frozen=True)
class Patience:
    """Bounds of trying again.

    Attributes:
        attempts: the most requests for one prompt.
        knocks: the most where the host has never answered, and no connection opens or something else answers in its place:
            it is hardly there.
        unreached: the most where no connection opens to a host that has answered: it is down, and resuming loses nothing.
        first, most: seconds of the first and of the longest wait; in between it doubles.
        seconds: no new attempt begins after this long.
    """

    attempts: int = 12
    knocks: int = 3
    unreached: int = 6
    first: float = 0.5
    most: float = 30.0
    seconds: float = 300.0

    def requests(self, kind: FailureKind) -> int:
        """The most requests for one prompt that fails in this way, of a host that has answered."""
        return min(self.attempts, self.unreached) if kind == "unreached" else self.attempts

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
    """How asking ended: a response or the last error, the number of requests it took, and what those that failed took."""

    response: Response | None
    error: ProviderError | None
    attempts: int
    lost: Lost = NOTHING_LOST


LOST_SECONDS = 120.0
"""How long a host that has answered may be out of reach before it is asked no more: longer than a restart takes."""


@dataclass
class Breaker:
    """Opens when there is no chance: a key or name is refused, nothing answers, or the first prompts all fail alike.

    It opens as well where a host that has answered stays out of reach, or refuses the key. Then the run is cut short.

    That prompts are too long says nothing of shorter ones: alone it opens where the shortest of all is among them.

    Attributes:
        shortest: gives the length of the shortest prompt that will be asked, as `see` is told lengths.
        warn: is told the first failure of each kind at once, before it is tried again.
        limit: how many failures of one kind, with no answer at all, open it.
        answered: whether anything was ever answered.
        reason: why it is open; None while it is not.
        clock: gives seconds.
        name: of the model, as events call it; empty for a scorer.
    """

    shortest: Callable[[], int] = lambda: 0
    warn: Callable[[ProviderError], None] = lambda _: None
    limit: int = 10
    answered: bool = False
    reason: ProviderError | None = None
    clock: Callable[[], float] = monotonic
    name: str = ""
    _failures: Counter[FailureKind] = field(default_factory=Counter)
    _warned: set[FailureKind] = field(default_factory=set)
    _refused: float = math.inf
    _heard: float = 0.0
    _unreached: int = 0

    @property
    def is_for_the_user(self) -> bool:
        """Whether it is open for what must be mended before anything can be answered; else the run is just incomplete."""
        return not self.answered and self.reason is not None and self.reason.kind in MENDED

    @property
    def why(self) -> str:
        """In a sentence, why nothing more is asked where the run is cut short."""
        if self.reason is None:
            return ""
        fix = f" ({self.reason.fix})" if self.reason.fix else ""
        if self.answered:
            since = " any more" if self.reason.kind == "unreached" else ""
            return f"{self.reason.message}{since}, so nothing more is asked of it{fix}"
        alike = f"all {sum(self._failures.values())} replies that it was asked for have failed"
        return f"{alike}, so nothing more is asked of it: {self.reason.kind}: {self.reason.message}{fix}"

    def see(self, error: ProviderError | None, length: int = 0) -> None:
        """Take note of how one prompt of this length ended."""
        if error is None:
            self.answered = True
            self._heard, self._unreached = self.clock(), 0
            return
        self._unreached = self._unreached + 1 if error.kind == "unreached" else 0
        self._failures[error.kind] += 1
        if error.kind == "too_long":
            self._refused = min(self._refused, length)
        if self.reason is None and self._is_hopeless(error.kind):
            self.reason = error
            events.event(
                events.ERROR,
                "breaker opened",
                model=self.name or None,
                kind=error.kind,
                message=error.message,
            )

    def tell(self, error: ProviderError) -> None:
        """Hand on the first failure of each kind."""
        if error.kind not in self._warned:
            self._warned.add(error.kind)
            self.warn(error)

    def _is_hopeless(self, kind: FailureKind) -> bool:
        if kind in ("auth", "not_found"):
            return True
        if self.answered:
            return self._unreached >= self.limit and self.clock() - self._heard >= LOST_SECONDS
        alike = self._failures[kind] >= self.limit
        if kind == "too_long":
            return alike and self._refused <= self.shortest()
        return alike or kind == "unreached"


@dataclass
class Again:
    """What was sent again: requests that failed, by kind, the seconds that they waited and what they took, all together."""

    kinds: Counter[FailureKind] = field(default_factory=Counter)
    seconds: float = 0.0
    lost: Lost = NOTHING_LOST

    def count(self, error: ProviderError, pause: float) -> None:
        """One more."""
        self.kinds[error.kind] += 1
        self.seconds += pause
        self.lost += error.lost


@dataclass(frozen=True)
class Line:
    """The line to one model: who answers, how patiently it is asked, and what is known of it.

    Attributes:
        provider: who answers.
        limiter: lets so many requests through at a time.
        host: opens when there is no chance.
        patience: bounds of trying again.
        again: what was sent again.
        rng: by what waits are spread.
    """

    provider: Provider
    limiter: Limiter
    host: Breaker = field(default_factory=Breaker)
    patience: Patience = field(default_factory=Patience)
    again: Again = field(default_factory=Again)
    rng: Random = field(default_factory=Random, repr=False)


def always() -> bool:
    """Wanted whatever happens."""
    return True


async def ask(
    line: Line, prompt: Prompt, wanted: Callable[[], bool] = always, *, begun: bool = False
) -> Tried:
    """Ask until there is an answer, an error that cannot pass, or patience ends.

    Args:
        wanted: asked when there is room for a request; if not, it is not sent.
        begun: the prompt goes on with a conversation, and is sent in any case.
    Raises: Drained: it is not to be sent any more, and was not answered before.
    """
    start = monotonic()
    attempt, lost = 0, NOTHING_LOST
    while True:
        attempt += 1
        try:
            if attempt == 1 and (known := recalled(line.provider, prompt)):
                await sleep(0)  # nothing is waited for, and others want to be heard
                return Tried(known.response, known.error, known.requests)
            return Tried(await _once(line, prompt, attempt, None if begun else wanted), None, attempt, lost)
        except EvalsError as error:
            if not isinstance(error, ProviderError):
                raise
            lost += error.lost
            pause = line.patience.wait(attempt - 1, error.retry_after, line.rng)
            late = monotonic() - start + pause > line.patience.seconds
            strange = error.kind in ("unreached", "garbled") and not line.host.answered
            most = line.patience.knocks if strange else line.patience.requests(error.kind)
            if not error.passing or attempt >= most or late:
                return Tried(None, error, attempt, lost)
            line.host.tell(error)
            line.again.count(error, pause)
            waits = {"kind": error.kind, "attempt": attempt, "seconds": pause}
            events.event(events.INFO, "request will be sent again", model=line.host.name, **waits)
        except Drained:
            raise
        except Exception as error:  # noqa: BLE001  a provider may be the user's code; its fault is that request's
            return Tried(None, ProviderError("provider", f"{type(error).__name__}: {error}"), attempt, lost)
        await line.limiter.rest(pause)


async def _once(line: Line, prompt: Prompt, attempt: int, wanted: Callable[[], bool] | None) -> Response:
    """One request; what comes of it is told to the limiter. Raises: as `ask`, and whatever the provider raises."""
    limiter, provider = line.limiter, line.provider
    async with limiter.slot(begun=wanted is None) as began:
        if wanted is not None and not wanted():
            raise Drained
        try:
            async with limiter.deadline.kept(1.0 if attempt == 1 else 2.0):  # more time for what hung once
                reply = await provider.reply(prompt)
        except ProviderError as error:
            if error.kind == "rate_limit":
                limiter.refused(began, error.retry_after)
            raise
        finally:
            quota = getattr(provider, "quota", None)
            if quota:
                limiter.told(quota)
        limiter.answered(began, _added(reply.tokens_in, reply.tokens_out))
        return reply


def _added(*numbers: int | None) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
