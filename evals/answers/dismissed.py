"""Which numbers of a reply are not its answer, and why: every number dropped has a reason by name."""

import re
from collections.abc import Iterator, Sequence

from evals.answers.answer import Asked
from evals.answers.clause import Sentences, Spans, spans
from evals.answers.expression import arranged, operands
from evals.answers.lexicon import PHRASES, pattern
from evals.answers.tally import Tally
from evals.numbers import Number

_CLAUSE_END = re.compile(rf"[.;!?\n](?!\d)|,? {pattern(PHRASES['turning'])}", re.IGNORECASE)
_REJECTING = re.compile(pattern(PHRASES["rejecting"]), re.IGNORECASE)
_DOUBTING = re.compile(pattern(PHRASES["doubting"]), re.IGNORECASE)
_TURNING = re.compile(rf",? {pattern(PHRASES['turning'])}|, the\b", re.IGNORECASE)
_REJECTED_AFTER = re.compile(r"(?:[ ]?[^\W\d_]+){0,3} (?:at first|at first glance|initially|earlier|before|previously)\b", re.IGNORECASE)
_RETRACTING = re.compile(
    rf"(?:\.{{3}}|…|,|—|–| - ?|\?|\()\s?{pattern(PHRASES['retracting'])}", re.IGNORECASE
)
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~|<(?:s|del|strike)>[^<\n]{1,200}</(?:s|del|strike)>")
_CONFIDENCE = re.compile(
    r"\b(?:confidence|certainty|probability|likelihood|konfidenz|confiance|confianza|fiducia|confiança)"
    r"(?: (?:level|score|rating))?[\s*_]{0,4}(?:[:=(~]|is|of|at|about){0,2}[\s*_(~]{0,4}\d{1,3}(?:\.\d+)?(?: ?/ ?\d+)?"
    r"|\b\d{1,3}(?:\.\d+)?(?: ?%| percent|/10+) (?:sure|certain|confident|confidence|chance|probability|likely|likelihood|accura)",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = re.compile(
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b"
    rf"|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? \d{{4}})?\b"
    rf"|\b{_MONTH} \d{{4}}\b|\b(?:in|since|of|year|by|until) (?:19|20)\d{{2}}\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"\bv ?\d+(?:\.\d+)*|https?://\S{1,300}"
    r"|\b(?:python|version|java|node|gpt|claude|llama|gemini|qwen|mistral|ubuntu|unicode)[ -]\d+(?:\.\d+)*",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^[ \t]*```(?P<language>[^\n`]*)\n(?P<code>(?:(?![ \t]*```)[^\n]*\n?)*)(?:[ \t]*```)?", re.MULTILINE)
_CODE = re.compile(r"[=(){}]|\b(?:def|import|for|print|return|let|const)\b")
_SPAN = re.compile(r"`[^`\n]{0,200}[([][^`\n]{0,200}`")
_DATA = frozenset({"json", "text", "txt", "output", "plaintext", "md", "markdown", "yaml", "csv", "latex", "tex"})
_LIST = re.compile(r"^[ \t>*-]{0,6}(?P<index>\d{1,3})[.)](?=[ \t]+\S)", re.MULTILINE)
_CHECK = re.compile(rf"(?:^[ \t*#>•-]{{0,6}}|(?<=[.!?)])[ ]{{1,3}}|\()(?:now,? |so |and )?{pattern(PHRASES['checking'])}", re.IGNORECASE | re.MULTILINE)
_OFFER = re.compile(pattern(PHRASES["offers"]), re.IGNORECASE)
_BEFORE_INDEX = re.compile(rf"(?P<word>{pattern(PHRASES['index'])})[ \t#.*_\u2009(]{{0,4}}\Z", re.IGNORECASE)
_NUMBER_WORD = re.compile(r"\b(?:the|is|a|only|total|whole|real) number\W*\Z", re.IGNORECASE)
_LISTED = re.compile(r"[ ,\u2009]*(?:and|or|to|und|et|y|e|&|-|–)?[ \u2009]*", re.IGNORECASE)
_PLACES = frozenset(PHRASES["places"])
_PART = re.compile(r"\b(?:row|line|column|group|block|cluster|reihe|zeile|ligne|fila|riga|linha) #?\Z", re.IGNORECASE)
_PART_GAP = re.compile(r"[^.\n;\d=→]{0,30}")
_EACH_PART = re.compile(rf"\b(?:each|every|per) {pattern(PHRASES['arrangements'])}[^.\n;\d=→]{{0,20}}\Z", re.IGNORECASE)
_EACH = re.compile(rf"(?: [^\W\d_]+){{0,2}} {pattern(PHRASES['each'])}", re.IGNORECASE)
_LEFT = re.compile(rf"(?: [^\W\d_]+){{0,2}} {pattern(PHRASES['left'])}", re.IGNORECASE)
_REACH = 160

SOFT = frozenset({"other", "each", "left", "question"})
"""Reasons that give way where nothing else is left."""


def reasons(text: str, plain: str, found: Sequence[Number], asked: Asked, tallies: Sequence[Tally], ends: Sentences) -> list[str]:
    """Why each number is no answer to what was asked; empty where it may be one."""
    things = frozenset(word.casefold() for word in asked.things)
    stretches = _stretches(text, plain, ends)
    stretches["tally"] = spans([(tally.start, tally.end) for tally in tallies])
    summed = operands(plain, found)
    grid = arranged(plain, found, things)
    places = _indices(plain, found, asked)
    given = []
    for at, number in enumerate(found):
        reason = next((name for name, where in stretches.items() if number.start in where), "")
        reason = reason or _own(number, asked)
        if at in places:
            reason = reason or "index"
        if at in grid:
            reason = reason or "grid"
        if at in summed:
            reason = reason or "operand"
        reason = reason or _beside(plain, found, at, things)
        given.append(reason)
    return _checks(plain, found, given, ends)


def _own(number: Number, asked: Asked) -> str:
    """Reasons that the number itself bears."""
    if number.negated:
        return "negated"
    if number.bound:
        return {"low": "range", "high": "range", "either": "either"}.get(number.bound, "bound")
    return "ordinal" if number.ordinal and not asked.positions else ""


def _stretches(text: str, plain: str, ends: Sentences) -> dict[str, Spans]:
    """Stretches of the text in which no number is an answer, by reason."""
    return {
        "struck": spans([match.span() for match in _STRUCK.finditer(text)]),
        "code": spans(list(_code(text))),
        "confidence": spans([match.span() for match in _CONFIDENCE.finditer(plain)]),
        "date": spans([match.span() for match in _DATE.finditer(plain)]),
        "version": spans([match.span() for match in _VERSION.finditer(plain)]),
        "rejected": spans(list(_rejections(plain, ends))),
        "offer": spans([(match.start(), ends.end(match.start())) for match in _OFFER.finditer(plain)]),
        "list": spans(list(_list_marks(plain))),
    }


def _code(text: str) -> Iterator[tuple[int, int]]:
    """Code shown and not run: its numbers are its own."""
    for match in _FENCE.finditer(text):
        language = match["language"].strip().casefold()
        if language not in _DATA and (language or _CODE.search(match["code"])) and not match["code"].lstrip().startswith("{"):
            yield match.span()
    yield from (match.span() for match in _SPAN.finditer(text))


def _rejections(plain: str, ends: Sentences) -> Iterator[tuple[int, int]]:
    """From "some say" to the end of its clause; and what stands in a sentence before "wait, no"."""
    for match in _REJECTING.finditer(plain):
        end = _CLAUSE_END.search(plain, match.end(), match.end() + _REACH)
        yield match.start(), end.start() if end else min(len(plain), match.end() + _REACH)
    for match in _DOUBTING.finditer(plain):
        turn = _TURNING.search(plain, match.end(), min(ends.end(match.end()), match.end() + _REACH))
        if turn:
            yield match.start(), turn.start()
    for match in _RETRACTING.finditer(plain):
        yield ends.start(match.start()), match.start()


def _list_marks(plain: str) -> Iterator[tuple[int, int]]:
    """The marks of a numbered list: 1. and what counts on from it; a lone "12. That is my count." is none."""
    expected = -1
    for match in _LIST.finditer(plain):
        index = int(match["index"])
        if index in (1, expected):
            expected = index + 1
            yield match.span("index")


def _indices(plain: str, found: Sequence[Number], asked: Asked) -> set[int]:
    """The numbers that name a step, a row, a place; after a plural the whole list ("positions 3, 8 and 9")."""
    inside: set[int] = set()
    for at, number in enumerate(found):
        line = plain[max(0, number.start - 24) : number.start]
        match = _BEFORE_INDEX.search(line)
        if match and not _NUMBER_WORD.search(line):
            if not (asked.positions and match["word"].casefold() in _PLACES):
                inside.add(at)
        elif at and at - 1 in inside and number.start - found[at - 1].end <= 8:
            if _LISTED.fullmatch(plain, found[at - 1].end, number.start):
                inside.add(at)
    return inside


def _beside(plain: str, found: Sequence[Number], at: int, things: frozenset[str]) -> str:
    """Reasons that the neighbourhood gives: the value of one row, per item, a remainder, another thing counted."""
    number = found[at]
    if _REJECTED_AFTER.match(plain, number.end):
        return "rejected"
    if at and _PART.search(plain, max(0, found[at - 1].start - 12), found[at - 1].start):
        if _PART_GAP.fullmatch(plain, found[at - 1].end, number.start):
            return "part"
    if _EACH_PART.search(plain, max(0, number.start - 40), number.start):
        return "part"
    if not things.intersection(PHRASES["each"]) and _EACH.match(plain, number.end):
        return "each"
    if not things.intersection(PHRASES["left"]) and _LEFT.match(plain, number.end):
        return "left"
    return "other" if things and number.unit in PHRASES["others"] and number.unit not in things else ""


def _checks(plain: str, found: Sequence[Number], given: list[str], ends: Sentences) -> list[str]:
    """Numbers of a check that comes after some answer, to the end of its paragraph."""
    begins = next((number.start for number, reason in zip(found, given, strict=True) if not reason), len(plain))
    stretches = []
    for match in _CHECK.finditer(plain):
        if match.start() > begins:
            stop = plain.find("\n\n", match.end())
            stretches.append((match.start(), len(plain) if stop < 0 else stop))
    checked = spans(stretches)
    return [reason or ("check" if number.start in checked else "") for number, reason in zip(found, given, strict=True)]
