"""Made-up words: a character model learns what a list of names or words looks like, invents new ones, and scores any.

The same score for real and invented strings lets a suite match them, so that an odd look is no cue.
"""

import hashlib
import math
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from random import Random

EDGE = "\0"
"""Stands before the first letter and after the last."""


def kept_for_training(text: str) -> bool:
    """Whether an invented string belongs to the training data of the embedded model, never to a suite.

    A quarter of all strings, by the first byte of their SHA-256 without regard to case: the two sides cannot meet.
    """
    return hashlib.sha256(text.casefold().encode()).digest()[0] < 64


@dataclass(frozen=True)
class LetterModel:
    """Counts of the letter after each context of up to `order - 1` letters.

    Probabilities are interpolated from long to short contexts (Witten-Bell), so that every string over the
    alphabet has one. Source: Chen & Goodman (1999), An empirical study of smoothing techniques, section 2.
    """

    order: int
    counts: dict[str, Counter[str]]
    alphabet: frozenset[str]

    @classmethod
    def learn(cls, words: Iterable[str], order: int = 4) -> "LetterModel":
        """Learn from words (case is folded); `order` letters make one n-gram."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            padded = EDGE * (order - 1) + word.lower() + EDGE
            for at in range(order - 1, len(padded)):
                for length in range(order):
                    counts[padded[at - length : at]][padded[at]] += 1
        return cls(order, dict(counts), frozenset(counts[""]))

    def probability(self, context: str, letter: str) -> float:
        """P(letter | context), interpolated over all suffixes of the context; in (0, 1)."""
        p = 1 / (len(self.alphabet) + 1)
        for start in range(len(context), -1, -1):
            seen = self.counts.get(context[start:])
            if seen is None:
                break
            p = (seen[letter] + len(seen) * p) / (self._totals[context[start:]] + len(seen))
        return p

    def surprise(self, word: str) -> float:
        """Mean bits per letter, the end counted as one: low looks usual, high looks odd."""
        padded = EDGE * (self.order - 1) + word.lower() + EDGE
        bits = -sum(
            math.log2(self.probability(padded[at - self.order + 1 : at], padded[at]))
            for at in range(self.order - 1, len(padded))
        )
        return bits / (len(word) + 1)

    def chance(self, word: str) -> float:
        """The probability that one draw, of whatever length, gives exactly this word; in lower case."""
        context, chance = EDGE * (self.order - 1), 1.0
        for letter in word + EDGE:
            seen = self.counts.get(context)
            if seen is None or letter not in seen:
                return 0.0
            chance *= seen[letter] / self._totals[context]
            context = (context + letter)[1:]
        return chance

    def invent(self, rng: Random, least: int, most: int) -> str:
        """A new word of `least` to `most` letters, drawn from the model's longest contexts, lower case."""
        while True:
            word = self._draw(rng, most)
            if least <= len(word) <= most:
                return word

    def _draw(self, rng: Random, most: int) -> str:
        context, word = EDGE * (self.order - 1), ""
        while len(word) <= most:
            letters, cumulative = self._next[context]
            letter = letters[bisect(cumulative, rng.random() * cumulative[-1], 0, len(letters) - 1)]
            if letter == EDGE:
                break
            word += letter
            context = (context + letter)[1:]
        return word

    @cached_property
    def _totals(self) -> dict[str, int]:
        """Each context -> how often it was seen."""
        return {context: seen.total() for context, seen in self.counts.items()}

    @cached_property
    def _next(self) -> dict[str, tuple[list[str], list[int]]]:
        """Each longest context -> the letters seen after it, and their counts added up: what a draw needs."""
        whole = {context: seen for context, seen in self.counts.items() if len(context) == self.order - 1}
        return {context: (list(seen), list(accumulate(seen.values()))) for context, seen in whole.items()}
