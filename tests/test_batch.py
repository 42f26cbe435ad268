"""Runs by batches: submitted once, collected by whoever comes, judged as if each request had been sent alone."""

import asyncio
import io
import json
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import anthropic
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import log, session
from evals.batch.batched import DESKS, Batched
from evals.batch.files import Files
from evals.batch.ledger import Ledger
from evals.batch.office import Office
from evals.batch.watch import Pace
from evals.batch.watch import Request as Made
from evals.errors import BadFile, EvalsError, ProviderError
from evals.estimate import estimate
from evals.host import Host as Place
from evals.net.http import Http
from evals.pacing.limiter import Limiter
from evals.plan import Request
from evals.retry import Line, Patience
from evals.retry import ask as patiently
from evals.terms import Terms
from evals.types import Key, Message, Prompt
from evals.wires.wire import Wire, WireName
from tests.batch_host import Host, adds, refuses
from tests.conftest import Evals
from tests.shapes import KEY, Said, anthropic_error, openai_error
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
        self.wire, self.folder = wire, folder
        self.said: list[str] = []

    def elsewhere(self) -> Path:
        """The folder of another run."""
        folder = self.folder / "another"
        folder.mkdir()
        return folder

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
                line = Line(batched.addressed(key), Limiter(1), patience=patience, rng=Random(0))
                tried = await patiently(line, prompt)
                return tried.response or tried.error

            try:
                return await asyncio.gather(*(one(*each) for each in enumerate(prompts)))
            finally:
                await batched.close()


@pytest.fixture
def wire() -> WireName:
    """Where a test does not name one."""
    return "chat"


@pytest.fixture
def asked(stub: Stub, tmp_path: Path, wire: WireName) -> Asked:
    """A model over that wire."""
    return Asked(stub, tmp_path, wire)


@pytest.mark.parametrize("wire", WIRES)
def test_what_comes_back_means_what_a_single_request_would_mean(
    asked: Asked, host: Host, stub: Stub, wire: WireName
) -> None:
    said = Said("It is 7.", "" if wire == "completion" else "3 + 4", stop="length", tokens=(21, 9, 0))
    host.mind = lambda wire, _: Reply(said.over(wire))
    (by_batch,) = asked(question("3 + 4", wire))
    (alone,) = ask(asked.connect(), question("3 + 4", wire))
    assert by_batch == replace(alone, seconds=None)
    assert host.asked == [stub.seen[-1].body]


@pytest.mark.parametrize("wire", TALKS)
def test_requests_that_come_together_are_one_batch_and_each_gets_its_own_answer(
    asked: Asked, host: Host
) -> None:
    replies = asked(*(question(f"{n} + 1") for n in range(30)))
    assert [reply.text for reply in replies] == [str(n + 1) for n in range(30)]
    assert [len(batch.requests) for batch in host.batches.values()] == [30]
    assert asked.said == ["batch batch_1 of place: 30 requests submitted"]


@pytest.mark.parametrize("wire", TALKS)
def test_the_next_process_collects_the_very_answers_even_of_requests_that_are_alike(
    asked: Asked, host: Host, wire: WireName
) -> None:
    turns = iter(range(1000))
    host.mind = lambda wire, _: Reply(Said(f"number {next(turns)}").over(wire))
    first = asked(*[question("3 + 4")] * 6)
    assert len({reply.text for reply in first}) == 6
    again = asked(*[question("3 + 4")] * 2, keys="42")
    assert [reply.text for reply in again] == [first[4].text, first[2].text]
    assert len(host.batches) == 1


BAD: list[tuple[WireName, Reply, str]] = [
    ("chat", Reply(openai_error("No."), 400), "bad_request"),
    ("chat", Reply(openai_error("Slow down."), 429), "rate_limit"),
    ("chat", Reply(openai_error("Too many tokens for the context window"), 400), "too_long"),
    ("messages", Reply(anthropic_error("invalid_request_error", "No."), 400), "bad_request"),
    ("messages", Reply(anthropic_error("overloaded_error", "Busy."), 529), "server"),
    ("messages", Reply(anthropic_error("rate_limit_error", "Slow down."), 429), "rate_limit"),
]


@pytest.mark.parametrize(("wire", "bad", "kind"), BAD)
def test_a_request_that_fails_in_a_batch_fails_alone_and_as_it_would_have_alone(
    asked: Asked, host: Host, bad: Reply, kind: str
) -> None:
    host.mind = lambda wire, body: bad if "13 + 1" in json.dumps(body) else adds(wire, body)
    good, failed = asked(question("3 + 4"), question("13 + 1"))
    assert good.text == "7"
    with pytest.raises(ProviderError) as alone:
        ask(asked.connect(), question("13 + 1"))
    assert (failed.kind, failed.message) == (kind, alone.value.message)
    host.mind = adds  # the same request, made once more, is submitted once more
    assert asked(question("13 + 1"), keys="1")[0].text == "14"
    assert [len(batch.requests) for batch in host.batches.values()] == [2, 1]


@pytest.mark.parametrize("wire", TALKS)
@pytest.mark.parametrize(
    ("fate", "kind", "words"),
    [("expired", "timeout", "expired"), ("cancelled", "cancelled", "was cancelled")],
)
def test_a_batch_that_ends_early_keeps_what_was_answered_and_fails_the_rest(
    asked: Asked, host: Host, fate: str, kind: str, words: str
) -> None:
    host.befalls = lambda body: fate if "13 + 1" in json.dumps(body) else ""
    good, failed = asked(question("3 + 4"), question("13 + 1"))
    assert good.text == "7"
    assert failed.kind == kind
    assert words in failed.message
    host.befalls = lambda _: ""
    assert asked(question("13 + 1"), keys="1")[0].text == "14"


@pytest.mark.parametrize("wire", TALKS)
def test_what_expired_is_asked_again_in_the_next_batch_and_what_was_cancelled_is_not(
    asked: Asked, host: Host
) -> None:
    host.fate = lambda _: "done" if host.batches else "expired"
    assert asked(question("3 + 4"), attempts=3)[0].text == "7"
    host.fate = lambda _: "cancelled"
    assert asked(question("5 + 4"), attempts=3)[0].kind == "cancelled"
    assert len(host.batches) == 3


def test_a_batch_that_the_host_refuses_after_a_look_says_why_and_what_to_do(asked: Asked, host: Host) -> None:
    host.fate = lambda _: "failed"
    (failed,) = asked(question("3 + 4"))
    assert failed.kind == "bad_request"
    assert failed.message == "place has no room for batch batch_1: Enqueued token limit reached."
    assert "--concurrency" in failed.fix


@pytest.mark.parametrize("wire", TALKS)
def test_what_a_batch_refuses_is_left_out_in_the_next_and_recorded_as_dropped(
    asked: Asked, host: Host, wire: WireName
) -> None:
    def picky(wire: WireName, body: Any) -> Reply:
        return refuses(wire, "temperature is not supported") if "temperature" in body else adds(wire, body)

    host.mind = picky
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
def test_an_answer_that_cannot_be_read_is_asked_for_again(asked: Asked, host: Host, wire: WireName) -> None:
    replies = iter([Reply({"nothing": 1}), Reply(Said("7").over(wire))])
    host.mind = lambda *_: next(replies)
    assert asked(question("3 + 4"), attempts=2)[0].text == "7"
    assert len(host.batches) == 2


@pytest.mark.parametrize("wire", TALKS)
def test_a_submission_that_was_carried_out_though_the_connection_broke_is_found(
    asked: Asked, host: Host, stub: Stub
) -> None:
    host.swallows, host.page = 1, 1
    Asked(stub, asked.elsewhere(), asked.wire)(question("1 + 1"))  # another run's, of the same size
    host.swallows = 1
    replies = asked(question("3 + 4"), attempts=2)
    assert [reply.text for reply in replies] == ["7"]
    assert [len(batch.requests) for batch in host.batches.values()] == [1, 1]


@pytest.mark.parametrize("wire", TALKS)
def test_a_submission_that_never_arrived_is_made_and_no_other_batch_is_taken_for_it(
    asked: Asked, host: Host, stub: Stub
) -> None:
    Asked(stub, asked.elsewhere(), asked.wire)(question("1 + 1"), question("2 + 2"))
    prompts, connected = (question("3 + 4"), question("5 + 5")), asked.connect()
    bodies = [connected.request(prompt, connected.quirks)[0] for prompt in prompts]
    requests = [Made.of(Key("m", "s", f"{n}0", "a"), body).hash for n, body in enumerate(bodies)]
    with Ledger(asked.folder) as ledger:  # of a process that ended before it had submitted anything
        ledger.intend("m", requests)
    assert [reply.text for reply in asked(*prompts)] == ["7", "10"]
    assert len(host.batches) == 2
    assert [reply.text for reply in asked(*prompts)] == ["7", "10"]
    assert len(host.batches) == 2


@pytest.mark.parametrize("wire", TALKS)
def test_while_the_host_cannot_be_asked_what_it_has_nothing_is_submitted(
    asked: Asked, host: Host, stub: Stub
) -> None:
    with Ledger(asked.folder) as ledger:
        ledger.intend("m", ["a" * 24])
    stub.host = lambda seen: Reply("busy", 503) if "limit=" in seen.path else host(seen)
    (failed,) = asked(question("3 + 4"))
    assert failed.kind == "server"
    assert not host.batches


@pytest.mark.parametrize("wire", TALKS)
def test_looks_that_fail_are_made_again_and_a_batch_that_is_gone_is_said_and_asked_anew(
    asked: Asked, host: Host, stub: Stub
) -> None:
    troubles = iter([Reply("busy", 503), Reply(reset=True)])

    def flaky(seen: Seen) -> Reply:
        return next(troubles, None) or host(seen) if "/batch_" in seen.path else host(seen)

    stub.host = flaky
    assert asked(question("3 + 4"))[0].text == "7"
    host.batches.clear()
    (gone,) = asked(question("3 + 4"))
    assert gone.message == "place has batch batch_1, or its results, no more"
    assert asked(question("3 + 4"))[0].text == "7"


@pytest.mark.parametrize("wire", TALKS)
def test_a_key_that_is_refused_at_a_look_costs_nothing_that_was_submitted(
    asked: Asked, host: Host, stub: Stub
) -> None:
    stub.host = lambda seen: Reply("no", 401) if "/batch_" in seen.path else host(seen)
    (locked,) = asked(question("3 + 4"))
    assert locked.kind == "auth"
    stub.host = host
    assert asked(question("3 + 4"))[0].text == "7"
    assert len(host.batches) == 1


def test_what_fails_together_is_asked_together_again(asked: Asked, host: Host, stub: Stub) -> None:
    failing = 3

    def busy(seen: Seen) -> Reply:
        nonlocal failing
        if seen.path == "/v1/files" and failing:
            failing -= 1
            return Reply("busy", 503, {"retry-after": "0.2"})
        return host(seen)

    stub.host = busy
    host.befalls = lambda body: "" if len(host.batches) > 1 else "expired"
    replies = asked(*(question(f"{n} + 1") for n in range(40)), attempts=6)
    assert [reply.text for reply in replies] == [str(n + 1) for n in range(40)]
    assert [len(batch.requests) for batch in host.batches.values()] == [40, 40]


# what is sent and read, against the APIs' own clients


def test_openais_client_submits_and_reads_the_same(stub: Stub, host: Host, tmp_path: Path) -> None:
    (reply,) = Asked(stub, tmp_path)(question("3 + 4"))
    ours = [seen for seen in stub.seen if seen.path in ("/v1/files", "/v1/batches")]
    content = host.files["file-1"]
    client = openai.OpenAI(api_key=KEY, base_url=stub.url, max_retries=0)
    file = client.files.create(file=("evals.jsonl", io.BytesIO(content)), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata=ours[1].body["metadata"],
    )
    theirs = [seen for seen in stub.seen if seen.path in ("/v1/files", "/v1/batches")][2:]
    assert host.files["file-1"] == host.files[file.id]
    assert {**ours[1].body, "input_file_id": file.id} == theirs[1].body
    assert ours[0].headers["authorization"] == theirs[0].headers["authorization"]
    ended = client.batches.retrieve(batch.id)
    assert ended.status == "completed"
    assert ended.output_file_id
    (line,) = client.files.content(ended.output_file_id).text.splitlines()
    body = json.loads(line)["response"]["body"]
    assert reply.text == body["choices"][0]["message"]["content"]
    (listed,) = [each for each in client.batches.list() if each.id == "batch_1"]
    assert listed.metadata == ours[1].body["metadata"]


def test_anthropics_client_submits_and_reads_the_same(stub: Stub, host: Host, tmp_path: Path) -> None:
    (reply,) = Asked(stub, tmp_path, "messages")(question("3 + 4"))
    (ours,) = [seen for seen in stub.seen if seen.path == "/v1/messages/batches"]
    client = anthropic.Anthropic(api_key=KEY, base_url=stub.url.removesuffix("/v1"), max_retries=0)
    client.messages.batches.create(requests=ours.body["requests"])
    theirs = stub.seen[-1]
    assert (ours.path, ours.body) == (theirs.path, theirs.body)
    assert ours.headers["content-type"] == theirs.headers["content-type"]
    shown = client.messages.batches.retrieve("batch_1")
    assert (shown.processing_status, shown.request_counts.succeeded) == ("ended", 1)
    (looked,) = {seen.path for seen in stub.seen if seen.path.endswith("/results")}
    assert (
        looked == "/v1/messages/batches/batch_1/results"
    )  # at the host that was named, whatever address it gives
    shown_at = {each.id for each in client.messages.batches.list()}
    assert shown_at == {"batch_1", "batch_2"}
    assert reply.text == "7"


# the interfaces and the ledger by themselves


@given(st.lists(st.integers(0, 12), max_size=20), st.integers(1, 5), st.integers(10, 30))
def test_portions_lose_nothing_and_none_is_too_large(sizes: list[int], most: int, largest: int) -> None:
    class Small(Files):
        pass

    Small.most, Small.largest = most, largest
    cut = list(Small(Http("place", "http://127.0.0.1:1/v1"), "/x", "m").portions(sizes))
    assert [size for each in cut for size in sizes[each]] == sizes
    assert all(0 < len(sizes[each]) <= most for each in cut)
    assert all(sum(sizes[each]) <= largest or len(sizes[each]) == 1 for each in cut)


def test_the_ledger_tells_the_next_process_all_that_it_told_the_last(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        kept, dropped, open_end = (ledger.intend("m", requests) for requests in (["a", "b"], ["c"], ["d"]))
        ledger.submitted(kept.token, "batch_1")
        ledger.void(dropped.token)
        ledger.spend([kept.tickets[1]])
    for _ in range(2):
        with Ledger(tmp_path) as ledger:
            assert ledger.find("a") == ("batch_1", kept.tickets[0])
            assert [ledger.find(name) for name in "bcde"] == [None] * 4
            assert ledger.unsettled("m") == [open_end]
            assert ledger.unsettled("another") == []
        with (tmp_path / "batches.jsonl").open("a") as file:
            file.write('{"what":"void","at":"2026')  # a torn line, as kill -9 leaves it, costs only itself


def test_a_damaged_ledger_is_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "batches.jsonl").write_text('{"what":"guessed","at":""}\n')
    with pytest.raises(BadFile, match="line 1 is damaged"):
        Ledger(tmp_path)


# the command


@pytest.fixture
def run(evals: Evals, stub: Stub, sums: Path) -> Evals:
    evals.env |= {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
    return evals


def models(stub: Stub, *hosts: str) -> list[str]:
    return [part for host in hosts for part in ("-m", f"{host}/m?base_url={stub.url}")]


def the_run(evals: Evals) -> log.Run:
    (folder,) = (evals.cwd / "runs").iterdir()
    found = log.read_run(folder)
    assert len((folder / "replies.jsonl").read_text().splitlines()) == len(found.replies)  # each once
    return found


def outcomes(evals: Evals) -> Counter[str]:
    return Counter(reply.outcome for reply in the_run(evals).replies)


def once_submitted(host: Host, number: int) -> None:
    for _ in range(600):
        if len(host.batches) >= number:
            return
        time.sleep(0.05)
    pytest.fail("nothing was submitted")


def test_a_killed_run_is_collected_by_the_same_command_and_nothing_is_submitted_twice(
    run: Evals, stub: Stub, host: Host
) -> None:
    command = ("run", "./sums", *models(stub, "openai", "anthropic"), "-n", 20, "--batch", "--quiet")
    host.held = True
    process = run.start(*command)
    once_submitted(host, 2)
    time.sleep(0.3)
    process.kill()
    process.communicate()
    host.held = False
    done = run(*command)
    assert done.returncode == 0, done.stderr
    assert outcomes(run) == {"right": 80}
    assert the_run(run).about.finished
    assert [len(batch.requests) for batch in host.batches.values()] == [40, 40]
    text = b"".join(path.read_bytes() for path in the_run(run).folder.iterdir() if path.is_file())
    assert KEY.encode() not in text


def test_no_longer_waiting_is_one_sentence_and_the_batches_are_collected_later(
    run: Evals, stub: Stub, host: Host
) -> None:
    host.held = True
    command = ["run", "./sums", *models(stub, "openai", "anthropic"), "-n", 3, "--quiet", "--batch"]
    process = run.start(*command)
    once_submitted(host, 2)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, interrupted = process.communicate(timeout=30)
    left = run(*command, "--no-wait")
    assert (process.returncode, left.returncode) == (130, 3)
    for err in (interrupted, left.stderr):
        assert "12 replies are missing\n" in err
        for name in ("openai", "anthropic"):
            assert re.search(rf"batch batch_[12] of {name}: 0 of 6 done; it goes on there", err)
        assert "Traceback" not in err
    host.held = False
    done = run(
        "run", "--resume", the_run(run).folder, "--quiet"
    )  # without --batch: its replies wait at the hosts
    assert done.returncode == 0, done.stderr
    assert outcomes(run) == {"right": 12}
    assert len(host.batches) == 2


def test_repeats_without_a_seed_are_asked_and_scored_once_each(run: Evals, stub: Stub, host: Host) -> None:
    turns = iter(range(1000))
    host.mind = lambda wire, _: Reply(Said(f"{next(turns)}").over(wire))
    done = run("run", "./sums", *models(stub, "anthropic"), "-n", 2, "--repeat", 2, "--batch", "--quiet")
    assert done.returncode == 0, done.stderr
    assert [len(batch.requests) for batch in host.batches.values()] == [8]
    said = {reply.response.text for reply in the_run(run).replies if reply.response}
    assert len(said) == 8


TALKING = '''"""A sum, and a second question."""
from evals.scorer import last_integer
from evals.suite import ACCURACY, Suite
from evals.types import Arm, Sample

suite = Suite(
    name="twice",
    version="1",
    about="asking twice",
    samples=lambda seed, n, options: (Sample(str(i), f"{i} + 1", str(i + 10)) for i in range(n)),
    arms=(Arm("a", "What is {input}?", followups=("And what is {input} + 9?".replace("{input}", "1"),)),),
    score=last_integer,
    metrics=(ACCURACY,),
)
'''


def test_later_turns_are_a_second_batch_also_for_the_process_that_collects_them(
    run: Evals, stub: Stub, host: Host
) -> None:
    (run.cwd / "twice").mkdir()
    (run.cwd / "twice" / "suite.py").write_text(TALKING)
    command = ("run", "./twice", *models(stub, "openai"), "-n", 5, "--batch", "--quiet")
    host.mind = lambda wire, body: Reply(Said(str(len(body["messages"]))).over(wire))
    process = run.start(*command)
    once_submitted(host, 2)
    process.kill()
    process.communicate()
    done = run(*command)
    assert done.returncode == 0, done.stderr
    assert [len(batch.requests) for batch in host.batches.values()] == [5, 5]
    replies = [reply.response for reply in the_run(run).replies if reply.response]
    assert {(reply.earlier, reply.text) for reply in replies} == {(("1",), "3")}


def test_failed_requests_are_missing_and_the_same_command_submits_only_those(
    run: Evals, stub: Stub, host: Host
) -> None:
    command = ("run", "./sums", *models(stub, "openai"), "-n", 5, "--batch", "--quiet")
    host.mind = lambda wire, body: refuses(wire, "No.") if "step" in json.dumps(body) else adds(wire, body)
    done = run(*command)
    assert done.returncode == 3, done.stderr
    assert "5 replies are missing or failed" in done.stderr
    host.mind = adds
    done = run(*command)
    assert done.returncode == 0, done.stderr
    assert [len(batch.requests) for batch in host.batches.values()] == [10, 5]
    (folder,) = (run.cwd / "runs").iterdir()
    assert {reply.outcome for reply in log.read_run(folder).replies} == {"right"}


def test_a_run_by_batches_is_priced_and_estimated_at_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    asked = Request(suites=("dots",), models=("openai/gpt-4.1",), size=4)
    alone, batched = (session.preview(asked, tmp_path, Terms(batch=batch)) for batch in (False, True))
    bills = [
        estimate(each.plan, each.providers, batch=each.terms.batch).bills[0] for each in (alone, batched)
    ]
    costs = [each.most.cost_usd or 0 for each in bills]
    assert costs[1] == pytest.approx(costs[0] / 2)
    assert [each.prices["openai/gpt-4.1"].rates[0].input for each in (alone, batched)] == [2, 1]
    assert [
        wire.batched
        for each in (alone, batched)
        for wire in each.providers.values()
        if isinstance(wire, Wire)
    ] == [False, True]


def test_to_leave_what_is_not_submitted_is_refused(run: Evals) -> None:
    done = run("run", "./sums", "--no-wait")
    assert done.returncode == 2
    assert "add --batch" in done.stderr


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(suites=("dots",), models=("scripted/right",)), "scripted/right cannot be asked by batches"),
        (
            Request(suites=("dots",), models=("openai/m?wire=gemini",)),
            "openai/m.* cannot be asked by batches",
        ),
        (Request(suites=("dots",), models=("openai/m",), options={"mode": "adaptive"}), "dots is adaptive"),
    ],
)
def test_what_cannot_be_asked_by_batches_is_one_sentence_before_anything_is_written(
    request_: Request, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(EvalsError, match=words):
        session.begin(request_, tmp_path, Terms(batch=True))
    assert not list(tmp_path.iterdir())
