"""Misspellings: one slip of the pen that leaves no doubt which word was meant."""

from collections.abc import Iterator
from random import Random
from string import ascii_lowercase

from .words import known, training_side

SHORTEST = 5
"""In shorter words almost every slip gives, or might mean, another word."""

VOWELS = "aeiou"


def misspelled(word: str, kind: int, rng: Random) -> str | None:
    """An English word with one slip: 0 a double letter made single, 1 a single one doubled, 2 two neighbours swapped,
    3 a wrong vowel. None where every such slip gives another word, or might be one of another word.
    """
    if len(word) < SHORTEST:
        return None
    found = sorted(set(_SLIPS[kind](word)) - {word})
    rng.shuffle(found)
    ours = [text for text in found if training_side(text) == training_side(word)]
    return next((text for text in ours if unmistakable(text, word)), None)


def unmistakable(text: str, word: str) -> bool:
    """Whether a string is no word, and this word is the only one within a single edit of it."""
    return text not in known() and {near for near in edits(text) if near in known()} == {word}


def edits(text: str) -> Iterator[str]:
    """Everything within one edit: a letter left out, added or replaced, or two neighbours swapped; with repetitions.

    Source: Damerau (1964), A technique for computer detection and correction of spelling errors.
    """
    for at in range(len(text) + 1):
        head, tail = text[:at], text[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def _single(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)) if word[at] == word[at - 1])


def _double(word: str) -> Iterator[str]:
    return (
        word[:at] + letter + word[at:]
        for at, letter in enumerate(word)
        if at and letter != word[at - 1] and letter != word[at + 1 : at + 2]
    )


def _swapped(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1))


def _wrong_vowel(word: str) -> Iterator[str]:
    return (
        word[:at] + vowel + word[at + 1 :]
        for at, letter in enumerate(word)
        if at and letter in VOWELS
        for vowel in VOWELS
    )


_SLIPS = (_single, _double, _swapped, _wrong_vowel)
