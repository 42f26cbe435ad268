"""The verdict on a reply: which number it commits to, when, and after what.

Answer first is judged by the first answer, every other arm by the last one. Beside the verdict each score notes

    first, last              the first and the last answer, as read (answer first, answer then check)
    first_right, last_right  whether they are right
    worked                   working stands before the answer that is judged, visible or hidden
    complied                 the reply did as advised; not noted where nothing was advised
    hidden                   the model reasoned out of sight

Where the point is to answer without working (answer first, answer only), a right or wrong answer after hidden
reasoning has the outcome `hidden_reasoning`, its value 1 or 0, and is left out of accuracy.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from evals.reading import Reading, read
from evals.types import Response, Sample, Score, Tag

from . import working
from .arms import CHECKED, FIRST, FREE, ONLY
from .commitment import Commitment, commitment
from .task import Task, task

ABSTAINING = re.compile(
    r"\bI (?:do not|don't|cannot|can't|could not|couldn't) (?:know|say|tell|determine|work out|answer|solve)"
    r"|\bnot enough information|\b(?:cannot|can't|could not) be (?:determined|answered|solved|known)"
    r"|\bno way (?:to|of) (?:know|tell)|\bimpossible to (?:say|tell|know|determine)|\binsufficient information",
    re.IGNORECASE,
)
REFUSING = re.compile(
    r"\bI(?:'m| am) (?:sorry|unable)|\bI (?:cannot|can't|won't) (?:help|assist|do)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a reply says.

    Attributes:
        task: what was asked.
        reading: the reply, read.
        answer: the numbers it commits to.
        hidden: whether the model reasoned out of sight.
    """

    task: Task
    reading: Reading
    answer: Commitment
    hidden: bool


def score(sample: Sample, arm: str, response: Response) -> Score:
    """The verdict on a response in an arm; pure."""
    said = _say(sample, response)
    if arm == CHECKED:
        return _judge_checked(sample, response, said)
    judged = said.answer.first if arm == FIRST else said.answer.last
    if judged is None:
        return _without_answer(said, response)
    worked = said.hidden or _worked(said, judged)
    notes: dict[str, Tag] = {"worked": worked, "hidden": said.hidden}
    if arm == FIRST:
        notes |= _notes(sample, said.answer.first, said.answer.below)
    if arm != FREE:
        notes["complied"] = _complied(arm, said, worked=worked)
    return _verdict(sample, judged, said, arm, notes)


def _say(sample: Sample, response: Response) -> Said:
    reading, asked = read(response), task(sample.input, str(sample.tags.get("unit", "")))
    answer = commitment(reading.normalised, asked, cut_off=response.stop == "length")
    return Said(asked, reading, answer, bool(reading.reasoning) or bool(response.tokens_reasoning))


def _worked(said: Said, judged: str) -> bool:
    """Whether working stands before the judged answer: before the first one, or anywhere if another one is judged."""
    text, at = said.reading.normalised, said.answer.first_at
    if judged != said.answer.first or at is None:
        return working.anywhere(text, said.task, judged)
    return working.before(text, at, said.task, judged)


def _complied(arm: str, said: Said, *, worked: bool) -> bool:
    """Whether a reply did as advised: worked first, or answered first, or said nothing but the answer."""
    if arm not in (FIRST, ONLY):
        return worked
    return not worked and (arm == FIRST or len(said.reading.plain.split()) <= 4)


def _notes(sample: Sample, first: str | None, last: str | None) -> dict[str, Tag]:
    notes: dict[str, Tag] = {}
    for name, text in (("first", first), ("last", last)):
        if text is not None:
            notes |= {name: text, f"{name}_right": is_right(sample, text)}
    return notes


def is_right(sample: Sample, answer: str) -> bool:
    """Whether an answer is the right number, exactly: every step of every problem is exact, so nothing is rounded."""
    return sample.target is not None and Fraction(answer) == Fraction(sample.target)


def _verdict(sample: Sample, judged: str, said: Said, arm: str, notes: dict[str, Tag]) -> Score:
    right = is_right(sample, judged)
    outcome = "right" if right else "wrong"
    if said.hidden and arm in (FIRST, ONLY):
        outcome = "hidden_reasoning"
    rule = f"{'first' if arm == FIRST else 'last'}: {said.answer.rule}"
    return Score(outcome, judged, float(right), rule, notes)


def _without_answer(said: Said, response: Response) -> Score:
    notes: dict[str, Tag] = {"hidden": said.hidden}
    text = said.reading.plain
    if response.stop == "length" or said.reading.truncated:
        return Score("truncated", rule=f"cut off: {said.answer.rule}", notes=notes)
    if ABSTAINING.search(text):
        return Score("abstained", rule="says that it cannot tell", notes=notes)
    if REFUSING.search(text):
        return Score("refused", rule="declines", notes=notes)
    return Score("unparsed", rule=said.answer.rule, notes=notes)


def _judge_checked(sample: Sample, response: Response, said: Said) -> Score:
    """Answer then check: judged by the last answer of the second turn; the first turn's answer is noted beside it."""
    judged = said.answer.last
    if judged is None:
        return _without_answer(said, response)
    opening = _say(sample, replace(response, text=response.earlier[0])) if response.earlier else said
    notes = _notes(sample, opening.answer.first, judged)
    worked = said.hidden or working.anywhere(said.reading.normalised, said.task, judged)
    notes |= {"worked": worked, "hidden": said.hidden, "complied": worked}
    return _verdict(sample, judged, said, CHECKED, notes)
