"""Adaptive tests: every sample is chosen from the outcomes so far, also across processes."""

from pathlib import Path

import pytest

from evals import log
from evals.errors import BadInput
from evals.gathering import gather
from evals.plan import Request, plan
from evals.suite import load
from evals.types import Sample
from suites.dots import report
from tests.conftest import Evals

COUNTER = '''"""Counts rightly up to a limit, its model's name, and one too few beyond; may fail once at a display."""
import re
from pathlib import Path

from evals.errors import ProviderError
from evals.types import Response


class Counter:
    can = frozenset({"chat"})
    notice = ""

    def __init__(self, limit, fails, concurrency):
        self.limit, self.fails, self.concurrency = limit, fails, concurrency

    async def reply(self, prompt):
        with Path("requests.txt").open("a") as asked:
            asked.write(prompt.hash + "\\n")
        text = prompt.messages[-1].content
        glyph, display = re.search('"(.+?)"', text)[1], text.split("\\n\\n", 1)[1]
        n = display.count(glyph)
        if n == self.fails and not Path("failed").exists():
            Path("failed").touch()
            raise ProviderError("bad_request", "refused once")
        return Response(str(n if n <= self.limit else n - 1))

    async def close(self):
        pass


def connect(model, fails="0", concurrency="4"):
    return Counter(int(model), int(fails), int(concurrency))
'''
ADAPTIVE = ("--set", "mode=adaptive", "--arm", "direct")


@pytest.fixture
def counter(evals: Evals) -> Evals:
    (evals.cwd / "counter.py").write_text(COUNTER)
    return evals


def the_run(evals: Evals) -> Path:
    (folder,) = (evals.cwd / "runs").iterdir()
    return folder


def capacities(folder: Path) -> dict[str, float]:
    """What the suite's report says of each layout."""
    rows = gather([log.read_run(folder)])
    found = report.report(rows, {"dots": load("dots")})
    found = found[found["finding"] == "C90"]
    return dict(zip(found["layout"], found["value"], strict=True))


def test_eighty_calls_a_layout_find_how_far_a_counter_counts(counter: Evals) -> None:
    done = counter("run", "dots", "-m", "./counter.py/37", *ADAPTIVE, "-n", 160, "--quiet")
    assert done.returncode == 0, done.stderr
    run = log.read_run(the_run(counter))
    assert len(run.replies) == run.about.planned == 160
    assert run.about.finished
    for found in capacities(run.folder).values():
        assert 37 / 1.17 <= found <= 38 * 1.17
    said = " ".join(counter("report", run.folder, "--report", "dots", "--report", "summary").stdout.split())
    assert "direct: marks in the layout run are counted up to C90" in said
    assert "No reply counts for a metric of suite dots." in said
    assert "nan" not in said


def test_a_course_that_failed_goes_on_where_it_stopped(counter: Evals) -> None:
    limit = 9
    model = f"./counter.py/{limit}?fails=8"
    first = counter("run", "dots", "-m", model, *ADAPTIVE, "-n", 60, "--quiet")
    assert first.returncode == 3, first.stdout + first.stderr
    asked = len((counter.cwd / "requests.txt").read_text().splitlines())
    assert asked < 60
    again = counter("run", "--resume", the_run(counter), "--quiet")
    assert again.returncode == 0, again.stderr
    run = log.read_run(the_run(counter))
    assert len(run.replies) == 60
    assert len((counter.cwd / "requests.txt").read_text().splitlines()) == 61

    (counter.cwd / "failed").touch()
    whole = counter("run", "dots", "-m", model, *ADAPTIVE, "-n", 60, "--quiet", "--out", "whole")
    assert whole.returncode == 0, whole.stderr
    (folder,) = (counter.cwd / "whole").iterdir()
    assert {reply.key for reply in log.read_run(folder).replies} == {reply.key for reply in run.replies}


def test_a_finished_adaptive_run_is_scored_again_without_a_change(counter: Evals) -> None:
    counter("run", "dots", "-m", "./counter.py/5", *ADAPTIVE, "-n", 20, "--quiet")
    done = counter("score", "--run", the_run(counter))
    assert done.returncode == 0, done.stderr
    assert "0 verdicts changed" in done.stdout


def test_one_request_at_a_time_is_enough(counter: Evals) -> None:
    done = counter("run", "dots", "-m", "./counter.py/5?concurrency=1", *ADAPTIVE, "-n", 20, "--quiet")
    assert done.returncode == 0, done.stderr
    assert len(log.read_run(the_run(counter)).replies) == 20


def test_calls_are_shared_among_layouts_and_never_more_than_eighty_each() -> None:
    for n, calls in ((20, 10), (160, 80), (1600, 80)):
        made = plan(Request(suites=("dots",), models=("m",), size=n, options={"mode": "adaptive"}))
        (part,) = made.parts
        assert [(track.name, track.calls) for track in part.tracks] == [("run", calls), ("spaced", calls)]
        assert len(made) == 2 * 2 * calls  # two arms, two layouts


def test_repeats_of_an_adaptive_test_are_refused() -> None:
    with pytest.raises(BadInput, match="--repeat does not go with an adaptive test"):
        plan(Request(suites=("dots",), models=("m",), size=20, options={"mode": "adaptive"}, repeat=2))


def test_what_is_chosen_depends_on_the_outcomes_alone() -> None:
    made = plan(Request(suites=("dots",), models=("m",), size=40, options={"mode": "adaptive"}))
    track = made.parts[0].tracks[0]
    told: list[tuple[Sample, str]] = []
    for right in (True, False, True, True, False):
        sample = track.choose(told)
        assert sample == track.choose(list(told))
        assert sample.id not in {other.id for other, _ in told}
        told.append((sample, "right" if right else "unparsed"))
    assert [sample.tags["n"] for sample, _ in told] != sorted(int(sample.tags["n"]) for sample, _ in told)
