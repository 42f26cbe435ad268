"""Which number a reply commits to first, and which one last.

`evals.answers` ranks what is marked as an answer. What it cannot know is the problem: that a share is asked for, that a
number of the problem is never its answer, that a claim which opens a reply comes before the working that follows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evals.answers import Answer, number_answer
from evals.answers.numeric import shown
from evals.answers.quantity import in_unit
from evals.numbers import Number, flat, numbers

from . import working
from .task import Task, prepare

MARKED = frozenset({"tag", "json", "boxed", "hash", "label", "heading", "answer cue"})
"""Rules of `evals.answers` by which a number is said to be the answer; the others go by the wording around it."""

_EACH_AFTER = re.compile(
    r"[^\S\n]?(?:[^\W\d_]+[^\S\n]){0,2}(?:each|apiece|per|a piece)\b|[^\S\n]an? [^\W\d_]{3,}", re.IGNORECASE
)
_EACH_BEFORE = re.compile(
    r"(?<!\d )\b(?:each|every|per|one)\b(?: [^\W\d_]+){0,3}[ ]?"
    r"(?:[:=]|\b(?:is|are|costs?|gets?|has|have|holds?|carries|weighs?|for))[ $€£]{0,3}\Z",
    re.IGNORECASE,
)
_COMPUTED = re.compile(
    r"[ )]{0,2}[-+*/×·÷=\u2212^]|[ ]?x[ ]?\d|[ ](?:times|plus|minus|divided|multiplied)\b", re.IGNORECASE
)
_UNFINISHED = re.compile(
    r"answer ?:[ $]{0,2}\d[\d.,]* ?[-+*/×·÷\u2212] ?[$]?\d[\d.,]*[ ).]*\Z", re.IGNORECASE
)
_CHECK = re.compile(
    r"^[\W_]*(?:check|verif|proof|to confirm|sanity)[^\n]*(?:\n(?!\s*\n)[^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_REACH = 48


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a reply commits to; all None where it gives no answer.

    Attributes:
        first, last: the first and the last answer, canonical texts ("5", "9/2").
        first_at: where the first one begins.
        below: what the lines below the first answer come to; `last` where they come to nothing.
        rule: what decided.
    """

    first: str | None
    last: str | None
    first_at: int | None
    below: str | None
    rule: str


def commitment(text: str, task: Task, *, cut_off: bool) -> Commitment:
    """Read a visible reply (`Reading.normalised`) to a task. Args: cut_off: it ended at the token limit."""
    plain = prepare(text, task)
    found = _committed(plain, task, cut_off=cut_off)
    line = plain.find("\n", found.first_at) if found.first_at is not None else -1
    if line < 0:
        return found
    below = _committed(_CHECK.sub("", plain[line:]), task, cut_off=False)
    return replace(found, below=below.last or found.last)


def _committed(plain: str, task: Task, *, cut_off: bool) -> Commitment:
    answer = number_answer(plain, replace(task.asked, truncated=cut_off))
    if answer.answer is None or answer.first_at is None:
        return Commitment(None, None, None, None, answer.rule_id)
    bare = flat(plain)
    if _UNFINISHED.search(bare.rstrip()):
        return Commitment(None, None, None, None, "left to be computed")
    found = _values(plain, bare, task)
    if answer.rule_id in MARKED:
        return _marked(bare, task, answer, found)
    return _unmarked(plain, bare, task, answer, found)


def _values(plain: str, bare: str, task: Task) -> list[Number]:
    """The numbers that may be an answer, in the asked unit: those that are no part of a calculation, no rank and no given."""
    return [
        number
        for number in map(_whole, in_unit(bare, numbers(plain), task.asked.unit))
        if number.value not in task.given
        and not number.ordinal
        and not number.negated
        and not (number.form == "words" and number.value == 1)
        and not _COMPUTED.match(bare, number.end)
    ]


def _whole(number: Number) -> Number:
    """Answers are whole: 55,850 is read as such, whatever the language."""
    if number.value.denominator > 1 and number.other is not None and number.other.denominator == 1:
        return replace(number, value=number.other)
    return number


def _marked(bare: str, task: Task, answer: Answer, found: Sequence[Number]) -> Commitment:
    """By its mark; a sentence behind the mark may first name a sum and then the share that is asked for."""
    at = answer.first_at or 0
    start, end = bare.rfind("\n", 0, at) + 1, bare.find("\n", at)
    line = [number for number in found if start <= number.start < (end if end >= 0 else len(bare))]
    share = _share(bare, line) if task.share and answer.first == answer.answer else None
    if share:
        return Commitment(shown(share.value), shown(share.value), share.start, shown(share.value), "per item")
    same = [number.start for number in line if shown(number.value) == answer.first]
    return Commitment(answer.first, answer.answer, min([at, *same]), answer.answer, answer.rule_id)


def _unmarked(plain: str, bare: str, task: Task, answer: Answer, found: Sequence[Number]) -> Commitment:
    """Without a mark: a claim that opens the reply comes first; what is said per item, or last, comes last."""
    claim = _claim(plain, task, found)
    share = _share(bare, found) if task.share else None
    last, at, rule = str(answer.answer), answer.first_at, answer.rule_id
    if share:
        last, at, rule = shown(share.value), share.start, "per item"
    elif claim and last in map(shown, task.given):
        last, rule = shown(claim.value), "opening claim"
    first = last
    if claim:
        first, at = shown(claim.value), claim.start
    return Commitment(first, last, at, last, rule)


def _claim(plain: str, task: Task, found: Sequence[Number]) -> Number | None:
    """The first value, if no working stands before it."""
    if not found or found[0].bound or working.before(plain, found[0].start, task):
        return None
    return found[0]


def _share(bare: str, found: Sequence[Number]) -> Number | None:
    """The last value that is said to be of each one."""
    shares = [
        number
        for number in found
        if _EACH_AFTER.match(bare, number.end)
        or _EACH_BEFORE.search(bare, max(0, number.start - _REACH), number.start)
    ]
    return shares[-1] if shares else None
