"""The scorer of the suite decimals: labelled replies, every way to name one of two, null responders."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.suite import load, render
from evals.types import Response, Sample, Score
from suites.decimals.arms import FREE, ONLY, STEPS
from suites.decimals.audit import HELD_OUT, accuracy, cases
from suites.decimals.items import pairs, samples
from suites.decimals.metrics import picked_first
from suites.decimals.scoring import score

README = Path(__file__).parent.parent / "suites" / "decimals" / "README.md"
KNOWN_MISSES = 4
"""Replies of the table that the scorer reads otherwise than a person; they may only become fewer."""


def test_the_table_is_large_and_holds_every_context_and_outcome() -> None:
    table = cases()
    assert len(table) >= 150
    assert {case.outcome for case in table} >= {"right", "wrong", "unparsed", "truncated", "abstained"}


def test_no_more_labelled_replies_are_misread_than_are_known() -> None:
    missed = [case.about for case in cases() if case.misread()]
    assert len(missed) <= KNOWN_MISSES, missed


def test_the_page_does_not_state_more_than_the_table_gives() -> None:
    right, total = accuracy()
    stated = re.search(r"(\d+) of (\d+)", README.read_text("utf-8"))
    assert stated
    assert (int(stated[1]) <= right, int(stated[2])) == (True, total), f"{right} of {total}"


def test_replies_written_after_the_rules_are_read_as_the_page_states() -> None:
    right, total = accuracy(HELD_OUT)
    assert (right >= 38, total) == (True, 40)


# Ways to name one of two


NAMED = {
    "bare": "{a}",
    "stop": "{a}.",
    "bold": "**{a}**",
    "code": "`{a}`",
    "label": "Answer: {a}",
    "bold label": "**Answer: {a}**",
    "label, bold value": "Answer: **{a}**",
    "boxed": "\\boxed{{{a}}}",
    "tag": "<answer>{a}</answer>",
    "JSON": '{{"answer": "{a}"}}',
    "hash": "#### {a}",
    "sentence": "The answer is {a}.",
    "it is": "It is {a}.",
    "padded": "{padded}",
    "reason first": "Comparing {x} and {y}, digit by digit.\n\nAnswer: {a}",
    "not the other": "{a}, not {b}.",
}
COMPARED = {
    "larger": ("{a} is larger than {b}.", "{b} is smaller than {a}.", "{a} > {b}", "{b} < {a}", "The larger one is {a}."),
    "smaller": ("{a} is smaller than {b}.", "{b} is larger than {a}.", "{a} < {b}", "{b} > {a}", "The smaller one is {a}."),
}  # fmt: skip

SAMPLES = list(samples(5, 960, None))


def judge(sample: Sample, text: str, answer: str) -> Score:
    other = next(str(sample.tags[name]) for name in ("first", "second") if sample.tags[name] != answer)
    padded = answer + "0" if len(answer.split(".")[1]) == 1 else answer
    x, y = sample.tags["first"], sample.tags["second"]
    return score(sample, FREE, Response(text.format(a=answer, b=other, x=x, y=y, padded=padded)))


def both(sample: Sample) -> tuple[str, str]:
    """The right one and the wrong one."""
    wrong = next(str(sample.tags[name]) for name in ("first", "second") if sample.tags[name] != sample.target)
    return str(sample.target), wrong


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.sampled_from(list(NAMED)))
def test_an_answer_is_read_however_it_is_named(sample: Sample, style: str) -> None:
    right, wrong = both(sample)
    assert judge(sample, NAMED[style], right).outcome == "right"
    assert judge(sample, NAMED[style], wrong).outcome == "wrong"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(0, 4))
def test_a_comparison_names_the_one_that_was_asked_for(sample: Sample, style: int) -> None:
    right, wrong = both(sample)
    text = COMPARED[str(sample.tags["asked"])][style]
    assert judge(sample, text, right).outcome == "right"
    assert judge(sample, text, wrong).outcome == "wrong"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.text(max_size=300))
def test_no_text_breaks_the_scorer(sample: Sample, text: str) -> None:
    assert score(sample, FREE, Response(text)).rule


def test_that_both_are_equal_is_wrong() -> None:
    verdict = score(SAMPLES[0], FREE, Response("They are equal."))
    assert (verdict.outcome, verdict.answer) == ("wrong", "equal")


# Null responders, and what is counted


@pytest.mark.parametrize(
    "text", ["", "I don't know.", "the " * 200, "Yes.", "No.", "3", "1 2 3 4 5 6 7 8 9 10 11 12"]
)
def test_a_constant_reply_is_right_no_more_often_than_by_chance(text: str) -> None:
    suite = load("decimals")
    rights = sum(suite.score(sample, ONLY, Response(text)).outcome == "right" for sample in SAMPLES)
    assert rights <= 0.02 * len(SAMPLES)


def test_an_echo_of_the_prompt_names_neither() -> None:
    suite = load("decimals")
    for arm in suite.arms:
        outcomes = [
            suite.score(sample, arm.name, Response(render(arm, sample).messages[-1].content)).outcome
            for sample in SAMPLES[:96]
        ]
        assert outcomes.count("right") <= 0.02 * len(outcomes)


@pytest.mark.parametrize("pick", ["first", "second"])
def test_always_naming_the_same_place_is_right_half_the_time_on_pairs_in_conflict(pick: str) -> None:
    found = [sample for sample in SAMPLES if sample.tags["pair"] == "conflict"]
    scores = [score(sample, ONLY, Response(str(sample.tags[pick]))) for sample in found]
    assert sum(verdict.outcome == "right" for verdict in scores) * 2 == len(found)
    assert picked_first(scores) == (1.0 if pick == "first" else 0.0)


def test_an_item_without_a_pick_has_no_order_bias() -> None:
    assert picked_first([Score("unparsed"), Score("wrong", "equal")]) is None


def test_by_default_the_answer_alone_and_the_working_are_asked_for() -> None:
    assert [arm.name for arm in load("decimals").pick_arms([])] == [ONLY, STEPS]


def test_every_pair_can_be_read() -> None:
    assert len({pair.texts for pair in pairs()}) == len(pairs())
