"""The verdicts of the suite spelling: a table of hard replies, styles of writing one answer, and replies that say nothing."""

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import shelf
from evals.suite import FIXED_SEED, render
from evals.types import Response, Sample
from suites.spelling.answer import answer, kind_of
from suites.spelling.audit import FIELDS, Case, cases
from suites.spelling.distance import distance, edits, similarity
from suites.spelling.items import Options, samples
from suites.spelling.prompts import FORMS
from suites.spelling.scoring import score
from suites.spelling.suite import suite
from suites.spelling.tasks import TASKS

ROOT = Path(__file__).parent.parent
CASES = cases()
UNREAD = frozenset({"nth, one letter of the phonetic alphabet"})
"""Cases whose reply is not read as a person reads it."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.about)
def test_a_reply_is_read_as_a_person_reads_it(case: Case) -> None:
    assert bool(case.misses()) == (case.about in UNREAD), case.misses()
    assert case.verdict().rule


def test_the_page_of_the_suite_says_how_many_cases_are_read_so() -> None:
    page = (ROOT / "suites/spelling/README.md").read_text("utf-8")
    assert f"{len(CASES) - len(UNREAD)} of {len(CASES)} hand-written replies" in page
    assert len(CASES) >= 150
    assert {case.sample.tags["task"] for case in CASES} == set(TASKS)


# Styles

BARE = (
    "{a}",
    "{a}.",
    "**{a}**",
    '"{a}"',
    "`{a}`",
    "  {a}\n",
    "Answer: {a}",
    "**Answer:** {a}",
    "Answer: <{a}>",
    "\\boxed{{{a}}}",
)
FRAMED = (
    "<answer>{a}</answer>",
    '{{"answer": "{a}"}}',
    "Final answer: **{a}**",
    "The answer is **{a}**.",
    "Sure!\n\nAnswer: {a}",
    "<think>perhaps x-y-z</think>\n{a}",
    "{a}\n\nLet me know if you need anything else.",
)
NUMBERS = ("There are {a}.", "It occurs {a} times.", "I count {a}.", "#### {a}")
SEPARATORS = ("-", " ", ", ", " - ", "/", "\n", " → ", "·")

letters_of = st.text("abcdefghilmnoprstuvwz", min_size=3, max_size=12)


def asked(task: str, word: str, target: str, **fields: str) -> Sample:
    given_ = dict.fromkeys(FIELDS, "") | {"ask": task, "word": word} | fields
    return Sample("made", word, target, {"task": task, "wording": 1}, fields=given_)


@given(st.sampled_from((*BARE, *FRAMED)), st.sampled_from(SEPARATORS), letters_of, letters_of, st.booleans())
def test_a_right_spelling_is_right_and_a_wrong_one_wrong_in_every_style(
    style: str, between: str, word: str, other: str, capitals: bool
) -> None:
    """Letters apart by points are left to the table of cases: p.m. and i.e. are abbreviations."""
    if between == "\n" and style not in ("{a}", "  {a}\n"):
        between = ", "
    said = between.join(other.upper() if capitals else other)
    found = score(asked("spell", word, "-".join(word)), "word", Response(style.format(a=said)))
    assert found.outcome == ("right" if word == other else "wrong"), (found, said)
    assert found.value == pytest.approx(similarity(word, other), abs=1e-6)
    right = score(asked("spell", other, "-".join(other)), "word", Response(style.format(a=said)))
    assert (right.outcome, right.value) == ("right", 1.0)


@given(st.sampled_from((*BARE, *FRAMED)), letters_of, letters_of)
def test_a_right_word_is_right_and_a_wrong_one_wrong_in_every_style(
    style: str, target: str, said: str
) -> None:
    sample = asked("substitute", "qqxyqq", target, letter="q", new="k")
    found = score(sample, "word", Response(style.format(a=said)))
    if found.answer is not None:
        assert found.outcome == ("right" if target == said else "wrong"), found
        assert found.answer == said
    right = score(
        asked("substitute", "qqxyqq", said, letter="q", new="k"), "word", Response(style.format(a=said))
    )
    assert right.outcome in ("right", "unparsed"), right
    assert right.outcome == "right" or said in SPEECH, right


SPEECH = frozenset({"yes", "sure", "here", "hello", "okay", "correct", "right", "wrong", "reversed"})
"""Words that a reader of replies takes for talk, not for an answer."""


@given(st.sampled_from((*BARE, *FRAMED, *NUMBERS)), st.integers(0, 30), st.integers(0, 30))
def test_a_right_count_is_right_and_a_wrong_one_wrong_in_every_style(style: str, n: int, said: int) -> None:
    found = score(asked("count_letter", "qqxyqq", str(n), letter="q"), "word", Response(style.format(a=said)))
    assert (found.outcome, found.answer) == ("right" if n == said else "wrong", str(said)), found
    assert found.notes["error"] == said - n


@given(st.sampled_from((*BARE, *FRAMED)), st.sampled_from("bcdefghjklmnopqrstuvwxyz"), st.booleans())
def test_one_letter_is_read_in_every_style(style: str, letter: str, capital: bool) -> None:
    sample = asked("nth", "qqxyqq", letter, place="2")
    found = score(sample, "word", Response(style.format(a=letter.upper() if capital else letter)))
    assert found.outcome == "right", found


@given(
    st.sampled_from((*BARE, *FRAMED)),
    st.sampled_from(["yes", "no", "Yes", "No"]),
    st.sampled_from(["yes", "no"]),
)
def test_a_verdict_is_read_in_every_style(style: str, said: str, target: str) -> None:
    found = score(asked("contains", "qqxyqq", target, letter="q"), "word", Response(style.format(a=said)))
    assert found.outcome == ("right" if said.lower() == target else "wrong"), found


@given(st.text(max_size=300), st.sampled_from(sorted(TASKS)), st.sampled_from(FORMS))
def test_any_text_gets_a_verdict(text: str, task: str, arm: str) -> None:
    target = {"number": "3", "verdict": "yes", "letter": "r", "pair": "s y"}.get(
        TASKS[task].kind, "strawberry"
    )
    sample = asked(task, "strawberry", target, other="moon", letter="r", new="x", place="3", kth="3rd")
    found = score(sample, arm, Response(text))
    assert found.outcome in {"right", "wrong", "unparsed", "abstained", "truncated"}
    assert (found.answer is None) == (found.outcome not in {"right", "wrong"})
    assert found.value is None or 0 <= found.value <= 1


def test_the_right_answer_of_every_item_is_read_as_right_in_every_arm() -> None:
    for sample in samples(5, 600, Options(tasks="all", sources="all")):
        for arm in suite.arms:
            found = score(sample, arm.name, Response(sample.target or ""))
            assert found.outcome == "right", (sample.id, arm.name, sample.target, found)


@pytest.mark.parametrize(
    ("target", "text", "kind"),
    [
        ("3", "3", "number"),
        ("yes", "Yes.", "verdict"),
        ("r", "r", "letter"),
        ("tenalp", "tenalp", "word"),
        ("c-a-t", "c a t", "letters"),
    ],
)
def test_an_item_of_a_file_needs_no_task(target: str, text: str, kind: str) -> None:
    sample = Sample("1", "planet", target)
    assert kind_of(sample) == kind
    assert score(sample, "", Response(text)).outcome == "right"


@pytest.mark.parametrize("task", TASKS)
def test_an_item_of_a_file_needs_no_fields(task: str) -> None:
    target = {"number": "3", "verdict": "yes", "letter": "r", "pair": "p t"}.get(TASKS[task].kind, "tenalp")
    said = "t-e-n-a-l-p" if task == "spell" else target
    sample = Sample("1", "planet", target, {"task": task, "wording": 1})
    assert score(sample, "word", Response(said)).outcome == "right"


def test_repeating_the_question_answers_nothing() -> None:
    for sample in samples(5, 300, Options(tasks="all")):
        for arm in suite.arms:
            prompt = render(arm, sample).messages[-1].content
            assert score(sample, arm.name, Response(prompt)).answer is None
            after = score(sample, arm.name, Response(f"{prompt}\n\n{sample.target}"))
            assert after.outcome == "right", (sample.id, arm.name, after)


def test_only_a_marked_answer_counts_in_a_reply_that_was_cut_off() -> None:
    sample = asked("reverse", "planet", "tenalp")
    assert score(sample, "word", Response("tenalp", stop="length")).outcome == "truncated"
    assert score(sample, "word", Response("Answer: tenalp\nBec", stop="length")).outcome == "right"


def test_hidden_reasoning_is_noted() -> None:
    sample = asked("reverse", "planet", "tenalp")
    assert score(sample, "word", Response("tenalp", reasoning="p-l-a-n-e-t")).notes["hidden"] is True
    assert score(sample, "word", Response("tenalp", tokens_reasoning=40)).notes["hidden"] is True
    assert score(sample, "word", Response("tenalp")).notes["hidden"] is False


def test_an_answer_read_names_its_rule() -> None:
    assert answer("tenalp", asked("reverse", "planet", "tenalp"), cut=False).rule_id == "only"


# Nothing said


@cache
def scripted() -> Any:
    return shelf.load(shelf.find("provider", "scripted"))


CONSTANT = ("idk", "empty", "yes", "no", "three", "the", "numbers", "bio")
MEAN_CHANCE = 0.1
"""The most that a reply which is always the same gets right over all tasks: "no", on two of seventeen."""


@cache
def everything() -> list[Sample]:
    return list(samples(FIXED_SEED, 1_200, Options(tasks="all")))


@pytest.mark.parametrize("name", CONSTANT)
def test_a_reply_that_says_nothing_is_right_no_more_often_than_chance(name: str) -> None:
    """Of each task one sample of each right answer: what a constant reply is read as depends on nothing else."""
    text = scripted().ANSWERS[name](render(suite.arms[0], everything()[0]), None)
    verdicts: dict[tuple[str, str | None], str] = {}
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in everything():
        task = str(sample.tags["task"])
        # One letter or word is as good as another: none of these replies is any of them.
        key = (task, sample.target if TASKS[task].kind in ("number", "verdict") else None)
        if key not in verdicts:
            verdicts[key] = score(sample, "word", Response(text)).outcome
        outcomes[task][verdicts[key]] += 1
    _check(outcomes)
    if name in {"idk", "empty", "the", "bio"}:
        assert not {"right", "wrong"} & set(verdicts.values())


@pytest.mark.parametrize("name", ["echo", "fabricator"])
def test_neither_the_prompt_nor_an_invented_life_is_an_answer(name: str) -> None:
    say = scripted().ANSWERS[name]
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in everything()[:300]:
        for arm in (arm for arm in suite.arms if arm.default):
            found = score(sample, arm.name, Response(say(render(arm, sample), None)))
            outcomes[str(sample.tags["task"])][found.outcome] += 1
    _check(outcomes)
    assert name != "echo" or {outcome for times in outcomes.values() for outcome in times} == {"unparsed"}


def _check(outcomes: dict[str, Counter[str]]) -> None:
    """Three standard errors of a coin on so few items, above the chance that each task states."""
    for task, times in outcomes.items():
        margin = 3 * 0.5 / times.total() ** 0.5 if TASKS[task].chance else 0.0
        assert times["right"] <= (TASKS[task].chance + margin) * times.total(), task
    total = sum(outcomes.values(), Counter[str]())
    assert total["right"] <= MEAN_CHANCE * total.total()


def test_no_constant_answer_is_right_more_often_than_chance() -> None:
    targets: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in samples(3, 16_000, Options(tasks="all")):
        targets[str(sample.tags["task"])][sample.target or ""] += 1
    for task, times in targets.items():
        most = times.most_common(1)[0][1] / times.total()
        assert most <= max(TASKS[task].chance, 0.01) + 0.015, (task, times.most_common(3))


# Distance


@pytest.mark.parametrize(
    ("one", "other", "between"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0), ("ab", "ba", 2)],
)
def test_distances(one: str, other: str, between: int) -> None:
    assert distance(one, other) == distance(other, one) == between


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_edits_are_as_many_as_the_distance_and_lead_from_one_to_the_other(one: str, other: str) -> None:
    found = edits(one, other)
    assert len(found) == distance(one, other)
    lost, gained = Counter(a for a, _ in found if a), Counter(b for _, b in found if b)
    assert Counter(one) - lost + gained == Counter(other)


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_similarity_is_one_only_for_the_same(one: str, other: str) -> None:
    assert (similarity(one, other) == 1) == (one == other)
    assert 0 <= similarity(one, other) <= 1
