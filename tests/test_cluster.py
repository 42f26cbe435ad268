"""A run on a real cluster of processes is the run of one machine, whoever of them dies meanwhile."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from evals import log
from evals.types import Key, Prompt, Score
from tests.conftest import Done, Evals
from tests.stub_server import Reply, Seen, Stub, chat, serving
from tests.test_docs import ROOT
from tests.test_run import the_run

pytestmark = pytest.mark.cluster

Command = Callable[..., Done]

CONCURRENCY = 8
SECONDS = 0.1


class Sums(Stub):
    """Adds, so many requests side by side."""

    def next(self, seen: Seen) -> Reply:
        """Unlike the usual stub it answers none after the other."""
        self.seen.append(seen)
        time.sleep(SECONDS)
        a, b = map(int, re.findall(r"\d+", seen.body["messages"][-1]["content"])[:2])
        return Reply(chat(str(a + b), model="m"))


@pytest.fixture
def server() -> Iterator[Sums]:
    """A host that counts what it is asked."""
    stub = Sums()
    with serving(stub):
        yield stub


def model(server: Sums) -> str:
    return f"openai-compatible/m?base_url={server.url}"


def until(true: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    """Return once it is true."""
    for _ in range(5000):
        if true():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    pytest.fail("it never came to that")


def workers(process: "subprocess.Popen[str]") -> list[int]:
    """The worker processes that a run has started."""
    found = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process.pid)],
        text=True,
        capture_output=True,
        check=True,
    )
    return [int(line.split()[0]) for line in found.stdout.splitlines() if "spawn_main" in line]


def verdicts(folder: Path) -> dict[Key, tuple[Prompt, str, Score | None]]:
    """What was asked, said and judged."""
    replies = log.read_run(folder).replies
    return {
        each.key: (each.prompt, each.response.text if each.response else "", each.score) for each in replies
    }


@pytest.mark.usefixtures("sums")
class TestProcesses:
    def test_a_killed_worker_costs_what_was_in_flight_and_changes_nothing(
        self, evals: Evals, command: Command, server: Sums
    ) -> None:
        ask = ("run", "./sums", "-m", model(server), "-n", 60, "--quiet", "--concurrency", CONCURRENCY)
        process = evals.start(*ask, "--on", "dask", "--workers", 4, "--out", "far")
        until(lambda: server.seen, process)
        victim = workers(process)[1]
        until(lambda: len(server.seen) >= 40, process)
        os.kill(victim, signal.SIGKILL)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        (far,) = (evals.cwd / "far").iterdir()
        lines = (far / "replies.jsonl").read_text().splitlines()
        assert len(lines) == len(verdicts(far)) == 120
        assert 120 <= len(server.seen) <= 120 + CONCURRENCY
        assert log.read_run(far).about.finished
        assert command(*ask).status == 0
        assert verdicts(far) == verdicts(the_run(evals.cwd))

    def test_ctrl_c_in_the_terminal_of_all_of_them_finishes_what_is_in_flight(
        self, evals: Evals, command: Command, server: Sums
    ) -> None:
        args = ("run", "./sums", "-m", model(server), "-n", 150, "--quiet", "--on", "dask", "--workers", 2)
        process = subprocess.Popen(
            [sys.executable, "-m", "evals", *map(str, args)],
            cwd=evals.cwd, env=evals.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        until(lambda: len(server.seen) >= 60, process)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 130, err
        assert "--resume" in err
        assert len(verdicts(the_run(evals.cwd))) == len(server.seen) < 300
        assert command("run", "--resume", the_run(evals.cwd), "--quiet").status == 0  # without a cluster
        assert len(server.seen) == 300

    def test_a_model_within_the_workers_says_what_it_says_here(self, evals: Evals, command: Command) -> None:
        ask = ("run", "arithmetic", "-m", "pocket/bluff", "-n", 4, "--quiet")
        assert evals(*ask, "--on", "dask", "--workers", 2, "--out", "far").returncode == 0
        assert command(*ask).status == 0
        (far,) = (evals.cwd / "far").iterdir()
        assert verdicts(far) == verdicts(the_run(evals.cwd))


@contextmanager
def standing(folder: Path, *preloads: str) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """A scheduler with its file, and a worker for each preload ("" for none), in a folder of their own."""
    folder.mkdir()
    file = folder / "scheduler.json"

    def start(what: str, *more: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "dask", what, "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file), *more],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    started = [start("scheduler", "--port", "0")]
    try:
        while not file.exists():
            time.sleep(0.05)
        own = (("--preload", preload) if preload else () for preload in preloads)
        started += [start("worker", "--nthreads", "1", "--no-nanny", *more) for more in own]
        yield started
    finally:
        for each in started:
            with suppress(ProcessLookupError):
                each.kill()
            each.wait()


OLD = "import evals.cluster.worker as worker\nworker.__version__ = '0.0.1'\n"


class TestStanding:
    def test_workers_of_other_versions_are_refused(self, evals: Evals, tmp_path: Path) -> None:
        with standing(tmp_path / "cluster", OLD):
            done = evals("run", "dots", "-n", 4, "--on", "dask=cluster/scheduler.json")
        assert done.returncode == 2
        assert "has evals 0.0.1, and this is" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.usefixtures("sums")
    def test_a_users_own_provider_is_reached_from_another_folder_and_a_lost_scheduler_loses_nothing(
        self, evals: Evals, command: Command, adder: Path, tmp_path: Path
    ) -> None:
        asked = tmp_path / "requests.txt"
        ask = ("run", "./sums", "-m", f"{adder}/m?journal={asked}&seconds=0.1", "-n", 60, "--quiet")
        with standing(tmp_path / "cluster", "", "") as (scheduler, *_):
            process = evals.start(*ask, "--on", "dask=cluster/scheduler.json", "--workers", 2)
            until(lambda: asked.exists() and len(asked.read_text().splitlines()) >= 20, process)
            scheduler.kill()
            _, err = process.communicate(timeout=120)
        assert process.returncode == 2
        assert "the scheduler of the cluster is gone" in err
        assert "Traceback" not in err
        before = len(log.read_run(the_run(evals.cwd)).replies)
        assert before >= 12
        assert command(*ask).status == 0
        assert len(log.read_run(the_run(evals.cwd)).replies) == 120
        assert len(asked.read_text().splitlines()) <= 120 + 4
