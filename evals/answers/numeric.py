"""The number that a reply gives as its answer: candidates ranked by how they are marked, after what is none is dropped."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from evals.answers.answer import Answer, Asked, Kind, nothing
from evals.answers.clause import Sentences, sentences
from evals.answers.dismissed import SOFT, reasons
from evals.answers.frames import Frame, Rank, cued, marked
from evals.answers.matching import goes_with
from evals.answers.quantity import in_unit
from evals.answers.tally import Tally, tallies
from evals.numbers import Number, flat, numbers

_ABSENT = re.compile(
    r"\b(?:does|do|did)(?: not|n't) (?:appear|occur|contain|have|include|exist)|\b(?:is|are)(?: not|n't) (?:in|any|present|found|a)\b"
    r"|\b(?:is|are) absent|\bnever (?:appears|occurs)|\b(?:contains|has) no\b|\bthere(?: is|'s| are) no\b|\bno such letter|\bnot (?:a single|even one|one)\b"
    r"|\b(?:kommt|gibt es) (?:nicht|kein)|n'(?:apparaît|y a) pas|\bno (?:aparece|hay|contiene)|\bnon (?:compare|c'è|ci sono)"
    r"|\bnão (?:aparece|há|contém)|没有",
    re.IGNORECASE,
)
_NO_THINGS = re.compile(
    r"(?:\A\W{0,4}|\b(?:there (?:are|is|were)|there's|has|have|contains?|with|see|count|find|found|includes?|shows?) )"
    r"(?:exactly )?no (?!more|fewer|less|doubt|need|other|way|one\b|problem|reason|idea|exact|clear|answer|longer|total)"
    r"(?P<thing>[^\W\d_]+|\S)",
    re.IGNORECASE,
)
_WITHIN_A_MARK = frozenset({"index", "part", "check", "code", "other", "each", "left", "list", "grid", "offer", "rejected"})
"""Reasons to drop a number that a label overrules: what stands after "Answer:" is meant."""
_LABELLED = frozenset({"range", "bound", "either", "operand"})
_OPENING_WORDS, _LAST_WORDS = 6, 2
_LABELLED_LINE = re.compile(
    r"[\s>*•#-]{0,6}(?!how|why|explanation|reason|because|check|note|working|where)[^\W\d_][^:=\n\d]{0,40}[:=]", re.IGNORECASE
)
_RESULT = re.compile(r"(?:=|→|⇒|:|—|–| -|that's)[ \u2009$€£]{0,3}\Z")
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
        things: what was asked for, in lower case.
    """

    text: str
    plain: str
    found: Sequence[Number]
    starts: Sequence[int]
    why: Sequence[str]
    tallies: Sequence[Tally]
    ends: Sentences
    asked: Asked
    things: frozenset[str]

    def live(self) -> list[Number]:
        """The numbers that may be the answer; those dropped for a soft reason where there are no others."""
        hard = [number for number, why in zip(self.found, self.why, strict=True) if not why]
        return hard or [number for number, why in zip(self.found, self.why, strict=True) if why in SOFT]


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
    return replace(answer, range=_range(scene.found), n_candidates=len({n.value for n in scene.live()}))


def integer_answer(text: str, asked: Asked | None = None) -> Answer:
    """The whole number that a reply answers with; a number that is not whole is returned as it stands, to be wrong."""
    return number_answer(text, asked or Asked())


def _scene(text: str, asked: Asked) -> _Scene:
    plain = flat(text)
    found = in_unit(plain, numbers(text, asked.language), asked.unit)
    if asked.whole:
        found = [_whole(number) for number in found]
    counted = [] if asked.positions else list(tallies(plain))
    ends = sentences(plain)
    things = frozenset(word.casefold() for word in asked.things)
    why = reasons(text, plain, found, asked, counted, ends)
    return _Scene(text, plain, found, [n.start for n in found], why, counted, ends, asked, things)


def _whole(number: Number) -> Number:
    """The other reading of an ambiguous separator, where that one is whole."""
    if number.value.denominator == 1 or number.other is None or number.other.denominator != 1:
        return number
    return replace(number, value=number.other, other=number.value)


def _candidates(scene: _Scene) -> list[_Candidate]:
    """Every candidate; those of the best rank decide."""
    framed = [*marked(scene.text, scene.plain), *_bare_lines(scene), *cued(scene.plain, scene.ends)]
    candidates = [candidate for frame in framed if (candidate := _pick(scene, frame))]
    for tally in scene.tallies:
        number = Number(Fraction(tally.last), tally.at, tally.end, "digits")
        candidates.append(_Candidate(number, Rank.TALLY, "tally"))
    if not any(candidate.rank <= Rank.TALLY for candidate in candidates):
        candidates += _loose(scene)
    return candidates


def _pick(scene: _Scene, frame: Frame) -> _Candidate | None:
    """The number that a frame points at: what goes with the thing asked for, else the result of its equation, else the nearest."""
    at, numbers_ = bisect_left(scene.starts, frame.start), []
    strong = frame.rank <= Rank.LABEL
    while at < len(scene.found) and scene.starts[at] < frame.end:
        why = scene.why[at]
        if not why or (strong and why in _WITHIN_A_MARK) or (why == "check" and frame.rank <= Rank.ANSWER_CUE):
            numbers_.append(scene.found[at])
        at += 1
    tally = next((tally for tally in scene.tallies if strong and frame.start <= tally.start < frame.end), None)
    if tally and not numbers_:
        return _Candidate(Number(Fraction(tally.last), tally.at, tally.end, "digits"), frame.rank, "tally")
    if not numbers_:
        return None
    return _Candidate(_nearest(scene, frame, numbers_), frame.rank, frame.rule)


def _nearest(scene: _Scene, frame: Frame, inside: Sequence[Number]) -> Number:
    asked = [number for number in inside if goes_with(scene.plain, number, scene.things)]
    if asked:
        return asked[-1] if frame.backwards else asked[0]
    result = _result(scene.plain, inside, frame)
    if result and frame.rank <= Rank.CUE:
        return result
    return inside[-1] if frame.backwards else inside[0]


def _result(plain: str, inside: Sequence[Number], frame: Frame) -> Number | None:
    """What the equation of a frame comes to, or the sum that closes it: "5 and 6 and 7: 18."."""
    for number in reversed(inside):
        before = plain[max(0, number.start - 8) : number.start]
        if before.rstrip(" $€£").endswith("="):
            return number
        if number is inside[-1] and _RESULT.search(before) and _CLOSES.match(plain, number.end, frame.end):
            return number
    return None


def _bare_lines(scene: _Scene) -> Iterable[Frame]:
    """The opening, where it is one value and little else, and the last line, where it is a value or labels one."""
    start = len(scene.plain) - len(scene.plain.lstrip())
    end = scene.ends.end(start)
    opening = scene.plain[start:end]
    at = bisect_left(scene.starts, end)
    values = {number.value for number in scene.found[:at]}
    if len(values) == 1 and len(opening.split()) <= _OPENING_WORDS and not any(scene.why[:at]):
        cued_ = any(frame.start < end for frame in cued(opening, sentences(opening)))
        yield Frame(Rank.WEAK if cued_ else Rank.LINE, "opening", start, end)
    last = scene.plain.rstrip().rfind("\n") + 1
    final = scene.found[-1] if scene.found else None
    if not last or not final or final.start < last:
        return
    if _LABELLED_LINE.match(scene.plain, last) and _CLOSES.match(scene.plain, final.end):
        yield Frame(Rank.CUE, "last line", final.start, len(scene.plain))
    elif len(scene.plain[last:].split()) <= _LAST_WORDS:
        yield Frame(Rank.LINE, "last line", last, len(scene.plain))


def _loose(scene: _Scene) -> list[_Candidate]:
    """No mark, no cue: the only value, else the last one."""
    live = scene.live()
    if not live:
        return []
    asked = [number for number in live if goes_with(scene.plain, number, scene.things)] or live
    only = len({number.value for number in asked}) == 1
    return [_Candidate(asked[-1], Rank.ONLY if only else Rank.LAST, "only" if only else "last")]


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
    values = {candidate.number.value: None for candidate in ranked if candidate.number.value != chosen.number.value}
    return tuple(map(shown, values))


def _blocked(scene: _Scene, best: Rank) -> str:
    """Why a candidate does not count: the reply was cut off, or its label holds a range and no value."""
    if scene.asked.truncated and best > Rank.LABEL:
        return "truncated"
    for frame in marked(scene.text, scene.plain) if best > Rank.LABEL else ():
        at = bisect_left(scene.starts, frame.start)
        if at < len(scene.found) and scene.starts[at] < frame.end and scene.why[at] in _LABELLED:
            return scene.why[at]
    return ""


def _unanswered(scene: _Scene) -> Answer:
    """No candidate: nothing occurs, or the reason that dropped the last number."""
    absent = _ABSENT.search(scene.plain) if scene.asked.absent else None
    none = absent or _NO_THINGS.search(scene.plain)
    if none and not scene.asked.truncated:
        return Answer("0", "integer", "absent", first="0", last="0", first_at=none.start())
    if not scene.found:
        return nothing("no number")
    either = tuple(shown(n.value) for n, why in zip(scene.found, scene.why, strict=True) if why == "either")
    return replace(nothing(scene.why[-1]), alternatives=either)


def _range(found: Sequence[Number]) -> tuple[str, str] | None:
    for low, high in zip(found, found[1:], strict=False):
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
