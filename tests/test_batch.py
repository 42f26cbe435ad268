"""Runs by batches: submitted once, collected by whoever comes, judged as if each request had been sent alone."""

import asyncio
import io
import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import anthropic
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import log
from evals.batch.batched import DESKS, Batched
from evals.batch.files import Files
from evals.batch.ledger import Ledger
from evals.batch.messages import MessageBatches
from evals.batch.office import Office, Pace
from evals.errors import BadFile, ProviderError
from evals.host import Host as Place
from evals.http import Answer, Http, Key as Secret
from evals.retry import Breaker, Patience
from evals.retry import ask as patiently
from evals.types import Key, Message, Prompt, Response, Tool
from evals.wire import Wire, WireName
from tests.batch_host import Batch, Host, adds, refuses
from tests.conftest import Evals
from tests.shapes import KEY, Said
from tests.stub_server import Reply, Seen, Stub, ask, serving

FAST = Pace(settle=0.05, first=0.01, most=0.05)
WIRES: tuple[WireName, ...] = ("chat", "responses", "completion", "messages")
TALKS: tuple[WireName, ...] = ("chat", "messages")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setenv("PLACE_API_KEY", KEY)
    with serving() as server:
        server.host = Host()
        yield server


@pytest.fixture
def host(stub: Stub) -> Host:
    assert isinstance(stub.host, Host)
    return stub.host


def question(text: str, wire: WireName = "chat", **more: Any) -> Prompt:
    return Prompt(text=text, **more) if wire == "completion" else Prompt((Message("user", text),), **more)


class Asked:
    """A model behind an office, asked several prompts at once; each time as a process of its own would."""

    def __init__(self, stub: Stub, folder: Path, wire: WireName = "chat") -> None:
        self.place = Place("place", stub.url, key="PLACE_API_KEY", wires=(wire,), batches=True)
        self.folder = folder
        self.said: list[str] = []

    def connect(self) -> Wire:
        wire = self.place.connect("some-model")
        assert isinstance(wire, Wire)
        return wire

    def __call__(self, *prompts: Prompt, keys: str = "0123456789", attempts: int = 1) -> list[Any]:
        """What comes back for each: a Response, or the ProviderError that its last attempt ended with."""
        return asyncio.run(self._all(prompts, keys, attempts))

    async def _all(self, prompts: tuple[Prompt, ...], keys: str, attempts: int) -> list[Any]:
        wire, patience = self.connect(), Patience(attempts=attempts, first=0.01)
        assert wire.desk
        desk = DESKS[wire.desk](wire.http, wire.path, wire.model)
        with Ledger(self.folder) as ledger:
            batched = Batched(wire, Office("m", desk, ledger, self.said.append, pace=FAST), len(prompts))

            async def one(number: int, prompt: Prompt) -> Any:
                key = Key("m", "s", f"{keys[number % 10]}{number // 10}", "a")
                tried = await patiently(batched.addressed(key), prompt, patience, Random(0), Breaker())
                return tried.response or tried.error

            try:
                return await asyncio.gather(*(one(*each) for each in enumerate(prompts)))
            finally:
                await batched.close()


@pytest.mark.parametrize("wire", WIRES)
def test_what_comes_back_means_what_a_single_request_would_mean(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    said = Said("It is 7.", "" if wire == "completion" else "3 + 4", stop="length", tokens=(21, 9, 0))
    host.mind = lambda wire, _: Reply(said.over(wire))
    asked = Asked(stub, tmp_path, wire)
    (by_batch,) = asked(question("3 + 4", wire))
    (alone,) = ask(asked.connect(), question("3 + 4", wire))
    assert by_batch == replace(alone, seconds=None)
    assert host.asked == [stub.seen[-1].body]


@pytest.mark.parametrize("wire", TALKS)
def test_requests_that_come_together_are_one_batch_and_each_gets_its_own_answer(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    asked = Asked(stub, tmp_path, wire)
    replies = asked(*(question(f"{n} + 1") for n in range(30)))
    assert [reply.text for reply in replies] == [str(n + 1) for n in range(30)]
    assert [len(batch.requests) for batch in host.batches.values()] == [30]
    assert asked.said == ["batch batch_1 of place: 30 requests submitted"]


@pytest.mark.parametrize("wire", TALKS)
def test_the_next_process_collects_the_very_answers_even_of_requests_that_are_alike(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    turns = iter(range(1000))
    host.mind = lambda wire, _: Reply(Said(f"number {next(turns)}").over(wire))
    asked = Asked(stub, tmp_path, wire)
    first = asked(*[question("3 + 4")] * 6)
    assert len({reply.text for reply in first}) == 6
    again = asked(*[question("3 + 4")] * 2, keys="42")
    assert [reply.text for reply in again] == [first[4].text, first[2].text]
    assert len(host.batches) == 1


@pytest.mark.parametrize("wire", TALKS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "bad_request"), (413, "bad_request"), (429, "rate_limit"), (500, "server"), (529, "server")],
)
def test_a_request_that_fails_in_a_batch_fails_alone_and_as_it_would_have_alone(
    stub: Stub, host: Host, wire: WireName, status: int, kind: str, tmp_path: Path
) -> None:
    names = {
        400: "invalid_request_error",
        413: "request_too_large",
        429: "rate_limit_error",
        500: "api_error",
    }
    error = {"type": names.get(status, "overloaded_error"), "message": "No."}
    bad = Reply({"type": "error", "error": error}, status)
    host.mind = lambda wire, body: bad if "13 + 1" in json.dumps(body) else adds(wire, body)
    asked = Asked(stub, tmp_path, wire)
    good, failed = asked(question("3 + 4"), question("13 + 1"))
    assert good.text == "7"
    (alone,) = fails(asked.connect(), question("13 + 1"))
    assert (failed.kind, failed.message) == (kind, alone.message)
    host.mind = adds
    assert (
        asked(question("13 + 1"), keys="1")[0].text == "14"
    )  # the same request, made once more, is submitted once more
    assert [len(batch.requests) for batch in host.batches.values()] == [2, 1]


def fails(provider: Wire, prompt: Prompt) -> list[ProviderError]:
    with pytest.raises(ProviderError) as failed:
        ask(provider, prompt)
    return [failed.value]


@pytest.mark.parametrize("wire", TALKS)
@pytest.mark.parametrize(
    ("fate", "kind", "words"),
    [("expired", "timeout", "expired"), ("cancelled", "cancelled", "was cancelled")],
)
def test_a_batch_that_ends_early_keeps_what_was_answered_and_fails_the_rest(
    stub: Stub, host: Host, wire: WireName, fate: str, kind: str, words: str, tmp_path: Path
) -> None:
    host.befalls = lambda body: fate if "13 + 1" in json.dumps(body) else ""
    asked = Asked(stub, tmp_path, wire)
    good, failed = asked(question("3 + 4"), question("13 + 1"))
    assert good.text == "7"
    assert failed.kind == kind
    assert words in failed.message
    host.befalls = lambda _: ""
    assert asked(question("13 + 1"), keys="1")[0].text == "14"


@pytest.mark.parametrize("wire", TALKS)
def test_what_expired_is_asked_again_in_the_next_batch_and_what_was_cancelled_is_not(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    host.fate = lambda _: "done" if host.batches else "expired"
    assert Asked(stub, tmp_path, wire)(question("3 + 4"), attempts=3)[0].text == "7"
    host.fate = lambda _: "cancelled"
    assert Asked(stub, tmp_path, wire)(question("5 + 4"), attempts=3)[0].kind == "cancelled"
    assert len(host.batches) == 3


def test_a_batch_that_the_host_refuses_after_a_look_says_why_and_what_to_do(
    stub: Stub, host: Host, tmp_path: Path
) -> None:
    host.fate = lambda _: "failed"
    (failed,) = Asked(stub, tmp_path)(question("3 + 4"))
    assert failed.kind == "bad_request"
    assert failed.message == "place has no room for batch batch_1: Enqueued token limit reached."
    assert "--concurrency" in failed.fix


@pytest.mark.parametrize("wire", TALKS)
def test_what_a_batch_refuses_is_left_out_in_the_next_and_recorded_as_dropped(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    def picky(wire: WireName, body: Any) -> Reply:
        return refuses(wire, "temperature is not supported") if "temperature" in body else adds(wire, body)

    host.mind = picky
    asked = Asked(stub, tmp_path, wire)
    prompts = [question(f"{n} + 1", temperature=0.5) for n in range(3)]
    assert [(reply.text, reply.dropped) for reply in asked(*prompts)] == [
        (str(n + 1), ("temperature",)) for n in range(3)
    ]
    assert [len(batch.requests) for batch in host.batches.values()] == [3, 3]
    assert [reply.text for reply in asked(*prompts)] == [
        "1",
        "2",
        "3",
    ]  # the next process needs no third batch
    assert len(host.batches) == 2


@pytest.mark.parametrize("wire", TALKS)
def test_an_answer_that_cannot_be_read_is_asked_for_again(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    replies = iter([Reply({"nothing": 1}), Reply(Said("7").over(wire))])
    host.mind = lambda *_: next(replies)
    assert Asked(stub, tmp_path, wire)(question("3 + 4"), attempts=2)[0].text == "7"
    assert len(host.batches) == 2


@pytest.mark.parametrize("wire", TALKS)
def test_a_submission_that_was_carried_out_though_the_connection_broke_is_found(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    host.swallows, host.page = 1, 1
    Asked(stub, tmp_path / "..", wire)(question("1 + 1"))  # another run's, of the same size
    host.swallows = 1
    replies = Asked(stub, tmp_path, wire)(question("3 + 4"), attempts=2)
    assert [reply.text for reply in replies] == ["7"]
    assert [len(batch.requests) for batch in host.batches.values()] == [1, 1]


@pytest.mark.parametrize("wire", TALKS)
def test_a_submission_that_never_arrived_is_made_and_a_strangers_batch_is_not_taken_for_it(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    Asked(stub, tmp_path / "other", wire)(question("1 + 1"), question("2 + 2"))
    asked = Asked(stub, tmp_path, wire)
    with Ledger(tmp_path) as ledger:  # a process that ended before it submitted
        ledger.intend("m", ["a" * 24, "b" * 24])
    replies = asked(question("3 + 4"), question("5 + 5"))
    assert [reply.text for reply in replies] == ["7", "10"]
    assert len(host.batches) == 2


@pytest.mark.parametrize("wire", TALKS)
def test_while_the_host_cannot_be_asked_what_it_has_nothing_is_submitted(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.intend("m", ["a" * 24])
    stub.host = lambda seen: Reply("busy", 503) if "limit=" in seen.path else host(seen)
    (failed,) = Asked(stub, tmp_path, wire)(question("3 + 4"))
    assert failed.kind == "server"
    assert not host.batches


@pytest.mark.parametrize("wire", TALKS)
def test_looks_that_fail_are_made_again_and_a_batch_that_is_gone_is_said_and_asked_anew(
    stub: Stub, host: Host, wire: WireName, tmp_path: Path
) -> None:
    troubles = iter([Reply("busy", 503), Reply(reset=True)])

    def flaky(seen: Seen) -> Reply:
        return next(troubles, None) or host(seen) if "/batch_" in seen.path else host(seen)

    stub.host = flaky
    asked = Asked(stub, tmp_path, wire)
    assert asked(question("3 + 4"))[0].text == "7"
    host.batches.clear()
    (gone,) = asked(question("3 + 4"))
    assert gone.message == "place has batch batch_1, or its results, no more"
    assert asked(question("3 + 4"))[0].text == "7"
