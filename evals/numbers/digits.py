"""Numbers written in digits: grouped, decimal, scientific, as fractions, in circles."""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from evals.numbers.language import decimal_comma
from evals.numbers.number import Form, Number

LONGEST = 60
"""Longer runs of digits are no statement of a number, and exact arithmetic on them would take its time."""

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = r"(?:\^\{{?(?P<{0}>-?\d{{1,3}})\}}?|(?P<{1}>⁻?[⁰¹²³⁴-⁹]{{1,3}}))"
_NUMERAL = re.compile(
    r"(?P<name>(?<![A-Za-z_\d])[A-Za-z_]++[-\u2010\u2011]?\d[\w.]*)"
    r"|(?:(?<![A-Za-z_\d])|(?<=\d[xX]))(?:"
    r"(?P<whole>\d{1,9})?\s?\\[dtc]?frac\s?\{\s?(?P<ltop>\d{1,12})\s?\}\s?\{\s?(?P<lbottom>\d{1,12})\s?\}"
    r"|(?:(?P<mixed>\d{1,9})(?: |\u2009| and )(?=\d{1,9}/))?(?<![\d/.])(?P<top>\d{1,12})/(?P<bottom>\d{1,12})(?![\d/]|\.\d)"
    r"|(?P<keycaps>(?:\d\ufe0f?\u20e3)+)"
    r"|(?P<body>(?:\d{1,3}(?: \d{3}){1,6}+(?!\d| \d)(?:[.,]\d+(?![.,]?\d))?|\d(?:\d|[.,_](?=\d)|\u2009{1,2}(?=\d)|'{1,3}(?=\d))*|(?<![\w.…•·])\.\d+))"
    r"(?:[eE](?P<e>[+-]?\d{1,3})(?![\w])"
    rf"|\s{{0,7}}[×xX·*]\s{{0,7}}10{_POWER.format('t', 'tt')}"
    rf"|{_POWER.format('p', 'pp')})?"
    r")"
)
_VULGAR = re.compile(r"(?:(?P<whole>\d{1,9})[ \u2009]?)?(?P<part>[¼-¾⅐-⅞↉])")
_CIRCLED = re.compile(r"[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf]|🔟")
_GLUED = re.compile(
    r"(?P<ordinal>(?:st|nd|rd|th|er|ère|e|ème|º|ª|°)\b)|(?P<times>[xX×](?=\s?\d))|(?P<letter>[A-Za-zÀ-ÿ]{1,24})"
)
_UNIT_LETTERS = frozenset("kKMBmshgl")
_UNIT_ENDS = frozenset(".,;:!?)]}\"'*_-–—/|%^²³…=+<>~")
_HOURS = frozenset({"h", "hr", "hrs", "m", "min", "mins", "d", "x", "X"})
_SIGNED_AFTER = frozenset(" \t\n([{=:,;<>+*/×·÷~≈|\"'→⇒?!\u2009")


def in_digits(text: str, language: str = "") -> Iterator[Number]:
    """The numbers in digits of a flat text. A letter right before or after ("GPT-4", "3x") makes it a name or a coefficient."""
    for match in _NUMERAL.finditer(text):
        if match["name"]:
            continue
        start = _sign(text, match.start())
        sign = -1 if start < match.start() else 1
        for number in _read(match, decimal_comma(language)):
            yield from _finished(text, number, start, sign)
            start, sign = -1, 1
    for match in _VULGAR.finditer(text):
        value = Fraction(unicodedata.numeric(match["part"])).limit_denominator(100) + int(match["whole"] or 0)
        yield Number(value, match.start(), match.end(), "fraction")
    yield from _circled(text)


def _finished(text: str, number: Number, start: int, sign: int) -> Iterator[Number]:
    """The number with its sign and what is glued to its end, unless that makes it something else."""
    glued = _GLUED.match(text, number.end)
    ordinal, end = False, number.end
    if glued and glued["ordinal"] and number.form == "digits":
        ordinal, end = True, glued.end()
    elif glued and glued["letter"] and _no_unit(glued["letter"], text[glued.end() : glued.end() + 1]):
        return
    other = None if number.other is None else sign * number.other
    yield Number(sign * number.value, start if start >= 0 else number.start, end, number.form, other, ordinal)


def _no_unit(letters: str, after: str) -> bool:
    """Whether letters glued to a number make it a coefficient (3x) or a code that goes on after them (0tk00, 0tk•a)."""
    if len(letters) == 1 and letters not in _UNIT_LETTERS:
        return True
    ends = not after or after.isspace() or after in _UNIT_ENDS or after >= "\u2e80"
    return not ends and not (after.isdecimal() and letters in _HOURS)


def _sign(text: str, start: int) -> int:
    """Where the number begins with its minus sign: `-5`, `−5`, `-$5`; not the bullet of `- 5`, nor 10-5 and 10 - 5."""
    at = start - 1 if start and text[start - 1] in "$€£¥₹" else start
    if not at or text[at - 1] not in "-\u2212\u2013":
        spaced = text[at - 2 : at] == "\u2212 "
        return at - 2 if spaced and not _operand_before(text, at - 2) else start
    before = text[at - 2] if at > 1 else "\n"
    if (before not in _SIGNED_AFTER and before not in "$€£¥₹") or _operand_before(text, at - 1):
        return start
    return at - 1


def _operand_before(text: str, at: int) -> bool:
    """Whether a number, a letter of a variable or a closing bracket stands to the left of a minus sign on its line."""
    before = text[max(0, at - 3) : at].rstrip(" ")
    return bool(before) and (before[-1].isdigit() or before[-1] in ")]%")


def _read(match: re.Match[str], comma: bool) -> Iterator[Number]:
    start, end = match.span()
    if match["ltop"] or match["top"]:
        top, bottom = int(match["ltop"] or match["top"]), int(match["lbottom"] or match["bottom"])
        if bottom:
            whole = int(match["whole"] or match["mixed"] or 0)
            yield Number(whole + Fraction(top, bottom), start, end, "fraction")
    elif match["keycaps"]:
        yield Number(Fraction(int("".join(filter(str.isdecimal, match[0])))), start, end, "digits")
    else:
        bodies = list(_bodies(match["body"], start, comma))
        power = _power(match)
        if power is not None and len(bodies) == 1:
            yield _raised(bodies[0], match, end, power)
        else:
            yield from bodies


def _power(match: re.Match[str]) -> int | None:
    written = match["e"] or match["t"] or match["tt"] or match["p"] or match["pp"]
    return int(written.translate(_SUPERSCRIPT)) if written else None


def _raised(body: Number, match: re.Match[str], end: int, power: int) -> Number:
    """`1.2e3` and `1.2 × 10^3` are scaled by ten, `2^10` is a power of its own; too large a power is left unread."""
    plain = bool(match["p"] or match["pp"])
    base = body.value if plain else Fraction(10)
    if abs(power) > LONGEST or (plain and (not base or len(match["body"]) > 4)):
        return body
    return Number(base**power if plain else body.value * base**power, body.start, end, "power")


def _bodies(body: str, start: int, comma: bool) -> Iterator[Number]:
    """A run of digits and separators as one number, or as several ("3,5,7"), or as none (a version, "1.2.3")."""
    if len(body) > LONGEST:
        return
    whole = _whole(body, comma)
    if whole is not None:
        value, form, other = whole
        yield Number(value, start, start + len(body), form, other)
    elif "." not in body:
        for piece in re.finditer(r"\d+", body):
            yield Number(Fraction(int(piece[0])), start + piece.start(), start + piece.end(), "digits")


Parsed = tuple[Fraction, Form, Fraction | None]


def _whole(body: str, comma: bool) -> Parsed | None:
    """The value of digits with separators, its form, and its other reading where the separator is ambiguous."""
    if body.isdecimal():
        return Fraction(int(body)), "digits", None
    body = re.sub(r"'+|\u2009+", "_", body)
    marks = re.sub(r"\d", "", body)
    last = marks[-1]
    if body.startswith("."):
        return Fraction("0" + body), "decimal", None
    if len(set(marks)) == 1 and (len(marks) > 1 or last in " _"):
        return _grouped(body, last)
    if len(marks) == 1:
        return _one_mark(body, last, comma)
    head, _, tail = body.rpartition(last)
    groups = _grouped(head, marks[0]) if last in ".," and len(set(marks[:-1])) == 1 else None
    return (groups[0] + Fraction(int(tail), 10 ** len(tail)), "decimal", None) if groups else None


def _grouped(body: str, mark: str) -> Parsed | None:
    """1,204,000 and, by commas alone, the Indian 12,04,000. Steps of one ("98 99 100") are a count, not groups."""
    first, *rest = body.split(mark)
    western = len(first) <= 3 and all(len(group) == 3 for group in rest)
    indian = (
        mark == "," and len(first) <= 2 and len(rest[-1]) == 3 and all(len(group) == 2 for group in rest[:-1])
    )
    steps = {int(b) - int(a) for a, b in pairwise([first, *rest]) if b[0] != "0"}
    if not (western or indian) or (mark == " " and steps == {1}):
        return None
    return Fraction(int(first + "".join(rest))), "grouped", None


def _one_mark(body: str, mark: str, comma: bool) -> Parsed:
    """One point or comma: decimal, or a group of three, as the language has it; the other reading is kept."""
    head, tail = body.split(mark)
    decimal = Fraction(int(head + tail), 10 ** len(tail))
    if len(tail) != 3 or len(head) > 3 or head.startswith("0"):
        return decimal, "decimal", None
    grouped = Fraction(int(head + tail))
    if (mark == ",") == comma:
        return decimal, "decimal", grouped
    return grouped, "grouped", decimal


def _circled(text: str) -> Iterator[Number]:
    """⑬ is 13."""
    for match in _CIRCLED.finditer(text):
        value = 10 if match[0] == "🔟" else unicodedata.numeric(match[0], -1)
        if value >= 0 and value == int(value):
            yield Number(Fraction(int(value)), match.start(), match.end(), "circled")
