"""Which numbers of a text are parts of a sum or an arrangement, and which are its result."""

import re
from collections.abc import Sequence
from itertools import pairwise

from evals.answers.page import PHRASES
from evals.numbers import Number

_OPERATOR = re.compile(
    r"[ \u2009)]*(?:[^\W\d_]+[ \u2009]){0,2}[)]?[ \u2009]*"
    r"(?:[-+*×·xX/÷\u2212–^]|\*\*|plus|minus|times|by|divided by|multiplied by)[ \u2009]*[(]{0,2}[$€£]?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[ \u2009'-]{0,2}(?P<first>[^\W\d_]{1,24})(?: (?P<second>[^\W\d_]{1,24}))?")
_HOLDING = re.compile(
    r"[ ,]{0,2}(?:of|by|with|having|containing|and|each (?:of|with|containing)|that have|x|×|mit|de|di|da|avec|con|com)?[ ]?"
    r"(?:exactly |about )?"
)
_ARRANGEMENTS = frozenset(PHRASES.tables["arrangements"])
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


def arranged(lower: str, found: Sequence[Number], things: frozenset[str]) -> frozenset[int]:
    """The positions of numbers that only say how things are arranged: "4 rows of 5"; not where rows are asked for."""
    inside: set[int] = set()
    for at, number in enumerate(found):
        end = _arrangement(lower, number.end, things)
        if not end:
            continue
        inside.add(at)
        gap = found[at + 1].start - end if at + 1 < len(found) else -1
        if 0 <= gap <= _GAP and _HOLDING.fullmatch(lower, end, end + gap):
            inside.add(at + 1)
    return frozenset(inside)


def _arrangement(lower: str, at: int, things: frozenset[str]) -> int:
    """Where "rows" or "long rows" right after a number ends; 0 where no arrangement follows, or it is asked for."""
    named = _NAMED.match(lower, at)
    if not named:
        return 0
    for word in ("first", "second"):
        if named[word] in _ARRANGEMENTS:
            return 0 if named[word] in things else named.end(word)
    return 0
