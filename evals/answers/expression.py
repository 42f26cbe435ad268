"""Which numbers of a text are parts of a sum or an arrangement, and which are its result."""

import re
from collections.abc import Sequence
from itertools import pairwise

from evals.answers.lexicon import PHRASES, pattern
from evals.numbers import Number

_OPERATOR = re.compile(
    r"[ \u2009)]*(?:[^\W\d_]+[ \u2009]){0,2}[)]?[ \u2009]*"
    r"(?:[-+*×·xX/÷\u2212–^]|\*\*|plus|minus|times|by|divided by|multiplied by)[ \u2009]*[(]{0,2}[$€£]?",
    re.IGNORECASE,
)
_GLUED_UNIT = re.compile(r"[ \u2009]?(?:[^\W\d_]+[ \u2009]){0,2}")
_ARRANGED = re.compile(rf"[ \u2009'-]{{0,2}}(?:[^\W\d_]+ )?{pattern(PHRASES['arrangements'])}", re.IGNORECASE)
_HELD = re.compile(
    rf"[ \u2009'-]{{0,2}}(?:[^\W\d_]+ )?{pattern(PHRASES['arrangements'])}[ ,]{{0,2}}"
    r"(?:of|by|with|having|containing|and|each (?:of|with|containing)|that have|x|×|mit|de|di|da|avec|con|com)?[ ]?(?:exactly |about )?",
    re.IGNORECASE,
)
_GAP = 40


def operands(text: str, found: Sequence[Number]) -> frozenset[int]:
    """The positions, in `found`, of numbers that stand beside an operator: 3 and 4 of `3 + 4 = 7`, `7 = 3 + 4`.

    A fraction before an equals sign (`12/4 = 3`) is one as well. The ends of ranges are none.
    """
    inside: set[int] = set()
    for at, (a, b) in enumerate(pairwise(found)):
        between = text[a.end : b.start] if b.start - a.end <= _GAP else ""
        if between and a.bound != "low" and _OPERATOR.fullmatch(between):
            inside |= {at, at + 1}
        if b.value < 0 and b.start == a.end:
            inside |= {at, at + 1}
    for at, number in enumerate(found):
        if number.form == "fraction" and text[number.end : number.end + 3].lstrip().startswith("="):
            inside.add(at)
    return frozenset(inside)


def arranged(text: str, found: Sequence[Number], things: frozenset[str]) -> frozenset[int]:
    """The positions of numbers that only say how things are arranged: "4 rows of 5"; not where rows are asked for."""
    inside: set[int] = set()
    for at, number in enumerate(found):
        match = _ARRANGED.match(text, number.end)
        if not match or things & set(match[0].casefold().split()):
            continue
        inside.add(at)
        if at + 1 < len(found):
            following = found[at + 1]
            if following.start - number.end <= _GAP and _HELD.fullmatch(text, number.end, following.start):
                inside.add(at + 1)
    return frozenset(inside)
