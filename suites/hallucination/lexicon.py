"""The words of one language, from `phrases/XX.toml`, and how a reply's language is told.

Clauses are compared as *words*: lower case, accents and punctuation off, one space before and after each word; in
Chinese and Japanese no spaces at all. How phrases are written is told in `phrase.py`.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .phrase import Phrase, parse

ENTITY = "§"
"""Stands for the entity in marked text."""

_PHRASES = Path(__file__).parent / "phrases"
_NOT_WORD = re.compile(r"[^\w§]+")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FOLD = str.maketrans(
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöøùúûüýÿāăąćčďđēėęěğīįłńňōőœŕřśşšţťūůűźżžß",
    "AAAAAACEEEEIIIINOOOOOOUUUUYaaaaaaceeeeiiiinoooooouuuuyyaaaccddeeeegiilnnooorrsssttuuuzzzs",
)


def fold(text: str) -> str:
    """Lower case without accents; ß and œ become their first letter."""
    return text.translate(_FOLD).lower()


@dataclass(frozen=True, eq=False)
class Lexicon:
    """One language.

    Attributes:
        code: ISO 639-1.
        spaced: whether words are set apart by spaces.
        common: words so frequent that they tell the language; none of them begins a name.
        rewrites: spellings that are made one before comparing ("n't" is " not").
        phrases: group -> phrases, as in the file.
        professions: label -> phrases; the same labels in all languages.
        patterns: group -> what finds its phrases in words.
        profession_patterns: the same for each label.
        vocabulary: every word of the phrases.
    """

    code: str
    spaced: bool
    common: frozenset[str]
    rewrites: tuple[tuple[str, str], ...]
    phrases: Mapping[str, tuple[str, ...]] = field(repr=False)
    professions: Mapping[str, tuple[str, ...]] = field(repr=False)
    patterns: Mapping[str, re.Pattern[str]] = field(repr=False)
    profession_patterns: Mapping[str, re.Pattern[str]] = field(repr=False)
    vocabulary: frozenset[str] = field(repr=False)

    def words(self, text: str) -> str:
        """The words of a text, as phrases are compared with."""
        text = _spell(text, self.rewrites)
        if not self.spaced:
            return _NOT_WORD.sub("", text)
        return f" {_NOT_WORD.sub(' ', text).strip()} "

    def find(self, group: str, words: str) -> re.Match[str] | None:
        """The first phrase of a group anywhere in the words."""
        return self.patterns[group].search(words)

    def begins(self, group: str, words: str) -> re.Match[str] | None:
        """A phrase of a group at the very start of the words."""
        return self.patterns[group].match(words)

    def without(self, group: str, words: str) -> str:
        """The words with every phrase of a group taken out."""
        return self.patterns[group].sub("", words)

    def professions_in(self, words: str) -> list[str]:
        """Labels of the professions named, sorted."""
        if not self.find("profession", words):
            return []
        return sorted(label for label, pattern in self.profession_patterns.items() if pattern.search(words))


@cache
def lexicons() -> dict[str, Lexicon]:
    """Every language there is a file for, by code, English first."""
    codes = sorted((path.stem for path in _PHRASES.glob("*.toml")), key=lambda code: (code != "en", code))
    return {code: _load(code) for code in codes}


def language_of(text: str, question: str = "") -> Lexicon:
    """The language of a reply: by its script, else by how many of its words are typical; ties go to the question's."""
    known = lexicons()
    if _KANA.search(text) or (_HAN.search(text) and _KANA.search(question)):
        return known["ja"]
    if _HAN.search(text):
        return known["zh"]
    asked = language_of(question) if question else known["en"]
    words = _NOT_WORD.sub(" ", fold(text[:4000])).split()
    fits = {code: _typical(lexicon, words) for code, lexicon in known.items() if lexicon.spaced}
    fits[asked.code] = fits.get(asked.code, 0.0) + _ASKED_IN
    return known[max(fits, key=lambda code: fits[code])]


_ASKED_IN = 2.0
"""What it counts that a question was asked in a language: as much as a word or two of the reply."""


def _typical(lexicon: Lexicon, words: list[str]) -> float:
    """How well words fit a language: 3 for a common word, shared out among the languages that have it, else 0.5."""
    shares = _shares()
    return sum(
        3 / shares[word] if word in lexicon.common else 0.5 * (word in lexicon.vocabulary) for word in words
    )


@cache
def _shares() -> Counter[str]:
    """In how many languages a word is common."""
    return Counter(word for lexicon in lexicons().values() for word in lexicon.common)


def _spell(text: str, rewrites: Iterable[tuple[str, str]]) -> str:
    text = fold(text)
    for old, new in rewrites:
        text = text.replace(old, new)
    return text


def _load(code: str) -> Lexicon:
    """Read and compile one file. Raises: ValueError: a phrase with brackets that do not match."""
    with (_PHRASES / f"{code}.toml").open("rb") as file:
        data = tomllib.load(file)
    spaced: bool = data.get("spaced", True)
    rewrites = tuple(data.get("rewrites", {}).items())

    def parsed(entries: Iterable[str]) -> list[Phrase]:
        return [parse(entry, lambda text: _spell(text, rewrites), spaced=spaced) for entry in entries]

    groups = {group: parsed(entries) for group, entries in data["phrases"].items()}
    labels = {label: parsed(entries) for label, entries in data["professions"].items()}
    groups["profession"] = [phrase for entries in labels.values() for phrase in entries]
    written = " ".join(text for group in groups.values() for phrase in group for text in phrase.examples())
    return Lexicon(
        code=code,
        spaced=spaced,
        common=frozenset(_NOT_WORD.sub(" ", fold(data["common"])).split()),
        rewrites=rewrites,
        phrases={group: tuple(entries) for group, entries in data["phrases"].items()},
        professions={label: tuple(entries) for label, entries in data["professions"].items()},
        patterns={group: _compile(entries, spaced=spaced) for group, entries in groups.items()},
        profession_patterns={label: _compile(entries, spaced=spaced) for label, entries in labels.items()},
        vocabulary=frozenset(written.split()),
    )


def _compile(entries: Iterable[Phrase], *, spaced: bool) -> re.Pattern[str]:
    """One pattern for many phrases: those with one first word together, which is quick, the longest of them first."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for first, rest in entry.starts():
            by_first[first].append(rest)
    parts = "|".join(
        f"{first}(?:{'|'.join(sorted(rests, key=len, reverse=True))})" for first, rests in by_first.items()
    )
    if not parts:
        return re.compile(r"(?!)")
    return re.compile(f" (?:{parts})(?= )" if spaced else f"(?:{parts})")
