"""What a run says of money, from the command line: before it, in its folder, and in its reports."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evals import cli
from evals.frame import frame
from evals.log import read_run
from evals.reporting import load, report
from evals.types import Key
from tests.made import NAMES, reply
from tests.shapes import Said
from tests.stub_server import Reply, Stub, serving

PRICES = '["openai-compatible/*"]\ninput = 100\noutput = 1000\nsource = "our contract"\n'
EACH = (20 * 100 + 8 * 1000) / 1e6
"""US dollars of one reply of the server, by these."""

pytestmark = pytest.mark.usefixtures("sums")


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Evals:
    """The command line in a folder, run in this process: what it imports is imported once."""

    cwd: Path
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *args: object) -> Ended:
        self.patch.setattr(sys, "argv", ["evals", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self.capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)


@pytest.fixture
def evals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Evals:
    monkeypatch.chdir(tmp_path)
    return Evals(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    with serving() as one:
        one.plays(Reply(Said("4").over("chat")))
        yield one


@pytest.fixture
def model(stub: Stub) -> str:
    """A model at an address that may be a gateway, so that its price is not known."""
    return f"openai-compatible/m?base_url={stub.url}"


def about(evals: Evals) -> Any:
    (folder,) = evals.cwd.glob("runs/*")
    return json.loads((folder / "run.json").read_text())


def flowing(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def test_a_run_by_prices_of_ones_own_says_before_and_after_what_it_costs(evals: Evals, model: str) -> None:
    (evals.cwd / "prices.toml").write_text(PRICES)
    done = evals("run", "./sums", "-m", model, "-n", 3, "--prices", "prices.toml")
    assert done.returncode == 0, done.stderr
    assert f"{model}: 6 requests, about $0.77, at most $3.08" in done.stderr
    assert f"{model} cost ${6 * EACH:.3f}; $100 in and $1000 out" in flowing(done.stdout)
    assert "(our contract)" in flowing(done.stdout)
    assert about(evals)["prices"][model]["source"] == "our contract"
    rows = load(evals.cwd / "runs" / "*")
    assert rows["cost_usd"].tolist() == pytest.approx([EACH] * 6)


def test_prices_of_ones_own_hold_when_a_run_is_gone_on_with(evals: Evals, stub: Stub, model: str) -> None:
    (evals.cwd / "prices.toml").write_text(PRICES)
    stub.plays(Reply(Said("4").over("chat")), Reply({}, 400), Reply({}, 400), Reply(Said("4").over("chat")))
    run = ("run", "./sums", "-m", model, "-n", 3, "--concurrency", 1, "--quiet")
    assert evals(*run, "--prices", "prices.toml").returncode == 3
    (evals.cwd / "prices.toml").unlink()
    assert "4 replies are there" in evals(*run[:-1], "--dry-run").stdout
    assert evals(*run).returncode == 0
    assert load(evals.cwd / "runs" / "*")["cost_usd"].tolist() == pytest.approx([EACH] * 6)


def test_a_price_that_is_not_known_is_nan_in_the_frame_and_unknown_in_every_report(
    evals: Evals, model: str
) -> None:
    done = evals("run", "./sums", "-m", model, "-n", 1)
    assert f"cost unknown: {model}" in flowing(done.stdout)
    assert about(evals)["prices"] == {}
    rows = load(evals.cwd / "runs" / "*")
    assert rows["cost_usd"].isna().all()
    assert rows.pipe(report("cost"))["cost_usd"].isna().all()
    assert "unknown" in evals("report", *evals.cwd.glob("runs/*"), "--report", "cost").stdout


def test_a_dry_run_sends_and_writes_nothing(evals: Evals, stub: Stub, model: str) -> None:
    before = len(stub.seen)
    done = evals("run", "./sums", "-m", model, "-m", "pocket", "-n", 50, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "200 replies" in done.stdout
    assert "unknown" in done.stdout
    assert "±13.4 points" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert len(stub.seen) == before
    assert not (evals.cwd / "runs").exists()


def test_a_dry_run_as_json_has_a_row_a_model_and_bound(evals: Evals) -> None:
    found = json.loads(evals("run", "./sums", "-n", 3, "--dry-run", "--json").stdout)["reports"]
    assert [(row["model"], row["bound"], row["cost_usd"]) for row in found["estimate"]] == [
        ("pocket", "likely", 0.0),
        ("pocket", "at most", 0.0),
    ]
    assert {row["metric"] for row in found["intervals"]} == {"accuracy"}


def test_a_run_that_costs_nothing_says_nothing_of_money(evals: Evals) -> None:
    done = evals("run", "./sums", "-n", 1)
    assert "cost" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--prices", "none.toml"), "none.toml cannot be read"),
        (("--prices", "prices.toml"), "has a price for none of pocket"),
        (("--prices", "pocket.toml"), "says itself what its replies cost"),
        (("--dry-run", "--quiet"), "give one of them"),
    ],
)
def test_what_does_not_go_together_is_one_sentence_and_writes_nothing(
    evals: Evals, args: tuple[str, ...], said: str
) -> None:
    (evals.cwd / "prices.toml").write_text(PRICES)
    (evals.cwd / "pocket.toml").write_text(PRICES.replace("openai-compatible/*", "pocket*"))
    done = evals("run", "./sums", "-n", 1, *args)
    assert (done.returncode, said in flowing(done.stderr), (evals.cwd / "runs").exists()) == (2, True, False)


# The report


def replies(costs: list[float | None], outcomes: list[str]) -> pd.DataFrame:
    rows = []
    for place, (cost, outcome) in enumerate(zip(costs, outcomes, strict=True)):
        one = reply(Key("m", "names", f"{place}", "neutral"), outcome)
        response = one.response and replace(one.response, cost_usd=cost, tokens_in=5, tokens_reasoning=1)
        rows.append(replace(one, response=response))
    return frame(rows, "run-1", {"names": "3"}, 7)


def taken(rows: pd.DataFrame) -> Any:
    (row,) = rows.pipe(report("cost", {"names": NAMES})).to_dict("records")
    return row


def test_sums_are_over_the_replies_that_came_and_what_failed_is_left_out() -> None:
    row = taken(replies([0.25, 0.5, None], ["right", "wrong", "error"]))
    assert (row["replies"], row["tokens_in"], row["tokens_out"], row["tokens_reasoning"]) == (2, 10, 14, 2)
    assert (row["seconds"], row["cost_usd"], row["right"], row["cost_per_right"]) == (0.25, 0.75, 1, 0.75)


def test_a_sum_is_not_known_where_one_of_its_parts_is_not() -> None:
    row = taken(replies([0.25, None], ["right", "right"]))
    assert pd.isna(row["cost_usd"])
    assert pd.isna(row["cost_per_right"])


def test_a_right_reply_has_no_cost_where_there_is_none() -> None:
    row = taken(replies([0.25], ["wrong"]))
    assert (row["right"], row["cost_usd"]) == (0, 0.25)
    assert pd.isna(row["cost_per_right"])


def test_a_run_written_before_prices_were_can_be_read(evals: Evals) -> None:
    evals("run", "./sums", "-n", 1, "--quiet")
    (folder,) = evals.cwd.glob("runs/*")
    old = about(evals)
    del old["prices"]
    (folder / "run.json").write_text(json.dumps(old))
    assert read_run(Path(folder)).about.prices == {}
