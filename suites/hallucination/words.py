"""Invented words: drawn letter by letter like the listed ones, and refused if anything of that name is known.

How likely each draw is, is known exactly, so the argument that a drawn word names nothing real has numbers in it
(evidence.py): a word is taken only if it is rare enough.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from random import Random

from evals.pseudoword import EDGE, LetterModel, kept_for_training

from . import known

ORDERS = (4, 3)
"""Letters to an n-gram: four for words that look usual, three for odder ones."""


@dataclass(frozen=True)
class Lexicon:
    """Words of one kind: learned from a list, invented in its likeness.

    Attributes:
        models: one letter model for each of ORDERS; each draw uses one of them, chosen evenly.
        least, most: letters of an invented word.
        bits: a word is taken only if a draw gives it with probability 2 ** -bits or less.
        shortened: the `known.deletions` of the words that it may not come near.
    """

    models: tuple[LetterModel, ...]
    least: int
    most: int
    bits: float
    shortened: frozenset[str]

    @classmethod
    def learn(
        cls, words: Iterable[str], lengths: tuple[int, int], bits: float, apart: Iterable[str] = ()
    ) -> "Lexicon":
        """Learn from words in lower case; inventions keep clear of these and of the words `apart`."""
        words = list(words)
        near = {word for word in (*words, *apart) if len(word) >= lengths[0] - 1}
        models = tuple(LetterModel.learn(words, order) for order in ORDERS)
        return cls(models, *lengths, bits, known.deletions(near))

    def chance(self, word: str) -> float:
        """The probability that one draw, of any length, gives exactly this word."""
        return sum(_chance(model, word) for model in self.models) / len(self.models)

    def surprise(self, word: str) -> float:
        """Mean bits per letter, to a millionth: how odd a word looks, invented or real."""
        return round(self.models[0].surprise(word), 6)

    def refusal(self, word: str) -> str:
        """Why a word is not taken; empty if it is."""
        if not self.least <= len(word) <= self.most:
            return "length"
        if kept_for_training(word):
            return "kept for the training of the embedded model"
        if self.chance(word) > 2.0**-self.bits:
            return "too likely"
        if known.is_near(word, self.shortened):
            return "within one edit of a listed word"
        if word in known.anything():
            return "known"
        return ""

    def draw(self, rng: Random) -> str:
        """One draw of a fitting length, not judged yet."""
        return rng.choice(self.models).invent(rng, self.least, self.most)

    def invent(self, rng: Random) -> str:
        """A word that is taken, in lower case."""
        while self.refusal(word := self.draw(rng)):
            pass
        return word


def _chance(model: LetterModel, word: str) -> float:
    before, chance = EDGE * (model.order - 1), 1.0
    for letter in word + EDGE:
        seen = model.counts.get(before)
        if seen is None or letter not in seen:
            return 0.0
        chance *= seen[letter] / _total(model, before)
        before = (before + letter)[1:]
    return chance


def _total(model: LetterModel, context: str) -> int:
    return model.counts[context].total()


@cache
def surnames() -> Lexicon:
    """Surnames as in the census of the United States, 1990: learned from the 20,000 commonest, apart from all 88,799."""
    listed = known.surname_shares()
    return Lexicon.learn(list(listed)[:20_000], (8, 13), 24, listed)


@cache
def places(country: str) -> Lexicon:
    """Towns of a country, by its two-letter code (GB, DE, FR, IT, ES, RO)."""
    rows = (line.split() for line in known.lines_of("places.txt.gz"))
    return Lexicon.learn([name.lower() for code, name in rows if code == country], (8, 14), 26)


@cache
def genera() -> Lexicon:
    """Genera of living things."""
    return Lexicon.learn(known.lines_of("genera.txt"), (9, 14), 24)


@cache
def medicines() -> Lexicon:
    """Generic names of medicines."""
    return Lexicon.learn(known.lines_of("medicines.txt.gz"), (9, 15), 24)


@cache
def packages() -> Lexicon:
    """Python packages."""
    return Lexicon.learn(known.lines_of("packages.txt"), (6, 12), 18)


def bits(chance: float) -> float:
    """A probability as bits of surprise: 1 in 1024 is 10."""
    return -math.log2(chance)
