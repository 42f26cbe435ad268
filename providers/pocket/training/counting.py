"""Pieces that teach counting marks: in one run and set apart, at once and one by one.

Marks that the suite never shows may be any number; of the suite's own marks, only the counts on the training side.
"""

from random import Random

from .document import Document, chat
from .people import system
from .suite import SHOWN, module

OTHERS = "#+=~-@%&$/|<>"
"""Marks that the suite never counts."""

SUITE = ("•", ".", "*", "•", ".", "*", "a", "x", "0")
LONGEST = {"run": 200, "spaced": 100, "comma": 40, "grid": 60, "ragged": 60, "grouped": 60, "noise": 30}
"""How many marks a display of a layout may hold: as many as leave room in the context."""

ONE_BY_ONE = 40
"""How far marks are numbered one by one."""

FEW = 50
"""How far they are counted at once in the end, where a model of this size can still learn something."""


def at_once(rng: Random, most: int = 1000) -> Document:
    """The number alone, of up to so many marks."""
    glyph, layout, n = _drawn(rng, most)
    question = _question(rng, "direct" if rng.random() < 0.85 else "free", glyph, layout, n)
    return _chat(rng, question, str(n))


def one_by_one(rng: Random) -> Document:
    """Each mark with its index, then the number."""
    glyph, layout, n = _drawn(rng, ONE_BY_ONE)
    indexed = " ".join(f"{i} {glyph}" for i in range(1, n + 1))
    return _chat(rng, _question(rng, "tally", glyph, layout, n), f"{indexed}\nAnswer: {n}")


def nothing(rng: Random) -> Document:
    """None of the marks asked for."""
    glyph = rng.choice(OTHERS)
    return _chat(rng, _question(rng, "direct", glyph, "noise", 0), "0")


def _drawn(rng: Random, most: int) -> tuple[str, str, int]:
    """A mark, a layout and a count on the training side; small counts as often as large ones of ten times the size."""
    display = module("dots", "display")
    while True:
        glyph = rng.choice(SUITE if rng.random() < 0.6 else OTHERS)
        layout = rng.choices(list(LONGEST), weights=(40, 38, 4, 5, 4, 5, 4))[0]
        top = min(most, LONGEST[layout])
        n = int((top + 1) ** rng.random())
        if display.training_side(glyph, n):
            return glyph, layout, n


def _question(rng: Random, arm: str, glyph: str, layout: str, n: int) -> str:
    """The suite's question about so many marks, in a shown wording."""
    text = module("dots", "display").display(layout, glyph, n, rng)
    wording = rng.choice(module("dots", "prompts").ASKED[arm][:SHOWN])
    question = wording.format(glyph=glyph, lines="lines" if "\n" in text else "line")
    return f"{question}\n\n{text}"


def _chat(rng: Random, question: str, reply: str) -> Document:
    return chat(question, reply, system=system(rng) if rng.random() < 0.1 else "")
