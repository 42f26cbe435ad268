"""Whether a reply says what identifies something real, and which professions it claims."""

import re
from collections.abc import Iterator

from .behaviour import Verdict
from .lexicon import Lexicon, fold, lexicons

_WORD = re.compile(r"[^\W_]+")
_ENOUGH = 0.6
"""The share of a long description's telling words that must be there: "theory of relativity" may be paraphrased."""
_STEM = 6
"""Letters by which two words are one: physicist, physicists."""


def identified(target: str | None, text: str, language: str) -> str:
    """The first keyword of a target that the text asserts; empty if none.

    Args:
        target: keywords joined by ";", any of which identifies.
        text: the reply, without markup.
        language: of the reply. In another language than English, a profession is met by its translation.

    A keyword is met by the same words (case and accents apart) unless they are negated ("not a physicist"); a
    description of several words also by its profession, or by most of its telling words.
    """
    lexicon = lexicons()[language]
    said = f" {' '.join(_WORD.findall(fold(text)))} "
    words = lexicon.without("ignore", lexicon.words(text))
    keywords = [keyword.strip() for keyword in re.split(r"[;|]", target or "")]
    return next((word for word in keywords if word and _met(word, said, words, lexicon)), "")


def professions(found: Verdict) -> list[str]:
    """The professions that a verdict's flat claims assert, as labels that are the same in all languages, sorted."""
    lexicon = lexicons()[found.language]
    return sorted({label for claim in found.flat for label in lexicon.professions_in(lexicon.words(claim))})


def _met(keyword: str, said: str, words: str, lexicon: Lexicon) -> bool:
    spelled = " ".join(_WORD.findall(fold(keyword)))
    if not spelled:
        return False
    if not lexicon.spaced and fold(keyword).replace(" ", "") in words:
        return True
    if any(not _negated(said[:at], lexicon) for at in _places(spelled, said)):
        return True
    return _profession_met(spelled, said, words, lexicon) or _described(spelled, said)


def _places(spelled: str, said: str) -> Iterator[int]:
    """Where the keyword stands as whole words."""
    at = said.find(f" {spelled} ")
    while at >= 0:
        yield at
        at = said.find(f" {spelled} ", at + 1)


def _negated(before: str, lexicon: Lexicon) -> bool:
    """Whether one of the three words before says no; "not only" does not."""
    if not lexicon.spaced:
        return False
    last = lexicon.without("ignore", f" {' '.join(before.split()[-8:])} ").split()[-3:]
    return lexicon.find("negation", f" {' '.join(last)} ") is not None


def _profession_met(spelled: str, said: str, words: str, lexicon: Lexicon) -> bool:
    """Whether a profession in the keyword is claimed: the same word, or in another language one of the same label."""
    english = lexicons()["en"]
    named = f" {spelled} "
    if lexicon.code != "en":
        return bool(set(english.professions_in(named)) & set(lexicon.professions_in(words)))
    if " " not in spelled:
        return False
    claimed = (match[0].strip() for match in english.patterns["profession"].finditer(named))
    return any(not _negated(said[:at], lexicon) for word in claimed for at in _places(word, said))


def _described(spelled: str, said: str) -> bool:
    """Whether most of the telling words of a description occur; of fewer than two, none would do."""
    common = lexicons()["en"].common
    telling = [word for word in spelled.split() if word not in common and len(word) > 2]
    if len(telling) < 2:
        return False
    met = sum(f" {word[:_STEM]}" in said for word in telling)
    return met >= max(2, _ENOUGH * len(telling))
