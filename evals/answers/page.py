"""A reply laid out for reading: its text, the same made flat, where sentences end, and the phrases that stand in it."""

from dataclasses import dataclass
from pathlib import Path

from evals.answers.clause import Sentences, sentences
from evals.answers.lexicon import Found, Lexicon
from evals.numbers import flat

PHRASES = Lexicon(Path(__file__).parent / "phrases.toml")


@dataclass(frozen=True, slots=True)
class Page:
    """A reply with its lay-out. Places are those of the text, because nothing here moves a character.

    Attributes:
        text: with its markup.
        plain: made `flat`.
        ends: where sentences end in it.
        phrases: the phrases of phrases.toml that stand in it.
    """

    text: str
    plain: str
    ends: Sentences
    phrases: Found


def page(text: str) -> Page:
    """Lay a reply out; one pass for each attribute."""
    plain = flat(text)
    return Page(text, plain, sentences(plain), PHRASES.find(plain))
