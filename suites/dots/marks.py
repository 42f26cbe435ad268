"""Marks in a reply: where the counted thing is itself a digit, a full stop or a letter, it must not be read as a number.

    There are 12 "0"    .1 .2 .3    0(1) 0(2) 0(3)    00000    12x    Answer: <12>

What stands for a mark becomes a bullet, which no number holds; every other character stays.
"""

import re
from collections.abc import Iterator

MARK = "•"

_QUOTES = "\"'`“”‘’«»"
_BRACKETS = re.compile(r"(?<=[:=] )<([^<>/\n]{1,40})>")
_ZEROS = re.compile(r"(?<![\d.,'])(?<!\d[ \u2009])0(?:[ ,\n]{0,2}0)+(?![\d.,]*\d)")
_PLURAL_ZERO = re.compile(r"(?<![\d.,])0(?='?s\b)")
_ZERO_FIRST = re.compile(r"(?<![\d.,])(?P<mark>0)[ :(\[=–-]{0,3}(?P<index>[1-9]\d{0,3})(?!\d)")
_ZERO_LAST = re.compile(r"(?<![\d.,])(?P<index>[1-9]\d{0,3})[ :.)\]=–-]{1,3}(?P<mark>0)(?![\d.,]*\d)")
_POINT_FIRST = re.compile(r"(?<!\d)(?P<mark>\.)(?P<index>\d{1,4})(?!\d)")
_POINTS_BETWEEN = re.compile(r"(?<![\d.])\d{1,4}(?:\.\d{1,4}){2,}(?!\d)")


def without_marks(text: str, glyph: str) -> str:
    """A reply in which marks that could be taken for numbers, or for parts of them, are bullets."""
    text = _BRACKETS.sub(r"\1", text)
    text = re.sub(f"(?<=[{_QUOTES}]){re.escape(glyph)}(?=[{_QUOTES}])", MARK, text)
    if glyph == "0":
        text = _PLURAL_ZERO.sub(MARK, _ZEROS.sub(MARK, text))
        return _tallied(_tallied(text, _ZERO_FIRST), _ZERO_LAST)
    if glyph.isalpha():
        return re.sub(
            rf"(?<=\d){glyph}(?!\w)", f" {MARK}", re.sub(rf"(?<!\w){glyph}(?=\d)", f"{MARK} ", text)
        )
    if glyph == ".":
        return _tallied(_POINTS_BETWEEN.sub(_one_by_one, text), _POINT_FIRST)
    return text


def _tallied(text: str, indexed: re.Pattern[str]) -> str:
    """The text with bullets for the marks whose indices count up from 1: two of them at least."""
    marks = list(_counting(indexed.finditer(text)))
    if len(marks) < 2:
        return text
    parts, done = [], 0
    for match in marks:
        parts += [text[done : match.start("mark")], f" {MARK} "]
        done = match.end("mark")
    return "".join([*parts, text[done:]])


def _counting(found: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    expected = 1
    for match in found:
        if int(match["index"]) == expected:
            expected += 1
            yield match


def _one_by_one(match: re.Match[str]) -> str:
    """1.2.3 as "1 • 2 • 3", where it counts up by one; anything else as it stands."""
    indices = [int(part) for part in match[0].split(".")]
    return (
        f" {MARK} ".join(map(str, indices))
        if indices == list(range(indices[0], indices[-1] + 1))
        else match[0]
    )
