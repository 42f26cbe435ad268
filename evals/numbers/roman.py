"""Roman numerals, where nothing but a number is meant: the whole text, or right after a colon or an equals sign."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from evals.numbers.number import Number

_ALONE = re.compile(r"[\s\W]*(?P<roman>V|[MDCLXVI]{2,15})[\s\W]*\Z")
_STATED = re.compile(r"(?:[:=][ \u2009]{0,3}|\b(?:is|are|equals|gives) )(?P<roman>[MDCLXVI]{2,15})(?![\w'-])")
_CANONICAL = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_WORDS = frozenset(
    {"MIX", "CD", "DC", "MD", "DI", "DIM", "CV", "XL", "MC", "CC", "CM", "LI", "CL", "MI", "DM", "CI", "MM"}
)
_VALUES = dict(zip("IVXLCDM", (1, 5, 10, 50, 100, 500, 1000), strict=True))


def in_roman(text: str) -> Iterator[Number]:
    """The Roman numerals of a flat text, of two letters or more, or V: I, C and X are more often something else."""
    alone = _ALONE.match(text) if len(text) < 40 else None
    for match in [alone] if alone else _STATED.finditer(text):
        written = match["roman"]
        if _CANONICAL.fullmatch(written) and (alone or written not in _WORDS):
            yield Number(Fraction(value(written)), *match.span("roman"), "roman")


def value(written: str) -> int:
    """The value of a Roman numeral: a smaller sign before a larger one is taken away."""
    worth = [_VALUES[sign] for sign in written]
    return sum(-a if a < b else a for a, b in pairwise([*worth, 0]))
