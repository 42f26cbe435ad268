"""What a text says about a number beside it: about 50, 50 %, $9, 12 dots, at least 7, not 3, 40 to 50, 10 or 11."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evals.numbers.number import Bound, Number
from evals.numbers.phrase import Beside, beside, window_after, window_before
from evals.numbers.tables import PHRASES, WORDS

_UNIT = re.compile(r"[ \u2009'\"*-]{0,3}([^\W\d_]{1,24})")
_CURRENCY_MARK = re.compile(r"(?:[$€£¥₹₩]|\b(?:usd|eur|gbp|chf|inr|jpy)) ?\Z", re.IGNORECASE)
_PLUS = re.compile(r"\+(?! ?\w)")
_COMPARED = re.compile(r"[^\s<>=-] ([<>])=? ?\Z|\(([<>])=? ?\Z")
_SPAN = re.compile(r"(?:[^\W\d_]+ )?(?:to|through|bis|à|a|至|到|~|[-–—\u2212])", re.IGNORECASE)
_AND = re.compile(r"(?:[^\W\d_]+ )?(?:and|und|et|y|e|和)", re.IGNORECASE)
_OR = re.compile(r"(?:[^\W\d_]+,? )?(?:or|oder|ou|o|或|or maybe|or perhaps|or possibly)", re.IGNORECASE)
_BETWEEN = beside(["between", "zwischen", "entre", "tra", "fra", "介于"])
_ADDED = beside(
    ["add", "added", "adding", "adds", "compare", "compared", "comparing", "ratio of", "next", "close"]
)
_BETWEEN_LENGTH = 24
_PRONOUNS = Beside(PHRASES["pronoun"].before, PHRASES["pronoun"].after)


def describe(text: str, found: Sequence[Number]) -> tuple[Number, ...]:
    """The numbers with what stands around them; words that are no numbers in their company are left out."""
    described = [described for number in found for described in _described(text, number)]
    for at in range(len(described) - 1):
        low, high = _relation(text, described[at], described[at + 1])
        if low:
            described[at] = replace(described[at], bound=low)
            described[at + 1] = replace(described[at + 1], bound=high)
    return tuple(described)


def _described(text: str, number: Number) -> Iterator[Number]:
    mark = _CURRENCY_MARK.search(text, max(0, number.start - 5), number.start)
    before = window_before(text, mark.start() if mark else number.start)
    after = window_after(text, number.end)
    written = text[number.start : number.end].casefold()
    if written in WORDS["pronoun"] and _PRONOUNS.around(before, after):
        return
    signed = _CURRENCY_MARK.search(text, number.start, number.start + 2)
    unit = _UNIT.match(text, number.end)
    beyond = window_after(text, unit.end()) if unit else ""
    yield replace(
        number,
        approx=written in WORDS["approx"] or PHRASES["approx"].around(before, after.lstrip("-")),
        percent=PHRASES["percent"].begins(after),
        currency=_currency(mark or signed, after),
        unit=unit[1].casefold() if unit else "",
        bound=_bound(text, number, before, after),
        negated=PHRASES["negated"].around(before, after) or PHRASES["negated"].begins(beyond),
    )


def _currency(mark: re.Match[str] | None, after: str) -> str:
    if mark:
        return mark[0].strip().casefold()
    return next((sign for sign in PHRASES["currency"].after if after.startswith(sign)), "")


def _bound(text: str, number: Number, before: str, after: str) -> Bound:
    sign = _COMPARED.search(text, max(0, number.start - 6), number.start)
    least, most = PHRASES["least"], PHRASES["most"]
    if sign:
        return "least" if ">" in sign[0] else "most"
    if least.ending(before) != most.ending(before):
        return "least" if least.ending(before) > most.ending(before) else "most"
    if least.begins(after) or _PLUS.match(text, number.end):
        return "least"
    return "most" if most.begins(after) else ""


def _relation(text: str, a: Number, b: Number) -> tuple[Bound, Bound]:
    """Whether two neighbours are the ends of a range, or alternatives."""
    if b.start - a.end > _BETWEEN_LENGTH:
        return "", ""
    between = text[a.end : b.start].strip(" \u2009$€£'\"*,")
    before = window_before(text, a.start).rstrip(" $€£")
    if _OR.fullmatch(between) and "\n" not in text[a.end : b.start]:
        return "either", "either"
    if _AND.fullmatch(between) and _BETWEEN.ends(before):
        return "low", "high"
    signs = text[b.end : b.end + 3].lstrip().startswith(("=", "+", "*", "×"))
    if a.value < b.value and _SPAN.fullmatch(between) and not signs and not _ADDED.ends(before):
        return "low", "high"
    return "", ""
