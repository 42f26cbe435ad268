"""Which of two options a reply names, by itself or through a comparison: "9.9 is larger than 9.11"."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.answers.answer import Answer, nothing
from evals.answers.clause import sentences
from evals.answers.frames import Rank, cued, marked
from evals.answers.lexicon import pattern
from evals.numbers import flat

_SAYS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "relations.toml").read_text("utf-8"))
_RELATION = re.compile(
    rf"(?P<larger>{pattern(_SAYS['larger'])})|(?P<smaller>{pattern(_SAYS['smaller'])})|(?P<sign>[<>])(?![-=\w/])(?<![-=])", re.IGNORECASE
)
_THAN = re.compile(rf"[ \u2009]*{pattern(_SAYS['than'])}", re.IGNORECASE)
_BETWEEN = re.compile(pattern(_SAYS["between"]), re.IGNORECASE)
_NEGATES = re.compile(pattern(_SAYS["negates"]), re.IGNORECASE)
_SEEMS = re.compile(pattern(_SAYS["seems"]), re.IGNORECASE)
_EQUAL = re.compile(pattern(_SAYS["equal"]), re.IGNORECASE)
_TURN = re.compile(r"[,;]? (?:but|however|whereas|while|aber|mais|pero|ma|mas)\b|[;\n]|, (?=so |since |because )", re.IGNORECASE)
_SIGN_REACH = 6
_NEAR = 40
_OTHER_NUMBER = re.compile(r"(?<![\d.])\.?\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class _Named:
    """A number in a clause: which option it is, -1 for none of them."""

    option: int
    start: int
    end: int


def option_answer(text: str, options: tuple[str, str], *, larger: bool = True) -> Answer:
    """Which of two options a reply answers with, as given in `options`, or None.

    Args:
        text: the visible reply with its markup.
        options: the two as the question wrote them; a decimal comma and added zeros are taken for the same.
        larger: whether the larger (later, newer) one was asked for; else the smaller.
    """
    if not text.strip():
        return nothing("empty")
    plain = flat(text)
    named = list(_named(plain, options))
    for frame in sorted(marked(text, plain), key=lambda frame: (frame.rank, -frame.start)):
        inside = {name.option for name in named if frame.start <= name.start < frame.end and name.option >= 0}
        if len(inside) == 1:
            return _answer(options, [inside.pop()], frame.rule)
    winners = list(_compared(plain, named))
    if winners:
        return _answer(options, [winner if larger else 1 - winner for winner in winners], "comparison")
    for frame in reversed(list(cued(plain, sentences(plain)))):
        inside = {name.option for name in named if frame.start <= name.start < frame.end and name.option >= 0}
        if frame.rank == Rank.ANSWER_CUE and len(inside) == 1:
            return _answer(options, [inside.pop()], frame.rule)
    mentioned = {name.option for name in named if name.option >= 0}
    if len(mentioned) == 1:
        return _answer(options, [mentioned.pop()], "only")
    return nothing("equal" if _EQUAL.search(plain) else "no verdict")


def _answer(options: tuple[str, str], said: Sequence[int], rule: str) -> Answer:
    return Answer(options[said[-1]], "option", rule, first=options[said[0]], last=options[said[-1]], n_candidates=len(said))


def _named(plain: str, options: tuple[str, str]) -> Iterator[_Named]:
    """Every number of the text and which option it is."""
    forms = [re.compile(re.escape(option).replace(r"\.", "[.,]") + "0*") for option in options]
    for match in _OTHER_NUMBER.finditer(plain):
        exact = [i for i, option in enumerate(options) if match[0] == option]
        alike = exact or [i for i, form in enumerate(forms) if form.fullmatch(match[0])]
        yield _Named(alike[0] if alike else -1, *match.span())


def _compared(plain: str, named: Sequence[_Named]) -> Iterator[int]:
    """For each comparison in turn the option that it makes the larger one."""
    ends = sentences(plain)
    cuts = sorted({*ends.ends, *(match.start() for match in _TURN.finditer(plain)), len(plain)})
    start, at = 0, 0
    for cut in cuts:
        clause = []
        while at < len(named) and named[at].start < cut:
            clause.append(named[at])
            at += 1
        if clause:
            yield from _in_clause(plain, clause, start, cut)
        start = cut


def _in_clause(plain: str, clause: Sequence[_Named], start: int, end: int) -> Iterator[int]:
    if _SEEMS.search(plain, start, end):
        return
    starts = [name.start for name in clause]
    for match in _RELATION.finditer(plain, start, end):
        at = bisect_left(starts, match.start())
        before = clause[at - 1] if at else None
        after = (clause[at], clause[-1]) if at < len(clause) else None
        winner = _winner(plain, match, before, after)
        if winner is not None:
            yield winner


def _winner(plain: str, match: re.Match[str], a: _Named | None, after: tuple[_Named, _Named] | None) -> int | None:
    """The larger option of one comparison: A larger than B, A > B, A is larger, the larger of the two is A.

    `a` stands right before the relation; `after` holds what stands right after it and what ends the clause.
    """
    up = match["larger"] is not None or match["sign"] == ">"
    if a and _NEGATES.search(plain, max(a.end, match.start() - _NEAR), match.start()):
        up = not up
    two_sided = match["sign"] or _THAN.match(plain, match.end()) or _BETWEEN.fullmatch(match[0])
    if match["sign"] and not (a and after and match.start() - a.end < _SIGN_REACH):
        return None
    if two_sided and a and after:
        b = after[0]
        if a.option < 0 or b.option < 0 or a.option == b.option:
            return None
        return a.option if up else b.option
    subject = after[1] if after and not two_sided else a
    if subject is None or subject.option < 0:
        return None
    return subject.option if up else 1 - subject.option
