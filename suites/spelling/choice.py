"""Which of two words a reply calls the longer one: by name, by its place in the question, or by comparing the two."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.answers import Answer
from evals.answers.answer import nothing
from evals.answers.frames import Rank, cued, surest
from evals.answers.page import Page, page

from .letters import letters

EQUAL = "equal"
"""The answer of a reply that says that neither is longer; one always is, so it is wrong."""

_PLACES = ("first|former", "second|latter")
_PLACED = r"(?:\bthe |\A\W{{0,4}})(?:{place})(?= (?:word|one|string|term|option|has|is|contains)\b|\W{{0,4}}(?:[.,;!)\n]|\Z))"
"""A place in the question stands for a word; "the first of the family" does not."""
_RELATION = re.compile(
    r"\b(?P<longer>more|longer|longest|most|greater|higher|bigger)\b|\b(?P<shorter>fewer|less|shorter|shortest|fewest|smaller)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|isn't|doesn't|no)\b[^.]{0,12}\Z", re.IGNORECASE)
_NAMES_IT = re.compile(r"[^.\n]{0,40}?(?:\bis\b|\bare\b|[:=])[\s\"'*]{0,4}(?:the )?\Z", re.IGNORECASE)
_OPENS = re.compile(
    r"\W{0,4}(?:it is|it's|that is|that's|that would be|i'd say)\W{1,4}(?:the word\W{1,4})?", re.IGNORECASE
)
_THAN = re.compile(r"\b(?:than|to|over)\b", re.IGNORECASE)
_COUNT = re.compile(
    r"[\s\"'*_`]{0,4}(?:has|have|with|contains|is|=|:|-|–|→|\(|,)?[\s\"'*(]{0,4}(?P<count>\d{1,2})\b"
)
_EQUAL = re.compile(
    r"\bsame (?:number|length|amount|count)|\bequally (?:long|many)|\bequal (?:in length|length|number)|\bneither\b|\b(?:a|it's a) tie\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Named:
    """One of the two words in a text: which, and where."""

    option: int
    start: int
    end: int


def word_choice(text: str, options: tuple[str, str]) -> Answer:
    """Which of two words a reply calls the longer one, as given in `options`; EQUAL if neither; None if it does not say.

    Args: text: the visible reply with its markup.
    """
    if not text.strip():
        return nothing("empty")
    laid = page(text)
    named = sorted(_names(laid.plain, options), key=lambda name: name.start)
    for frame in surest(laid):
        inside = {name.option for name in named if frame.start <= name.start < frame.end}
        if len(inside) == 1:
            return _answer(options, [inside.pop()], frame.rule)
    if len({name.option for name in named}) == 1:
        return _answer(options, [named[0].option], "only")
    if said := list(_said(laid, named)):
        return _answer(options, said, "cue")
    for rule, found in (
        ("comparison", list(_compared(laid, named))),
        ("counts", list(_counted(laid.plain, named))),
    ):
        if found:
            return _answer(options, found, rule)
    return Answer(EQUAL, "option", "equal") if _EQUAL.search(laid.plain) else nothing("no verdict")


def _answer(options: tuple[str, str], said: Sequence[int], rule: str) -> Answer:
    first, last = options[said[0]], options[said[-1]]
    return Answer(last, "option", rule, first=first, last=last, n_candidates=len(said))


def _names(plain: str, options: tuple[str, str]) -> Iterator[_Named]:
    """Where each word stands, in whatever form, or is called the first or the second one."""
    for option, (word, place) in enumerate(zip(options, _PLACES, strict=True)):
        spelled = r"[\s\"'.,-]{0,3}".join(map(re.escape, letters(word)))
        pattern = rf"(?<!\w){spelled}(?!\w)|{_PLACED.format(place=place)}"
        for match in re.finditer(pattern, plain, re.IGNORECASE):
            yield _Named(option, *match.span())


def _said(laid: Page, named: Sequence[_Named]) -> Iterator[int]:
    """What "it's A" opens with, and what "the answer is A" says."""
    for name in named:
        if _OPENS.fullmatch(laid.plain, 0, name.start):
            yield name.option
    for frame in cued(laid):
        inside = [name.option for name in named if frame.start <= name.start < frame.end]
        if frame.rank == Rank.ANSWER_CUE and inside:
            yield inside[0]


def _compared(laid: Page, named: Sequence[_Named]) -> Iterator[int]:
    """For each comparison in turn the option that it makes the longer one: "A is longer (than B)", "the longer one is A"."""
    starts = [name.start for name in named]
    for match in _RELATION.finditer(laid.plain):
        begin, end = laid.ends.start(match.start()), laid.ends.end(match.start())
        at = bisect_left(starts, match.start())
        before = [name for name in named[:at] if name.start >= begin]
        after = [name for name in named[at:] if name.start < end]
        subject = _subject(laid.plain, match, before, after)
        if subject is not None:
            up = (match["longer"] is not None) != bool(_NOT.search(laid.plain, begin, match.start()))
            yield subject if up else 1 - subject


def _subject(
    plain: str, match: re.Match[str], before: Sequence[_Named], after: Sequence[_Named]
) -> int | None:
    """Which option a comparison speaks of."""
    if (
        after
        and _NAMES_IT.fullmatch(plain, match.end(), after[-1].start)
        and not _THAN.search(plain, match.end(), after[-1].start)
    ):
        return after[-1].option
    return before[-1].option if before else None


def _counted(plain: str, named: Sequence[_Named]) -> Iterator[int]:
    """The option with the larger count, where both are given one: "A has 7 letters, B (9 letters)"."""
    counts: dict[int, int] = {}
    for name in named:
        if match := _COUNT.match(plain, name.end):
            counts[name.option] = int(match["count"])
    if len(set(counts.values())) == 2:
        yield max(counts, key=lambda option: counts[option])
