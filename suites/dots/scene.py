"""Scenes: where the dots of a picture lie, how large they are and in which colours, as whole numbers. Pure functions.

Any two dots are at least GAP pixels apart, whatever their size, so that every one can be seen by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isqrt
from random import Random
from typing import NamedTuple

from .display import columns

SIDE = 768
"""The picture is a square of so many pixels: hosts that scale pictures down leave one of this size as it is."""
MARGIN = 24
INNER = SIDE - 2 * MARGIN
GAP = 4
LONGEST_ROW = 40
"""More dots than this are not shown in one row: they would be too small."""

COLOURS: tuple[tuple[str, str], ...] = (
    ("#000000", "#ffffff"),
    ("#ffffff", "#000000"),
    ("#12357a", "#f6f1e4"),
    ("#a31621", "#ffffff"),
    ("#1b5e20", "#f4f4f4"),
    ("#ffd54f", "#1a1a40"),
    ("#80deea", "#263238"),
    ("#4a148c", "#fff8e1"),
)
"""Dots and paper; their contrast is at least 7 to 1."""


class Dot(NamedTuple):
    """A filled circle: its middle from the left and from the top, and its radius, in pixels."""

    x: int
    y: int
    radius: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn.

    Attributes:
        arrangement: one of ARRANGEMENTS.
        dots: in no order that means anything.
        ink, paper: colours of the dots and of what is behind them.
    """

    arrangement: str
    dots: tuple[Dot, ...]
    ink: str
    paper: str


def fitting(n: int) -> list[str]:
    """The arrangements that so many dots can have."""
    return [name for name in ARRANGEMENTS if name != "row" or n <= LONGEST_ROW]


def scene(arrangement: str, n: int, rng: Random) -> Scene:
    """So many dots in an arrangement; the same for the same state of `rng`.

    Raises: KeyError: no such arrangement. ValueError: more dots than there is room for (1,000 find room).
    """
    ink, paper = rng.choice(COLOURS)
    return Scene(arrangement, tuple(ARRANGEMENTS[arrangement](n, rng)), ink, paper)


def _scatter(n: int, rng: Random) -> Iterator[Dot]:
    """Thrown one after the other: each lies where it keeps its distance from those before."""
    largest = _largest(isqrt(INNER * INNER // max(n, 1)))
    near = _Neighbours(2 * largest + GAP)
    for _ in range(n):
        radius = _size(largest, rng)
        for _ in range(10_000):
            low, high = MARGIN + radius, SIDE - MARGIN - radius
            dot = Dot(rng.randint(low, high), rng.randint(low, high), radius)
            if not any(_touch(dot, other) for other in near.of(dot)):
                break
        else:
            raise ValueError(f"there is no room for {n} dots")
        near.add(dot)
        yield dot


def _grid(n: int, rng: Random) -> Iterator[Dot]:
    """In rows of one width, the last one short where n asks for it; all of one size, each moved a little."""
    width = columns(n)
    height = -(-n // width)
    pitch = min(INNER // max(width, height), 96)
    radius = _size(_largest(pitch), rng)
    loose = max(0, (pitch - 2 * radius - GAP) // 2)
    left, top = (SIDE - (width - 1) * pitch) // 2, (SIDE - (height - 1) * pitch) // 2
    for place in range(n):
        row, column = divmod(place, width)
        yield _moved(Dot(left + column * pitch, top + row * pitch, radius), loose // 2, rng)


def _row(n: int, rng: Random) -> Iterator[Dot]:
    """From left to right, each of its own size and moved a little."""
    pitch = min(INNER // n, 64)
    largest = _largest(pitch)
    loose = max(0, (pitch - 2 * largest - GAP) // 2)
    left, y = (SIDE - (n - 1) * pitch) // 2, rng.randint(SIDE // 4, 3 * SIDE // 4)
    for place in range(n):
        yield _moved(Dot(left + place * pitch, y, _size(largest, rng)), loose, rng)


ARRANGEMENTS: Mapping[str, Callable[[int, Random], Iterator[Dot]]] = {
    "scatter": _scatter,
    "grid": _grid,
    "row": _row,
}


def _largest(pitch: int) -> int:
    """The largest radius where dots have so many pixels each, from middle to middle."""
    return max(2, min(24, pitch * 27 // 100))


def _size(largest: int, rng: Random) -> int:
    """A radius between three fifths of the largest one and it."""
    return rng.randint(max(2, largest * 3 // 5), largest)


def _moved(dot: Dot, most: int, rng: Random) -> Dot:
    return Dot(dot.x + rng.randint(-most, most), dot.y + rng.randint(-most, most), dot.radius)


def _touch(one: Dot, other: Dot) -> bool:
    """Whether two dots are nearer to each other than GAP."""
    apart = one.radius + other.radius + GAP
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2 < apart * apart


class _Neighbours:
    """Dots by the square they lie in, so that only near ones are looked at."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._squares: dict[tuple[int, int], list[Dot]] = {}

    def add(self, dot: Dot) -> None:
        self._squares.setdefault((dot.x // self._side, dot.y // self._side), []).append(dot)

    def of(self, dot: Dot) -> Iterator[Dot]:
        """Those in the same square and in those around it."""
        x, y = dot.x // self._side, dot.y // self._side
        for column in (x - 1, x, x + 1):
            for row in (y - 1, y, y + 1):
                yield from self._squares.get((column, row), ())
