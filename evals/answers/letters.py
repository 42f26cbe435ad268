"""The letters that a reply answers with: a spelling, or one letter."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from evals.answers.answer import Answer, nothing
from evals.answers.frames import Frame, surest
from evals.answers.graphemes import graphemes
from evals.answers.page import Page, page
from evals.answers.quoted import quoted
from evals.answers.sequence import LETTER, Run, runs
from evals.answers.word import word_answer

_ONE = re.compile(rf"\W*({LETTER})\W*")
_NAMED = re.compile(
    r"(?:\b(?:is|was|be|ist|lautet|est|es|è|é|letter|character|buchstabe|lettre|letra|lettera)|[:=→])[ \u2009\"'*]{1,4}"
    rf"(?:(?:the|simply|a capital|an?) )?(?:(?:letter|character|buchstabe|lettre) )?[ \"'(]{{0,3}}({LETTER})(?![\w'])",
    re.IGNORECASE,
)
_WORD_FOLLOWS = re.compile(r"[ \u2009]+[^\W\d_]")


def letters_answer(text: str, *, source: str = "", count: int | None = None, joined: bool = False) -> Answer:
    """The letters that a reply spells, as one string in NFC, in the case in which they are written.

    Args:
        text: the visible reply with its markup.
        source: the word asked about; it is no answer when letters are joined.
        count: how many letters the question asks for, where it is one ("the third letter") or two.
        joined: whether letters that stand together ("uqts") are an answer too.
    """
    text = unicodedata.normalize("NFC", text)
    if not text.strip():
        return nothing("empty")
    laid = page(text)
    marked = surest(laid)
    if count is not None:
        few = _few(laid, marked, count)
        if few or count == 1:
            return few or nothing("no letter")
    found = runs(laid.plain)
    starts = [run.start for run in found]
    for frame in marked:
        at = bisect_left(starts, frame.start)
        if at < len(found) and starts[at] < frame.end:
            return _spelled(found[at], found, frame.rule)
    if found:
        longest = max(len(run.letters) for run in found)
        whole = [run for run in found if 2 * len(run.letters) >= longest]
        return _spelled(whole[-1], whole, "sequence")
    return _joined(text, source) if joined else nothing("no separate letters")


def _joined(text: str, source: str) -> Answer:
    """Letters written as one word."""
    word = word_answer(text, source=source)
    if word.answer is None:
        return nothing("no separate letters")
    return replace(word, kind="letters", rule_id=f"joined, {word.rule_id}")


def _spelled(run: Run, found: Sequence[Run], rule: str) -> Answer:
    return Answer(
        "".join(run.letters),
        "letters",
        rule,
        first="".join(found[0].letters),
        last="".join(run.letters),
        first_at=found[0].start,
        n_candidates=len(found),
    )


def _few(laid: Page, marked: Sequence[Frame], count: int) -> Answer | None:
    """One letter, or so few that prose may stand between them: marked, named ("is r"), quoted, or alone."""
    plain = laid.plain
    for frame in marked if count == 1 else ():
        inside = _ONE.match(plain, frame.start, frame.end)
        if inside and not _runs_on(plain, inside):
            return _letters([inside[1]], frame.rule)
    alone = _ONE.fullmatch(plain)
    if count == 1 and alone:
        return _letters([alone[1]], "only")
    named = [match[1] for match in _NAMED.finditer(plain) if not _article(plain, match)]
    single = [
        found.text for found in quoted(laid.text) if len(graphemes(found.text)) == 1 and found.text.isalpha()
    ]
    for rule, letters in (("named", named), ("quoted", single)):
        if len(letters) >= count:
            return _letters(letters[-count:], rule)
    return None


def _runs_on(plain: str, match: re.Match[str]) -> bool:
    """Whether the letter begins a word."""
    return plain[match.end(1) : match.end(1) + 1].isalnum()


def _article(plain: str, match: re.Match[str]) -> bool:
    """Whether the letter is a word, because another word follows it: "is a vowel"."""
    return match[1] in ("a", "A", "I") and _WORD_FOLLOWS.match(plain, match.end(1)) is not None


def _letters(letters: Sequence[str], rule: str) -> Answer:
    word = "".join(letters)
    return Answer(word, "letters", rule, first=word, last=word, n_candidates=1)
