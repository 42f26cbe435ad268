"""How a run stands is told while it goes on, after it was killed, and once it is finished."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from filelock import FileLock

from evals import appended, heartbeat, log, status
from evals.errors import BadFile, NotFound
from evals.heartbeat import Beat, Load
from evals.plan import Request, plan
from evals.status import Follower, Model
from evals.types import Failure, Key, Prompt, Reply, Response, Score
from tests.conftest import Done, Evals


@pytest.mark.usefixtures("sums", "adder")
def test_a_run_is_seen_from_another_process_alive_killed_resumed_and_finished(
    evals: Evals, command: Callable[..., Done]
) -> None:
    process = evals.start("run", "./sums", "-m", "./adder.py/m?seconds=0.05&fail=7", "-n", 100, "--quiet")
    try:
        run, found = _first_answers(evals.cwd, command)
        assert found["state"] == "running"
        assert found["planned"] == 200
        assert 0 < found["answered"] < 200
        assert found["rate"] > 0
        assert found["seconds_left"] > 0
        assert found["models"]["./adder.py/m?seconds=0.05&fail=7"]["concurrency"] == 4
    finally:
        process.kill()
        process.communicate()
    killed = _status(command, run)
    assert killed["state"] == "stopped"
    assert killed["rate"] is None
    (model,) = killed["models"].values()
    assert model["at_work"] is None
    assert f"evals run --resume {run}" in command("status", run).out
    assert evals("run", "--resume", run, "--quiet", "--concurrency", 64).returncode == 3
    ended = _status(command, run)
    (model,) = ended["models"].values()
    assert ended["state"] == "stopped"
    assert ended["missing"] == model["failures"]["bad_request"] == 200 - model["answered"]
    assert not (run / heartbeat.NAME).exists()


def _status(command: Callable[..., Done], run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("status", run, "--json").out)
    return found


def _first_answers(folder: Path, command: Callable[..., Done]) -> tuple[Path, dict[str, Any]]:
    """The run, and how it stands once it has beaten and answered."""
    for _ in range(300):
        for run in folder.glob("runs/*"):
            if (run / heartbeat.NAME).exists() and (found := _status(command, run))["rate"]:
                return run, found
        time.sleep(0.05)
    pytest.fail("the run did not begin")


@pytest.fixture
def run(tmp_path: Path, sums: Path) -> Path:
    """A run of eight replies that nobody works on."""
    return log.create(tmp_path / "runs", plan(Request(suites=(str(sums),), models=("m",), size=4)), {}, {})


def reply(n: int, failure: str = "", arm: str = "plain", **said: Any) -> Reply:
    return Reply(
        key=Key("m", "sums", f"{n}", arm),
        prompt=Prompt(),
        response=None if failure else Response("3", **said),
        score=None if failure else Score("right"),
        failure=Failure(failure, "no") if failure else None,
        target=None,
        cluster=f"{n}",
        tags={},
        attempts=1,
        at=log.now(),
    )


def written(run: Path, *replies: Reply) -> None:
    with log.Writer(run) as writer:
        for each in replies:
            writer.append(each)


def test_what_failed_and_was_answered_since_has_not_failed(run: Path) -> None:
    written(run, reply(1, "timeout"), reply(2, "timeout"), reply(3, "too_long"), reply(1, cost_usd=0.5))
    found = Follower(run).look()
    assert found.models["m"].failures == {"timeout": 1}
    assert (found.models["m"].answered, found.missing) == (2, 6)


def test_what_came_from_the_cache_is_no_spend(run: Path) -> None:
    written(run, reply(1, cost_usd=0.5), reply(2, cost_usd=0.25, cached=True), reply(3))
    model = Follower(run).look().models["m"]
    assert (model.cost_usd, model.cached, model.unpriced) == (0.5, 1, 1)


def test_a_second_look_reads_only_what_is_new_and_counts_the_same(run: Path) -> None:
    follower = Follower(run)
    for n in range(4):
        written(run, reply(n, "server" if n % 2 else ""), reply(n))
        assert vars(follower.look().models["m"]) == vars(Follower(run).look().models["m"])
    assert follower.look().models["m"] == Model(answered=4, unpriced=6)


def test_the_rate_is_of_the_last_minute_and_gives_the_time_that_is_left(run: Path) -> None:
    now = datetime.now(UTC)
    written(run, *(reply(n) for n in range(4)))
    beat = Beat(1, (now - timedelta(seconds=20)).isoformat(), now.isoformat(), {"m": Load(8, 3)})
    (run / heartbeat.NAME).write_bytes(heartbeat.BEAT.dump_json(beat))
    assert Follower(run).look(now).rate is None  # nobody holds the log, so that beat is a dead process's
    with log.Writer(run):
        found = Follower(run).look(now)
    assert found.state == "running"
    assert found.rate == pytest.approx(4 / 20)
    assert found.left == pytest.approx(20)
    assert found.models["m"].load == Load(8, 3)


def test_looking_keeps_no_writer_out_and_is_not_taken_for_one(run: Path) -> None:
    looking = FileLock(run / "lock", thread_local=False)
    looking.acquire()
    Timer(appended.MOMENT / 10, looking.release, {"force": True}).start()
    with log.Writer(run):
        assert status.held(run)
    looking.acquire()
    Timer(appended.MOMENT / 20, looking.release, {"force": True}).start()
    assert not status.held(run)


def test_a_torn_last_line_is_left_for_later_and_a_damaged_one_is_named(run: Path) -> None:
    written(run, reply(1))
    path = run / "replies.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    follower = Follower(run)
    assert follower.look().models["m"].answered == 1
    path.write_bytes(whole + whole[:40] + b"\n")
    with pytest.raises(BadFile, match="line 2 is damaged"):
        follower.look()


def test_a_wrong_path_is_one_sentence(command: Callable[..., Done]) -> None:
    with pytest.raises(NotFound, match="no run in nowhere"):
        command("status", "nowhere")


def test_watching_ends_when_no_process_works_on_it(run: Path, command: Callable[..., Done]) -> None:
    written(run, reply(1, cost_usd=1.5))
    assert "1 of 8 replies" in command("status", run, "--watch").out
    assert json.loads(command("status", run, "--watch", "--json").out)["answered"] == 1
