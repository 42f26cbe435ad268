"""How each kind of answer is read: by the engine's readers, and a few turns of phrase that only questions of spelling meet."""

import re
from collections.abc import Callable, Mapping

from evals.answers import Answer, Asked, graphemes, integer_answer, letters_answer, word_answer, yes_no_answer
from evals.types import Sample

from .choice import word_choice
from .letters import fold
from .tasks import TASKS, Kind

COUNTED = ("times", "time", "occurrences", "occurrence", "instances", "instance")
MEASURED = ("letters", "letter", "characters", "character")

MARKED = frozenset({"tag", "json", "boxed", "hash", "label", "heading"})
"""Rules that read a marked answer."""

TALK = frozenset({"yes", "no", "none", "ok", "okay", "sure", "unknown"})
"""Words that are no answer where a letter is asked for."""

_ONE = r"[\s\"'*_`]{0,4}([^\W\d_])(?!\w)"
_BOTH_ENDS = re.compile(
    rf"\b(?:begins?|starts?|opens?|opening)(?: with| letter is)?{_ONE}[^.]{{1,40}}?\b(?:ends?|finish(?:es)?|clos(?:es|ing))(?: with| letter is)?{_ONE}",
    re.IGNORECASE,
)
_ALONE = re.compile(r"^[ \t\"'*_`]{0,6}([^\W\d_])[ \t\"'*_`.!]{0,6}$", re.MULTILINE)
_OPENING = re.compile(r"\A[\s\"'*_`]{0,6}([^\W\d_])[\"'*_`]{0,3} ?(?:\(|[—–]| - )")
_ARROW = re.compile(r"(?:->|→|=>|⇒)[\s\"'*_`]{0,4}([^\W\d_])[\s\"'*_`.!]{0,4}\Z")
_NOT_ONCE = re.compile(r"\bnot (?:even |a single )?once\b|\bnot a single time\b", re.IGNORECASE)
_REMARK = re.compile(r"\([^()\n]{0,200}\)")
_OUT_OF = re.compile(r"(?<=\d)(?:st|nd|rd|th)? (?:out )?of (?:the )?\d{1,2}(?: letters)?")


def kind_of(sample: Sample) -> Kind:
    """What is asked for; of an item without a task, as a file may have it, what its target looks like."""
    if sample.tags.get("task") in TASKS:
        return TASKS[str(sample.tags["task"])].kind
    target = sample.target or ""
    if target.casefold() in ("yes", "no"):
        return "verdict"
    if target.isdecimal():
        return "number"
    if len(graphemes(target)) == 1:
        return "letter"
    return "word" if target.isalpha() else "letters"


def answer(text: str, sample: Sample, *, cut: bool) -> Answer:
    """The answer in a reply, by the reader of its kind.

    Args: text: the visible reply with its markup. cut: it was cut off at the token limit.
    """
    kind = kind_of(sample)
    return _number(text, sample, cut=cut) if kind == "number" else READERS[kind](text, sample)


def _letter(text: str, sample: Sample) -> Answer:
    """One letter, be it before a remark, after an arrow or on the only line of its kind; a marked or bare word is an answer too, and a wrong one."""
    found = letters_answer(text, source=sample.input, count=1)
    if found.answer is not None:
        return found
    alone, edge = _ALONE.findall(text), _ARROW.search(text) or _OPENING.search(text)
    if len(alone) == 1 or edge:
        return Answer(edge[1] if edge else alone[0], "letters", "edge" if edge else "line")
    word = word_answer(text)
    committed = word.rule_id in MARKED | {"only"} and str(word.answer).casefold() not in TALK
    return Answer(word.answer, "letters", "no single letter") if committed else found


def _pair(text: str, sample: Sample) -> Answer:
    """Two letters, be it "begins with s and ends with t" or "st"."""
    ends = _BOTH_ENDS.search(text)
    if ends:
        return Answer(ends[1] + ends[2], "letters", "both ends")
    found = letters_answer(text, source=sample.input, count=2, joined=True)
    joined = found.rule_id.startswith("joined") and len(graphemes(found.answer or "")) != 2
    return Answer(None, "none", "no two letters") if joined else found


def _word(text: str, sample: Sample) -> Answer:
    """A word other than the one shown; that one if the reply has no other: it was left as it was."""
    shown = sample.input
    allowed = fold(shown) == fold(sample.target or "")
    for said in dict.fromkeys((text, _REMARK.sub("", text))):
        found = word_answer(said, source=shown, source_allowed=allowed)
        if found.answer is not None:
            return found
    return word_answer(text, source_allowed=True) if found.rule_id == "only the source" else found


def _number(text: str, sample: Sample, *, cut: bool) -> Answer:
    task, letter = sample.tags.get("task"), sample.fields.get("letter", "")
    if task == "position_of":
        return integer_answer(_OUT_OF.sub("", text), Asked(positions=True, truncated=cut))
    if task == "length":
        return integer_answer(text, Asked(things=MEASURED, truncated=cut))
    found = integer_answer(text, Asked(things=(*COUNTED, letter), absent=True, truncated=cut))
    if found.answer is None and _NOT_ONCE.search(text):
        return Answer("0", "integer", "none there")
    none = letter and re.search(
        rf"\b(?:no|not a single|without) [\"'*_`]{{0,3}}{re.escape(letter)}(?!\w)", text, re.IGNORECASE
    )
    return Answer("0", "integer", "none there") if none and found.rule_id in ("only", "last") else found


def _option(text: str, sample: Sample) -> Answer:
    """One of two words; of an item of a file, which has no second one, whatever word is given."""
    other = sample.fields.get("other")
    return word_choice(text, (sample.input, other)) if other else word_answer(text)


READERS: Mapping[Kind, Callable[[str, Sample], Answer]] = {
    "letters": lambda text, sample: letters_answer(text, source=sample.input),
    "letter": _letter,
    "pair": _pair,
    "word": _word,
    "verdict": lambda text, _sample: yes_no_answer(text),
    "option": _option,
}
"""All kinds but numbers, whose reader knows what a cut-off reply may still say."""
