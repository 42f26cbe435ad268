"""The verdict on a reply: which of the two it names, by itself or through a comparison."""

import re

from evals.answers import Answer, option_answer
from evals.reading import Reading, read
from evals.types import Response, Sample, Score, Tag

LARGER = "larger"
_EQUAL = "equal"
_NAMED = re.compile(
    r"\b(?:the )?(?P<place>first|former|second|latter)\b(?: (?:one|number|price|release|version|passage|day|date|shop|verse))?",
    re.IGNORECASE,
)
_ABSTAINING = re.compile(
    r"\bI (?:do not|don't|cannot|can't) (?:know|say|tell)|\bdepends on\b|\bnot enough information|\bcannot be compared",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\b(?:what|how|which|who|why|is|are|do|does|did|can|could|would|shall|should)\b(?:[^.!?\n]|\.(?=\d)){8,}\?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()\n]*[A-Za-z][^()\n]*\)")
_PLACE = re.compile(r"\bin the (?:year|book)\b")
_COLON = re.compile(r"(?<=\d):(?=\d)")
_WHOLE_REPLY = 6


def score(sample: Sample, _arm: str, response: Response) -> Score:
    """Right if the reply names the right one of the two.

    Notes: `picked_first`, whether it is the one that the question names first; `hidden`, whether the model reasoned out
    of sight. That both are equal is a wrong answer. A reply that was cut off counts only if it marks its answer.
    """
    reading = read(response)
    options = (str(sample.tags["first"]), str(sample.tags["second"]))
    answer = option_answer(
        prepare(reading.normalised, options), options, larger=sample.tags["asked"] == LARGER
    )
    notes: dict[str, Tag] = {"hidden": bool(reading.reasoning) or bool(response.tokens_reasoning)}
    if response.stop == "length" and answer.rule_id in ("only", "comparison", "no verdict", _EQUAL):
        return Score("truncated", rule=f"cut off: {answer.rule_id}", notes=notes)
    picked = answer.answer or _by_place(reading, options)
    if picked is None:
        return _without_answer(reading, answer, notes)
    right = picked == sample.target
    notes["picked_first"] = picked == options[0]
    rule = answer.rule_id if answer.answer else "by place"
    return Score("right" if right else "wrong", picked, float(right), rule, notes)


def prepare(text: str, options: tuple[str, str]) -> str:
    """The reply with what cannot be its answer made blank.

    Blank are: questions, remarks in brackets beside an option, an option that is denied ("not 9.17"), and the words "in
    the year" or "in the book" inside a comparison. A colon between part and item ("6:21") becomes a point.
    """
    text = _COLON.sub(".", text)
    text = _QUESTION.sub(_blank, text)
    denied = "|".join(re.escape(option) for option in options)
    text = re.sub(rf"\b[Nn]ot (?:{denied})\b(?! (?:is|are|was|comes))", _blank, text)
    without = _PLACE.sub(_blank, _BRACKETS.sub(_blank, text))
    return without if any(option in without for option in options) else text


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"\S", " ", match[0])


def _by_place(reading: Reading, options: tuple[str, str]) -> str | None:
    """The option that a short reply names as the first or the second one."""
    named = _NAMED.search(reading.plain)
    if named is None or len(reading.plain.split()) > _WHOLE_REPLY:
        return None
    return options[0 if named["place"].lower() in ("first", "former") else 1]


def _without_answer(reading: Reading, answer: Answer, notes: dict[str, Tag]) -> Score:
    if answer.rule_id == _EQUAL:
        return Score("wrong", _EQUAL, 0.0, "says that both are equal", notes)
    if reading.truncated:
        return Score("truncated", rule="cut off", notes=notes)
    if _ABSTAINING.search(reading.plain):
        return Score("abstained", rule="says that it cannot tell", notes=notes)
    return Score("unparsed", rule=answer.rule_id, notes=notes)
