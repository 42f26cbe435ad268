"""Counting aloud: 1• 2• 3•, one number a line, "1, 2, 3, ..., 17". A tally is one answer, its last index."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_INDEX = re.compile(r"(?<![\d.,])\d{1,5}(?!\d|[.,]\d)")
_GAP = re.compile(r"[^A-Za-z0-9]*(?:[A-Za-z](?![A-Za-z])[^A-Za-z0-9]*){0,2}")
_ELLIPSIS = re.compile(r"[\s,;]*(?:\.{3}|…)[\s,;]*")
_GAP_LENGTH = 16
_FROM_ONE, _FROM_ANYWHERE = 3, 4
"""How many indices make a tally that begins at 0 or 1, and one that begins elsewhere."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Indices that count up by one.

    Attributes:
        last: the last index.
        start, end: the place of the whole tally; at: the place of the last index.
    """

    last: int
    start: int
    at: int
    end: int


def tallies(plain: str) -> Iterator[Tally]:
    """The tallies of a flat text, in order. Between two indices stand marks, or single letters, but no words."""
    run: list[re.Match[str]] = []
    for index in _INDEX.finditer(plain):
        if run and _counts_on(plain, run[-1], index):
            run.append(index)
            continue
        jumped = len(run) > 1 and _jumps(plain, run[-1], index)
        yield from _tally([*run, index] if jumped else run, jumped=jumped)
        run = [] if jumped else [index]
    yield from _tally(run)


def _counts_on(plain: str, before: re.Match[str], index: re.Match[str]) -> bool:
    near = index.start() - before.end() <= _GAP_LENGTH
    if not near or int(index[0]) != int(before[0]) + 1:
        return False
    return _GAP.fullmatch(plain, before.end(), index.start()) is not None


def _jumps(plain: str, before: re.Match[str], index: re.Match[str]) -> bool:
    near = index.start() - before.end() <= _GAP_LENGTH
    return (
        near
        and int(index[0]) > int(before[0])
        and bool(_ELLIPSIS.fullmatch(plain, before.end(), index.start()))
    )


def _tally(run: list[re.Match[str]], *, jumped: bool = False) -> Iterator[Tally]:
    least = _FROM_ONE if run and int(run[0][0]) <= 1 else _FROM_ANYWHERE
    if len(run) >= least or jumped:
        yield Tally(int(run[-1][0]), run[0].start(), run[-1].start(), run[-1].end())
