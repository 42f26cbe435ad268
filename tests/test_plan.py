"""A plan is computed from the request and the seed alone, the same for all models."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evals.errors import EvalsError
from evals.plan import Request, plan


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
