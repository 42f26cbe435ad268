"""Displays: n marks of one kind, laid out in one of seven ways. The same n in another layout is the paired twin.

This file imports nothing heavy, so that whoever trains a model can stay on the other side of `training_side`.
"""

from collections.abc import Callable, Mapping
from math import isqrt
from random import Random

from evals.pseudoword import kept_for_training

GLYPHS: Mapping[str, str] = {
    "bullet": "•",
    "stop": ".",
    "asterisk": "*",
    "a": "a",
    "x": "x",
    "zero": "0",
    "star": "⭐",
    "hand": "\N{RAISED HAND}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
}
"""What is counted, by name. A hand is one character to the eye (one grapheme) and two code points."""

NOISE = "bcdefghkmnpqrstuvwz"
"""Letters that look like none of the glyphs."""

STRANGERS = "#+=~"
"""Marks that are no glyph of the suite and look like none."""

GROUP = 5


def training_side(glyph: str, n: int) -> bool:
    """Whether a display belongs to the training data of the embedded model, never to this suite.

    A quarter of all pairs of a glyph and a count do, in every layout alike, so that the layouts of one count stay
    comparable. A mark that is none of GLYPHS never occurs here: training may count it as it likes.

    Args: glyph: the mark itself ("•"). n: how many, from 0.
    """
    name = next((name for name, mark in GLYPHS.items() if mark == glyph), None)
    return name is None or kept_for_training(f"dots:{name}:{n}")


def display(layout: str, glyph: str, n: int, rng: Random) -> str:
    """So many marks in a layout, without white space at either end; `rng` is used by `ragged` and `noise` alone.

    Raises: KeyError: no such layout.
    """
    return LAYOUTS[layout](glyph, n, rng)


def columns(n: int) -> int:
    """How wide a grid of n marks is: whole rows where n has a factor that makes it at most four times as wide as high.

    Otherwise nearly square, its last row short.
    """
    height = next((h for h in range(isqrt(n), 1, -1) if n % h == 0), 0)
    if height and n // height <= 4 * height:
        return n // height
    return isqrt(n - 1) + 1 if n else 1


def _run(glyph: str, n: int, _rng: Random) -> str:
    return glyph * n


def _spaced(glyph: str, n: int, _rng: Random) -> str:
    return " ".join([glyph] * n)


def _comma(glyph: str, n: int, _rng: Random) -> str:
    return ", ".join([glyph] * n)


def _grouped(glyph: str, n: int, _rng: Random) -> str:
    return _cut(glyph, [GROUP] * (n // GROUP) + [n % GROUP], " ")


def _grid(glyph: str, n: int, _rng: Random) -> str:
    width = columns(n)
    return _cut(glyph, [width] * (n // width) + [n % width], "\n")


def _ragged(glyph: str, n: int, rng: Random) -> str:
    """Lines of 1 to about 2 sqrt(n) marks, two lines at least from two marks on."""
    lengths: list[int] = []
    while (left := n - sum(lengths)) > 0:
        longest = min(max(3, 2 * isqrt(n)), left if lengths else max(1, n - 1))
        lengths.append(rng.randint(1, longest))
    return _cut(glyph, lengths, "\n")


def _noise(glyph: str, n: int, rng: Random) -> str:
    """The marks among as many letters, ten at least."""
    length = n + max(10, n)
    shown = rng.choices(NOISE, k=length)
    for place in rng.sample(range(length), n):
        shown[place] = glyph
    return "".join(shown)


def _cut(glyph: str, lengths: list[int], between: str) -> str:
    return between.join(glyph * length for length in lengths if length)


LAYOUTS: Mapping[str, Callable[[str, int, Random], str]] = {
    "run": _run,
    "spaced": _spaced,
    "comma": _comma,
    "grid": _grid,
    "ragged": _ragged,
    "grouped": _grouped,
    "noise": _noise,
}
"""Unbroken; with spaces; with commas; in rows of one width; in rows of many; in fives; among letters."""
