"""Where replies put their answer: tags, JSON fields, boxes, labels and cue phrases, the surest first.

A frame is a stretch of the text and what kind of mark it bears. What is read inside it (a number, a word, a verdict)
is the affair of whoever asks. Places are those of the text, because `flat` moves no character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from evals.answers.clause import Sentences
from evals.answers.lexicon import PHRASES, pattern


class Rank(IntEnum):
    """How sure a mark is; a lower one wins over a higher one."""

    TAG = 0
    BOXED = 1
    HASH = 2
    LABEL = 3
    ANSWER_CUE = 4
    CUE = 5
    LINE = 6
    WEAK = 7
    TALLY = 8
    ONLY = 9
    LAST = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """A stretch of the text that a mark points at.

    Attributes:
        backwards: the mark stands after what it points at ("12 in total"), so that the nearest is the last.
    """

    rank: Rank
    rule: str
    start: int
    end: int
    backwards: bool = False


_TAG = re.compile(
    r"(?:<(?P<tag>final_?answer|answer|result|ans|count|verdict)>|\[(?P<bracket>ANSWER)\])(?P<in>.{0,400}?)(?:</(?P=tag)>|\[/ANSWER\])",
    re.IGNORECASE | re.DOTALL,
)
_JSON = re.compile(
    r"[\"'](?:final_?)?(?:answer|count|result|total|value|number|verdict|solution|reversed|word|output)[\"']\s{0,3}:\s{0,3}"
    r"(?:\"(?P<string>(?:[^\"\\\n]|\\.){0,300})\"|(?P<list>\[[^\[\]]{0,300}\])|(?P<bare>[^\s,}\]\"][^,}\]\n]{0,60}))",
    re.IGNORECASE,
)
_BOX = re.compile(r"\\(?:boxed|fbox)\s{0,2}\{")
_BOX_LENGTH = 300
_HASH = re.compile(r"^[ \t]{0,3}#{4}[ \t]{0,3}(?P<in>[-$€£\u2212]{0,2}\d[^\n]{0,60}|[^\s#]{1,40})[ \t]*$", re.MULTILINE)
_LEAD = r"(?:^[ \t>*•#|-]{0,8}|(?<=[.!?;)])[ ]{1,3})"
_LABEL = re.compile(
    rf"{_LEAD}(?P<label>{pattern(PHRASES['labels'])}(?: \([^()\n]{{0,30}}\)| of [^\W\d_]{{1,20}}(?: [^\W\d_]{{1,20}}){{0,3}})?"
    rf"|{pattern(PHRASES['label_openers'])}[^:=\n\d]{{0,48}}?)"
    r"(?: is)?[ \u2009|]{0,6}(?:[:=]|[ ][-–—](?= ))",
    re.IGNORECASE | re.MULTILINE,
)
_BARE_A = re.compile(r"^[ \t>*#]{0,4}A\d?[ ]?:", re.MULTILINE)
_HEADING = re.compile(rf"^[ \t#*]{{0,8}}{pattern(PHRASES['labels'])}[ \t*]{{0,4}}$", re.IGNORECASE | re.MULTILINE)
_UNMARKED = re.compile(r"^[ \t>*#]{0,4}(?:final )?answer (?=[-\d])", re.IGNORECASE | re.MULTILINE)
_REST = re.compile(r"[ \t*_`]*(?:\n[ \t]*){0,3}")
_POINTING = r"(?! (?:there|here|this)\b)"
_ANSWER_CUE = re.compile(pattern(PHRASES["answer_cues"]), re.IGNORECASE)
_TOTAL = rf"{_LEAD}total(?: [^\W\d_]{{1,20}}){{1,4}}[ ]?[:=]"
_CUE = re.compile(rf"{pattern(PHRASES['cues'])}{_POINTING}|{_TOTAL}" + r"|\bnumber of [^\W\d_]{1,16}[^.\n\d]{0,40}? (?:is|are|was)\b", re.IGNORECASE | re.MULTILINE)
_TRAILING = re.compile(pattern(PHRASES["trailing"]), re.IGNORECASE)
_WEAK = re.compile(pattern(PHRASES["weak"]) + r"|=|→|⇒|->|=>", re.IGNORECASE)
_REACH = 160
_SECTION = re.compile(r"step\b|check\b|explanation\b|reason", re.IGNORECASE)


def marked(text: str, plain: str) -> Iterator[Frame]:
    """The frames that a format or a label marks: tags, JSON fields, boxes, `####`, labels.

    Args:
        text: the reply with its markup.
        plain: the same, made `flat`.
    """
    for match in _TAG.finditer(text):
        yield Frame(Rank.TAG, "tag", *match.span("in"))
    for match in _JSON.finditer(text):
        kind = next(name for name in ("string", "list", "bare") if match[name] is not None)
        yield Frame(Rank.TAG, "json", *match.span(kind))
    for match in _BOX.finditer(text):
        yield Frame(Rank.BOXED, "boxed", match.end(), _closing(text, match.end()))
    for match in _HASH.finditer(text):
        if not _HEADING.match(match["in"]) and not _SECTION.match(match["in"]):
            yield Frame(Rank.HASH, "hash", *match.span("in"))
    yield from _labels(plain)


def _closing(text: str, start: int) -> int:
    """The place of the brace that closes the one before `start`; the reach of a box where none does."""
    depth = 1
    for at in range(start, min(len(text), start + _BOX_LENGTH)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
    return min(len(text), start + _BOX_LENGTH)


def _labels(plain: str) -> Iterator[Frame]:
    for pattern_, rule in ((_LABEL, "label"), (_BARE_A, "label"), (_HEADING, "heading"), (_UNMARKED, "label")):
        for match in pattern_.finditer(plain):
            rest = _REST.match(plain, match.end())
            start = rest.end() if rest else match.end()
            end = plain.find("\n", start)
            end = len(plain) if end < 0 else end
            yield Frame(Rank.LABEL, rule, start, min(end, start + _BOX_LENGTH))


def cued(plain: str, ends: Sentences) -> Iterator[Frame]:
    """The frames that the wording points at, each to the end of its sentence."""
    for rank, rule, cue in (
        (Rank.ANSWER_CUE, "answer cue", _ANSWER_CUE),
        (Rank.CUE, "cue", _CUE),
        (Rank.WEAK, "weak cue", _WEAK),
    ):
        for match in cue.finditer(plain):
            yield Frame(rank, rule, match.end(), min(ends.end(match.end()), match.end() + _REACH))
    for match in _TRAILING.finditer(plain):
        start = max(ends.start(match.start()), match.start() - _REACH)
        yield Frame(Rank.CUE, "trailing cue", start, match.start(), backwards=True)
