"""The limiter grows while all is well, gives way once an episode, and sends nothing before it may."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import ProviderError
from evals.pacing import quota
from evals.pacing.deadline import SEEN, SHORTEST, Deadline
from evals.pacing.limiter import FIRST, ROUNDS, STREAK, Drained, Limiter
from evals.pacing.pace import Pace
from evals.pacing.quota import Left, Quota


@dataclass
class Clock:
    """Time that passes when told."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Host:
    """Takes so many requests at a time, each for one turn of the loop, and refuses the rest, and others on a whim."""

    limiter: Limiter
    takes: int
    whim: Callable[[], bool] = lambda: False
    at_work: int = 0
    most: int = 0
    refusals: int = 0
    served: int = 0
    sizes: list[int] = field(default_factory=list)

    async def one(self) -> None:
        while True:
            async with self.limiter.slot() as began:
                if self.at_work >= self.takes or self.whim():
                    self.refusals += 1
                    self.limiter.refused(began, None)
                else:
                    self.at_work += 1
                    self.most = max(self.most, self.at_work)
                    await asyncio.sleep(0)
                    await asyncio.sleep(0)
                    self.at_work -= 1
                    self.served += 1
                    self.limiter.answered(began)
                    return
            await asyncio.sleep(0)


def run(scene: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scene()

    asyncio.run(bounded())


def test_it_begins_modestly_and_reaches_the_most_where_nothing_is_refused() -> None:
    async def scene() -> None:
        limiter = Limiter(64)
        host = Host(limiter, takes=1_000)
        assert limiter.limit == FIRST
        await asyncio.gather(*(host.one() for _ in range(400)))
        assert limiter.limit == host.most == 64
        assert host.refusals == 0
        assert [change.limit for change in limiter.history] == [8, 16, 32, 64]

    run(scene)


@pytest.mark.parametrize("takes", [1, 3, 16, 40])
def test_a_host_that_takes_fewer_refuses_seldom(takes: int) -> None:
    async def scene() -> None:
        host = Host(Limiter(64), takes)
        await asyncio.gather(*(host.one() for _ in range(2_000)))
        assert host.served == 2_000
        assert host.refusals <= 32
        assert host.most == takes

    run(scene)


@pytest.mark.parametrize("seed", range(5))
def test_refusals_at_random_do_not_lead_to_one_request_at_a_time(seed: int) -> None:
    async def scene() -> None:
        limiter, rng = Limiter(64), Random(seed)
        sizes: list[int] = []

        def whim() -> bool:
            sizes.append(limiter.limit)
            return rng.random() < 1 / 50

        host = Host(limiter, takes=1_000, whim=whim)
        await asyncio.gather(*(host.one() for _ in range(4_000)))
        assert host.served == 4_000
        assert mean(sizes[len(sizes) // 2 :]) >= 8

    run(scene)


def test_refusals_of_one_episode_halve_it_once() -> None:
    async def scene() -> None:
        clock = Clock()
        limiter = Limiter(32, first=32, clock=clock)
        async with limiter.slot() as one, limiter.slot() as other:
            clock.now += 1
            limiter.refused(one, None)
            limiter.refused(other, None)
            assert limiter.limit == 16
            clock.now += 1
        async with limiter.slot() as later:
            limiter.refused(later, None)
        assert limiter.limit == 8

    run(scene)


def test_what_was_too_many_is_tried_again_only_after_some_rounds() -> None:
    async def scene() -> None:
        limiter = Limiter(64, first=16)

        async def rounds(times: int) -> None:
            for _ in range(times):
                async with asyncio.TaskGroup() as group:
                    for _ in range(limiter.limit):
                        group.create_task(one())

        async def one() -> None:
            async with limiter.slot() as began:
                await asyncio.sleep(0)
                limiter.answered(began)

        async with limiter.slot() as began:
            limiter.refused(began, None)
        await rounds(8)
        assert limiter.limit == 15
        await rounds(4 * ROUNDS)
        assert limiter.limit > 15

    run(scene)


def test_where_all_are_refused_nothing_is_sent_before_the_time_that_the_host_named() -> None:
    async def scene() -> None:
        limiter = Limiter(4)
        loop = asyncio.get_running_loop()
        for _ in range(STREAK):
            async with limiter.slot() as began:
                limiter.refused(began, 0.2)
        start = loop.time()
        async with limiter.slot():
            assert loop.time() - start >= 0.19

    run(scene)


def test_a_fixed_rate_is_kept() -> None:
    async def scene() -> None:
        limiter = Limiter(10, pace=Pace(per_minute=1_200))
        loop = asyncio.get_running_loop()
        sent: list[float] = []

        async def one() -> None:
            async with limiter.slot():
                sent.append(loop.time())

        await asyncio.gather(*(one() for _ in range(8)))
        assert sent[-1] - sent[0] >= 7 * 0.05 - 0.02

    run(scene)


def test_what_is_left_of_a_limit_is_not_overdrawn() -> None:
    pace = Pace()
    pace.told(Quota(requests=Left(5, 30.0)), at_work=2, now=100.0)
    sent = 0
    while pace.opens(100.0) <= 100.0:
        pace.sent(100.0)
        sent += 1
    assert sent == 3
    assert pace.opens(100.0) == 130.0
    assert pace.opens(131.0) <= 131.0


def test_tokens_that_are_left_let_through_as_many_requests_as_they_are_worth() -> None:
    pace = Pace()
    pace.answered(50)
    pace.answered(150)
    pace.told(Quota(tokens=Left(450, 10.0)), at_work=1, now=0.0)
    sent = 0
    while pace.opens(0.0) <= 0.0:
        pace.sent(0.0)
        sent += 1
    assert sent == 3


def test_draining_turns_away_what_waits_and_lets_through_what_was_begun() -> None:
    async def scene() -> None:
        limiter = Limiter(1)
        ended: list[str] = []

        async def ask(name: str, begun: bool) -> None:
            try:
                async with limiter.slot(begun=begun):
                    await asyncio.sleep(0.01)
                    ended.append(name)
            except Drained:
                ended.append(f"{name} turned away")

        tasks = [
            asyncio.create_task(ask(*each)) for each in (("first", False), ("new", False), ("turn", True))
        ]
        await asyncio.sleep(0)
        limiter.drain()
        await asyncio.gather(*tasks)
        assert sorted(ended) == ["first", "new turned away", "turn"]
        with pytest.raises(Drained):
            await limiter.rest(60)

    run(scene)


def test_one_that_is_cancelled_while_it_waits_takes_no_room() -> None:
    async def scene() -> None:
        limiter = Limiter(1)

        async def ask() -> None:
            async with limiter.slot():
                await asyncio.sleep(0)

        async with limiter.slot():
            tasks = [asyncio.create_task(ask()) for _ in range(3)]
            await asyncio.sleep(0)
            tasks[0].cancel()
            await asyncio.sleep(0)
        tasks[1].cancel()  # it has been let in, and has not begun
        await asyncio.gather(*tasks, return_exceptions=True)
        async with limiter.slot():
            pass

    run(scene)


def test_a_deadline_is_drawn_from_what_the_others_took() -> None:
    deadline = Deadline()
    for _ in range(SEEN - 1):
        deadline.see(4.0)
    assert deadline.seconds is None
    deadline.see(4.0)
    assert deadline.seconds == pytest.approx(20.0)
    quick = Deadline()
    for _ in range(SEEN):
        quick.see(0.01)
    assert quick.seconds == SHORTEST


def test_a_request_that_was_sent_before_the_deadline_was_known_is_held_to_it_too() -> None:
    async def scene() -> None:
        deadline = Deadline()

        async def hang() -> None:
            async with deadline.kept():
                await asyncio.sleep(60)

        hanging = asyncio.create_task(hang())
        await asyncio.sleep(0)
        deadline.seconds = 0.0
        for timeout in deadline._open:
            timeout.reschedule(0.0)
        with pytest.raises(ProviderError, match="no answer within 0 s, 5 times what nearly all others took"):
            await hanging

    run(scene)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("20ms", 0.02),
        ("1h2m3.5s", 3723.5),
        ("1d", 86_400.0),
        ("12.5", 12.5),
        ("0", 0.0),
        ("", None),
        ("soon", None),
        ("1x", None),
        ("-3", None),
    ],
)
def test_spans_are_read_as_hosts_write_them(text: str, span: float | None) -> None:
    assert quota.seconds(text) == (span if span is None else pytest.approx(span))


def test_a_time_of_day_is_a_span_from_now() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    for text in (soon.isoformat(), soon.strftime("%Y-%m-%dT%H:%M:%SZ"), str(soon.timestamp())):
        assert quota.seconds(text) == pytest.approx(30, abs=2)


@given(st.text())
def test_no_text_breaks_the_reading_of_a_span(text: str) -> None:
    found = quota.seconds(text)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("headers", "requests", "tokens"),
    [
        ({"x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s"}, Left(59, 1.0), None),
        ({"x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "6m0s"}, None, Left(100, 360.0)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "7"}, Left(3, 7.0), None),
        ({"x-ratelimit-remaining-requests": "59"}, None, None),  # it does not say until when
        ({"x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "1s"}, None, None),
        ({}, None, None),
    ],
)
def test_what_is_left_is_read_from_headers(
    headers: dict[str, str], requests: Left | None, tokens: Left | None
) -> None:
    assert quota.read(headers) == Quota(requests, tokens)


def test_anthropics_headers_name_the_time_at_which_a_limit_is_full_again() -> None:
    until = (datetime.now(UTC) + timedelta(seconds=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = quota.read(
        {"anthropic-ratelimit-requests-remaining": "49", "anthropic-ratelimit-requests-reset": until}
    )
    assert found.requests is not None
    assert found.requests.amount == 49
    assert found.requests.seconds == pytest.approx(60, abs=3)


def test_a_deadline_is_drawn_anew_while_a_request_is_being_broken_off() -> None:
    async def scene() -> None:
        loop, deadline, seen = asyncio.get_running_loop(), Deadline(seconds=0.01), []

        async def hangs() -> None:
            async with deadline.kept():
                await asyncio.sleep(20)

        def others_answer() -> None:
            for _ in range(SEEN):
                deadline.see(0.01)
            seen.append(deadline.seconds)

        broken = asyncio.create_task(hangs())
        await asyncio.sleep(0)
        loop.call_later(0.02, others_answer)
        # The loop stands still until both are due: at its next turn first the deadline, then these answers.
        time.sleep(0.05)  # noqa: ASYNC251
        with pytest.raises(ProviderError, match="no answer within"):
            await broken
        assert seen == [SHORTEST]

    run(scene)
