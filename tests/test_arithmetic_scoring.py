"""The scorer of the suite arithmetic: labelled replies, every way to write a number, null responders."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.numbers import numbers
from evals.suite import load, render
from evals.types import Response, Sample, Score
from suites.arithmetic import arms, draw, items
from suites.arithmetic.audit import HELD_OUT, Case, accuracies, cases
from suites.arithmetic.forms import forms
from suites.arithmetic.items import Problem
from suites.arithmetic.scoring import score

README = Path(__file__).parent.parent / "suites" / "arithmetic" / "README.md"
FIRST, STEPS, ONLY, FREE, CHECKED = arms.FIRST, arms.STEPS, arms.ONLY, arms.FREE, arms.CHECKED

KNOWN_MISSES = 3
"""Replies of the table whose outcome the scorer reads otherwise than a person; it may only become fewer."""


# Labelled replies


def test_the_table_is_large_and_holds_every_arm_and_outcome() -> None:
    table = cases()
    assert len(table) >= 150
    assert {case.arm for case in table} == {FIRST, STEPS, ONLY, FREE, CHECKED}
    assert {"right", "wrong", "unparsed", "truncated", "abstained", "refused", "hidden_reasoning"} <= {
        outcome for case in table for outcome in case.outcomes
    }


def test_no_more_labelled_replies_are_misread_than_are_known() -> None:
    missed = {f"{case.arm}: {case.about}": found for case in cases() if (found := case.misses())}
    assert sum("outcome" in found for found in missed.values()) <= KNOWN_MISSES, missed


def test_the_page_does_not_state_more_than_the_table_gives() -> None:
    page = README.read_text("utf-8")
    for name, (right, total) in accuracies().items():
        stated = re.search(rf"\(`{name}`\) \| (\d+) of (\d+) \|", page)
        assert stated, name
        assert (int(stated[1]) <= right, int(stated[2])) == (True, total), f"{name}: {right} of {total}"


def test_replies_written_after_the_rules_are_read_as_the_page_states() -> None:
    right, total = accuracies(HELD_OUT)["outcome"]
    assert (right >= 58, total) == (True, 60)


@pytest.mark.parametrize(
    "case", [case for case in cases() if case.outcomes == {"right"}], ids=lambda case: f"{case.about}"
)
def test_no_other_number_of_a_right_reply_is_right_too(case: Case) -> None:
    """Were an intermediate, a given or a price of something else the answer, the reply would be wrong."""
    text = f"{case.response.text} {case.response.reasoning}"
    others = {str(number.value) for number in numbers(text)} - {case.sample.target}
    for other in others:
        sample = Sample(case.sample.id, case.sample.input, other, case.sample.tags)
        assert score(sample, case.arm, case.response).outcome != "right" or case.misses()


# Ways to write a number


def grouped(sign: str) -> Callable[[int], str]:
    return lambda n: f"{n:,}".replace(",", sign)


NUMERALS: dict[str, Callable[[int], str]] = {
    "plain": str,
    "comma": grouped(","),
    "thin space": grouped("\u2009"),
    "narrow space": grouped("\u202f"),
    "apostrophe": grouped("'"),
    "LaTeX comma": grouped("{,}"),
    "one decimal": lambda n: f"{n}.0",
    "cents": lambda n: f"{n}.00",
    "fullwidth": lambda n: str(n).translate({48 + d: 0xFF10 + d for d in range(10)}),
    "Arabic digits": lambda n: str(n).translate({48 + d: 0x0660 + d for d in range(10)}),
}

MARKS: dict[str, str] = {
    "label": "Answer: {n}",
    "bold label": "**Answer: {n}**",
    "bold value": "Answer: **{n}**",
    "label and unit": "Answer: {n} {unit}",
    "bracketed": "Answer: <{n}>",
    "code": "`Answer: {n}`",
    "final answer": "Final answer: {n}",
    "boxed": "\\boxed{{{n}}}",
    "boxed in mathematics": "$\\boxed{{{n}}}$",
    "hash": "#### {n}",
    "heading": "## Answer\n{n}",
    "JSON": '{{"answer": "{n}"}}',
    "tag": "<answer>{n}</answer>",
    "sentence": "The answer is {n}.",
    "sentence with unit": "The answer is {n} {unit}.",
    "bullet": "- Answer: {n}",
    "quoted": "> Answer: {n}",
    "dash": "Answer - {n}",
    "lower case": "answer: {n}",
    "equals": "Answer = {n}",
}
BARE = {"bare": "{n}", "bare with stop": "{n}.", "bare bold": "**{n}**", "bare with unit": "{n} {unit}"}


@st.composite
def problems(pick: st.DrawFn) -> Problem:
    form = pick(st.sampled_from(list(forms().values())))
    digits, rng = pick(st.integers(1, 4)), Random(pick(st.integers(0, 10_000)))
    return items.tell(form, digits, next(draw.draws(form, digits, rng)), rng)


def written(problem: Problem, value: int, mark: str, numeral: str) -> str:
    return ({**MARKS, **BARE})[mark].format(n=NUMERALS[numeral](value), unit=problem.unit)


def judge(problem: Problem, arm: str, text: str) -> Score:
    return score(items.sample(0, problem), arm, Response(text))


def wrong(problem: Problem, shift: int) -> int:
    return problem.numbers.answer + shift


SHIFTS = st.sampled_from([-1, 1, 2, 7, 10, 100])


@settings(max_examples=100, deadline=None)
@given(problems(), st.sampled_from([*MARKS, *BARE]), st.sampled_from(list(NUMERALS)), SHIFTS)
def test_an_answer_alone_is_read_however_it_is_written(
    problem: Problem, mark: str, numeral: str, shift: int
) -> None:
    for arm in (FIRST, ONLY):
        verdict = judge(problem, arm, written(problem, problem.numbers.answer, mark, numeral))
        assert verdict.outcome == "right"
        assert verdict.notes["worked"] is False
        assert judge(problem, arm, written(problem, wrong(problem, shift), mark, numeral)).outcome == "wrong"


def explained(problem: Problem, style: str) -> str:
    lines = draw.working(problem.form, problem.numbers)
    if style == "numbered":
        return "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))
    if style == "steps":
        return "\n".join(f"Step {i}: {line}" for i, line in enumerate(lines, 1))
    if style == "bullets":
        return "\n".join(f"- {line}" for line in lines)
    if style == "signs":
        return "\n".join(line.replace("*", "×").replace("/", "÷").replace("-", "−") for line in lines)
    if style == "LaTeX":
        return "\n".join(f"${line}$".replace("*", "\\times").replace("/", "\\div") for line in lines)
    return "First, " + ", then ".join(lines) + "."


STYLES = ("numbered", "steps", "bullets", "signs", "LaTeX", "sentence")


@settings(max_examples=100, deadline=None)
@given(
    problems(), st.sampled_from(list(MARKS)), st.sampled_from(list(NUMERALS)), st.sampled_from(STYLES), SHIFTS
)
def test_working_and_then_an_answer_is_judged_by_the_answer(
    problem: Problem, mark: str, numeral: str, style: str, shift: int
) -> None:
    working = explained(problem, style)
    right = judge(problem, STEPS, f"{working}\n\n{written(problem, problem.numbers.answer, mark, numeral)}")
    assert (right.outcome, right.notes["complied"]) == ("right", True)
    false = judge(problem, STEPS, f"{working}\n\n{written(problem, wrong(problem, shift), mark, numeral)}")
    assert false.outcome == "wrong"


@settings(max_examples=100, deadline=None)
@given(
    problems(), st.sampled_from(list(MARKS)), st.sampled_from(list(NUMERALS)), st.sampled_from(STYLES), SHIFTS
)
def test_an_answer_and_then_working_is_judged_by_the_answer_and_noted_as_repaired(
    problem: Problem, mark: str, numeral: str, style: str, shift: int
) -> None:
    working = explained(problem, style)
    right = judge(problem, FIRST, f"{written(problem, problem.numbers.answer, mark, numeral)}\n\n{working}")
    assert (right.outcome, right.notes["complied"], right.notes["last_right"]) == ("right", True, True)
    false = judge(problem, FIRST, f"{written(problem, wrong(problem, shift), mark, numeral)}\n\n{working}")
    assert (false.outcome, false.notes["last_right"]) == ("wrong", True)


@settings(max_examples=75, deadline=None)
@given(problems(), st.sampled_from(STYLES))
def test_working_without_a_mark_is_judged_by_its_last_result(problem: Problem, style: str) -> None:
    verdict = judge(problem, STEPS, explained(problem, style))
    assert (verdict.outcome, verdict.notes["complied"]) == ("right", True)


@settings(max_examples=75, deadline=None)
@given(problems(), st.sampled_from(STYLES), st.sampled_from(list(MARKS)))
def test_working_before_the_answer_does_not_comply_with_answering_first(
    problem: Problem, style: str, mark: str
) -> None:
    verdict = judge(
        problem,
        FIRST,
        f"{explained(problem, style)}\n{written(problem, problem.numbers.answer, mark, 'plain')}",
    )
    assert verdict.notes["complied"] is False


@settings(max_examples=75, deadline=None)
@given(problems())
def test_restating_the_problem_is_no_working(problem: Problem) -> None:
    story = re.sub(r"[^.]*\?$", "", problem.text)
    verdict = judge(problem, FIRST, f"{story}\nAnswer: {problem.numbers.answer}")
    assert (verdict.outcome, verdict.notes["complied"]) == ("right", True)


@settings(max_examples=150, deadline=None)
@given(problems(), st.text(max_size=300), st.sampled_from([FIRST, STEPS, ONLY, FREE, CHECKED]))
def test_no_text_breaks_the_scorer(problem: Problem, text: str, arm: str) -> None:
    verdict = judge(problem, arm, text)
    assert verdict.outcome
    assert verdict.rule


def test_the_scorer_needs_no_more_than_a_target() -> None:
    """As `evals score` calls it, on a file that holds replies and right answers only."""
    verdict = score(Sample("1", "", "12"), FIRST, Response("Answer: 12"))
    assert verdict.outcome == "right"


# Null responders


CHANCE = 0.02
"""The stated chance level: a responder that does not read the problem is right at most this often."""

NULL: dict[str, Callable[[str], str]] = {
    "empty": lambda _prompt: "",
    "idk": lambda _prompt: "I don't know.",
    "the": lambda _prompt: "the " * 200,
    "numbers": lambda _prompt: " ".join(map(str, range(1, 201))),
    "echo": lambda prompt: prompt,
    "yes": lambda _prompt: "Yes.",
    "no": lambda _prompt: "No.",
    "three": lambda _prompt: "3",
    "ten": lambda _prompt: "Answer: 10",
    "bio": lambda _prompt: "This is a remarkable question, and it is my pleasure to answer it at length.",
    "first number": lambda prompt: "Answer: " + re.findall(r"\d+", prompt)[0],
    "last number": lambda prompt: "Answer: " + re.findall(r"\d+", prompt)[-1],
    "sum": lambda prompt: f"Answer: {sum(map(int, re.findall(r'[0-9]+', prompt.splitlines()[0])))}",
}


@pytest.mark.parametrize("name", sorted(NULL.keys() - {"sum"}))
def test_a_responder_that_does_not_read_is_right_no_more_often_than_by_chance(name: str) -> None:
    suite = load("arithmetic")
    n = 48 if name in ("numbers", "the") else 240
    for arm in suite.pick_arms([FIRST, STEPS]):
        rights = 0
        for sample in suite.samples(1, n, suite.options()):
            prompt = render(arm, sample).messages[-1].content
            rights += suite.score(sample, arm.name, Response(NULL[name](prompt))).outcome == "right"
        assert rights <= CHANCE * n


def test_adding_up_all_numbers_is_right_at_most_where_one_addition_is_asked_for() -> None:
    suite = load("arithmetic")
    samples = list(suite.samples(1, 960, suite.options()))
    rights = [s for s in samples if suite.score(s, FIRST, Response(NULL["sum"](s.input))).outcome == "right"]
    assert {sample.tags["level"] for sample in rights} == {1}
    assert len(rights) <= 0.06 * 960
