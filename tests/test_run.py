"""A run writes each reply once, goes on where it was cut short, and stops when asked."""

import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from evals import log, session
from evals.errors import BadInput
from evals.types import Score
from tests.conftest import Evals
from tests.stub_server import serving


def the_run(folder: Path) -> Path:
    """The only run folder there is."""
    (run,) = (folder / "runs").iterdir()
    return run


def wait_for_requests(folder: Path, least: int) -> None:
    """Return once the provider has noted that many requests."""
    for _ in range(600):
        path = folder / "requests.txt"
        if path.exists() and len(path.read_text().splitlines()) >= least:
            return
        time.sleep(0.05)
    pytest.fail("the run sent no requests")


def start(evals: Evals, query: str, n: int = 100) -> "subprocess.Popen[str]":
    return evals.start("run", "./sums", "-m", f"./adder.py/m?{query}", "-n", n, "--quiet")


@pytest.mark.usefixtures("sums", "adder")
class TestRun:
    def test_a_run_ends_with_every_reply_once(self, evals: Evals) -> None:
        done = evals("run", "./sums", "-m", "./adder.py/m", "-n", 20, "--quiet")
        assert done.returncode == 0, done.stderr
        run = log.read_run(the_run(evals.cwd))
        assert len(run.replies) == 40
        assert {reply.score.outcome for reply in run.replies if reply.score} == {"right"}
        assert run.about.finished
        assert done.stdout.strip() == str(Path("runs") / the_run(evals.cwd).name)

    def test_a_finished_run_is_begun_anew_by_the_same_command(self, evals: Evals) -> None:
        for _ in range(2):
            evals("run", "./sums", "-m", "./adder.py/m", "-n", 2, "--quiet")
        assert len(list((evals.cwd / "runs").iterdir())) == 2

    def test_resuming_a_finished_run_says_that_there_is_nothing_to_do(self, evals: Evals) -> None:
        evals("run", "./sums", "-m", "./adder.py/m", "-n", 2, "--quiet")
        again = evals("run", "--resume", the_run(evals.cwd))
        assert again.returncode == 0
        assert again.stdout.startswith(f"nothing to do: {the_run(evals.cwd)} holds all 4 replies")

    def test_kill_9_loses_nothing_and_repeats_only_what_was_in_flight(self, evals: Evals) -> None:
        rng, kills, concurrency = random.Random(7), 20, 4
        for kill in range(kills):
            process = start(evals, f"seconds=0.02&concurrency={concurrency}", n=300)
            wait_for_requests(evals.cwd, rng.randint(1, 25) + kill * 25)
            process.kill()
            process.communicate()
        end = evals("run", "--resume", the_run(evals.cwd), "--quiet", "--concurrency", 64)
        assert end.returncode == 0, end.stderr
        run = log.read_run(the_run(evals.cwd))
        lines = (the_run(evals.cwd) / "replies.jsonl").read_text().splitlines()
        requests = Counter((evals.cwd / "requests.txt").read_text().splitlines())
        assert len(run.replies) == len(lines) == 600
        assert len({reply.key for reply in run.replies}) == 600
        assert set(requests) == {reply.prompt.hash for reply in run.replies}
        assert requests.total() - 600 <= kills * concurrency

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_ctrl_c_or_sigterm_once_finishes_what_is_in_flight(
        self, evals: Evals, number: signal.Signals
    ) -> None:
        process = start(evals, "seconds=0.3&concurrency=4")
        wait_for_requests(evals.cwd, 4)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "--resume" in err
        asked = (evals.cwd / "requests.txt").read_text().splitlines()
        assert len(log.read_run(the_run(evals.cwd)).replies) == len(asked)

    def test_ctrl_c_twice_stops_at_once(self, evals: Evals) -> None:
        process = start(evals, "seconds=60&concurrency=4")
        wait_for_requests(evals.cwd, 4)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        process.communicate(timeout=30)
        assert process.returncode == 130
        assert log.read_run(the_run(evals.cwd)).replies == ()

    def test_a_failed_request_is_an_error_of_its_own_and_asked_again_on_resume(self, evals: Evals) -> None:
        first = evals("run", "./sums", "-m", "./adder.py/m?fail=5", "-n", 40, "--quiet")
        assert first.returncode == 3
        run = log.read_run(the_run(evals.cwd))
        failed = [reply for reply in run.replies if reply.failure]
        assert 0 < len(failed) == run.missing < len(run.replies) == 80
        assert all(reply.score is None for reply in failed)
        before = len((evals.cwd / "requests.txt").read_text().splitlines())
        assert evals("run", "--resume", the_run(evals.cwd), "--quiet").returncode == 3
        assert len((evals.cwd / "requests.txt").read_text().splitlines()) - before == len(failed)

    def test_a_prompt_too_long_for_the_model_is_final_and_no_error(self, evals: Evals) -> None:
        done = evals("run", "./sums", "-m", "./adder.py/m?long=5", "-n", 40)
        assert done.returncode == 0, done.stderr
        run = log.read_run(the_run(evals.cwd))
        long = [reply for reply in run.replies if reply.outcome == "too_long"]
        assert 0 < len(long) < len(run.replies) == 80
        assert run.missing == 0
        assert run.about.finished
        assert "100 % (" in done.stdout  # of those that fit
        assert "† more than 5 %" in " ".join(done.stdout.split())
        assert "too_long: this sum does not fit" in done.stdout

    def test_a_run_that_has_no_chance_stops_early(self, evals: Evals) -> None:
        done = evals("run", "./sums", "-m", "./adder.py/m?fail=1", "-n", 200, "--quiet")
        assert done.returncode == 3
        assert "this sum is refused" in done.stderr
        assert len((evals.cwd / "requests.txt").read_text().splitlines()) <= 20

    def test_a_scorer_that_raises_keeps_the_text_and_is_scored_again_once_mended(self, evals: Evals) -> None:
        path = evals.cwd / "sums" / "suite.py"
        good = path.read_text()
        path.write_text(good.replace("score=last_integer", "score=lambda *_: 1 / 0"))
        done = evals("run", "./sums", "-m", "./adder.py/m", "-n", 2, "--quiet")
        assert done.returncode == 3
        (failure,) = {reply.failure for reply in log.read_run(the_run(evals.cwd)).replies}
        assert failure is not None
        assert failure.kind == "scorer"
        assert "ZeroDivisionError" in failure.message
        path.write_text(good.replace('version="1"', 'version="2"'))
        again = evals("score", "--run", the_run(evals.cwd))
        assert "4 verdicts changed" in again.stdout
        run = log.read_run(the_run(evals.cwd))
        assert run.missing == 0
        assert run.about.finished
        assert run.about.suites == {"sums": "2"}

    def test_a_reply_whose_scorer_failed_is_judged_on_resume_and_not_asked_again(self, evals: Evals) -> None:
        path = evals.cwd / "sums" / "suite.py"
        good = path.read_text()
        path.write_text(good.replace("score=last_integer", "score=lambda *_: 1 / 0"))
        evals("run", "./sums", "-m", "./adder.py/m", "-n", 2, "--quiet")
        path.write_text(good)
        done = evals("run", "--resume", the_run(evals.cwd), "--quiet")
        assert done.returncode == 0, done.stderr
        assert len((evals.cwd / "requests.txt").read_text().splitlines()) == 4
        run = log.read_run(the_run(evals.cwd))
        assert {reply.outcome for reply in run.replies} == {"right"}
        assert run.about.finished

    def test_a_scorer_that_fails_on_everything_stops_the_run_and_loses_nothing(self, evals: Evals) -> None:
        path = evals.cwd / "sums" / "suite.py"
        good = path.read_text()
        path.write_text(good.replace("score=last_integer", "score=lambda *_: 1 / 0"))
        done = evals("run", "./sums", "-m", "./adder.py/m", "-n", 200, "--quiet")
        assert done.returncode == 2
        assert "the scorer of suite sums fails on every reply: ZeroDivisionError" in done.stderr
        assert "Traceback" not in done.stderr
        asked = len((evals.cwd / "requests.txt").read_text().splitlines())
        assert asked <= 20
        path.write_text(good)
        assert evals("run", "--resume", the_run(evals.cwd), "--quiet").returncode == 0
        assert len((evals.cwd / "requests.txt").read_text().splitlines()) == 400

    def test_what_another_process_answered_in_the_meantime_is_not_asked_again(
        self, evals: Evals, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        evals("run", "./sums", "-m", "./adder.py/m?fail=5", "-n", 40, "--quiet")
        monkeypatch.chdir(evals.cwd)
        waiting = session.resume(the_run(evals.cwd))
        with session.opened(waiting) as first:
            failed = [reply for reply in first.before if reply.failure]
            first.writer.append(replace(failed[0], failure=None, score=Score("right")))
            with pytest.raises(BadInput, match="another process"), session.opened(waiting):
                pass
        with session.opened(waiting) as second:
            assert len(second.done) == len(first.done) + 1

    def test_the_log_shows_the_settings_that_were_sent(self, evals: Evals) -> None:
        with serving() as stub:
            model = f"openai-compatible/m?base_url={stub.url}&temperature=0.7&max_tokens=33"
            done = evals("run", "./sums", "-m", model, "-n", 2, "--quiet")
            assert done.returncode == 0, done.stderr
            evals("score", "--run", the_run(evals.cwd))
        sent = {(seen.body["temperature"], seen.body["max_tokens"]) for seen in stub.seen}
        run = log.read_run(the_run(evals.cwd))
        assert (
            {(reply.prompt.temperature, reply.prompt.max_tokens) for reply in run.replies}
            == sent
            == {(0.7, 33)}
        )

    def test_a_server_that_is_not_there_is_told_at_once(self, evals: Evals) -> None:
        with serving() as stub:
            url = stub.url
        done = evals("run", "./sums", "-m", f"openai-compatible/m?base_url={url}", "-n", 40)
        assert done.returncode == 2
        first, *_, last = [line for line in done.stderr.splitlines() if "nothing answers" in line]
        assert first.endswith("; trying again")
        assert last.startswith("evals: nothing answers at http://127.0.0.1:")
        replies = log.read_run(the_run(evals.cwd)).replies
        assert {reply.attempts for reply in replies} == {3}
        assert len(replies) <= 16

    def test_a_suite_whose_questions_changed_is_not_resumed(self, evals: Evals) -> None:
        evals("run", "./sums", "-m", "./adder.py/m?fail=5", "-n", 40, "--quiet")
        path = evals.cwd / "sums" / "suite.py"
        path.write_text(path.read_text().replace("What is", "How much is"))
        done = evals("run", "./sums", "-m", "./adder.py/m?fail=5", "-n", 40)
        assert done.returncode == 2
        assert "asks other questions now" in done.stderr

    def test_a_suite_that_changed_its_version_is_not_resumed(self, evals: Evals) -> None:
        evals("run", "./sums", "-m", "./adder.py/m?fail=5", "-n", 40, "--quiet")
        path = evals.cwd / "sums" / "suite.py"
        path.write_text(path.read_text().replace('version="1"', 'version="2"'))
        done = evals("run", "--resume", the_run(evals.cwd))
        assert done.returncode == 2
        assert "move that folder away" in done.stderr

    def test_a_suite_whose_questions_changed_is_not_scored_again(self, evals: Evals) -> None:
        evals("run", "./sums", "-m", "./adder.py/m", "-n", 4, "--quiet")
        path = evals.cwd / "sums" / "suite.py"
        path.write_text(path.read_text().replace("What is", "How much is"))
        done = evals("score", "--run", the_run(evals.cwd))
        assert done.returncode == 2
        assert "other questions" in done.stderr

    def test_an_output_folder_that_is_a_file_is_refused(self, evals: Evals) -> None:
        (evals.cwd / "file").write_text("")
        done = evals("run", "./sums", "-m", "./adder.py/m", "--out", "file/runs")
        assert done.returncode == 2
        assert "cannot be written" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_model_without_a_chance_costs_the_others_nothing(self, evals: Evals) -> None:
        done = evals("run", "./sums", "-m", "./adder.py/m", "-m", "./adder.py/m?fail=1", "-n", 20)
        assert done.returncode == 3
        assert "this sum is refused" in done.stderr
        assert "100 %" in done.stdout
        assert sum(reply.score is not None for reply in log.read_run(the_run(evals.cwd)).replies) == 40
