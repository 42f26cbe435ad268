"""The languages whose number words are known: their words from data files, and a guess which one a text is in."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "de", "fr", "es", "it", "pt")
WORD = re.compile(r"[^\W\d_]+")

_HERE = Path(__file__).parent
LONGEST_WORD = 60
"""No number word is longer, compounds included."""

_COIN = re.compile(r"(?:\d|\b(?:an?|one|per))[ \u00a0\u2009\u202f-]?cents?\b", re.IGNORECASE)
"""The coin, or per cent, whose name is a hundred in French: it tells no language."""

_START = 2000
"""A guess needs no more of a text than its first so many characters."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language names numbers.

    Attributes:
        values: phrase -> value, below a thousand; words of a phrase are joined by one space.
        scales: word -> what it multiplies by.
        joiners: words between a hundred or thousand and the rest.
        articles: words for one that are articles as a rule.
        glued: compounds are one word.
        ordinals, parts: words for places ("third") and parts ("thirds").
        common: words that tell the language.
        longest: the most words of a phrase.
    """

    values: Mapping[str, int]
    scales: Mapping[str, int]
    joiners: frozenset[str]
    articles: frozenset[str]
    glued: bool
    ordinals: Mapping[str, int]
    parts: Mapping[str, int]
    common: frozenset[str]
    longest: int


def bare(word: str) -> str:
    """A word for looking up: lower case, without accents, ß as ss."""
    folded = unicodedata.normalize("NFD", word.casefold())
    return folded if folded.isascii() else "".join(char for char in folded if not unicodedata.combining(char))


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((_HERE / "languages.toml").read_text("utf-8"))


@cache
def languages() -> Mapping[str, Language]:
    """All languages, by two letters."""
    rows = [line.split("\t") for line in (_HERE / "words.tsv").read_text("utf-8").splitlines()]
    return {
        name: _language(_data()[name], {row[column]: int(row[0]) for row in rows[1:]})
        for column, name in enumerate(rows[0])
        if column
    }


def _language(data: Mapping[str, Any], values: Mapping[str, int]) -> Language:
    phrases = {**values, **data["extra"]}
    umlauts = {_spelled_out(phrase): value for phrase, value in phrases.items()}
    lookup = {bare(phrase): value for phrase, value in (umlauts | phrases).items()}
    return Language(
        values=lookup,
        scales={bare(word): value for word, value in data["scales"].items()},
        joiners=frozenset(data["joiners"]),
        articles=frozenset(data["articles"]),
        glued=bool(data.get("glued")),
        ordinals=data.get("ordinals", {}),
        parts=data.get("parts", {}),
        common=frozenset(map(bare, data["common"])),
        longest=max(phrase.count(" ") for phrase in lookup) + 1,
    )


def _spelled_out(phrase: str) -> str:
    """German without umlauts: fuenf, zwoelf."""
    return phrase.replace("ü", "ue").replace("ö", "oe")


@cache
def _telling() -> Mapping[str, frozenset[str]]:
    return {
        name: language.common | language.values.keys() | language.scales.keys()
        for name, language in languages().items()
    }


@cache
def _glue(name: str) -> re.Pattern[str]:
    """One part of a compound of a language, the longest first."""
    known = languages()[name]
    parts = {*known.values, *known.scales, *known.joiners}
    return re.compile("|".join(sorted((part for part in parts if " " not in part), key=len, reverse=True)))


def compound(word: str, name: str) -> tuple[str, ...]:
    """The parts of a compound such as zweihundertfünfunddreißig, bare; empty where some of it is no number word."""
    known, found, at = languages()[name], [], 0
    while at < len(word):
        part = _glue(name).match(word, at)
        if not part:
            return ()
        found.append(part[0])
        at = part.end()
    return tuple(found) if len(found) > 1 and found[-1] not in known.joiners else ()


def guess(text: str) -> str:
    """The language with most telling words in the beginning of a text, English if none leads; two letters."""
    words = [bare(word) for word in WORD.findall(_COIN.sub(" ", text[:_START])) if len(word) <= LONGEST_WORD]
    hits = {name: sum(word in telling for word in words) for name, telling in _telling().items()}
    if not any(hits.values()):
        glued = (name for name, language in languages().items() if language.glued)
        return next((name for name in glued if any(compound(word, name) for word in words)), LANGUAGES[0])
    return max(LANGUAGES, key=lambda name: hits[name])


def decimal_comma(language: str) -> bool:
    """Whether a language writes 3,5 and 1.204 for what English writes 3.5 and 1,204."""
    return language[:2] in _data()["decimal_comma"]["languages"]
