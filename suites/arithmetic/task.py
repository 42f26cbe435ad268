"""What a problem asks for, as far as reading an answer to it depends on that; and what in a reply cannot be an answer."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from evals.answers import Asked
from evals.numbers import flat, numbers

MEASURED = {
    "dollars": "dollar",
    "kilometres": "kilometre",
    "millilitres": "millilitre",
    "litres": "litre",
    "grams": "gram",
    "kilograms": "kilogram",
    "seconds": "second",
    "minutes": "minute",
}
"""Units of answers that others are converted to: 1 hour 30 minutes are 90 minutes."""

_REMAINDER = re.compile(r"\b(?:left|back|need|more)\b")
_SHARE = re.compile(r"\b(?:each|one)\b")
_WORD = re.compile(r"[^\W\d_]{3,}")
_SMALL = frozenset(
    [
        "the",
        "and",
        "for",
        "its",
        "this",
        "that",
        "then",
        "per",
        "each",
        "answer",
        "would",
        "will",
        "costs",
        "gets",
        "get",
        "has",
        "have",
        "comes",
    ]
)

_BRACKETED = re.compile(r"<(?=[ ]?[$€£]?-?\d[^<>\n]{0,24}>)|(?<=[\d}])[ ]?>(?!\s*\d)")
_PERCENTAGE = re.compile(r"\b\d+(?:\.\d+)? ?(?:%|per ?cent\b)")
_QUESTION = re.compile(
    r"\b(?:what|how|which|who|why|is|are|do|does|did|can|could|would|shall|should)\b(?:[^.!?\n]|\.(?=\d)){8,}\?",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\b(?:in |grand )?total\b|\baltogether\b|\bin all\b", re.IGNORECASE)
_OPENING = re.compile(r"\s*[^\n]*?(?:[.!](?=\s)|\n|\Z)")
_SAID = re.compile(r"answer|result|solution|boxed|antwort|ergebnis|答|####|[=×*÷/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Task:
    """A problem, as the reader of answers sees it.

    Attributes:
        problem: its text; empty where nothing is known but the right answer.
        given: its numbers, none of which is ever its answer.
        stems: the first letters of what its question names.
        share: whether it asks for what each one has, so that a total is no answer.
        asked: the same for `evals.answers`.
    """

    problem: str
    given: frozenset[Fraction]
    stems: frozenset[str]
    share: bool
    asked: Asked


@lru_cache(maxsize=4096)
def task(problem: str, unit: str) -> Task:
    """What a problem asks for, in its last sentence. Args: unit: of the answer, empty if not known."""
    question = re.split(r"(?<=[.?]) ", problem)[-1]
    share = bool(_SHARE.search(question))
    things = [
        *(["each"] if share else []),
        *(["left"] if _REMAINDER.search(question) else []),
        *([unit, unit.removesuffix("s")] if unit else []),
        *(["$"] if unit == "dollars" else []),
    ]
    return Task(
        problem,
        frozenset(number.value for number in numbers(problem)),
        frozenset(word[:4] for word in _WORD.findall(question.casefold())),
        share,
        Asked(tuple(things), MEASURED.get(unit, "")),
    )


def prepare(text: str, asked: Task) -> str:
    """The reply with what cannot be an answer made blank; every other character stays in its place.

    Blank are: the angle brackets that our own advice shows, percentages, questions, words that mark a total where a
    share is asked for, and opening remarks that restate the problem or tell of something not asked for.
    """
    for pattern in (_BRACKETED, _PERCENTAGE, _QUESTION):
        text = pattern.sub(_blank, text)
    if asked.share:
        text = _TOTAL.sub(_blank, text)
    without = _without_openings(text, asked) if asked.problem else text
    return without if numbers(without) else text


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"\S", " ", match[0])


def _without_openings(text: str, asked: Task) -> str:
    """The text from the first remark on that may be the answer; the last remark always stays."""
    opening = _OPENING.match(text)
    while opening and opening.end() < len(text.rstrip()) and not _may_answer(opening[0], asked):
        opening = _OPENING.match(text, opening.end())
    return re.sub(r"\S", " ", text[: opening.start()]) + text[opening.start() :] if opening else text


def _may_answer(remark: str, asked: Task) -> bool:
    """Whether a remark says that it answers, or computes, or has a new number and names only what the question names."""
    found = numbers(remark)
    if _SAID.search(remark) or len(found) > 1:
        return True
    words = set(_WORD.findall(flat(remark).casefold())) - _SMALL
    return all(number.value not in asked.given for number in found) and all(
        word[:4] in asked.stems for word in words
    )
