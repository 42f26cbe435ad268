"""Which numbers of a reply are not its answer, and why: every number dropped has a reason by name."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from evals.answers.answer import Asked
from evals.answers.clause import Spans, spans
from evals.answers.expression import arranged, operands
from evals.answers.matching import words_after
from evals.answers.page import PHRASES, Page
from evals.answers.tally import Tally
from evals.numbers import Number

_CLAUSE_END = re.compile(r"[.;!?\n](?!\d)")
_REJECTED_AFTER = re.compile(
    r"(?: [^\W\d_]{1,20}){0,3} (?:at first|at first glance|initially|earlier|before|previously)\b"
)
_BREAKS_OFF = re.compile(r"(?:\.{3}|…|,|—|–| -|\?|\()\s?\Z")
_RESTATES = re.compile(r", the\b")
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~|<(?:s|del|strike)>[^<\n]{1,200}</(?:s|del|strike)>")
_CONFIDENCE = re.compile(
    r"\b(?:confidence|certainty|probability|likelihood|konfidenz|confiance|confianza|fiducia|confiança)"
    r"(?: (?:level|score|rating))?[\s*_]{0,4}(?:[:=(~]|is|of|at|about){0,2}[\s*_(~]{0,4}\d{1,3}(?:\.\d+)?(?: ?/ ?\d+)?"
    r"|\b\d{1,3}(?:\.\d+)?(?: ?%| percent|/10+) (?:sure|certain|confident|confidence|chance|probability|likely|likelihood|accura)",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
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
_FENCE = re.compile(
    r"^[ \t]*```(?P<language>[^\n`]*)\n(?P<code>(?:(?![ \t]*```)[^\n]*\n?)*)(?:[ \t]*```)?", re.MULTILINE
)
_CODE = re.compile(r"[=(){}]|\b(?:def|import|for|print|return|let|const)\b")
_SPAN = re.compile(r"`[^`\n]{0,200}[([][^`\n]{0,200}`")
_DATA = frozenset(
    {"json", "text", "txt", "output", "plaintext", "md", "markdown", "yaml", "csv", "latex", "tex"}
)
_LIST = re.compile(r"^[ \t>*-]{0,6}(?P<index>\d{1,3})[.)](?=[ \t]+\S)", re.MULTILINE)
_BEGINS = re.compile(r"(?:(?:\A|\n)[ \t*#>•-]{0,6}|[.!?)] {1,3}|\()(?:(?:now,?|so|and) )?\Z")
_BEFORE_INDEX = re.compile(
    r"(?P<word>(?<![^\W\d_])[^\W\d_]{1,12}|(?<!#)#(?!#)|[№第]|n°)[ \t.*_\u2009(]{0,3}#?\Z"
)
_NUMBER_WORD = re.compile(r"\b(?:the|is|a|only|total|whole|real) number\W*\Z", re.IGNORECASE)
_LISTED = re.compile(r"[ ,\u2009]*(?:and|or|to|und|et|y|e|&|-|–)?[ \u2009]*", re.IGNORECASE)
_PLACES, _INDEX, _EACH_WORDS, _LEFT_WORDS, _OTHERS = (
    frozenset(PHRASES.tables[table]) for table in ("places", "index", "each", "left", "others")
)
_PART = re.compile(
    r"\b(?:row|line|column|group|block|cluster|reihe|zeile|ligne|fila|riga|linha) #?\Z", re.IGNORECASE
)
_PART_GAP = re.compile(r"[^.\n;\d=→]{0,30}")
_EACH_PART = re.compile(r"\b(?:each|every|per) (?P<part>[^\W\d_]+)[^.\n;\d=→]{0,20}\Z")
_EACH_BEFORE = re.compile(
    r"\b(?:each|every) [^\W\d_]+ (?:is|costs?|has|holds?|contains?|gets?|weighs?|takes?)[ $€£]{1,3}\Z"
)
_ARRANGEMENTS = frozenset(PHRASES.tables["arrangements"])
_WORDS_AFTER = 3
_REACH, _GAP = 160, 30

SOFT = frozenset({"other", "each", "left", "question"})
"""Reasons that give way where nothing else is left."""


def reasons(page: Page, found: Sequence[Number], asked: Asked, tallies: Sequence[Tally]) -> list[str]:
    """Why each number is no answer to what was asked; empty where it may be one."""
    things = frozenset(word.casefold() for word in asked.things)
    stretches = _stretches(page)
    stretches["tally"] = spans([(tally.start, tally.end) for tally in tallies])
    summed = operands(page.plain, found)
    grid = arranged(page.phrases.lower, found, things)
    places = _indices(page.phrases.lower, found, asked)
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
        given.append(reason or _beside(page.phrases.lower, found, at, things))
    return _checks(page, found, given)


def _own(number: Number, asked: Asked) -> str:
    """Reasons that the number itself bears."""
    if number.negated:
        return "negated"
    if number.bound:
        return {"low": "range", "high": "range", "either": "either"}.get(number.bound, "bound")
    return "ordinal" if number.ordinal and not asked.positions else ""


def _stretches(page: Page) -> dict[str, Spans]:
    """Stretches of the text in which no number is an answer, by reason."""
    lower = page.phrases.lower
    return {
        "struck": spans([match.span() for match in _STRUCK.finditer(page.text)]),
        "code": spans(list(_code(page.text))),
        "confidence": spans([match.span() for match in _CONFIDENCE.finditer(lower)]),
        "date": spans([match.span() for match in _DATE.finditer(lower)]),
        "version": spans([match.span() for match in _VERSION.finditer(lower)]),
        "rejected": spans(list(_rejections(page))),
        "offer": spans([(start, page.ends.end(start)) for start, _ in page.phrases["offers"]]),
        "list": spans(list(_list_marks(page.plain))),
    }


def _code(text: str) -> Iterator[tuple[int, int]]:
    """Code shown and not run: its numbers are its own."""
    for match in _FENCE.finditer(text):
        language = match["language"].strip().casefold()
        if language in _DATA or match["code"].lstrip().startswith("{"):
            continue
        if language or _CODE.search(match["code"]):
            yield match.span()
    yield from (match.span() for match in _SPAN.finditer(text))


def _rejections(page: Page) -> Iterator[tuple[int, int]]:
    """From "some say" to the end of its clause; and what stands in a sentence before "wait, no"."""
    turns = [start for start, _ in page.phrases["turning"]]
    for start, end in page.phrases["rejecting"]:
        stop = _CLAUSE_END.search(page.plain, end, end + _REACH)
        stops = [stop.start() if stop else min(len(page.plain), end + _REACH), *_next(turns, end)]
        yield start, min(stops)
    for start, end in page.phrases["doubting"]:
        sentence = min(page.ends.end(end), end + _REACH)
        restated = _RESTATES.search(page.phrases.lower, end, sentence)
        stops = [
            at for at in (*_next(turns, end), restated.start() if restated else sentence) if at < sentence
        ]
        if stops:
            yield start, min(stops)
    for start, _ in page.phrases["retracting"]:
        broken = _BREAKS_OFF.search(page.plain, max(0, start - 4), start)
        if broken:
            yield page.ends.start(broken.start()), start


def _next(places: Sequence[int], at: int) -> Sequence[int]:
    """The first of some places that is not before `at`, if any."""
    i = bisect_left(places, at)
    return places[i : i + 1]


def _list_marks(plain: str) -> Iterator[tuple[int, int]]:
    """The marks of a numbered list: 1. and what counts on from it; a lone "12. That is my count." is none."""
    expected = -1
    for match in _LIST.finditer(plain):
        index = int(match["index"])
        if index in (1, expected):
            expected = index + 1
            yield match.span("index")


def _indices(lower: str, found: Sequence[Number], asked: Asked) -> set[int]:
    """The numbers that name a step, a row, a place; after a plural the whole list ("positions 3, 8 and 9")."""
    inside: set[int] = set()
    for at, number in enumerate(found):
        match = _BEFORE_INDEX.search(lower, max(0, number.start - 18), number.start)
        if (
            match
            and match["word"] in _INDEX
            and not _NUMBER_WORD.search(lower, max(0, number.start - 24), number.start)
        ):
            if not (asked.positions and match["word"] in _PLACES):
                inside.add(at)
        elif at and at - 1 in inside and _near(_LISTED, lower, found[at - 1], number):
            inside.add(at)
    return inside


def _near(gap: re.Pattern[str], lower: str, a: Number, b: Number) -> bool:
    """Whether what stands between two numbers is short and of a certain kind."""
    return b.start - a.end <= _GAP and gap.fullmatch(lower, a.end, b.start) is not None


def _beside(lower: str, found: Sequence[Number], at: int, things: frozenset[str]) -> str:
    """Reasons that the neighbourhood gives: the value of one row, per item, a remainder, another thing counted."""
    number = found[at]
    if _REJECTED_AFTER.match(lower, number.end):
        return "rejected"
    before = found[at - 1] if at else None
    if (
        before
        and _PART.search(lower, max(0, before.start - 12), before.start)
        and _near(_PART_GAP, lower, before, number)
    ):
        return "part"
    part = _EACH_PART.search(lower, max(0, number.start - 40), number.start)
    if part and part["part"] in _ARRANGEMENTS:
        return "part"
    after = words_after(lower, number, _WORDS_AFTER)
    apiece = _EACH_WORDS.intersection(after) or _EACH_BEFORE.search(
        lower, max(0, number.start - 40), number.start
    )
    if apiece and not things & _EACH_WORDS:
        return "each"
    if not things & _LEFT_WORDS and _LEFT_WORDS.intersection(after):
        return "left"
    return "other" if things and number.unit in _OTHERS and number.unit not in things else ""


def _checks(page: Page, found: Sequence[Number], given: list[str]) -> list[str]:
    """Numbers of a check that comes after some answer, to the end of its paragraph."""
    begins = next(
        (number.start for number, reason in zip(found, given, strict=True) if not reason or reason in SOFT),
        len(page.plain),
    )
    stretches: list[tuple[int, int]] = []
    for start, end in page.phrases["checking"]:
        covered = stretches and start < stretches[-1][1]
        if start > begins and not covered and _BEGINS.search(page.phrases.lower, max(0, start - 16), start):
            stop = page.plain.find("\n\n", end)
            stretches.append((start, len(page.plain) if stop < 0 else stop))
    checked = spans(stretches)
    return [
        reason or ("check" if number.start in checked else "")
        for number, reason in zip(found, given, strict=True)
    ]
