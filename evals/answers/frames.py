"""Where replies put their answer: tags, JSON fields, boxes, labels and cue phrases, the surest first.

A frame is a stretch of the text and what kind of mark it bears. What is read inside it (a number, a word, a verdict)
is the affair of whoever asks. Places are those of the text, because `flat` moves no character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from evals.answers.page import Page


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
_HASH = re.compile(
    r"^[ \t]{0,3}#{4}[ \t]{0,3}(?P<in>[-$€£\u2212]{0,2}\d[^\n]{0,60}|[^\s#]{1,40})[ \t]*$", re.MULTILINE
)
_LEAD = re.compile(r"(?:\A|\n)[ \t>*•#|-]{0,8}(?P<heading>)\Z|(?<=[.!?;)]) {1,3}\Z")
_LEAD_LENGTH = 10
_LABEL = re.compile(
    r"(?: \([^()\n]{0,30}\)| of [^\W\d_]{1,20}(?: [^\W\d_]{1,20}){0,3})?(?: is)?[ \u2009|]{0,6}(?:[:=]|[ ][-–—](?= ))"
)
_OPENED = re.compile(r"[^:=\n\d]{0,48}?[ \u2009|]{0,6}(?:[:=]|[ ][-–—](?= ))")
_BARE_A = re.compile(r"^[ \t>*#]{0,4}A\d?[ ]?:", re.MULTILINE)
_HEADING = re.compile(r"[ \t*]{0,4}$", re.MULTILINE)
_UNMARKED = re.compile(r" (?=[-\d])")
_REST = re.compile(r"[ \t*_`]*(?:\n[ \t]*){0,3}")
_NO_HASH = re.compile(r"(?:step|check|explanation|reason|answer|final|result|solution|total)", re.IGNORECASE)
_POINTING = re.compile(r" (?:there|here|this)\b")
_COUNT_IS = re.compile(r" [^\W\d_]{1,16}[^.\n\d]{0,40}? (?:is|are|was)\b")
_TOTAL_IS = re.compile(r"(?: [^\W\d_]{1,20}){1,4}[ ]?[:=]")
_REACH = 160


def marked(page: Page) -> Iterator[Frame]:
    """The frames that a format or a label marks: tags, JSON fields, boxes, `####`, labels."""
    text = page.text
    for match in _TAG.finditer(text):
        yield Frame(Rank.TAG, "tag", *match.span("in"))
    for match in _JSON.finditer(text):
        kind = next(name for name in ("string", "list", "bare") if match[name] is not None)
        yield Frame(Rank.TAG, "json", *match.span(kind))
    for match in _BOX.finditer(text):
        yield Frame(Rank.BOXED, "boxed", match.end(), _closing(text, match.end()))
    for match in _HASH.finditer(text):
        if not _NO_HASH.match(match["in"]):
            yield Frame(Rank.HASH, "hash", *match.span("in"))
    yield from _labels(page)


def surest(page: Page) -> list[Frame]:
    """The marked frames, the surest first, and of equals the last."""
    return sorted(marked(page), key=lambda frame: (frame.rank, -frame.start))


def _closing(text: str, start: int) -> int:
    """The place of the brace that closes the one before `start`; the reach of a box where none does."""
    depth = 1
    for at in range(start, min(len(text), start + _BOX_LENGTH)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
    return min(len(text), start + _BOX_LENGTH)


def _labels(page: Page) -> Iterator[Frame]:
    plain = page.plain
    for start, end in page.phrases["labels"]:
        lead = _LEAD.search(plain, max(0, start - _LEAD_LENGTH), start)
        opened = _LABEL.match(plain, end) or (
            _UNMARKED.match(plain, end) if page.phrases.lower.endswith("answer", start, end) else None
        )
        if lead and opened:
            yield _labelled(plain, "label", opened.end())
        elif lead and lead["heading"] is not None and _HEADING.match(plain, end):
            yield _labelled(plain, "heading", end)
    for start, end in page.phrases["label_openers"]:
        opened = _OPENED.match(plain, end)
        if opened and _LEAD.search(plain, max(0, start - _LEAD_LENGTH), start):
            yield _labelled(plain, "label", opened.end())
    for match in _BARE_A.finditer(plain):
        yield _labelled(plain, "label", match.end())


def _labelled(plain: str, rule: str, at: int) -> Frame:
    """What follows a label on its line, or the next line that is not empty."""
    rest = _REST.match(plain, at)
    start = rest.end() if rest else at
    end = plain.find("\n", start)
    return Frame(Rank.LABEL, rule, start, min(len(plain) if end < 0 else end, start + _BOX_LENGTH))


def cued(page: Page) -> Iterator[Frame]:
    """The frames that the wording points at, each to the end of its sentence."""
    for rank, rule, end in _cues(page):
        yield Frame(rank, rule, end, min(page.ends.end(end), end + _REACH))
    for start, _ in page.phrases["trailing"]:
        yield Frame(
            Rank.CUE, "trailing cue", max(page.ends.start(start), start - _REACH), start, backwards=True
        )


def _cues(page: Page) -> Iterator[tuple[Rank, str, int]]:
    """Each cue: its rank, its rule and where it ends."""
    phrases, lower = page.phrases, page.phrases.lower
    for _, end in phrases["answer_cues"]:
        yield Rank.ANSWER_CUE, "answer cue", end
    for _, end in phrases["cues"]:
        if not _POINTING.match(lower, end):
            yield Rank.CUE, "cue", end
    for _, end in phrases["counts"]:
        if match := _COUNT_IS.match(lower, end):
            yield Rank.CUE, "cue", match.end()
    for start, end in phrases["totals"]:
        match = _TOTAL_IS.match(lower, end)
        if match and _LEAD.search(lower, max(0, start - _LEAD_LENGTH), start):
            yield Rank.CUE, "cue", match.end()
    for _, end in phrases["weak"]:
        yield Rank.WEAK, "weak cue", end
