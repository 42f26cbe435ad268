"""What pocket is taught to do stays on the training side of each suite, in its first two wordings, in both orders alike."""

import re
from collections import Counter
from functools import cache
from random import Random

import pytest

from evals.pseudoword import kept_for_training
from providers.pocket.training import counting, spelling, sums
from providers.pocket.training.document import Document, Piece
from suites.arithmetic import draw
from suites.arithmetic.arms import advice
from suites.arithmetic.forms import SLOT, WORD, Form, forms
from suites.dots.display import GLYPHS, training_side
from suites.dots.prompts import ASKED as DOTS
from suites.spelling import words
from suites.spelling.items import samples
from suites.spelling.prompts import ASKED as LETTERS
from suites.spelling.suite import suite as spelling_suite


def questions(documents: list[Document]) -> list[str]:
    return [next(turn.content for turn in doc.messages if turn.role == "user") for doc in documents]


@pytest.mark.parametrize("piece", [counting.at_once, counting.one_by_one])
def test_the_suites_marks_are_counted_on_the_training_side_alone(piece: Piece) -> None:
    rng, seen = Random(1), Counter[str]()
    for question in questions([piece(rng) for _ in range(3000)]):
        glyph = re.search(r'"(.+?)"', question)[1]  # type: ignore[index]
        n = question.split("\n\n", 1)[1].count(glyph)
        assert training_side(glyph, n), (glyph, n)
        seen["suite" if glyph in GLYPHS.values() else "other"] += 1
    assert min(seen.values()) > 600


def test_what_is_counted_is_what_the_reply_says() -> None:
    rng = Random(2)
    for piece in (counting.at_once, counting.one_by_one, counting.nothing):
        for _ in range(300):
            doc = piece(rng)
            question, reply = doc.messages[-2].content, doc.messages[-1].content
            glyph = re.search(r'"(.+?)"', question)[1]  # type: ignore[index]
            n = question.split("\n\n", 1)[1].count(glyph)
            assert reply.split()[-1] == str(n)
            if piece is counting.one_by_one:
                assert reply.split("\n")[0].count(glyph) >= n


@cache
def patterns() -> list[tuple[re.Pattern[str], Form]]:
    """Each story as a pattern of its text."""
    found = []
    for form in forms().values():
        text = " ".join([*(part.text for part in form.say), form.ask.text])
        known: set[str] = set()

        def slot(match: re.Match[str], known: set[str] = known) -> str:
            name = match[1]
            if name in known:
                return rf"(?P=n_{name})"
            known.add(name)
            return rf"(?P<n_{name}>\d+)"

        parts = re.split(r"(\{[^}]+\})", text)
        body = "".join(
            SLOT.sub(slot, part)
            if SLOT.fullmatch(part)
            else ".+?"
            if WORD.fullmatch(part)
            else re.escape(part)
            for part in parts
        )
        found.append((re.compile(body), form))
    return found


def test_stories_are_taught_on_the_training_side_alone() -> None:
    rng = Random(3)
    for question in questions([sums.story(rng) for _ in range(400)]):
        problem = question.split("\n")[0]
        fits = [(form, match) for pattern, form in patterns() if (match := pattern.fullmatch(problem))]
        assert fits, problem
        assert any(
            kept_for_training(draw.canonical(form, {name: int(match[f"n_{name}"]) for name in form.kinds}))
            for form, match in fits
        ), problem


def test_answering_first_and_working_first_are_taught_equally_often_on_the_same_problems() -> None:
    rng, orders = Random(4), Counter[str]()
    for _ in range(6000):
        reply = sums.story(rng).messages[-1].content
        orders["only" if "\n" not in reply else "first" if reply.startswith("Answer:") else "last"] += 1
    assert abs(orders["first"] - orders["last"]) < 0.05 * orders["first"]


def test_single_operations_are_right() -> None:
    rng = Random(6)
    for _ in range(500):
        for line in (sums.operations(rng).text + sums.steps(rng).text).strip().split("\n"):
            left, sign, right, _, result = line.split()
            if sign == "/":
                assert int(right) * int(result) == int(left)
            else:
                assert int(result) == {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[sign](
                    int(left), int(right)
                )


def test_no_word_of_the_suite_is_spelled_in_the_training_data() -> None:
    taught: set[str] = set()
    lesson, listed, rng = spelling.lessons("test"), spelling.letters("test"), Random(7)
    for question in questions([lesson(rng) for _ in range(1500)]):
        whole = re.search(r'"([a-z]{2,})"', question)
        taught |= {whole[1]} if whole else set()
    for _ in range(300):
        taught |= {line.split(" =")[0].strip() for line in listed(rng).text.strip().split("\n")}
    assert len(taught) > 500
    assert all(words.training_side(word) for word in taught)
    asked = {sample.input for sample in samples(1, 1600, spelling_suite.options())}
    assert not taught & asked


def test_third_wordings_are_never_shown() -> None:
    rng, lesson = Random(8), spelling.lessons("wordings")
    shown = questions(
        [
            piece(rng)
            for _ in range(700)
            for piece in (counting.at_once, counting.one_by_one, sums.story, lesson)
        ]
    )
    hidden = [wordings[2] for wordings in (*DOTS.values(), *LETTERS.values(), *list(advice().values())[:3])]
    for wording in hidden:
        longest = max(re.split(r"\{\w+\}", wording), key=len).strip()
        assert not [question for question in shown if longest in question], longest
