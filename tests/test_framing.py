"""Base models: chat arms become texts to be continued, after examples that the suite solves from another seed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals import framing, shelf
from evals.framing import SHOTS, can_frame, framed
from evals.plan import Plan, Request, plan
from evals.suite import Suite, load, render
from evals.types import Arm, Message, Prompt, Sample
from tests.conftest import Evals

SUITES = [name for name in shelf.names("suite") if not load(name).is_demonstration]


def planned(name: str, **more: object) -> Plan:
    request = Request(suites=(name,), models=("base", "talks"), size=6)
    return plan(replace(request, **more)).framing(("base",))  # type: ignore[arg-type]


def test_a_prompt_becomes_the_last_of_some_questions() -> None:
    prompt = Prompt(
        (Message("system", "Be brief."), Message("user", "2 + 2?")), max_tokens=9, stop=(".",), seed=3
    )
    text = "Be brief.\n\nQ: 1 + 1?\nA: 2\n\nQ: 2 + 2?\nA:"
    assert framed(prompt, [("1 + 1?", "2")]) == Prompt(text=text, max_tokens=9, stop=("\nQ:", "."), seed=3)


@pytest.mark.parametrize("name", SUITES)
def test_every_suite_solves_examples_of_its_own(name: str) -> None:
    made = planned(name)
    (part,) = made.parts
    unsolved = {arm.name for arm in part.arms if can_frame(arm) and not part.shots[arm.name]}
    assert unsolved == ({"step by step"} if name == "decimals" else set())
    assert all(len(shots) == SHOTS for shots in part.shots.values() if shots)


@pytest.mark.parametrize("name", SUITES)
def test_no_item_of_the_run_is_given_away(name: str) -> None:
    made = planned(name)
    for job in made.jobs("base"):
        shots = made.parts[0].shots.get(job.key.arm, ())
        if shots:
            question = render(next(a for a in made.parts[0].arms if a.name == job.key.arm), job.sample)
            assert question.messages[-1].content not in [asked for asked, _ in shots]
            assert job.prompt.text.endswith(f"Q: {question.messages[-1].content}\nA:")
            assert job.prompt.messages == ()


@pytest.mark.parametrize("name", SUITES)
def test_the_scorer_takes_an_example_for_right(name: str) -> None:
    """What the suite shows as a right reply is one by its own rules."""
    from evals.types import Response

    suite = load(name)
    drawn = suite.samples(framing.seed_of(5), 24, suite.options())
    for sample in drawn:
        for arm in suite.arms:
            answer = suite.solved(sample, arm.name) if can_frame(arm) and arm.takes(sample) else None
            if answer is not None:
                score = suite.score(sample, arm.name, Response(answer))
                wanted = {"right", "answered"} if sample.target is not None else {"abstained"}
                assert score.outcome in wanted, (arm.name, sample.id, answer, score)


def test_models_that_are_talked_to_are_asked_as_ever() -> None:
    made = planned("arithmetic")
    talks = {job.key.sample: job for job in made.jobs("talks")}
    assert all(job.prompt.messages and not job.prompt.text for job in talks.values())
    assert [job.prompt for job in made.jobs("talks")] == [
        job.prompt for job in plan(made.request).jobs("talks")
    ]


def test_examples_are_the_same_for_the_same_seed_and_for_all_items_of_an_arm() -> None:
    one, other = planned("spelling"), planned("spelling")
    assert one.parts[0].shots == other.parts[0].shots
    assert planned("spelling", seed=7).parts[0].shots != one.parts[0].shots


def made_of(samples: list[Sample]) -> Suite:
    arm = Arm("plain", "{input}")
    return replace(
        load("dots"), samples=lambda *_: samples, arms=(arm,), solved=lambda s, _: s.target or "unknown"
    )


def test_of_questions_without_an_answer_one_example_is_enough() -> None:
    drawn = [Sample(f"{i}", f"{i}?", str(i) if i % 3 == 0 else None) for i in range(30)]
    suite = made_of(drawn)
    answers = [answer for _, answer in framing.shots(suite, suite.arms[0], drawn, ())]
    assert answers == ["0", "unknown", "3", "6"]


def test_examples_are_of_different_clusters_and_not_of_the_longer_half() -> None:
    drawn = [Sample(f"{i}", f"{i}?" + "x" * (i >= 12), str(i), cluster=str(i % 12)) for i in range(24)]
    suite = made_of(drawn)
    assert framing.shots(suite, suite.arms[0], drawn, drawn[12:]) == tuple(
        (f"{i}?", str(i)) for i in range(4)
    )
    assert framing.shots(suite, suite.arms[0], drawn[:3], ()) == ()
    assert framing.shots(suite, suite.arms[0], drawn, drawn) == ()


def test_a_base_model_takes_a_suite_of_ones_own_and_its_log_says_how(evals: Evals, sums: Path) -> None:
    done = evals("run", sums, "-m", "pocket/base", "-n", 2)
    assert done.returncode == 0, done.stderr
    (folder,) = evals.cwd.glob("runs/*")
    replies = [json.loads(line) for line in (folder / "replies.jsonl").read_text().splitlines()]
    assert len(replies) == 4
    for reply in replies:
        assert reply["prompt"]["text"].count("Q: ") == SHOTS + 1
        assert "\nQ:" in reply["prompt"]["stop"]
    assert "continues texts only" in (folder / "run.json").read_text()


def test_an_arm_without_a_solved_example_is_left_out_with_one_line(evals: Evals, sums: Path) -> None:
    path = sums / "suite.py"
    path.write_text(
        path.read_text().replace(
            "    score=last_integer,",
            "    score=last_integer,\n    solved=lambda sample, arm: sample.target if arm == 'plain' else None,",
        )
    )
    done = evals("run", sums, "-m", "pocket/base", "-n", 2)
    assert done.returncode == 0, done.stderr
    assert "no solved example to go by" in done.stdout + done.stderr
    alone = evals("run", sums, "-m", "pocket/base", "-n", 2, "--arm", "steps")
    assert alone.returncode == 2
    assert "pocket/base only continues texts, and has no solved example to go by" in alone.stderr
