"""Quantities in the unit that was asked for: 1 hour 30 minutes is 90 minutes, $3 and 50 cents are 3.5 dollars."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

from evals.numbers import Number

_BETWEEN = re.compile(r"[ \u2009]?[^\W\d_]*\.?(?:,? and|,| und| et| y| e)?[ \u2009]?[$]?", re.IGNORECASE)

_PART_OF = re.compile(r" of an? ([^\W\d_]{1,24})", re.IGNORECASE)


@cache
def _units() -> dict[str, tuple[str, int]]:
    """Every name of a unit -> its kind and its size in the smallest unit of that kind."""
    data = tomllib.loads((Path(__file__).parent / "units.toml").read_text("utf-8"))
    names = data.pop("names")
    return {
        name: (kind, size)
        for kind, sizes in data.items()
        for unit, size in sizes.items()
        for name in (unit, *names[unit])
    }


def in_unit(plain: str, found: Sequence[Number], unit: str) -> list[Number]:
    """The numbers, those with a unit of the asked kind converted and compounds put together; all as they are without a unit.

    Raises:
        KeyError: the asked unit is none of units.toml.
    """
    if not unit:
        return list(found)
    kind, size = _units()[unit]
    measured: list[Number] = []
    smallest: int | None = None
    for number in found:
        own = _unit(plain, number)
        if own is None or own[0] != kind:
            measured.append(number)
            smallest = None
            continue
        converted = number.value * Fraction(own[1], size)
        if (
            smallest is not None
            and own[1] < smallest
            and _BETWEEN.fullmatch(plain, measured[-1].end, number.start)
        ):
            whole = measured[-1]
            measured[-1] = replace(whole, value=whole.value + converted, end=number.end, unit=number.unit)
        else:
            measured.append(replace(number, value=converted))
        smallest = own[1]
    return measured


def _unit(plain: str, number: Number) -> tuple[str, int] | None:
    """The kind and size of a number's unit: its currency, the word that follows, or "of an hour"."""
    part = _PART_OF.match(plain, number.end)
    return _units().get(number.currency) or _units().get(part[1].casefold() if part else number.unit)
