"""The verdict: what a reply answers, read by the kind of answer asked for, and how near it comes. The rule is the reader's.

Beside the verdict each score notes

    error     answer less right answer, of counts and positions
    spelled   whether the reply writes the word out letter by letter, rightly; not noted where it does not write it out
    hidden    the model reasoned out of sight
"""

import re
from dataclasses import replace

from evals.answers import graphemes
from evals.answers.sequence import runs
from evals.numbers import flat
from evals.reading import Reading, normalise, read
from evals.types import Response, Sample, Score, Tag

from .answer import MARKED, answer, kind_of
from .distance import similarity
from .letters import fold
from .prompts import FORMS, asking
from .tasks import Kind

LARGEST = 100
"""Answers beyond this say nothing about how far off a count is: wrong, without an error."""

_PLACEHOLDER = re.compile(r"(\banswer\W{1,4})<([^<>\n]{1,60})>", re.IGNORECASE)
_GIVES_UP = re.compile(
    r"\b(?:I|we) (?:do not|don't|cannot|can't|could not|couldn't|am not able to|am unable to|won't be able to)\b"
    r"|\bI'm (?:not able|unable|not sure|sorry)\b|\b(?:not possible|impossible|no way) to (?:tell|count|say|know|determine)\b",
    re.IGNORECASE,
)


def score(sample: Sample, arm: str, response: Response) -> Score:
    """Right if the reply's answer is the item's, whatever the case and the marks around it; pure.

    Outcomes: right, wrong, unparsed, abstained, truncated. Value: of letter sequences the letter accuracy, 0 to 1.
    """
    reading, kind = read(replace(response, text=_unwrapped(response.text))), kind_of(sample)
    notes: dict[str, Tag] = {"hidden": bool(reading.reasoning) or bool(response.tokens_reasoning)}
    text = _own_words(reading, sample, arm)
    cut = response.stop == "length"
    found = answer(text, sample, cut=cut)
    if kind != "letters":
        notes |= _spelled(text, sample)
    # Of a reply that was cut off only a marked answer counts; the reader of numbers sees to that itself.
    if found.answer is None or (cut and kind != "number" and found.rule_id not in MARKED):
        return Score(_without_answer(text, reading, cut=cut), rule=found.rule_id, notes=notes)
    said, target = _alike(found.answer, kind), _alike(sample.target or "", kind)
    if kind == "number":
        notes |= _error(found.answer, sample.target)
    value = None if kind not in ("letters", "word") else round(similarity(said, target), 6)
    return Score("right" if said == target else "wrong", found.answer, value, rule=found.rule_id, notes=notes)


def _own_words(reading: Reading, sample: Sample, arm: str) -> str:
    """The reply without the question, should it repeat it: in most forms that holds the letters asked for."""
    text = reading.normalised
    if arm in FORMS and "ask" in sample.fields:
        text = text.replace(_unwrapped(normalise(asking(arm)(sample))), "")
    return text.strip()


def _unwrapped(text: str) -> str:
    """`Answer: <s>` as `Answer: s`: the brackets of the asked form are kept by some, and <s> and <b> mean other things."""
    return _PLACEHOLDER.sub(r"\1\2", text)


def _alike(answer: str, kind: Kind) -> tuple[str, ...]:
    """What is compared: letters without regard to case, composition and what stands between them."""
    if kind == "number":
        return (answer,)
    return tuple(fold(letter) for letter in graphemes(answer) if letter.isalnum() or len(letter) > 1)


def _spelled(text: str, sample: Sample) -> dict[str, Tag]:
    """Whether the word is written out letter by letter: any run of letters that has half of them in place counts as one."""
    word, answer = _alike(sample.input, "letters"), _alike(sample.target or "", "letters")
    found = [tuple(map(fold, run.letters)) for run in runs(flat(text))]
    if word in found:
        return {"spelled": True}
    near = [run for run in found if run != answer and similarity(run, word) >= 0.5]
    return {"spelled": False} if near else {}


def _error(answer: str, target: str | None) -> dict[str, Tag]:
    if not answer.lstrip("-").isdecimal() or not target or abs(int(answer)) > LARGEST:
        return {}
    return {"error": int(answer) - int(target)}


def _without_answer(text: str, reading: Reading, *, cut: bool) -> str:
    if cut or reading.truncated:
        return "truncated"
    return "abstained" if _GIVES_UP.search(text) else "unparsed"
