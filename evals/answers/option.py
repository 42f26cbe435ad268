"""Which of two options a reply names, by itself or through a comparison: "9.9 is larger than 9.11"."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals.answers.answer import Answer, nothing
from evals.answers.frames import Frame, Rank, cued, surest
from evals.answers.lexicon import Found, Lexicon, alternatives
from evals.answers.page import Page, page

_LEXICON = Lexicon(Path(__file__).parent / "relations.toml")
_SIGN = re.compile(r"(?<![-=])[<>](?![-=\w/])")
_THAN = re.compile(rf"[ \u2009]*{alternatives(_LEXICON.tables['than'])}")
_BETWEEN = frozenset(_LEXICON.tables["between"])
_TURN = re.compile(
    r"[,;]? (?:but|however|whereas|while|aber|mais|pero|ma|mas)\b|[;\n]|, (?=so |since |because )",
    re.IGNORECASE,
)
_SIGN_REACH = 6
_NEAR = 40
_OTHER_NUMBER = re.compile(r"(?<![\d.])\.?\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class _Named:
    """A number in a clause: which option it is, -1 for none of them."""

    option: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Relation:
    """A word or sign that makes what is before it the larger (up) or the smaller; two-sided with "than", signs, "after"."""

    up: bool
    start: int
    end: int
    sign: bool
    two_sided: bool


def option_answer(text: str, options: tuple[str, str], *, larger: bool = True) -> Answer:
    """Which of two options a reply answers with, as given in `options`, or None.

    Args:
        text: the visible reply with its markup.
        options: the two as the question wrote them; a decimal comma and added zeros are taken for the same.
        larger: whether the larger (later, newer) one was asked for; else the smaller.
    """
    if not text.strip():
        return nothing("empty")
    laid = page(text)
    named = list(_named(laid.plain, options))
    for frame in surest(laid):
        if option := _single(named, frame):
            return _answer(options, [option.option], frame.rule)
    said = _LEXICON.find(laid.plain)
    winners = list(_compared(laid, named, said))
    if winners:
        return _answer(options, [winner if larger else 1 - winner for winner in winners], "comparison")
    for frame in reversed([frame for frame in cued(laid) if frame.rank == Rank.ANSWER_CUE]):
        if option := _single(named, frame):
            return _answer(options, [option.option], frame.rule)
    mentioned = {name.option for name in named if name.option >= 0}
    if len(mentioned) == 1:
        return _answer(options, [mentioned.pop()], "only")
    return nothing("equal" if said["equal"] else "no verdict")


def _single(named: Sequence[_Named], frame: Frame) -> _Named | None:
    """The option that a frame names, where it names one of the two alone."""
    at = bisect_left(named, frame.start, key=lambda name: name.start)
    inside: dict[int, _Named] = {}
    while at < len(named) and named[at].start < frame.end:
        inside.setdefault(named[at].option, named[at])
        at += 1
    inside.pop(-1, None)
    return next(iter(inside.values())) if len(inside) == 1 else None


def _answer(options: tuple[str, str], said: Sequence[int], rule: str) -> Answer:
    return Answer(
        options[said[-1]],
        "option",
        rule,
        first=options[said[0]],
        last=options[said[-1]],
        n_candidates=len(said),
    )


def _named(plain: str, options: tuple[str, str]) -> Iterator[_Named]:
    """Every number of the text and which option it is."""
    forms = [re.compile(re.escape(option).replace(r"\.", "[.,]") + "0*") for option in options]
    for match in _OTHER_NUMBER.finditer(plain):
        exact = [i for i, option in enumerate(options) if match[0] == option]
        alike = exact or [i for i, form in enumerate(forms) if form.fullmatch(match[0])]
        yield _Named(alike[0] if alike else -1, *match.span())


def _relations(said: Found) -> list[_Relation]:
    """The words and signs of comparison, in order; a negation right before a word turns it round."""
    lower = said.lower
    found = [
        _Relation(match[0] == ">", *match.span(), sign=True, two_sided=True)
        for match in _SIGN.finditer(lower)
    ]
    for table in ("larger", "smaller"):
        for start, end in said[table]:
            two_sided = bool(_THAN.match(lower, end)) or lower[start:end] in _BETWEEN
            found.append(_Relation(table == "larger", start, end, sign=False, two_sided=two_sided))
    return sorted(found, key=lambda relation: relation.start)


def _compared(laid: Page, named: Sequence[_Named], said: Found) -> Iterator[int]:
    """For each comparison in turn the option that it makes the larger one."""
    cuts = sorted(
        {*laid.ends.ends, *(match.start() for match in _TURN.finditer(said.lower)), len(laid.plain)}
    )
    seeming = [start for start, _ in said["seems"]]
    denials = [start for start, _ in said["negates"]]
    for relation in _relations(said):
        cut = bisect_right(cuts, relation.start)
        start, end = cuts[cut - 1] if cut else 0, cuts[cut] if cut < len(cuts) else len(laid.plain)
        clause = _slice(named, start, end)
        if _any(seeming, start, end):
            continue
        at = bisect_left(named, relation.start, key=lambda name: name.start)
        before = named[at - 1] if at > clause[0] else None
        after = (named[at], named[clause[1] - 1]) if at < clause[1] else None
        denied = before is not None and _any(denials, max(before.end, relation.start - _NEAR), relation.start)
        winner = _winner(replace(relation, up=relation.up != denied), before, after)
        if winner is not None:
            yield winner


def _slice(named: Sequence[_Named], start: int, end: int) -> tuple[int, int]:
    """The positions of the first name from `start` on and of the first from `end` on."""
    first, last = (bisect_left(named, at, key=lambda name: name.start) for at in (start, end))
    return first, last


def _any(places: Sequence[int], start: int, end: int) -> bool:
    return bisect_left(places, start) < bisect_left(places, end)


def _winner(relation: _Relation, a: _Named | None, after: tuple[_Named, _Named] | None) -> int | None:
    """The larger option of one comparison: A larger than B, A > B, A is larger, the larger of the two is A.

    `a` stands right before the relation; `after` holds what stands right after it and what ends the clause.
    """
    if relation.sign and not (a and after and relation.start - a.end < _SIGN_REACH):
        return None
    if relation.two_sided and a and after:
        b = after[0]
        if a.option < 0 or b.option < 0 or a.option == b.option:
            return None
        return a.option if relation.up else b.option
    subject = after[1] if after and not relation.two_sided else a
    if subject is None or subject.option < 0:
        return None
    return subject.option if relation.up else 1 - subject.option
