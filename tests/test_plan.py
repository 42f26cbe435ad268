"""A plan is computed from the request and the seed alone, the same for all models."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evals.errors import EvalsError
from evals.plan import Request, plan
from evals.types import Arm, Sample


def test_every_sample_meets_every_arm_of_every_model(sums: Path) -> None:
    made = plan(Request(suites=(str(sums),), models=("a", "b"), size=3))
    jobs = [job for model in ("a", "b") for job in made.jobs(model)]
    assert len(jobs) == len(made) == 2 * 3 * 2
    assert len({job.key for job in jobs}) == len(jobs)
    asked = [
        [(j.key.sample, j.key.arm, j.prompt) for j in jobs if j.key.model == model] for model in ("a", "b")
    ]
    assert asked[0] == asked[1]


def test_one_seed_makes_one_plan_and_another_another(sums: Path) -> None:
    request = Request(suites=(str(sums),), models=("m",), size=5)
    first, again = (list(plan(request).jobs("m")) for _ in range(2))
    assert first == again
    assert list(plan(replace(request, seed=1)).jobs("m")) != first


def test_a_fresh_seed_is_new_each_time_and_can_be_given_back(sums: Path) -> None:
    request = Request(suites=(str(sums),), models=("m",), size=5, seed="fresh")
    one, other = plan(request), plan(request)
    assert one.seed != other.seed
    assert list(plan(request, one.seed).jobs("m")) == list(one.jobs("m"))


def test_repeats_are_sampled_each_with_its_own_seed(sums: Path) -> None:
    jobs = list(plan(Request(suites=(str(sums),), models=("m",), size=2, repeat=3)).jobs("m"))
    assert {job.prompt.temperature for job in jobs} == {1.0}
    assert len({job.prompt.seed for job in jobs}) == len(jobs) == 2 * 2 * 3


def changed(suite: Path, change: tuple[str, str]) -> str:
    """The suite's folder, after its file was changed."""
    path = suite / "suite.py"
    assert change[0] in path.read_text()
    path.write_text(path.read_text().replace(*change))
    return str(suite)


def test_an_arm_may_take_some_of_the_samples_only(sums: Path) -> None:
    folder = changed(sums, ('"What is {input}?"),', '"What is {input}?", where={"big": frozenset({True})}),'))
    made = plan(Request(suites=(folder,), models=("m",), size=20))
    jobs = list(made.jobs("m"))
    asked = {
        arm: {job.sample.tags["big"] for job in jobs if job.key.arm == arm} for arm in ("plain", "steps")
    }
    assert asked == {"plain": {True}, "steps": {True, False}}
    assert 20 < len(jobs) == len(made) < 40


def test_a_sample_without_the_tag_that_an_arm_asks_for_is_not_taken() -> None:
    arm = Arm("a", "{input}", where={"kind": frozenset({"real"})})
    assert [arm.takes(Sample("1", "x", tags=tags)) for tags in ({"kind": "real"}, {"kind": "made"}, {})] == [
        True,
        False,
        False,
    ]


def test_arms_that_take_no_sample_of_the_run_are_refused(sums: Path) -> None:
    folder = changed(sums, ('"What is {input}?"),', '"What is {input}?", where={"big": frozenset({2})}),'))
    with pytest.raises(EvalsError, match="of the 3 samples of suite sums none is asked in plain"):
        plan(Request(suites=(folder,), models=("m",), size=3, arms=("plain",)))


@pytest.mark.parametrize("repeat", [1, 2])
def test_an_arm_may_ask_each_prompt_several_times(repeat: int, sums: Path) -> None:
    folder = changed(sums, ('"What is {input}?"),', '"What is {input}?", repeat=3),'))
    made = plan(Request(suites=(folder,), models=("m",), size=2, repeat=repeat))
    jobs = list(made.jobs("m"))
    plain = [job.prompt for job in jobs if job.key.arm == "plain"]
    assert len(jobs) == len(made) == 2 * (3 + 1) * repeat
    assert len({(prompt.messages, prompt.seed) for prompt in plain}) == len(plain) == 2 * 3 * repeat
    assert {prompt.temperature for prompt in plain} == {1.0}
    assert {job.key.repeat for job in jobs if job.key.arm == "plain"} == set(range(3 * repeat))
    steps = {job.prompt.temperature for job in jobs if job.key.arm == "steps"}
    assert steps == ({0.0} if repeat == 1 else {1.0})


def test_another_process_makes_the_same_bytes(sums: Path) -> None:
    code = (
        "import sys; from evals.plan import Request, plan;"
        "made = plan(Request(suites=(sys.argv[1],), models=('m',), size=50));"
        "print('\\n'.join(job.prompt.hash for job in made.jobs('m')))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, str(sums)], text=True, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    ]
    here = [job.prompt.hash for job in plan(Request(suites=(str(sums),), models=("m",), size=50)).jobs("m")]
    assert runs[0] == runs[1] == "\n".join(here) + "\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": "huge"}, "no size of suite sums called 'huge'"),
        ({"size": 0}, "asks nothing"),
        ({"repeat": 0}, "asks nothing"),
        ({"arms": ("stepz",)}, "did you mean steps"),
        ({"options": {"larges": "1"}}, "did you mean largest"),
        ({"suites": ("nowhere",)}, "no suite called 'nowhere'"),
    ],
)
def test_a_request_for_what_is_not_there_is_refused(change: dict[str, object], said: str, sums: Path) -> None:
    request = Request(**{"suites": (str(sums),), "models": ("m",)} | change)  # type: ignore[arg-type]
    with pytest.raises(EvalsError, match=said):
        plan(request)


def test_two_samples_of_one_id_are_refused(sums: Path) -> None:
    path = sums / "suite.py"
    path.write_text(path.read_text().replace('f"{i:05}"', '"same"'))
    with pytest.raises(EvalsError, match="two samples of one id"):
        plan(Request(suites=(str(sums),), models=("m",), size=2))


def test_a_suite_whose_samples_fail_is_named(sums: Path) -> None:
    path = sums / "suite.py"
    path.write_text(path.read_text().replace("rng = Random(seed)", "rng = 1 / 0"))
    with pytest.raises(EvalsError, match="suite sums could not make its samples"):
        plan(Request(suites=(str(sums),), models=("m",), size=2))


def test_an_arm_of_one_suite_does_not_call_up_every_arm_of_another(sums: Path) -> None:
    with pytest.raises(EvalsError, match="suite hallucination has none of the arms steps"):
        plan(Request(suites=(str(sums), "hallucination"), models=("m",), size=2, arms=("steps",)))


@pytest.mark.parametrize(("given", "repeated"), [("0.0", 1.0), ("0.6", 0.6), ("None", None)])
def test_repeats_change_the_temperature_of_greedy_arms_only(
    given: str, repeated: float | None, sums: Path
) -> None:
    path = sums / "suite.py"
    path.write_text(
        path.read_text().replace('"What is {input}?")', f'"What is {{input}}?", temperature={given})')
    )
    jobs = plan(Request(suites=(str(sums),), models=("m",), size=1, arms=("plain",), repeat=2)).jobs("m")
    assert {job.prompt.temperature for job in jobs} == {repeated}


@pytest.mark.parametrize(("tag", "known"), [("digits", False), ("big", True)])
def test_strata_are_matched_by_tags_that_samples_have(sums: Path, tag: str, known: bool) -> None:
    path = sums / "suite.py"
    declared = f'Contrast("size", "accuracy", True, False, "size", "accuracy", by="big", match=("{tag}",))'
    path.write_text(path.read_text().replace("contrasts=(", f"contrasts=({declared}, "))
    request = Request(suites=(str(sums),), models=("m",), size=40)
    if known:
        assert len(plan(request))
    else:
        with pytest.raises(EvalsError, match="matches by digits, which no sample has"):
            plan(request)
