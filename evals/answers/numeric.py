"""The number that a reply gives as its answer: candidates ranked by how they are marked, after what is none is dropped."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from evals.answers.answer import Answer, Asked, Kind, nothing
from evals.answers.dismissed import SOFT, reasons
from evals.answers.frames import Frame, Rank, cued, marked
from evals.answers.matching import goes_with
from evals.answers.page import Page, page
from evals.answers.quantity import in_unit
from evals.answers.tally import Tally, tallies
from evals.numbers import Number, numbers

_NO_THINGS = re.compile(
    r"(?:\A\W{0,4}|\b(?:there (?:are|is|were)|there's|has|have|contains?|with|see|count|find|found|includes?|shows?) )"
    r"(?:exactly )?no (?!more|fewer|less|doubt|need|other|way|one\b|problem|reason|idea|exact|clear|answer|longer|total)"
    r"\S",
    re.IGNORECASE,
)
_WITHIN_A_MARK = frozenset(
    {"index", "part", "check", "code", "other", "each", "left", "list", "grid", "offer", "rejected"}
)
"""Reasons to drop a number that a label overrules: what stands after "Answer:" is meant."""
_AFTER_A_CHECK = frozenset({"check"})
_LABELLED = frozenset({"range", "bound", "either"})
_OPENING_WORDS, _LAST_WORDS = 6, 2
_LABELLED_LINE = re.compile(
    r"[\s>*•#-]{0,6}(?!how|why|explanation|reason|because|check|note|working|where)[^\W\d_][^:=\n\d]{0,40}[:=]",
    re.IGNORECASE,
)
_RESULT = re.compile(r"(?:=|→|⇒|:|—|–| -|that's)[ \u2009$€£]{0,3}\Z")
_TITLE = re.compile(r"[^\W\d_][^\n\d]{0,40}:")
_EQUALS = re.compile(r"=[ \u2009$€£]{0,4}\Z")
_CLOSES = re.compile(r"[^\w\n=+*/×]{0,3}(?:[^\W\d_]{1,20}(?: [^\W\d_]{1,12})?)?[^\w\n=+*/×]{0,4}\s*\Z")


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: Number
    rank: Rank
    rule: str


@dataclass(frozen=True, slots=True)
class _Scene:
    """A reply with everything found in it.

    Attributes:
        found: the numbers in order; starts: where each begins; why: why each is none, empty where it may be one.
        fits: whether each goes with what was asked for.
    """

    page: Page
    found: Sequence[Number]
    starts: Sequence[int]
    why: Sequence[str]
    fits: Sequence[bool]
    tallies: Sequence[Tally]
    asked: Asked

    def live(self) -> list[int]:
        """The positions of numbers that may be the answer; where there are none, of those dropped for a soft reason."""
        hard = [at for at, why in enumerate(self.why) if not why]
        return hard or [at for at, why in enumerate(self.why) if why in SOFT]


def number_answer(text: str, asked: Asked | None = None) -> Answer:
    """The number that a reply answers with, of any kind: 3.5, 2/3, -4.

    Args:
        text: the visible reply with its markup, such as `Reading.normalised`.
        asked: what was asked for.
    """
    asked = asked or Asked(whole=False)
    if not text.strip():
        return nothing("empty")
    scene = _scene(text, asked)
    candidates = _candidates(scene)
    answer = _chosen(scene, candidates) if candidates else _unanswered(scene)
    return replace(
        answer, range=_range(scene.found), n_candidates=len({scene.found[at].value for at in scene.live()})
    )


def integer_answer(text: str, asked: Asked | None = None) -> Answer:
    """The whole number that a reply answers with; a number that is not whole is returned as it stands, to be wrong."""
    return number_answer(text, asked or Asked())


def _scene(text: str, asked: Asked) -> _Scene:
    laid = page(text)
    found = in_unit(laid.plain, numbers(text, asked.language), asked.unit)
    if asked.whole:
        found = [_whole(number) for number in found]
    counted = [] if asked.positions else list(tallies(laid.plain))
    why = reasons(laid, found, asked, counted)
    things = frozenset(word.casefold() for word in asked.things)
    fits = [goes_with(laid.phrases.lower, number, things) for number in found]
    return _Scene(laid, found, [number.start for number in found], why, fits, counted, asked)


def _whole(number: Number) -> Number:
    """The other reading of an ambiguous separator, where that one is whole."""
    if number.value.denominator == 1 or number.other is None or number.other.denominator != 1:
        return number
    return replace(number, value=number.other, other=number.value)


def _candidates(scene: _Scene) -> list[_Candidate]:
    """Every candidate; those of the best rank decide."""
    framed = [*marked(scene.page), *_edges(scene), *cued(scene.page)]
    candidates = [candidate for frame in framed if (candidate := _pick(scene, frame))]
    candidates += [_Candidate(_last_index(tally), Rank.TALLY, "tally") for tally in scene.tallies]
    if not any(candidate.rank <= Rank.TALLY for candidate in candidates):
        candidates += _loose(scene)
    return candidates


def _pick(scene: _Scene, frame: Frame) -> _Candidate | None:
    """The number that a frame points at, or the tally that fills a label."""
    labelled = frame.rank <= Rank.LABEL
    overruled = (
        _WITHIN_A_MARK if labelled else _AFTER_A_CHECK if frame.rank <= Rank.ANSWER_CUE else frozenset()
    )
    reach = range(bisect_left(scene.starts, frame.start), bisect_left(scene.starts, frame.end))
    inside = [at for at in reach if not scene.why[at] or scene.why[at] in overruled]
    if inside:
        return _Candidate(_nearest(scene, frame, inside), frame.rank, frame.rule)
    filled = (tally for tally in scene.tallies if labelled and frame.start <= tally.start < frame.end)
    tally = next(filled, None)
    return _Candidate(_last_index(tally), frame.rank, "tally") if tally else None


def _last_index(tally: Tally) -> Number:
    return Number(Fraction(tally.last), tally.at, tally.end, "digits")


def _nearest(scene: _Scene, frame: Frame, inside: Sequence[int]) -> Number:
    """Of the numbers in a frame what goes with the thing asked for, else the result of its equation, else the nearest."""
    inside = [at for at in inside if scene.fits[at]] or inside
    if any(scene.fits[at] for at in inside) or frame.rank > Rank.CUE:
        return scene.found[inside[-1 if frame.backwards else 0]]
    result = _result(scene.page.plain, [scene.found[at] for at in inside], frame)
    return result or scene.found[inside[-1 if frame.backwards else 0]]


def _result(plain: str, inside: Sequence[Number], frame: Frame) -> Number | None:
    """What the equation of a frame comes to, or the sum that closes it: "5 and 6 and 7: 18."."""
    last = inside[-1]
    closes = _CLOSES.match(plain, last.end, frame.end)
    if closes and _RESULT.search(plain, max(0, last.start - 8), last.start):
        return last
    results = (n for n in reversed(inside) if _EQUALS.search(plain, max(0, n.start - 6), n.start))
    return next(results, None)


def _edges(scene: _Scene) -> Iterable[Frame]:
    """The opening, where it is one value and little else, and the last line, where it is a value or labels one."""
    plain = scene.page.plain
    start = len(plain) - len(plain.lstrip())
    end = scene.page.ends.end(start)
    at = bisect_left(scene.starts, end)
    values = {number.value for number in scene.found[:at]}
    short = len(plain[start:end].split()) <= _OPENING_WORDS and not _TITLE.match(plain, start, end)
    if short and len(values) == 1 and not any(scene.why[:at]):
        worded = any(
            mark < end
            for table in ("answer_cues", "cues", "weak")
            for mark, _ in scene.page.phrases[table][:1]
        )
        yield Frame(Rank.WEAK if worded else Rank.LINE, "opening", start, end)
    last = plain.rstrip().rfind("\n") + 1
    if not last or not scene.found or scene.starts[-1] < last:
        return
    if _LABELLED_LINE.match(plain, last) and _CLOSES.match(plain, scene.found[-1].end):
        yield Frame(Rank.CUE, "last line", scene.starts[-1], len(plain))
    elif len(plain[last:].split()) <= _LAST_WORDS:
        yield Frame(Rank.LINE, "last line", last, len(plain))


def _loose(scene: _Scene) -> list[_Candidate]:
    """No mark, no cue: the only value, else the last one; what goes with the thing asked for before all else."""
    live = scene.live()
    loose = [scene.found[at] for at in live if scene.fits[at]] or [scene.found[at] for at in live]
    if not loose:
        return []
    only = len({number.value for number in loose}) == 1
    return [_Candidate(loose[-1], Rank.ONLY if only else Rank.LAST, "only" if only else "last")]


def _chosen(scene: _Scene, candidates: Sequence[_Candidate]) -> Answer:
    """The last candidate of the best rank, with the first and last ones that commit."""
    best = min(candidate.rank for candidate in candidates)
    if blocked := _blocked(scene, best):
        return nothing(blocked)
    ranked = [candidate for candidate in candidates if candidate.rank == best]
    chosen = max(ranked, key=lambda candidate: candidate.number.start)
    committed = [candidate for candidate in candidates if candidate.rank <= max(best, Rank.ANSWER_CUE)]
    openings = [candidate for candidate in candidates if candidate.rule == "opening"]
    first = min(committed + openings, key=lambda candidate: candidate.number.start)
    last = max(committed, key=lambda candidate: candidate.number.start)
    return Answer(
        shown(chosen.number.value),
        _kind(chosen.number.value),
        chosen.rule,
        approx=chosen.number.approx,
        alternatives=_others(chosen, ranked),
        first=shown(first.number.value),
        last=shown(last.number.value),
        first_at=first.number.start,
    )


def _others(chosen: _Candidate, ranked: Sequence[_Candidate]) -> tuple[str, ...]:
    values = {
        candidate.number.value: None for candidate in ranked if candidate.number.value != chosen.number.value
    }
    return tuple(map(shown, values))


def _blocked(scene: _Scene, best: Rank) -> str:
    """Why a candidate does not count: the reply was cut off, or its label holds a range and no value."""
    if scene.asked.truncated and best > Rank.LABEL:
        return "truncated"
    for frame in marked(scene.page) if best > Rank.LABEL else ():
        at = bisect_left(scene.starts, frame.start)
        if at < len(scene.found) and scene.starts[at] < frame.end and scene.why[at] in _LABELLED:
            return scene.why[at]
    return ""


def _unanswered(scene: _Scene) -> Answer:
    """No candidate: nothing occurs, or the reason that dropped the last number."""
    none = _NO_THINGS.search(scene.page.plain)
    absent = [start for start, _ in scene.page.phrases["absent"]] if scene.asked.absent else []
    if (none or absent) and not scene.asked.truncated:
        at = none.start() if none else absent[0]
        return Answer("0", "integer", "absent", first="0", last="0", first_at=at)
    if not scene.found:
        return nothing("no number")
    either = tuple(shown(n.value) for n, why in zip(scene.found, scene.why, strict=True) if why == "either")
    return replace(nothing(scene.why[-1]), alternatives=either)


def _range(found: Sequence[Number]) -> tuple[str, str] | None:
    for low, high in pairwise(found):
        if low.bound == "low" and high.bound == "high":
            return shown(low.value), shown(high.value)
    return None


def _kind(value: Fraction) -> Kind:
    if value.denominator == 1:
        return "integer"
    return "fraction" if "/" in shown(value) else "decimal"


def shown(value: Fraction) -> str:
    """Canonical text: "13", "3.5" where the decimals end, else "2/3"."""
    below, places = value.denominator, 0
    while below % 10 == 0 or below % 5 == 0 or below % 2 == 0:
        below, places = below // (10 if below % 10 == 0 else 5 if below % 5 == 0 else 2), places + 1
    if value.denominator == 1 or below != 1:
        return str(value)
    scaled = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + f"{scaled[:-places]}.{scaled[-places:]}".rstrip("0")
