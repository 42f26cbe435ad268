"""Letters: what counts as one, when two are the same, and which a question may ask about."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from evals.answers import graphemes

_FINAL = str.maketrans("ךםןףץ", "כמנפצ")
"""Hebrew letters that look otherwise at the end of a word; the Greek one is folded with the case."""


def letters(text: str) -> tuple[str, ...]:
    """The letters of a text, composed (NFC): what a reader sees as one, as the readers of answers do."""
    return tuple(text) if text.isascii() else tuple(graphemes(text))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """What two spellings share if only the case, final forms or the composition of accents differ."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).translate(_FINAL)


@lru_cache(maxsize=4096)
def base(letter: str) -> str:
    """A letter without its accent: "é" and "e" have one base, so asking for either where both occur is ambiguous."""
    return unicodedata.normalize("NFD", fold(letter))[0]


def counted(word: Sequence[str]) -> Counter[str]:
    """Letter -> how often it occurs, for those that occur with one accent, case and form only; in order of occurrence."""
    if all(letter.isascii() for letter in word):
        return Counter(word)
    looks: dict[str, set[str]] = {}
    for letter in word:
        looks.setdefault(base(letter), set()).add(letter)
    return Counter(letter for letter in word if len(looks[base(letter)]) == 1)


def absent(word: Sequence[str], alphabet: Sequence[str]) -> list[str]:
    """The letters of an alphabet that a word does not have, with whatever accent."""
    bases = {base(letter) for letter in word}
    return [letter for letter in alphabet if base(letter) not in bases]


def doubled(word: Sequence[str]) -> bool:
    """Whether two letters in a row are the same."""
    return any(fold(one) == fold(other) for one, other in pairwise(word))
