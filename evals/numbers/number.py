"""A number as a text states it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Form = Literal["digits", "decimal", "grouped", "fraction", "power", "words", "cjk", "roman", "circled"]
"""How it is written: 12, 3.5, 1,204, 3/4, 10^4, twelve, 十二, XII, ⑫."""

Bound = Literal["", "low", "high", "least", "most", "either"]
"""Not a value by itself: an end of a range, a bound to one side, one of "10 or 11". Empty where it is a value."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a text.

    Attributes:
        value: exact.
        start, end: its place in the text, sign included, currency and unit left out.
        form: how it is written.
        other: the other reading of a separator that is ambiguous: 1.204 is 1204 to a German.
        ordinal: a place in an order ("3rd", "third", "第三").
        approx: "about 50".
        percent, currency, unit: what stands beside it, never converted; the unit is the word that follows.
        bound: see Bound.
        negated: "not 3", "3 is wrong".
    """

    value: Fraction
    start: int
    end: int
    form: Form
    other: Fraction | None = None
    ordinal: bool = False
    approx: bool = False
    percent: bool = False
    currency: str = ""
    unit: str = ""
    bound: Bound = ""
    negated: bool = False
