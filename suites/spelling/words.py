"""Words: six sources, each with a stock from which a task takes the first word of a length that it can use.

No word here may be trained on by the embedded model: `training_side` says of any word on which side it stands.
"""

import gzip
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import Protocol, TypeVar

from evals.pseudoword import LetterModel, kept_for_training

from .letters import base, letters

DATA = Path(__file__).parent / "data"
ENGLISH = ("common", "rare", "nonsense", "random")
"""Sources that have words of every length in LENGTHS."""

ABROAD = ("accented", "non-latin")
SOURCES = (*ENGLISH, *ABROAD)
REAL = ("common", "rare")
"""Sources whose words stand in the dictionary, so that there is a right way to spell them."""

LENGTHS = range(4, 16)
"""In letters. Strings of three letters are nearly all words or abbreviations somewhere, so none of them is nonsense."""

TRIES = 4_000
"""How many draws may miss before a source is said to have no such word."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Word:
    """A word to be asked about.

    Attributes:
        text: in NFC, lower case where the script has cases.
        source: one of SOURCES.
        language: two letters; empty for random letters.
        letters: the text, letter by letter.
    """

    text: str
    source: str
    language: str
    letters: tuple[str, ...]


def word(text: str, source: str, language: str = "en") -> Word:
    """A text as a word."""
    return Word(text, source, language, letters(text))


def training_side(text: str) -> bool:
    """Whether a word belongs to the training data of the embedded model, never to this suite: a quarter of all do."""
    return kept_for_training(text)


# Lists


@cache
def listed(source: str) -> tuple[Word, ...]:
    """Every word of a source that has a list, on whichever side it stands."""
    if source in ABROAD:
        lists = tomllib.loads((DATA / f"{source}.toml").read_text("utf-8"))
        return tuple(word(text, source, language) for language in lists for text in lists[language].split())
    return tuple(word(text, source) for text in (DATA / f"{source}.txt").read_text("utf-8").split())


@cache
def known() -> frozenset[str]:
    """All English words and names that a fairly large dictionary has, in lower case."""
    return frozenset(gzip.decompress((DATA / "listed.txt.gz").read_bytes()).decode().split())


@cache
def alphabet(language: str) -> tuple[str, ...]:
    """The letters without accents that the words of a language have: those that a question may bring in."""
    if language in ("en", ""):
        return tuple(ascii_lowercase)
    abroad = (each for source in ABROAD for each in listed(source) if each.language == language)
    return tuple(sorted({base(letter) for each in abroad for letter in each.letters}))


def refused(text: str) -> bool:
    """Whether a string is, or holds, one that upsets people; the list has only their hashes."""
    inside, whole = _refusals()
    return _digest(text) in whole or any(
        _digest(text[start:end]) in inside
        for start in range(len(text) - 3)
        for end in range(start + 4, min(len(text), start + 9) + 1)
    )


@cache
def _refusals() -> tuple[frozenset[str], frozenset[str]]:
    inside, whole = (DATA / "refused.txt").read_text("utf-8").split("\ninside\n")[1].split("\nwhole\n")
    return frozenset(inside.split()), frozenset(whole.split())


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:10]


# Stocks


class Stock(Protocol):
    """What a source has."""

    def take(self, length: int, use: Callable[[Word], T | None]) -> T | None:
        """What `use` makes of the first word of this length that it can use; None if there is none."""
        ...


@dataclass
class Listed:
    """A list in random order; what was taken comes again only after everything else.

    Attributes:
        queues: length -> words, the next one first.
    """

    queues: dict[int, list[Word]]

    @classmethod
    def of(cls, words: Iterable[Word], rng: Random) -> "Listed":
        """A stock of these words."""
        queues: dict[int, list[Word]] = defaultdict(list)
        for each in words:
            queues[len(each.letters)].append(each)
        for length in sorted(queues):
            rng.shuffle(queues[length])
        return cls(dict(queues))

    def take(self, length: int, use: Callable[[Word], T | None]) -> T | None:
        """As Stock says."""
        queue = self.queues.get(length, [])
        for place, each in enumerate(queue):
            if (used := use(each)) is not None:
                queue.append(queue.pop(place))
                return used
        return None


@dataclass
class Drawn:
    """Words drawn one after the other, none of them twice.

    Attributes:
        source, language: of the words.
        draw: a length -> a string of that length, or of another one, which then waits until it is wanted.
        fits: whether a string may be a word.
        waiting: length -> words drawn and not used yet.
        seen: all of them.
    """

    source: str
    language: str
    draw: Callable[[int], str]
    fits: Callable[[str], bool]
    waiting: dict[int, list[Word]] = field(default_factory=lambda: defaultdict(list))
    seen: set[str] = field(default_factory=set)

    def take(self, length: int, use: Callable[[Word], T | None]) -> T | None:
        """As Stock says, after TRIES draws."""
        queue, place, tries = self.waiting[length], 0, 0
        while tries < TRIES:
            if place == len(queue):
                self._draw(length)
                tries += 1
            elif (used := use(queue[place])) is not None:
                queue.pop(place)
                return used
            else:
                place += 1
        return None

    def _draw(self, length: int) -> None:
        text = self.draw(length)
        if text not in self.seen and self.fits(text):
            self.seen.add(text)
            self.waiting[len(text)].append(word(text, self.source, self.language))


def stocks(seed: str, *, training: bool = False) -> dict[str, Stock]:
    """A stock for every source; each depends on the seed alone, not on what is taken from the others.

    Args: training: of the words kept for the training of the embedded model, in place of all the others.
    """

    def ours(text: str) -> bool:
        return training_side(text) == training

    def invented(text: str) -> bool:
        return ours(text) and text not in known() and not refused(text)

    found: dict[str, Stock] = {
        source: Listed.of((each for each in listed(source) if ours(each.text)), Random(f"{seed}/{source}"))
        for source in ("common", "rare", *ABROAD)
    }
    like_words, any_letters = Random(f"{seed}/nonsense"), Random(f"{seed}/random")
    found["nonsense"] = Drawn(
        "nonsense",
        "en",
        lambda _length: model().invent(like_words, LENGTHS.start, LENGTHS[-1]),
        invented,
    )
    found["random"] = Drawn(
        "random", "", lambda length: "".join(any_letters.choices(ascii_lowercase, k=length)), invented
    )
    return found


@cache
def model() -> LetterModel:
    """What common words look like, four letters at a time."""
    return LetterModel.learn(each.text for each in listed("common"))


@cache
def lengths(source: str) -> Sequence[int]:
    """The length of each word of a source that has a list: one drawn from these is as common as it is among them."""
    return [len(each.letters) for each in listed(source)]
