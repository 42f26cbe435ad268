"""What can pass later is tried again, within bounds; what cannot is not."""

import asyncio
from itertools import count
from random import Random

import pytest

from evals.errors import PASSING, FailureKind, ProviderError
from evals.pacing.limiter import Limiter
from evals.provider import Provider
from evals.retry import Breaker, Line, Patience, Tried, ask
from evals.types import Capability, Prompt, Response

KINDS: list[FailureKind] = [
    "auth",
    "bad_request",
    "too_long",
    "not_found",
    "filtered",
    "scorer",
    *sorted(PASSING),
]
QUICK = Patience(attempts=4, first=0.001, most=0.002)


class Failing:
    """Fails in one way a number of times, then replies."""

    can: frozenset[Capability] = frozenset({"chat"})
    concurrency = 1
    notice = ""

    def __init__(self, kind: FailureKind, times: int, retry_after: float | None = None) -> None:
        self.error, self.times, self.calls = ProviderError(kind, "no", retry_after=retry_after), times, 0

    async def reply(self, prompt: Prompt) -> Response:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return Response("yes")

    async def close(self) -> None:
        pass


def asked(provider: Provider, patience: Patience, host: Breaker) -> Tried:
    return asyncio.run(ask(Line(provider, Limiter(1), host, patience, rng=Random(0)), Prompt(text="?")))


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_can_pass_is_tried_again(kind: FailureKind) -> None:
    provider = Failing(kind, 2)
    tried = asked(provider, QUICK, Breaker())
    assert tried.attempts == provider.calls == (3 if kind in PASSING else 1)
    assert (tried.response is not None) == (kind in PASSING)


def test_trying_again_is_bounded() -> None:
    provider = Failing("server", 99)
    tried = asked(provider, QUICK, Breaker())
    assert tried.error is provider.error
    assert provider.calls == QUICK.attempts


def test_a_wait_beyond_patience_is_not_begun() -> None:
    provider = Failing("rate_limit", 1, retry_after=10_000)
    assert asked(provider, QUICK, Breaker()).attempts == 1


@pytest.mark.parametrize("seed", range(20))
def test_what_the_host_asked_for_is_never_undercut(seed: int) -> None:
    assert Patience().wait(0, 7.0, Random(seed)) >= 7.0


@pytest.mark.parametrize("attempt", range(8))
def test_waits_double_up_to_a_bound(attempt: int) -> None:
    patience = Patience(first=1, most=30)
    waits = [patience.wait(attempt, None, Random(seed)) for seed in range(200)]
    bound = min(30, 2**attempt)
    assert 0 <= min(waits) < bound / 4
    assert bound * 3 / 4 < max(waits) <= bound


@pytest.mark.parametrize(
    ("kinds", "opens"),
    [
        (["auth"], True),
        (["not_found"], True),
        ([None, *["bad_request"] * 50], False),
        (["bad_request"] * 9, False),
        (["bad_request"] * 10, True),
        ([*["bad_request"] * 9, *["server"] * 9], False),
        ([None, "auth"], True),
        (["unreached"], True),
        ([None, *["unreached"] * 50], False),
    ],
)
def test_the_breaker_opens_when_there_is_no_chance(kinds: list[FailureKind | None], opens: bool) -> None:
    breaker = Breaker()
    for kind in kinds:
        breaker.see(ProviderError(kind, "no") if kind else None)
    assert (breaker.reason is not None) == opens


@pytest.mark.parametrize(
    ("kinds", "mends", "words"),
    [
        (["auth"], True, ""),
        (["not_found"], True, ""),
        (["unreached"], True, ""),
        (["garbled"] * 10, True, ""),  # a web page, and no model's host
        (["provider"] * 10, True, ""),
        (["scorer"] * 10, True, ""),
        ([None, "auth"], False, "no, so nothing more is asked of it (set the key)"),
        (["bad_request"] * 10, False, "all 10 replies that it was asked for have failed, so nothing more"),
        ([*["server"] * 9, *["timeout"] * 10], False, "all 19 replies that it was asked for have failed"),
        (["rate_limit"] * 10, False, "rate_limit: no (set the key)"),
        (["filtered"] * 10, False, "filtered: no (set the key)"),
    ],
)
def test_what_the_user_must_mend_is_told_from_what_leaves_a_run_incomplete(
    kinds: list[FailureKind | None], mends: bool, words: str
) -> None:
    breaker = Breaker()
    for kind in kinds:
        breaker.see(ProviderError(kind, "no", "set the key") if kind else None)
    assert breaker.reason is not None
    assert breaker.is_for_the_user == mends
    assert words in breaker.why


@pytest.mark.parametrize(
    ("seconds", "kinds", "lost"),
    [
        (120, [None, *["unreached"] * 10], True),
        (119, [None, *["unreached"] * 10], False),  # it may be starting again
        (119, [None, *["unreached"] * 11], True),
        (999, [None, *["unreached"] * 9], False),
        (999, [None, *["unreached"] * 9, None, "unreached"], False),
        (999, [None, *["unreached"] * 9, "server", "unreached"], False),
        (999, [None, *["server"] * 20], False),
        (999, ["unreached"] * 20, False),  # it was never there, which is told as such
    ],
)
def test_a_host_that_answered_is_given_up_once_it_stays_out_of_reach(
    seconds: int, kinds: list[FailureKind | None], lost: bool
) -> None:
    breaker = Breaker(clock=count(0, seconds).__next__)  # it looks at an answer, and once there is reason to
    for kind in kinds:
        breaker.see(ProviderError(kind, "no") if kind else None)
    assert (breaker.reason is not None and not breaker.is_for_the_user) == lost


@pytest.mark.parametrize(
    ("lengths", "opens"),
    [
        ([5000, 4000, 3000] * 9, False),  # the long end of a ladder comes first
        ([*range(5000, 5009), 10], True),
        ([10, *range(5000, 5008)], False),  # too few to say
        ([10, *range(5000, 5009)], True),
    ],
)
def test_prompts_too_long_open_it_only_where_the_shortest_is_too_long_too(
    lengths: list[int], opens: bool
) -> None:
    breaker = Breaker(shortest=lambda: 10)
    for length in lengths:
        breaker.see(ProviderError("too_long", "no"), length)
    assert (breaker.reason is not None) == opens


TRIED: list[tuple[FailureKind, bool, int]] = [
    ("unreached", False, 3),
    ("garbled", False, 3),  # a web page: hardly a model's host
    ("server", False, 6),
    ("unreached", True, 6),
    ("garbled", True, 6),
]


def test_a_host_that_was_never_there_is_knocked_at_a_few_times_only() -> None:
    patience = Patience(attempts=6, knocks=3, first=0.001, most=0.002)
    for kind, answered, requests in TRIED:
        provider = Failing(kind, 99)
        host = Breaker(answered=answered)
        tried = asked(provider, patience, host)
        assert tried.attempts == provider.calls == requests


def test_the_first_failure_of_each_kind_is_told_at_once() -> None:
    told: list[str] = []
    host = Breaker(warn=lambda error: told.append(error.kind))
    kinds: list[FailureKind] = ["server", "server", "timeout", "bad_request"]
    for kind in kinds:
        provider = Failing(kind, 2)
        asked(provider, QUICK, host)
    assert told == ["server", "timeout"]  # a request that is refused is not tried again


class Broken(Failing):
    """A provider of a user's whose own code is wrong."""

    async def reply(self, prompt: Prompt) -> Response:
        raise KeyError("choices")


def test_a_providers_own_fault_is_a_failure_of_that_request() -> None:
    tried = asked(Broken("server", 0), QUICK, Breaker())
    assert tried.error is not None
    assert (tried.error.kind, tried.attempts) == ("provider", 1)
    assert "KeyError" in tried.error.message
