"""Answers: what replies answer, on cases that people labelled by their meaning before any rule read them.

`answers_cases.jsonl` is what the rules were built on: all of it must hold. `answers_heldout.jsonl` was written
afterwards, in other voices, and no rule was changed for it: its accuracy is what to expect of hard replies.
"""

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.answers import (
    Answer,
    Asked,
    graphemes,
    integer_answer,
    letters_answer,
    number_answer,
    option_answer,
    word_answer,
    yes_no_answer,
)
from evals.answers.numeric import shown
from evals.reading import read
from evals.types import Response
from tests.test_numbers import STYLES

DATA = Path(__file__).parent / "data"
Case = Mapping[str, Any]
NUMERIC = frozenset({"integer", "number"})
HELD_OUT_RIGHT = 82
"""Of 95, at the first and only look."""


def cases(name: str) -> list[Case]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


CASES, HELD_OUT = cases("answers_cases.jsonl"), cases("answers_heldout.jsonl")


def asked(case: Case) -> Asked:
    settings = {
        name: case[name] for name in ("unit", "positions", "absent", "truncated", "language") if name in case
    }
    return Asked(things=tuple(case.get("asked", ())), whole=case["ask"] == "integer", **settings)


ASK: Mapping[str, Callable[[str, Case], Answer]] = {
    "integer": lambda text, case: integer_answer(text, asked(case)),
    "number": lambda text, case: number_answer(text, asked(case)),
    "letters": lambda text, case: letters_answer(
        text, source=case.get("source", ""), count=case.get("n"), joined=case.get("joined", False)
    ),
    "word": lambda text, case: word_answer(
        text, source=case["source"], source_allowed=case.get("source_allowed", False)
    ),
    "yes_no": lambda text, _: yes_no_answer(text),
    "comparison": lambda text, case: option_answer(
        text, (case["options"][0], case["options"][1]), larger=case.get("larger", True)
    ),
}


def same(case: Case, answer: str | None, expected: str | None) -> bool:
    if answer is None or expected is None:
        return answer is expected
    return Fraction(answer) == Fraction(expected) if case["ask"] in NUMERIC else answer == expected


def mistakes(case: Case) -> list[str]:
    """What of a case is read differently from its label."""
    found = ASK[case["ask"]](read(Response(case["text"])).normalised, case)
    wrong = [
        name
        for name in ("answer", "first", "last")
        if name in case and not same(case, getattr(found, name), case[name])
    ]
    if case["ask"] == "integer" and found.answer is not None and found.approx != case.get("approx", False):
        wrong.append("approx")
    return wrong + [
        name
        for name in ("range", "alternatives")
        if name in case and list(getattr(found, name) or ()) != case[name]
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['ask']}: {case['note']}")
def test_a_reply_is_read_as_it_is_meant(case: Case) -> None:
    assert mistakes(case) == []


def test_replies_in_other_voices_are_read_as_well_as_at_the_first_look() -> None:
    right = sum(not mistakes(case) for case in HELD_OUT)
    assert right >= HELD_OUT_RIGHT, f"{right} of {len(HELD_OUT)}"


def test_the_tables_are_large_and_apart() -> None:
    assert len(CASES) >= 250
    assert len(HELD_OUT) >= 80
    assert not {case["text"] for case in CASES} & {case["text"] for case in HELD_OUT} - {"", "0"}


FRAMES = [
    "{}", "{}.", "**{}**", "`{}`", "There are {} dots.", "Answer: {}", "**Answer:** {}", "The answer is {}.", "\\boxed{{{}}}",
    "<answer>{}</answer>", "#### {}", "Let me see. 2 + 2 = 4.\n\nAnswer: {}", "Total: {} dots", "I count {}.",
    '{{"answer": "{}"}}', "Some say 7, but the answer is {}.", "{} in total", "Answer: {}\nConfidence: 90",
]  # fmt: skip
READ_BACK = sorted(set(STYLES) - {"bold"})


@given(st.integers(0, 1_000_000), st.sampled_from(READ_BACK), st.sampled_from(FRAMES))
def test_a_number_in_any_style_and_frame_is_the_answer_and_no_other_is(
    n: int, style: str, frame: str
) -> None:
    text = read(Response(frame.format(STYLES[style](n)))).normalised
    assert integer_answer(text, Asked(language="en")).answer == str(n)


@given(st.fractions(max_denominator=10_000))
def test_shown_numbers_read_back_exactly(value: Fraction) -> None:
    assert Fraction(shown(value)) == value


LETTER_STYLES = ["{}-{}-{}-{}", "{} {} {} {}", "{}, {}, {}, {}", "{}.{}.{}.{}", "1. {}\n2. {}\n3. {}\n4. {}", "- {}\n- {}\n- {}\n- {}",
                 "{}\n{}\n{}\n{}", '"{}", "{}", "{}", "{}"', "**{}** **{}** **{}** **{}**", "{} → {} → {} → {}",
                 "Answer: {}-{}-{}-{}", "The spelling is {}, {}, {}, and {}."]  # fmt: skip


@given(st.text(alphabet="bcdfghéñжλ", min_size=4, max_size=4), st.sampled_from(LETTER_STYLES))
def test_letters_in_any_style_read_back(word: str, style: str) -> None:
    assert letters_answer(style.format(*word)).answer == word


WORD_STYLES = ["{}", '"{}"', "**{}**", "`{}`", "Answer: {}", 'The reverse of "source" is "{}".', "source → {}", "<answer>{}</answer>",
               '"{}" is "source" reversed.', "It becomes {}.", "Original: source\nReversed: {}"]  # fmt: skip


@given(st.text(alphabet="bcdfgh", min_size=3, max_size=9), st.sampled_from(WORD_STYLES))
def test_words_in_any_style_read_back(word: str, style: str) -> None:
    assert word_answer(style.format(word), source="source").answer == word


@given(st.integers(1, 99), st.integers(1, 9), st.integers(11, 99).filter(lambda n: n % 10 > 0), st.data())
def test_a_comparison_is_read_from_either_side(
    whole: int, short: int, long: int, data: st.DataObject
) -> None:
    options = (f"{whole}.{short}", f"{whole}.{long}")
    a, b = data.draw(st.permutations(options))
    word, larger = data.draw(st.sampled_from(["larger", "smaller"])), data.draw(st.booleans())
    meant = a if (word == "larger") == larger else b
    assert option_answer(f"{a} is {word} than {b}.", options, larger=larger).answer == meant


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("nai\u0308ve", ["n", "a", "ï", "v", "e"]),
        ("👩‍🚀x", ["👩‍🚀", "x"]),
        ("🇨🇭🇫🇷", ["🇨🇭", "🇫🇷"]),
        ("❤️", ["❤️"]),
        ("कि", ["कि"]),
        ("", []),
    ],
)
def test_graphemes_are_what_a_reader_sees(text: str, letters: list[str]) -> None:
    assert graphemes(text) == letters


PIECES = ["Answer: ", "the answer is ", "7", "8 dots", " = ", "+", "\n", "\n\n", "not ", "wait, no ", "yes", "no", " or ", "1. ", "```", "`f(1)`",
          "\\boxed{", "}", "<answer>", "</answer>", '"', "'", "**", "a", "-", "I ", "9.9", "9.11", " > ", " larger than ", "(", "step 3",
          "rows of", "check: ", "in total", '{"answer": ', "sierra ", "double r", "½", "…", "some say ", "e\u0301", "# "]  # fmt: skip
READERS: list[Callable[[str], Answer]] = [
    integer_answer,
    lambda text: number_answer(
        text, Asked(things=("dots", "$"), unit="minutes", positions=True, absent=True, whole=False)
    ),
    lambda text: integer_answer(text, Asked(truncated=True)),
    letters_answer,
    lambda text: letters_answer(text, count=1),
    lambda text: letters_answer(text, count=2, joined=True),
    lambda text: word_answer(text, source="cat"),
    yes_no_answer,
    lambda text: option_answer(text, ("9.9", "9.11")),
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_any_text_has_an_answer_or_a_reason(text: str) -> None:
    for reader in READERS:
        found = reader(text)
        assert found.rule_id
        assert (found.answer is None) == (found.kind == "none")
        assert found.answer is None or (found.first is not None and found.last is not None)
        assert found.first_at is None or 0 <= found.first_at <= len(text) + 1


@pytest.mark.parametrize("piece", [*PIECES, " ", "1 ", "3 or 4 ", "wait, "])
def test_a_long_run_of_anything_is_read(piece: str) -> None:
    for reader in READERS:
        reader((piece * 6_000)[:6_000])


@pytest.mark.parametrize("text", ["", "the the the the", "I don't know.", "Yes", "No", "It is hard to say."])
def test_a_reply_without_a_number_answers_no_number(text: str) -> None:
    assert integer_answer(text).answer is None


def test_a_reply_cut_off_counts_only_with_a_marked_answer() -> None:
    cut = Asked(truncated=True)
    assert integer_answer("Answer: 12 because", cut).answer == "12"
    assert integer_answer("There are 12 dots, that", cut).rule_id == "truncated"


def test_the_first_committed_answer_has_its_place() -> None:
    text = "Sure.\nAnswer: 12\nExplanation: 3 x 4 = 12."
    found = integer_answer(text)
    assert found.first_at == text.index("12")
