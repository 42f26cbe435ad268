"""The word that a reply answers with: marked, quoted, in bold, on a line of its own, or after "is" and its like."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from evals.answers.answer import Answer, nothing
from evals.answers.frames import surest
from evals.answers.graphemes import graphemes
from evals.answers.page import PHRASES, page
from evals.answers.quoted import quoted
from evals.answers.sequence import LETTER, runs
from evals.numbers import flat
from evals.reading import unwrap

_WORD = rf"(?:{LETTER})+(?:['’-](?:{LETTER})+)*"
_HYPHENED = re.compile(rf"{LETTER}(?:-{LETTER})+")
_WHOLE = re.compile(rf"\W*({_WORD})\W*")
_LEADS = (
    r"(?:\b(?:becomes|became|gives|yields|is|are|be|get|got|reads|says|write|spells|spelled|spelt|turns into|makes|results in|ergibt"
    r"|lautet|ist|heißt|devient|donne|est|es|da|diventa|è|fica|é|torna-se)|→|->|=>|=|⇒)[ \u2009:]{1,3}"
)
_CUE = re.compile(
    rf"{_LEADS}(?:the word |now |simply )?[\"“„«'‘*`_]{{0,4}}({_WORD})(?=[\"”“»'’*`_]{{0,4}}(?:[.!,;)\n]|[ ]\(|[ ]*$))",
    re.IGNORECASE | re.MULTILINE,
)
_LEADING = re.compile(rf"{_LEADS}\Z", re.IGNORECASE)
_OWN_LABEL = re.compile(
    rf"^[\s*>•#-]{{0,6}}(?P<label>[^\W\d_][\w ']{{0,30}})[ ]?[:=→][ ]{{0,3}}[\"“'*`]{{0,3}}(?P<word>{_WORD})[\"”'*`]{{0,4}}(?:[.!](?= |$)|[ ]*$)",
    re.MULTILINE,
)
_INPUTS = re.compile(
    r"(?:the )?(?:original|source|input|given|initial|misspelled|misspelling|wrong|before|word|start)(?: (?:word|string|spelling|letters?))?",
    re.IGNORECASE,
)
_LINE = re.compile(rf"^[\s\"'“”*`_>]{{0,6}}({_WORD})[\s\"'“”*`_.!]{{0,6}}$", re.MULTILINE)
_REJECTED = re.compile(
    r"\b(?:not|instead of|rather than|isn't|statt|nicht|pas|no|non|não)[ \u2009]{1,2}(?:the word )?[\"'*`“„«‘]{0,3}\Z",
    re.IGNORECASE,
)
_SPEECH = frozenset(PHRASES.tables["speech"])

_MARKS = 20
"""The last so many marks are looked into: a reply that marks more answers gives none."""


@dataclass(frozen=True, slots=True)
class _Found:
    word: str
    rule: str
    at: int


def word_answer(text: str, *, source: str = "", source_allowed: bool = False) -> Answer:
    """The word that a reply answers with, in NFC and as written, or None.

    Args:
        text: the visible reply with its markup.
        source: the word asked about: a reply that only repeats it has not answered.
        source_allowed: the source is itself the right answer (a palindrome reversed), so it may be the answer.
    """
    text = unicodedata.normalize("NFC", text)
    if not text.strip():
        return nothing("empty")
    barred = "" if source_allowed else unicodedata.normalize("NFC", source).casefold()
    first: str | None = None
    for candidates in (
        _marked(text),
        _whole(text),
        _led(text),
        _lines(text),
        _set_off(text),
        _labelled(text),
        _cued(text),
        _spelled(text),
    ):
        kept = [found for found in map(_together, candidates) if found.word.casefold() != barred]
        long = [found for found in kept if len(graphemes(found.word)) > 1] or (
            kept if len(source) < 2 else []
        )
        if long:
            first = first or long[0].word
            return Answer(
                long[-1].word,
                "word",
                long[-1].rule,
                first=first,
                last=long[-1].word,
                first_at=long[0].at,
                n_candidates=len(long),
            )
    return nothing("only the source" if barred and barred in text.casefold() else "no word")


def _together(found: _Found) -> _Found:
    """t-a-c as tac; a hyphen between longer parts belongs to the word."""
    return replace(found, word=found.word.replace("-", "")) if _HYPHENED.fullmatch(found.word) else found


def _marked(text: str) -> Iterator[_Found]:
    """What tags, boxes and labels point at, the surest mark alone, in order."""
    frames = surest(page(text))
    for frame in reversed([frame for frame in frames if frame.rank == frames[0].rank][:_MARKS]):
        inside = text[frame.start : frame.end]
        word = _inside(inside)
        if word:
            yield _Found(word, frame.rule, frame.start)


def _inside(text: str) -> str:
    """The word of a marked stretch: set off, spelled, or its first; empty where it has none."""
    set_off = [found.text for found in quoted(text) if _WHOLE.fullmatch(found.text)]
    if set_off:
        return set_off[0]
    spelled = runs(flat(text))
    if spelled:
        return "".join(spelled[0].letters)
    whole = _WHOLE.match(unwrap(text))
    return whole[1] if whole else ""


def _whole(text: str) -> Iterator[_Found]:
    match = _WHOLE.fullmatch(unwrap(text))
    if match and not runs(match[1]):
        yield _Found(match[1], "only", match.start(1))


def _set_off(text: str) -> Iterator[_Found]:
    """Words in quotes, bold or code, but those that are rejected."""
    for found in quoted(text):
        label = ":" in text[found.end - 4 : found.end + 1]
        if (
            _WHOLE.fullmatch(found.text)
            and not label
            and not _REJECTED.search(text, max(0, found.start - 24), found.start)
        ):
            yield _Found(found.text, "quoted", found.start)


def _led(text: str) -> Iterator[_Found]:
    """Words set off right after "is", "gives", an arrow."""
    for found in _set_off(text):
        if _LEADING.search(text, max(0, found.at - 24), found.at):
            yield _Found(found.word, "cue, quoted", found.at)


def _lines(text: str) -> Iterator[_Found]:
    for match in _LINE.finditer(unwrap(text)):
        if match[1].casefold() not in _SPEECH:
            yield _Found(match[1], "line", match.start(1))


def _labelled(text: str) -> Iterator[_Found]:
    """`Reversed: tac`; labels of what was given are passed over."""
    for match in _OWN_LABEL.finditer(unwrap(text)):
        if not _INPUTS.fullmatch(match["label"].strip()):
            yield _Found(match["word"], "own label", match.start("word"))


def _cued(text: str) -> Iterator[_Found]:
    for match in _CUE.finditer(unwrap(text)):
        if match[1].casefold() not in _SPEECH:
            yield _Found(match[1], "cue", match.start(1))


def _spelled(text: str) -> Iterator[_Found]:
    for run in runs(flat(text)):
        yield _Found("".join(run.letters), "sequence", run.start)
