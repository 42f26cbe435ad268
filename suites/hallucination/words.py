"""Invented words: drawn letter by letter like the listed ones, and refused if anything of that name is known.

How likely each draw is, is known exactly. So the argument that a drawn word names nothing real has numbers in it
(evidence.py), and a word is taken only if it is rare enough for that argument.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from random import Random

from evals.pseudoword import EDGE, LetterModel, kept_for_training

from . import known

USUAL, ODD = 4, 3
"""Letters to an n-gram: four give words that look usual, three give odder ones."""


COARSE = (
    "coon",
    "cunt",
    "fagg",
    "fuck",
    "hitl",
    "kike",
    "nazi",
    "negr",
    "nigg",
    "shit",
    "slut",
    "twat",
    "wank",
    "whor",
)
"""Runs of letters that nobody should meet in a name."""


@dataclass(frozen=True)
class Lexicon:
    """Words of one kind: learned from a list, invented in its likeness.

    Attributes:
        models: order -> a letter model.
        least, most: letters of an invented word.
        bits: a word is taken only if no model draws it with a probability above 2 ** -bits.
        shortened: the `known.deletions` of the words that it may not come near.
        endings: an invented word ends in one of these.
    """

    models: dict[int, LetterModel]
    least: int
    most: int
    bits: float
    shortened: frozenset[str]
    endings: tuple[str, ...]

    def chance(self, word: str) -> float:
        """The probability that one draw, of any length, gives exactly this word; the largest of all models'."""
        return max(model.chance(word) for model in self.models.values())

    def surprise(self, word: str) -> float:
        """Mean bits per letter, to a millionth: how odd a word looks, invented or real."""
        return round(self.models[USUAL].surprise(word), 6)

    def fits(self, word: str) -> bool:
        """Whether the length and the ending are right, the draw is rare, and the word is no training word."""
        return (
            self.least <= len(word) <= self.most
            and word.endswith(self.endings)
            and not kept_for_training(word)
            and self.chance(word) <= 2.0**-self.bits
        )

    def is_free(self, word: str) -> bool:
        """Whether it is not within one edit of a listed word, nothing else is known by it, and it offends nobody."""
        return not (
            known.is_near(word, self.shortened)
            or word in known.surname_shares()
            or word in known.anything()
            or is_coarse(word)
        )

    def draw(self, rng: Random, order: int = USUAL) -> str:
        """One draw of a fitting length, in lower case, not judged yet."""
        return self.models[order].invent(rng, self.least, self.most)

    def invent(self, rng: Random, order: int = USUAL) -> str:
        """A word that fits and is free, in lower case."""
        while not (self.fits(word := self.draw(rng, order)) and self.is_free(word)):
            pass
        return word


def is_coarse(word: str) -> bool:
    """Whether a word holds one of COARSE."""
    return any(run in word for run in COARSE)


@dataclass(frozen=True)
class Recipe:
    """How a lexicon is made: the list it learns from, and what its inventions must be like (see Lexicon).

    Attributes:
        listed: gives all the words of the list.
        learned: how many of them, from the top, the models learn from; all if None.
    """

    listed: Callable[[], list[str]]
    lengths: tuple[int, int]
    bits: float
    learned: int | None = None
    orders: tuple[int, ...] = (USUAL,)
    endings: tuple[str, ...] = ("",)

    def lexicon(self, words: list[str]) -> Lexicon:
        """The lexicon learned from these words of the list; it keeps clear of the whole list all the same."""
        models = {order: LetterModel.learn(words, order) for order in self.orders}
        near = {word for word in self.listed() if len(word) >= self.lengths[0] - 1}
        return Lexicon(models, *self.lengths, self.bits, known.deletions(near), self.endings)


STEMS = (
    *("tinib", "mab", "statin", "pril", "sartan", "olol", "dipine", "azole", "oxacin", "cillin", "gliptin"),
    *("gliflozin", "prazole", "setron", "triptan", "vir", "oxetine", "azepam", "caine", "profen", "terol"),
    *("parib", "ciclib", "lukast", "fibrate", "tidine", "xaban", "grel", "dronate", "mycin"),
)
"""Endings that tell the class of a medicine (international nonproprietary names)."""

FEMININE = ("ia", "ra", "na", "la", "ta", "sa", "da", "ca", "ea", "pa")
"""Endings of genera whose species take the feminine form of their epithet."""

COUNTRIES = ("GB", "DE", "FR", "IT", "ES", "RO")


def _towns(country: str) -> list[str]:
    rows = (line.split() for line in known.lines_of("places.txt.gz"))
    return [name.lower() for code, name in rows if code == country]


RECIPES = {
    "surnames": Recipe(
        lambda: list(known.surname_shares()), (8, 13), 25, learned=20_000, orders=(USUAL, ODD)
    ),
    **{f"places {code}": Recipe(partial(_towns, code), (8, 13), 28) for code in COUNTRIES},
    "genera": Recipe(partial(known.lines_of, "genera.txt"), (9, 13), 26, endings=FEMININE),
    "medicines": Recipe(partial(known.lines_of, "medicines.txt.gz"), (9, 14), 27, endings=STEMS),
    "packages": Recipe(partial(known.lines_of, "packages.txt"), (6, 11), 20),
}
"""Surnames as in the census of the United States, 1990; towns of six countries; genera of living things; generic names
of medicines; Python packages with a name of one word."""


@cache
def lexicon(kind: str) -> Lexicon:
    """The lexicon of a kind of RECIPES."""
    recipe = RECIPES[kind]
    return recipe.lexicon(recipe.listed()[: recipe.learned])


def runs_of(word: str) -> frozenset[str]:
    """The runs of four letters in a word, its beginning and end counted as letters."""
    padded = EDGE + word + EDGE
    return frozenset(padded[at : at + 4] for at in range(len(padded) - 3))


@cache
def listed_runs() -> frozenset[str]:
    """The runs of four letters in all listed surnames."""
    return frozenset().union(*map(runs_of, known.surname_shares()))
