"""The verdicts of the suite dots: a table of hard replies, styles of writing one count, and replies that say nothing."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evals import shelf
from evals.suite import FIXED_SEED, render
from evals.types import Prompt, Response, Sample
from suites.dots.display import GLYPHS, LAYOUTS, display
from suites.dots.items import Options, Unit, item, samples
from suites.dots.marks import without_marks
from suites.dots.scoring import score
from suites.dots.suite import suite

ROOT = Path(__file__).parent.parent
CASES = [json.loads(line) for line in (ROOT / "tests/data/dots_cases.jsonl").read_text("utf-8").splitlines()]
UNREAD = frozenset({"thousands by full stop", "marks and commas", "a heading", "one line"})
"""Cases whose reply is not read as a person reads it."""

CHANCE = 0.06
"""The most that a reply which is always the same gets right: "0" does, on the controls with nothing to count."""


def shown(glyph: str, n: int, layout: str = "run") -> Sample:
    text = display(layout, GLYPHS[glyph], n, Random(0))
    return item("case", Unit(n, glyph, n, 1), layout, text)


def judge(case: dict[str, Any]) -> dict[str, Any]:
    """The verdict on a case, as far as the case says what it should be."""
    response = Response(case["text"], reasoning=case.get("reasoning", ""), stop=case.get("stop", "stop"))
    found = score(shown(case["glyph"], case["n"], case["layout"]), case["arm"], response)
    notes = {name: found.notes.get(name) for name in case.get("notes", {})}
    return {"outcome": found.outcome, "answer": found.answer, "notes": notes, "rule": found.rule}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["note"] not in UNREAD], ids=lambda case: case["note"]
)
def test_a_reply_is_read_as_a_person_reads_it(case: dict[str, Any]) -> None:
    found = judge(case)
    assert (found["outcome"], found["answer"]) == (case["outcome"], case["answer"]), found["rule"]
    assert found["notes"] == case.get("notes", {})
    assert found["rule"]


def test_the_page_of_the_suite_says_how_many_cases_are_read_so() -> None:
    page = (ROOT / "suites/dots/README.md").read_text("utf-8")
    assert f"{len(CASES) - len(UNREAD)} of {len(CASES)} replies" in page
    assert len(CASES) >= 150
    assert {case["note"] for case in CASES} >= UNREAD


# Styles

STYLES = (
    *(
        "{n}",
        "{n}.",
        "**{n}**",
        "`{n}`",
        "\\boxed{{{n}}}",
        "$\\boxed{{{n}}}$",
        "#### {n}",
        "Answer: {n}",
        "Answer: <{n}>",
    ),
    *(
        "**Answer:** {n}",
        "Final answer: **{n}**",
        "The answer is {n}.",
        "There are {n}.",
        "I count {n}.",
        "= {n}",
    ),
    *(
        'There are {n} "{g}" on the line.',
        '"{g}" occurs {n} times.',
        'The character "{g}" appears {n} times.',
        "Total: {n}",
    ),
    *(
        "The total number of marks is {n}.",
        '{{"count": {n}}}',
        "<answer>{n}</answer>",
        "<think>maybe 3 or 4</think>{n}",
    ),
    *(
        "Let me count them one by one.\n\nThere are {n} in total.",
        "I see {n} of them.\n\nIs there anything else?",
    ),
    *(
        "{n}\n\nLet me know if you need more.",
        "Sure! The line contains {n} marks.",
        "That makes {n}.",
        "Count: {n}",
    ),
)

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def words(n: int) -> str:
    """A whole number below 1,000 in English, written apart from the reader that is tested."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + (f"-{ONES[n % 10]}" if n % 10 else "")
    return f"{ONES[n // 100]} hundred" + (f" and {words(n % 100)}" if n % 100 else "")


FORMS = (str, lambda n: f"{n:,}", lambda n: words(n) if 1 < n < 1000 else str(n))


@given(
    st.sampled_from(STYLES),
    st.sampled_from(FORMS),
    st.sampled_from(sorted(GLYPHS)),
    st.integers(1, 1000),
    st.integers(-30, 30),
)
def test_a_right_count_is_right_and_a_wrong_one_wrong_in_every_style(
    style: str, form: Any, glyph: str, n: int, off: int
) -> None:
    answer = abs(n + off)
    assume(not style.startswith("#") or form(answer)[0].isdigit())  # nobody writes "#### twelve"
    found = score(shown(glyph, n), "direct", Response(style.format(n=form(answer), g=GLYPHS[glyph])))
    assert (found.outcome, found.answer) == ("right" if answer == n else "wrong", str(answer)), found.rule
    assert found.notes["error"] == answer - n


TALLIES = ("{i}{g}", "{g}{i}", "{g} {i}", "{i}: {g}", "{i}. {g}", "{g}({i})", "({i}) {g}", "{g} - {i}")


@given(
    st.sampled_from(TALLIES),
    st.sampled_from([" ", "\n", ", "]),
    st.sampled_from([*sorted(set(GLYPHS) - {"zero"})]),
    st.integers(3, 120),
)
def test_a_tally_is_its_last_index(form: str, between: str, glyph: str, n: int) -> None:
    text = between.join(form.format(i=i, g=GLYPHS[glyph]) for i in range(1, n + 1))
    found = score(shown(glyph, n), "tally", Response(text))
    assert (found.outcome, found.answer, found.notes["indexed"]) == ("right", str(n), 0), found.rule


@given(st.text(max_size=300), st.sampled_from(sorted(GLYPHS)), st.sampled_from(sorted(LAYOUTS)))
def test_any_text_gets_a_verdict(text: str, glyph: str, layout: str) -> None:
    for arm in ("direct", "tally", "code hint"):
        found = score(shown(glyph, 7, layout), arm, Response(text))
        assert found.outcome in {"right", "wrong", "unparsed", "abstained", "truncated", "coded"}
        assert (found.answer is None) == (found.outcome not in {"right", "wrong"})


@given(st.sampled_from(sorted(GLYPHS)), st.sampled_from(sorted(LAYOUTS)), st.integers(2, 300))
def test_a_display_that_is_copied_is_no_answer(glyph: str, layout: str, n: int) -> None:
    sample = shown(glyph, n, layout)
    assert score(sample, "direct", Response(sample.input)).answer is None


def test_an_item_of_a_file_needs_no_tags() -> None:
    found = score(Sample("1", "•••", "3"), "direct", Response("There are 3 dots."))
    assert found.outcome == "right"


# Marks


@pytest.mark.parametrize(
    ("glyph", "text", "left"),
    [
        ("0", 'There are 12 "0".', 'There are 12 "•".'),
        ("0", "12 0s and 100 and 1,000 and 2 000", "12 •s and 100 and 1,000 and 2 000"),
        ("0", "00000 is 5", "• is 5"),
        ("0", "0.5 and 10.05", "0.5 and 10.05"),
        ("0", "0(1) 0(2) 0(3)", " • (1)  • (2)  • (3)"),
        ("0", "10 20 30", "10 20 30"),
        (".", ".1 .2 .3", " • 1  • 2  • 3"),
        (".", "0.5 or 3.25", "0.5 or 3.25"),
        (".", "1.2.3.4", "1 • 2 • 3 • 4"),
        (".", "1.204.000", "1.204.000"),
        ("x", "12x and x3", "12 • and • 3"),
        ("x", "box 12, 0x1f", "box 12, 0x1f"),
        ("•", "Answer: <12>", "Answer: 12"),
        ("*", "**12**", "**12**"),
    ],
)
def test_marks_that_could_be_numbers_are_set_apart(glyph: str, text: str, left: str) -> None:
    assert without_marks(text, glyph) == left


# Nothing said


@cache
def scripted() -> Any:
    return shelf.load(shelf.find("provider", "scripted"))


NULLS = ("idk", "empty", "yes", "no", "three", "the", "numbers", "bio", "echo", "fabricator")


@pytest.mark.parametrize("name", NULLS)
def test_a_reply_that_says_nothing_is_right_no_more_often_than_chance(name: str) -> None:
    answer = scripted().ANSWERS[name]
    outcomes: Counter[str] = Counter()
    for sample in samples(FIXED_SEED, 90, Options(glyphs="all")):
        if sample.input == "0":
            continue  # the mark itself is a number: what repeats it answers 0
        for arm in suite.pick_arms(()):
            prompt: Prompt = render(arm, sample)
            outcomes[score(sample, arm.name, Response(answer(prompt, None))).outcome] += 1
    assert outcomes["right"] <= CHANCE * outcomes.total()
    if name in {"idk", "empty", "yes", "no", "the", "bio", "echo"}:
        assert not outcomes["right"] + outcomes["wrong"]


def test_no_constant_number_is_right_more_often_than_chance() -> None:
    targets = Counter(sample.target for sample in samples(FIXED_SEED, 400, Options()))
    assert targets.most_common(1)[0][1] <= CHANCE * 400
