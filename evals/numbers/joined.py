"""Numbers that are written in two parts: 1.2 million, 2 dozen, two and a half, two thirds, two point five, minus five."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from evals.numbers.language import languages
from evals.numbers.number import Number

_SHORT = {"k": 1000, "bn": 10**9, "mio": 10**6, "mrd": 10**9, "m": 10**6, "b": 10**9, "mn": 10**6}
_SCALE = re.compile(r"(?P<glued>[kKMB]|bn|mn)(?![\w])|[ \u2009-]?(?P<word>[^\W\d_]{1,24})")
_PARTS = languages()["en"].parts
_PART = re.compile(r"[ -](" + "|".join(_PARTS) + r")\b", re.IGNORECASE)
_AND_PART = re.compile(r" and (a|one|two|three|four) (" + "|".join(_PARTS) + r")\b", re.IGNORECASE)
_A_HALF = re.compile(r"\b(?:a|one) half\b(?! (?:dozen|of the))|\A\W*(?P<alone>half)\W*\Z", re.IGNORECASE)
_HALF_A = re.compile(r"\bhalf (?:an? )?\Z", re.IGNORECASE)
_POINT = re.compile(r"\s{1,2}(?:point|comma|komma|virgule|coma|virgola|vírgula)\s{1,2}", re.IGNORECASE)
_POINT_LENGTH = 16
_MINUS = re.compile(
    r"(?<!\bau )(?<!\bal )(?<!\blo )(?<!\bpelo )\b(?:minus|negative|moins|menos|meno) \Z", re.IGNORECASE
)
_COUNT = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}


_COINS = frozenset({"cent", "cents"})
"""A hundred in French words ("deux cents"), which nobody writes after digits: there they are coins."""


def join(text: str, found: Sequence[Number], language: str) -> list[Number]:
    """Numbers in order, those that make up one number put together."""
    known = languages().get(language[:2])
    scales = _SHORT | dict(known.scales if known else {})
    joined: list[Number] = []
    for number in found:
        if joined and number.start < joined[-1].end:
            continue
        if joined and (decimal := _point(text, joined[-1], number)):
            joined[-1] = decimal
            continue
        joined.append(_negative(text, _parts(text, _scaled(text, number, scales))))
    return joined


def halves(text: str) -> Iterator[Number]:
    """`a half`, `one half`, and `half` where it is the whole text."""
    for match in _A_HALF.finditer(text):
        start, end = match.span("alone") if match["alone"] else match.span()
        yield Number(Fraction(1, 2), start, end, "fraction")


def _scaled(text: str, number: Number, scales: Mapping[str, int]) -> Number:
    """`half a dozen`, `1.2 million`, `2 dozen`, `$3M`; a lone m or b is a unit unless it is a capital that is glued on."""
    if number.ordinal or number.form == "fraction":
        return number
    half = _HALF_A.search(text, max(0, number.start - 8), number.start)
    if half and number.value in (12, 100, 1000, 10**6):
        return replace(number, value=number.value / 2, start=half.start())
    match = _SCALE.match(text, number.end)
    if not match or number.form == "words":
        return number
    word = (match["glued"] or match["word"]).casefold()
    if word not in scales or word in _COINS or (match["word"] and len(word) == 1):
        return number
    return replace(number, value=number.value * scales[word], other=None, end=match.end())


def _parts(text: str, number: Number) -> Number:
    """`two thirds` and `two and a half`; `the first third` and `2 fifth places` are neither."""
    part = _PART.match(text, number.end)
    if part and not number.ordinal and number.value.denominator == 1 and 0 < number.value < 100:
        below = _PARTS[part[1].casefold()]
        if (part[1].casefold()[-1] == "s") == (number.value > 1):
            return replace(number, value=number.value / below, end=part.end(), form="fraction")
    more = _AND_PART.match(text, number.end)
    if more and number.value.denominator == 1:
        extra = Fraction(_COUNT[more[1].casefold()], _PARTS[more[2].casefold()])
        return replace(number, value=number.value + extra, end=more.end(), form="fraction")
    return number


def _point(text: str, whole: Number, digits: Number) -> Number | None:
    """`two point five`; further digits follow one by one ("two point two five")."""
    between = text[whole.end : digits.start]
    if digits.form != "words" or len(between) > _POINT_LENGTH:
        return None
    if whole.form == "words" and _POINT.fullmatch(between):
        tail = str(digits.value)
        return replace(
            whole, value=whole.value + Fraction(int(tail), 10 ** len(tail)), end=digits.end, form="decimal"
        )
    if whole.form == "decimal" and text[whole.start].isalpha() and between == " " and digits.value < 10:
        places = len(_POINT.split(text[whole.start : whole.end])[-1].split()) + 1
        return replace(whole, value=whole.value + digits.value / 10**places, end=digits.end)
    return None


def _negative(text: str, number: Number) -> Number:
    """`minus five`, unless a number stands before the minus ("ten minus five")."""
    match = _MINUS.search(text, max(0, number.start - 12), number.start)
    if not match or number.value <= 0:
        return number
    before = text[max(0, match.start() - 16) : match.start()].split()
    if before and (before[-1][-1].isdigit() or before[-1].casefold() in languages()["en"].values):
        return number
    return replace(number, value=-number.value, start=match.start())
