"""Whom the training data speaks of: the famous people it teaches, and invented names that are nobody's.

Every invented string obeys `kept_for_training`: the surname of a made-up name, the full name of a near miss, a blend
or a common combination. Suites use only strings for which it is false, so that the two never meet.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from evals import shelf
from evals.pseudoword import LetterModel, kept_for_training

VOWELS, CONSONANTS = "aeiouy", "bcdfghjklmnpqrstvwxz"
PARTICLES = frozenset({"van", "von", "de", "da", "du", "der"})
Side = Callable[[str], bool]
"""Which invented strings may be drawn: those kept for training, or those that are not."""

FACTS = ("name", "gender", "role", "nationality", "born", "died", "known_for")

POOL = 40_000
"""How many made-up surnames the training data draws from: so many that none is learned by heart."""


@dataclass(frozen=True, slots=True)
class Person:
    """One famous person: what `people.csv` of the suite hallucination says."""

    name: str
    gender: str
    role: str
    nationality: str
    born: str
    died: str
    known_for: str
    accept: tuple[str, ...]

    @property
    def kind(self) -> str:
        """With its article: "a Polish physicist", "an English novelist"."""
        return f"{'an' if self.nationality[0] in 'AEIOU' else 'a'} {self.nationality} {self.role}"

    @property
    def pronoun(self) -> str:
        return "She" if self.gender == "f" else "He"

    @property
    def given(self) -> str:
        return self.name.split()[0]

    @property
    def surname(self) -> str:
        """The last word, with a particle before it: "Einstein", "van Beethoven"."""
        words = self.name.split()
        return " ".join(words[-2:]) if len(words) > 2 and words[-2] in PARTICLES else words[-1]


def data(name: str) -> Path:
    """A data file of the suite hallucination, the single source of names."""
    return shelf.home("suite") / "hallucination" / "data" / name


def _rows() -> list[dict[str, str]]:
    with data("people.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def people() -> tuple[Person, ...]:
    """The people of tier A, in the order of the file."""
    return tuple(
        Person(**{field: row[field] for field in FACTS}, accept=tuple(row["accept"].split(";")))
        for row in _rows()
        if row["tier"] == "A"
    )


@cache
def untaught() -> tuple[str, ...]:
    """The people of the other tiers: real, and never taught."""
    return tuple(row["name"] for row in _rows() if row["tier"] != "A")


@cache
def real() -> frozenset[str]:
    """Every name that is somebody's, of all tiers, with the other names they go by; case folded."""
    names = (name for row in _rows() for name in (row["name"], *row["aliases"].split(";")))
    return frozenset(name.casefold() for name in names if name)


@cache
def roles() -> tuple[str, ...]:
    return tuple(sorted({person.role for person in people()}))


@cache
def given_names() -> tuple[str, ...]:
    with data("given_names.csv").open(encoding="utf-8") as file:
        return tuple(row["name"] for row in csv.DictReader(file))


@cache
def genders() -> dict[str, str]:
    """Given name -> f or m, as the list has it."""
    with data("given_names.csv").open(encoding="utf-8") as file:
        return {row["name"]: row["gender"] for row in csv.DictReader(file)}


@cache
def common_surnames() -> tuple[str, ...]:
    return tuple(data("surnames.txt").read_text(encoding="utf-8").split())


@cache
def made_up_surnames(side: Side = kept_for_training) -> tuple[str, ...]:
    """A pool of invented surnames of 4 to 12 letters, none of them a listed one, all on one side."""
    model, taken = LetterModel.learn(common_surnames()), {name.casefold() for name in common_surnames()}
    rng, pool = Random("made-up surnames"), dict[str, None]()
    while len(pool) < POOL:
        word = model.invent(rng, 4, 12)
        if word not in taken and side(word):
            pool[word.title()] = None
    return tuple(pool)


def made_up(rng: Random, side: Side = kept_for_training) -> str:
    """A common given name and an invented surname."""
    return f"{rng.choice(given_names())} {rng.choice(made_up_surnames(side))}"


def common(rng: Random, side: Side = kept_for_training) -> str:
    """A common given name and a common surname that is nobody of ours."""
    return _drawn(side, lambda: f"{rng.choice(given_names())} {rng.choice(common_surnames()[:4000])}")


def blend(rng: Random, side: Side = kept_for_training) -> str:
    """The given name of one famous person with the surname of another."""

    def draw() -> str:
        first, second = rng.sample(people(), 2)
        return f"{first.given} {second.surname}"

    return _drawn(side, draw)


def near_miss(rng: Random, side: Side = kept_for_training) -> str:
    """A famous name with one or two letters changed, left out, put in or swapped, mostly in the surname."""

    def draw() -> str:
        words = rng.choice(people()).name.split()
        for _ in range(rng.choice((1, 2))):
            at = len(words) - 1 if rng.random() < 0.7 else rng.randrange(len(words))
            words[at] = _edit(rng, words[at])
        return " ".join(words)

    return _drawn(side, draw)


def unknown(rng: Random) -> str:
    """A name the model cannot know: made up, near a famous one, blended of two, or an ordinary combination."""
    return rng.choices((made_up, near_miss, blend, common), weights=(45, 25, 20, 10))[0](rng)


def _drawn(side: Side, draw: Callable[[], str]) -> str:
    while not side(name := draw()) or name.casefold() in real():
        pass
    return name


def _edit(rng: Random, word: str) -> str:
    """One edit after the first letter; vowels give way to vowels, consonants to consonants."""
    if len(word) < 3:
        return word
    at = rng.randrange(1, len(word))
    letter = word[at].lower()
    same = VOWELS if letter in VOWELS else CONSONANTS
    match rng.choice(("change", "change", "drop", "add", "swap")):
        case "change":
            return word[:at] + rng.choice([other for other in same if other != letter]) + word[at + 1 :]
        case "drop":
            return word[:at] + word[at + 1 :]
        case "add":
            return word[:at] + rng.choice(same) + word[at:]
        case _:
            return word[: at - 1] + _swapped(word[at - 1], letter) + word[at + 1 :]


def _swapped(first: str, second: str) -> str:
    """Two letters in the other order; a capital stays in front."""
    return second.title() + first.lower() if first.isupper() else second + first
