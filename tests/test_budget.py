"""A run takes no more than its budget, ends with what it has, and goes on with another; nothing is asked twice."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import faults
from evals import log
from evals.errors import NOTHING_LOST, BadInput, Lost
from evals.money.budget import LIKELY, Budget, Meter
from evals.money.purse import Purse, Teller
from evals.types import Key, Prompt, Response
from tests.batch_host import Host
from tests.conftest import Done, Evals
from tests.shapes import KEY
from tests.stub_server import Reply, Stub, chat, serving
from tests.test_adaptive import COUNTER

SUMS = Path(faults.__file__).parent / "sums"
"""One arm of sums, each prompt another, whose replies may take 16 tokens."""

PRICES = '["openai-compatible/*"]\ninput = 100\noutput = 1000\n'
READ, MOST_WRITTEN = 20, 16
LARGEST = {"tokens": READ + MOST_WRITTEN, "cost_usd": (READ * 100 + MOST_WRITTEN * 1000) / 1e6}
CONCURRENCY = 8

Command = Callable[..., Done]


# One quantity


replies = st.lists(st.tuples(st.floats(0.5, 100), st.floats(0, 1), st.sampled_from("ab")), max_size=80)


@given(replies, st.floats(1, 2000), st.integers(1, 12), st.randoms(use_true_random=False))
def test_it_never_takes_more_than_its_bound_and_what_was_in_flight(
    plan: list[tuple[float, float, str]], most: float, concurrency: int, rng: Random
) -> None:
    meter = Meter(most)
    flying: list[tuple[float, float, str]] = []
    at_work = 0.0

    def come() -> None:
        done, amount, own = flying.pop(rng.randrange(len(flying)))
        meter.let_go(own, done)
        meter.take(own, done, amount)

    for bound, share, arm in plan:
        meter.hold(arm, bound)
        if meter.fits:
            flying.append((bound, share * bound, arm))
            at_work = sum(amount for _, amount, _ in flying)
            assert meter.taken + meter.reserved <= most * 1.000001
        else:
            meter.let_go(arm, bound)
        while flying and (len(flying) >= concurrency or not meter.fits or rng.random() < 0.3):
            come()
        assert meter.flying == len(flying)
    while flying:
        come()
    assert meter.taken <= most * 1.000001 + at_work
    assert meter.reserved == 0


@pytest.mark.parametrize(
    ("known", "flying", "reserved"),
    [
        ([], 1, 100 / LIKELY),  # alone: what it likely takes
        ([], 2, 200),  # nothing is known: what they may take
        ([50], 1, 50),
        ([50], 2, 200 * 0.75),  # the bound itself counts as one reply
        ([10] * 9, 2, 200 * 0.19),
        ([10] * 98 + [90], 1, 90),
        ([10] * 98 + [90], 100, 10_000 * (0.117 + (0.9 - 0.117) / 10)),
    ],
)
def test_what_is_reserved_follows_what_replies_take(known: list[float], flying: int, reserved: float) -> None:
    meter = Meter(1e9)
    for amount in known:
        meter.take("arm", 100, amount)
    for _ in range(flying):
        meter.hold("arm", 100)
    assert meter.reserved == pytest.approx(reserved)


def test_a_reply_whose_host_does_not_count_takes_what_others_do() -> None:
    meter = Meter(1000)
    meter.take("arm", 100, None)
    meter.take("arm", 100, 50)
    meter.take("arm", 100, None)
    assert meter.taken == 100 + 50 + 75


def test_what_came_from_a_cache_takes_nothing_and_tells_nothing_of_what_others_take() -> None:
    purse = Purse(Budget(tokens=1000), Teller(lambda *_: {"tokens": 100}, counted))

    async def ask(response: Response) -> None:
        held = await purse.hold(Key("m", "s", "1", "a"), Prompt(), lambda: True)
        assert held is not None
        held.end(response)

    asyncio.run(ask(Response("x", tokens_out=80, cached=True)))
    meter = purse.meters["tokens"]
    assert meter.taken == 0
    assert meter.need(("m", "s", "a"), 100) == 100 / LIKELY
    asyncio.run(ask(Response("x", tokens_out=80)))
    assert meter.need(("m", "s", "a"), 100) == 80


# Many replies at once


@dataclass
class Scene:
    """Replies to many prompts at once, each of which takes some time and some tokens.

    Attributes:
        taken: what replies have taken. most: the most of them that were under way.
    """

    purse: Purse
    amounts: list[int]
    taken: int = 0
    flying: int = 0
    most: int = 0

    async def ask(self, number: int) -> bool:
        key = Key("m", "s", str(number), "a")
        held = await self.purse.hold(key, Prompt(text=str(number)), lambda: True)
        if held is None:
            return False
        self.flying += 1
        self.most = max(self.most, self.flying)
        await asyncio.sleep(0)
        self.flying -= 1
        self.taken += self.amounts[number]
        held.end(Response("x", tokens_in=0, tokens_out=self.amounts[number]))
        return True

    async def run(self) -> list[bool]:
        return await asyncio.gather(*map(self.ask, range(len(self.amounts))))


def counted(_model: str, response: Response) -> dict[Any, float | None]:
    return {"tokens": response.tokens_out}


@given(st.lists(st.integers(1, 100), max_size=60), st.integers(1, 3000))
def test_every_reply_is_given_or_refused_and_none_waits_for_ever(amounts: list[int], tokens: int) -> None:
    purse = Purse(Budget(tokens=tokens), Teller(lambda *_: {"tokens": 100}, counted))
    scene = Scene(purse, amounts)
    given_ = asyncio.run(asyncio.wait_for(scene.run(), 10))
    assert len(given_) == len(amounts)
    assert purse.meters["tokens"].taken == scene.taken <= tokens + 100 * max(1, scene.most)
    assert all(given_) == (not purse.refused)
    if not all(given_):
        assert tokens - scene.taken < 100  # what is left is less than a reply may take
        assert "--max-tokens" in next(purse.said())


def test_what_was_lost_on_the_way_counts() -> None:
    purse = Purse(Budget(tokens=100), Teller(lambda *_: {"tokens": 100}, counted))

    async def one() -> None:
        held = await purse.hold(Key("m", "s", "1", "a"), Prompt(text="?"), lambda: True)
        assert held is not None
        held.end(None, Lost(tokens=30))
        assert await purse.hold(Key("m", "s", "2", "a"), Prompt(text="?"), lambda: False) is None

    asyncio.run(one())
    assert purse.meters["tokens"].taken == 30
    assert Lost() == NOTHING_LOST


# The command


@dataclass
class Place:
    """A server whose replies take tokens by the prompt, and what it counted itself."""

    stub: Stub
    evals: Evals

    @property
    def model(self) -> str:
        return f"openai-compatible/m?base_url={self.stub.url}"

    def spent(self, unit: str) -> float:
        written = [_written(seen.body) for seen in self.stub.seen]
        tokens = sum(written) + READ * len(written)
        return tokens if unit == "tokens" else (READ * len(written) * 100 + sum(written) * 1000) / 1e6

    def twice(self) -> list[str]:
        asked = Counter(json.dumps(seen.body, sort_keys=True) for seen in self.stub.seen)
        return [body for body, times in asked.items() if times > 1]

    def run(self, *args: object) -> Done:
        done = self.evals("run", *args, "--concurrency", CONCURRENCY, "--prices", "prices.toml")
        return Done(done.returncode, done.stdout, done.stderr)

    @property
    def folder(self) -> Path:
        (folder,) = (self.evals.cwd / "runs").iterdir()
        return folder


def _written(body: Any) -> int:
    return 2 + Random(json.dumps(body["messages"])).randrange(MOST_WRITTEN - 1)


def adds(body: Any) -> Reply:
    a, b = map(int, re.findall(r"\d+", body["messages"][-1]["content"])[:2])
    said = chat(str(a + b))
    said["usage"] = {"prompt_tokens": READ, "completion_tokens": _written(body)}
    return Reply(said)


@pytest.fixture
def place(evals: Evals) -> Iterator[Place]:
    (evals.cwd / "prices.toml").write_text(PRICES)
    with serving() as stub:
        stub.mind = adds
        yield Place(stub, evals)


def forecast(command: Command, *args: object) -> list[dict[str, Any]]:
    """What a dry run says will be taken, a row a model and bound."""
    found: list[dict[str, Any]] = json.loads(command("run", *args, "--dry-run", "--json").out)["reports"][
        "estimate"
    ]
    return found


@pytest.mark.parametrize(("unit", "option"), [("cost_usd", "--max-cost"), ("tokens", "--max-tokens")])
def test_half_of_the_estimate_ends_within_what_was_in_flight_and_another_budget_completes_it(
    place: Place, command: Command, unit: str, option: str
) -> None:
    n = 100
    asked = (SUMS, "-m", place.model, "-n", n)
    (likely,) = (
        row for row in forecast(command, *asked, "--prices", "prices.toml") if row["bound"] == "likely"
    )
    half = round(
        (likely["cost_usd"] if unit == "cost_usd" else likely["tokens_in"] + likely["tokens_out"]) / 2, 2
    )
    done = place.run(*asked, option, half)
    assert done.status == 3, done.err
    assert f"({option}) are spent, and the next reply may take" in done.err
    assert f"{option}: " in done.err.splitlines()[2]
    spent = place.spent(unit)
    assert half - LARGEST[unit] <= spent <= half + CONCURRENCY * LARGEST[unit]
    missing = n - len(place.stub.seen)
    assert f"incomplete: {missing} replies are missing or failed\n" in done.err
    said = " ".join(done.out.split())  # a report all the same, which says why there is no more
    assert re.search(rf"{missing} of {n} replies are missing or failed; .* \({option}\) are spent", said)
    assert command("run", "--resume", place.folder, option, half, "--quiet").status == 3
    assert place.spent(unit) == spent  # what an earlier process has spent counts
    whole = place.run("--resume", place.folder, option, 100 * half, "--quiet")
    assert whole.status == 0, whole.err
    assert len(place.stub.seen) == n
    assert place.twice() == []
    assert log.read_run(place.folder).about.finished


def test_minutes_end_a_run_and_without_them_it_is_completed(place: Place) -> None:
    def slowly(body: Any) -> Reply:
        place.stub.released.wait(0.05)  # one after the other
        return adds(body)

    place.stub.mind = slowly
    done = place.run(SUMS, "-m", place.model, "-n", 100, "--max-minutes", "0.02", "--quiet")
    assert done.status == 3, done.err
    assert "the 0.02 minutes of --max-minutes are over" in done.err
    replies = log.read_run(place.folder).replies
    assert len(replies) == len(place.stub.seen) < 100  # what was in flight is finished
    assert not any(reply.failure for reply in replies)
    place.stub.mind = adds
    assert place.run("--resume", place.folder, "--quiet").status == 0
    assert len(place.stub.seen) == 100
    assert place.twice() == []


def test_minutes_that_are_over_before_the_first_request_ask_nothing(place: Place) -> None:
    done = place.run(SUMS, "-m", place.model, "-n", 10, "--max-minutes", "0.0000001", "--quiet")
    assert done.status == 3
    assert "10 replies are missing" in done.err
    assert place.stub.seen == []


def test_what_costs_nothing_goes_on_when_the_money_is_spent(
    place: Place, command: Command, adder: Path
) -> None:
    adder.write_text(
        adder.read_text()
        .replace(
            '    notice = ""', '    notice = ""\n    def price(self, *, batch=False):\n        return FREE'
        )
        .replace("import os", "import os\nfrom evals.money.prices import FREE")
    )
    done = command(
        "run", SUMS, "-m", place.model, "-m", "./adder.py/m", "-n", 30,
        "--max-cost", 0.1, "--prices", "prices.toml", "--quiet",
    )  # fmt: skip
    assert done.status == 3, done.err
    counts = Counter(reply.key.model for reply in log.read_run(place.folder).replies)
    assert counts["./adder.py/m"] == 30
    assert 0 < counts[place.model] < 30


def test_rounds_share_one_budget(place: Place, command: Command) -> None:
    done = command(
        "run", SUMS, "-m", place.model, "-n", 20, "--until", "±1pp", "--max-tokens", 1500, "--concurrency", 1
    )
    assert done.status == 3, done.err
    assert len(place.stub.seen) > 20
    assert 1500 - LARGEST["tokens"] <= place.spent("tokens") <= 1500
    assert len(log.read_about(place.folder).rounds) >= 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--max-cost", "-1"], "--max-cost '-1' is no number above 0"),
        (["--max-cost", "abc"], "--max-cost 'abc' is no number above 0"),
        (["--max-cost", "nan"], "--max-cost 'nan' is no number above 0"),
        (["--max-tokens", "0"], "--max-tokens '0' is no number above 0"),
        (["--max-tokens", "0.5"], "--max-tokens 0.5 would ask nothing"),
        (["--max-minutes", "0"], "--max-minutes '0' is no number above 0"),
        (
            ["--max-cost", "1"],
            "--max-cost bounds what is not known: the price of openai-compatible/m?base_url",
        ),
    ],
)
def test_what_is_no_budget_is_one_sentence_before_anything_is_sent_or_written(
    command: Command, tmp_path: Path, args: list[str], words: str
) -> None:
    with serving() as stub, pytest.raises(BadInput) as refused:
        command("run", SUMS, "-m", f"openai-compatible/m?base_url={stub.url}", *args)
    assert words in refused.value.message
    assert refused.value.fix
    assert stub.seen == []
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ("$", "--max-tokens '$' is no"),
        ("100", "--max-tokens: 100 tokens will likely do for about "),
        ("1,000", "--max-tokens: 1,000 tokens will likely do, and at worst for about "),
        ("1e6", "--max-tokens: 1,000,000 tokens will do, even if every reply takes as much as it may"),
    ],
)
def test_a_dry_run_says_how_far_a_budget_reaches(command: Command, tokens: str, words: str) -> None:
    model = "openai-compatible/m?base_url=http://127.0.0.1:9/v1"
    try:
        said = command("run", SUMS, "-m", model, "-n", 40, "--max-tokens", tokens, "--dry-run").out
    except BadInput as refused:
        said = refused.message
    assert words in " ".join(said.split())


def test_what_failed_answers_took_is_said_and_counts(place: Place, command: Command) -> None:
    empty = {**chat("x"), "choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 10}}
    turns = iter([Reply(empty)] * 2)
    place.stub.mind = lambda body: next(turns, None) or adds(body)
    prices = ("--prices", "prices.toml")
    done = command("run", SUMS, "-m", place.model, "-n", 4, "--max-tokens", 500, *prices)
    assert done.status == 0, done.err
    assert re.search(
        r"2 requests were sent again \(garbled 2\), .*; they took 60 tokens \(\$0\.024\) in vain", done.err
    )
    lost = [reply.lost for reply in log.read_run(place.folder).replies]
    assert sum(each.tokens for each in lost) == 60


def test_an_adaptive_test_stops_in_its_course_and_goes_on_there(command: Command, tmp_path: Path) -> None:
    (tmp_path / "counter.py").write_text(COUNTER)  # tells no tokens: they count as the most that they may be
    asked = ("dots", "-m", "./counter.py/9", "--set", "mode=adaptive", "--arm", "direct", "-n", 30, "--quiet")
    (most,) = {
        row["tokens_in"] + row["tokens_out"]
        for row in forecast(command, *asked[:-1])
        if row["bound"] == "at most"
    }
    assert command("run", *asked, "--max-tokens", most // 2).status == 3
    (folder,) = (tmp_path / "runs").iterdir()
    assert 10 <= len(log.read_run(folder).replies) < 30
    assert command("run", "--resume", folder, "--quiet").status == 0
    requests = (tmp_path / "requests.txt").read_text().splitlines()
    assert len(requests) == len(set(requests)) == 30


def test_batches_that_take_longer_than_the_minutes_are_left_to_their_host(
    place: Place, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(held=True)
    place.stub.mind, place.stub.host = None, host
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = f"openai/m?base_url={place.stub.url}"
    done = command("run", SUMS, "-n", 4, "-m", model, "--batch", "--quiet", "--max-minutes", 0.03)
    assert done.status == 3
    assert "the 0.03 minutes of --max-minutes are over" in done.err
    assert "batch batch_1 of openai: 0 of 4 done; it goes on there" in done.err
    host.held = False
    spent = command("run", "--resume", place.folder, "--quiet", "--max-tokens", 1)
    assert spent.status == 0, spent.err  # what is submitted is paid for, and collected
    assert len(host.batches) == 1


def test_batches_are_submitted_as_far_as_the_budget_reaches(
    place: Place, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host()
    place.stub.mind, place.stub.host = None, host
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    batch = ("-m", f"openai/m?base_url={place.stub.url}", "--batch", "--quiet", "--max-tokens")
    done = command("run", SUMS, "-n", 40, *batch, 600)
    assert done.status == 3, done.err
    asked = [len(each.requests) for each in host.batches.values()]
    assert 0 < asked[0] <= 600 / (MOST_WRITTEN + 13)  # each may take so much, and nothing is known yet
    assert sum(asked) < 40
    assert len(log.read_run(place.folder).replies) == sum(asked)
    whole = command("run", "--resume", place.folder, "--quiet")
    assert whole.status == 0, whole.err
    assert sum(len(each.requests) for each in host.batches.values()) == 40
