"""The suite arithmetic as a whole: its options, what it counts, and a run with its report."""

import pytest

from evals import pictures, shelf
from evals.charts.paint import svg
from evals.errors import BadInput
from evals.frame import frame
from evals.suite import load
from evals.types import Key, Prompt, Reply, Response, Score
from suites.arithmetic import arms, metrics
from suites.arithmetic.suite import Options, samples, span, suite
from tests.conftest import Evals

FOLDER = shelf.home("suite") / "arithmetic"


@pytest.mark.parametrize(("text", "expected"), [("3", [3]), ("2-4", [2, 3, 4]), ("1-6", [1, 2, 3, 4, 5, 6])])
def test_a_span_is_a_number_or_two(text: str, expected: list[int]) -> None:
    assert list(span("level", text, 6)) == expected


@pytest.mark.parametrize("text", ["", "0", "7", "0-3", "3-7", "4-2", "a", "1-", "-2", "1-2-3", "1.5", "²"])
def test_what_is_no_span_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"--set level=.* is no span within 1-6"):
        span("level", text, 6)


def test_options_choose_levels_digits_and_the_distractor() -> None:
    found = list(samples(3, 40, Options(level="2-3", digits="1", distractor=True)))
    assert {sample.tags["level"] for sample in found} == {2, 3}
    assert {sample.tags["digits"] for sample in found} == {1}
    assert all(sample.tags["distractor"] for sample in found)


def test_the_shipped_suite_is_this_one() -> None:
    assert (load("arithmetic").version, load("arithmetic").sizes) == (suite.version, suite.sizes)


def test_by_default_all_arms_but_the_check_are_asked() -> None:
    assert [arm.name for arm in suite.pick_arms([])] == [arms.FIRST, arms.STEPS, arms.ONLY, arms.FREE]


def test_the_first_turn_of_the_check_is_the_arm_that_wants_the_answer_only() -> None:
    by_name = {arm.name: arm for arm in suite.arms}
    assert by_name[arms.CHECKED].template is by_name[arms.ONLY].template
    assert by_name[arms.CHECKED].followups


def noted(*, first: bool, last: bool) -> Score:
    return Score(
        "right" if last else "wrong", value=float(last), notes={"first_right": first, "last_right": last}
    )


@pytest.mark.parametrize(
    ("scores", "repair", "spoil"),
    [
        ([noted(first=False, last=True)], 1.0, None),
        ([noted(first=False, last=False)], 0.0, None),
        ([noted(first=True, last=False)], None, 1.0),
        ([noted(first=True, last=True), noted(first=True, last=False)], None, 0.5),
        ([Score("unparsed")], None, None),
    ],
)
def test_repair_and_spoil_count_what_became_of_first_answers(
    scores: list[Score], repair: float | None, spoil: float | None
) -> None:
    found = {metric.name: metric for metric in metrics.METRICS}
    assert found["repair"].value(scores) == repair  # type: ignore[union-attr]
    assert found["spoil"].value(scores) == spoil  # type: ignore[union-attr]


def test_overall_counts_answers_after_hidden_reasoning() -> None:
    scores = [Score("hidden_reasoning", value=1.0), Score("wrong", value=0.0), Score("truncated")]
    assert metrics.reached(scores) == 0.5
    assert metrics.reached([Score("truncated")]) is None


def test_a_run_ends_with_effects_and_what_they_cost(evals: Evals) -> None:
    done = evals("run", "arithmetic", "-m", "scripted/wrong?every=2", "-n", "24", "--out", "out")
    assert done.returncode == 0, done.stderr
    run = next((evals.cwd / "out").iterdir())
    told = evals("report", run, "--report", FOLDER)
    assert told.returncode == 0, told.stderr
    assert "points of accuracy, as advised" in told.stdout
    table = evals("report", run, "--report", FOLDER, "--format", "csv").stdout
    assert table.startswith("model,arm,effect")
    assert "undefined" in table, "a simulated model never works, so advice changes nothing that it does"


def test_the_picture_shows_both_arms_by_level() -> None:
    rows = [
        Reply(
            key=Key("m", "arithmetic", f"{i}", arm),
            prompt=Prompt(text=f"{i} {arm}"),
            response=Response("x", tokens_out=5),
            score=Score("right" if arm == "step by step" or i % 3 == 0 else "wrong"),
            failure=None,
            target="1",
            cluster=f"t{i}",
            tags={"level": 1 + i % 3},
            attempts=1,
            at="2026-11-23T10:15:00.000+00:00",
        )
        for i in range(60)
        for arm in ("answer first", "step by step")
    ]
    drawn = pictures("arithmetic", {"arithmetic": load(str(FOLDER))})(frame(rows, seed=1))
    picture = drawn["arithmetic-levels"]
    assert (
        picture.title
        == "Working step by step before answering changes accuracy: m by +67 points (+54 to +77)"
    )
    assert "m, answer first: 100 % " in picture.alt
    assert "at 3" in picture.alt
    assert all(
        text in svg(picture) for text in ("operations a problem takes", "answer first", "step by step")
    )
