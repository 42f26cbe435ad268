"""Numbers in Chinese characters: 十二, 一百二十三, 二〇二四, 1万2千."""

import re
from collections.abc import Iterator
from fractions import Fraction

from evals.numbers.number import Number

_DIGITS = {char: value for value, chars in enumerate(
    ["零〇", "一壹", "二两兩贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"]
) for char in chars}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8}
_ALL = "".join([*_DIGITS, *_TENS, *_MYRIADS])
_RUN = re.compile(
    rf"(?P<nth>第)?(?P<body>(?:\d{{1,9}}(?:\.\d{{1,9}})?(?=[{''.join([*_TENS, *_MYRIADS])}])|[{_ALL}]){{1,40}})(?P<point>点(?=[{''.join(_DIGITS)}])[{''.join(_DIGITS)}]{{1,12}})?"
)
_PIECE = re.compile(r"\d+(?:\.\d+)?|.")
_NOT_NUMBERS = re.compile(
    r"一(?:[共些起下样樣般定直切旦边邊致方面]|个一个|步步)|[统統唯万萬]一|千万(?=不|别)|十分|三三两两"
)
_MEASURES = frozenset("个個つ個本点點颗顆只次枚隻粒条條文字回倍度位行列圆圓元円")
_BEFORE = frozenset('是为為有共：:，,=到得出数數 “"「(（现現出はがを')


def in_cjk(text: str) -> Iterator[Number]:
    """The numbers in Chinese characters of a flat text; a lone character counts only before a measure word or a stop."""
    words = {at for match in _NOT_NUMBERS.finditer(text) for at in range(match.start(), match.end())}
    for match in _RUN.finditer(text):
        body = match["body"]
        if match.start("body") in words or body.isascii() or not _plausible(text, match):
            continue
        value = _value(body)
        if value is None:
            continue
        if match["point"]:
            tail = "".join(str(_DIGITS[char]) for char in match["point"][1:])
            value += Fraction(int(tail), 10 ** len(tail))
        yield Number(value, match.start("body"), match.end(), "cjk", ordinal=bool(match["nth"]))


def _plausible(text: str, match: re.Match[str]) -> bool:
    """一 and its like are parts of many words: by themselves they need a measure word, a stop or an end around them."""
    body, start, end = match["body"], match.start("body"), match.end()
    if all(char in _MYRIADS or char in "百千佰仟" for char in body):
        return False
    if len(body) > 1 or match["nth"]:
        return True
    after = text[end : end + 1]
    before = text[start - 1 : start]
    return after in _MEASURES or (
        (not after or not after.isalpha() or after in "ですだ")
        and (not before or before in _BEFORE or not before.isalpha())
    )


def _value(body: str) -> Fraction | None:
    """Positional where no multiplier stands in it (二〇二四), else sections of a myriad."""
    if all(char in _DIGITS for char in body):
        return Fraction(int("".join(str(_DIGITS[char]) for char in body)))
    total = section = Fraction(0)
    digit: Fraction | None = None
    for piece in _PIECE.findall(body):
        if piece in _DIGITS or piece[0].isdecimal():
            digit = Fraction(_DIGITS[piece]) if piece in _DIGITS else Fraction(piece)
        elif piece in _TENS:
            section += (1 if digit is None else digit) * _TENS[piece]
            digit = None
        else:
            section += digit or 0
            total += (section or 1) * _MYRIADS[piece]
            section, digit = Fraction(0), None
    return total + section + (digit or 0)
