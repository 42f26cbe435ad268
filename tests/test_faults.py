"""Runs through faults end by themselves, with every sample scored once and none from a faulty answer."""

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.speed import server
from evals import log
from tests.conftest import Evals
from tests.stub_server import Reply, chat, complaint, serving

N = 150


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_through_all_faults_at_once_is_complete_and_right(seed: int) -> None:
    kinds = [kind for kind in faults.KINDS if kind not in ("hang", "slow")]  # which take their time
    found = faults.case(dict.fromkeys(kinds, 0.15 / len(kinds)), N, seed, concurrency=16)
    assert found.faults(N) == []
    assert found.stats["faults"]


def test_what_is_null_is_neither_right_nor_wrong(evals: Evals) -> None:
    with server("--faults", "null=0.3") as url:
        done = evals("run", Path(faults.__file__).parent / "sums", "-m", f"openai-compatible/m?base_url={url}", "-n", 40, "--quiet")  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = (evals.cwd / "runs").iterdir()
    outcomes = {reply.outcome for reply in log.read_run(run).replies}
    assert outcomes == {"right", "unparsed"}


def test_a_run_says_what_was_sent_again_and_keeps_its_pace(evals: Evals) -> None:
    with server("--faults", "503=0.2") as url:
        model = f"openai-compatible/m?base_url={url}"
        done = evals("run", Path(faults.__file__).parent / "sums", "-m", model, "-n", 40)
    assert done.returncode == 0, done.stderr
    assert "requests were sent again (server " in done.stderr
    (run,) = (evals.cwd / "runs").iterdir()
    pace = json.loads((run / "run.json").read_text())["pace"][model]
    assert pace[0] == {"seconds": 0.0, "limit": 8, "why": "start"}


def test_a_refusal_of_everything_stops_within_twenty_requests_and_keeps_all(evals: Evals) -> None:
    with server("--refused", "1") as url:
        model = f"openai-compatible/m?base_url={url}"
        done = evals("run", Path(faults.__file__).parent / "sums", "-m", model, "-n", 200, "--quiet")
        seen = faults.stats(url)
    (run,) = (evals.cwd / "runs").iterdir()
    assert done.returncode == 3
    assert 10 <= seen["requests"] == len(log.read_run(run).replies) <= 20
    assert (
        f"incomplete: 200 replies are missing or failed (failed: bad_request {seen['requests']})"
        in done.stderr
    )
    assert (
        f"{model}: all {seen['requests']} replies that it was asked for have failed, so nothing more is asked of it: "
        "bad_request: openai-compatible refused the request (400): mock 400"
    ) in done.stderr
    assert f"evals run --resume runs/{run.name}" in done.stderr


def test_a_refusal_of_some_items_costs_only_those_and_the_report_says_so(evals: Evals) -> None:
    with server("--refused", "0.05") as url:
        model = f"openai-compatible/m?base_url={url}"
        done = evals("run", Path(faults.__file__).parent / "sums", "-m", model, "-n", 300)
        seen = faults.stats(url)
    (run,) = (evals.cwd / "runs").iterdir()
    outcomes = Counter(reply.outcome for reply in log.read_run(run).replies)
    failed = seen["faults"]["400"]
    assert done.returncode == 3
    assert seen["requests"] == 300
    assert 5 <= failed <= 30
    assert outcomes == {"right": 300 - failed, "error": failed}
    assert f"{failed} replies are missing or failed (failed: bad_request {failed})" in done.stderr
    said = " ".join(done.stdout.split())
    assert f"{failed} of 300 replies are missing or failed" in said
    assert f"bad_request {failed} {failed} " in said  # a row of what has no verdict: kind, replies, attempts
    assert "- bad_request: openai-compatible refused the request (400): mock 400" in said


def test_a_key_that_is_refused_after_some_replies_leaves_them_and_says_how_to_go_on(evals: Evals) -> None:
    with serving() as stub:
        turns = iter([Reply(chat("5"))] * 6)
        stub.mind = lambda _: next(turns, Reply(complaint("You have no credit"), 402))
        model = f"openai-compatible/m?base_url={stub.url}"
        done = evals("run", Path(faults.__file__).parent / "sums", "-m", model, "-n", 100, "--quiet")
        assert len(stub.seen) <= 30
    (run,) = (evals.cwd / "runs").iterdir()
    assert done.returncode == 3
    assert sum(reply.answered for reply in log.read_run(run).replies) == 6
    assert "so nothing more is asked of it (" in done.stderr
    assert "evals: incomplete: 94 replies are missing or failed (failed: auth " in done.stderr


def test_a_server_that_takes_few_at_a_time_refuses_few_requests(evals: Evals) -> None:
    with server("--latency", "0.02") as url:
        done = evals("run", Path(faults.__file__).parent / "sums", "-m", f"openai-compatible/only-16?base_url={url}", "-n", 400, "--quiet", "--concurrency", 64)  # fmt: skip
        seen = faults.stats(url)
    assert done.returncode == 0, done.stderr
    assert seen["answered_prompts"] == 400
    assert seen["refusals"] <= 60


def test_a_fixed_rate_is_kept_by_a_run(evals: Evals) -> None:
    with server() as url:
        done = evals("run", Path(faults.__file__).parent / "sums", "-m", f"openai-compatible/m?base_url={url}", "-n", 12, "--rate", "600/min")  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = (evals.cwd / "runs").iterdir()
    times = sorted(reply.at for reply in log.read_run(run).replies)
    assert len(times) == 12
    assert times[0][:10] == times[-1][:10]


@pytest.mark.parametrize("rate", ["0", "fast", "-3", "10/s"])
def test_what_is_no_rate_is_refused(evals: Evals, rate: str) -> None:
    done = evals("run", "dots", "--rate", rate)
    assert done.returncode == 2
    assert "is no rate" in done.stderr
