"""Numbers in words: below a hundred from a table, above it by the one rule that these languages share."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evals.numbers.language import LONGEST_WORD, WORD, Language, bare, compound, languages
from evals.numbers.number import Number

_GAP = re.compile(r"[\s\u2009]{1,2}|[-\u2010\u2011]")
_COMMA_GAP = re.compile(r",\s{1,2}")
_ALONE = re.compile(r"\W*(\w{2,})\W*\Z")


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


def in_words(text: str, language: str) -> Iterator[Number]:
    """The numbers in words of a flat text in one of the known languages; any other has none that are known."""
    known = languages().get(language[:2])
    if known is None:
        return
    alone = _ALONE.match(text[:LONGEST_WORD]) if len(text) < LONGEST_WORD else None
    if alone and bare(alone[1]) in known.articles:
        yield Number(Fraction(1), alone.start(1), alone.end(1), "words")
        return
    tokens = list(_tokens(text, known, language[:2]))
    at = 0
    while at < len(tokens):
        value, after = _parse(text, tokens, at, known)
        if value is None:
            yield from _ordinal(tokens[at], known)
            at += 1
            continue
        end, ordinal = tokens[after - 1].end, False
        if after < len(tokens) and value % 10 == 0 and value % 100 >= 20:
            unit = known.ordinals.get(tokens[after].word, 10)
            if unit < 10 and _GAP.fullmatch(text, end, tokens[after].start):
                value, end, ordinal, after = value + unit, tokens[after].end, True, after + 1
        yield Number(Fraction(value), tokens[at].start, end, "words", ordinal=ordinal)
        at = after


def _ordinal(token: _Token, known: Language) -> Iterator[Number]:
    if token.word in known.ordinals:
        yield Number(Fraction(known.ordinals[token.word]), token.start, token.end, "words", ordinal=True)


def _tokens(text: str, known: Language, name: str) -> Iterator[_Token]:
    """Words, bare; a glued compound becomes its parts, all at the compound's place."""
    for match in WORD.finditer(text):
        word = bare(match[0]) if match.end() - match.start() <= LONGEST_WORD else ""
        if word in known.values or word in known.scales or not known.glued:
            yield _Token(word, *match.span())
        else:
            for part in compound(word, name) or (word,):
                yield _Token(part, *match.span())


def _parse(text: str, tokens: Sequence[_Token], at: int, known: Language) -> tuple[int | None, int]:
    """The value of the number words from token `at` on, None if there are none, and the token after them.

    A number below a hundred may follow a hundred or thousand, a scale multiplies what stands before it: "two hundred
    and five thousand, three" is (2 * 100 + 5) * 1000 + 3, while "one two three" are three numbers.
    """
    total, current, lowest, begin = 0, None, 10**18, at
    while at < len(tokens) and (at == begin or _joined(text, tokens, at, total > 0 and current is None)):
        step = (
            1 if at > begin and tokens[at].word in known.joiners and (total or (current or 0) >= 100) else 0
        )
        small, after = _small(text, tokens, at + step, known)
        if small is not None and _fits(current, small, total, begin == at):
            current, at = (current or 0) + small, after
            continue
        scale = known.scales.get(tokens[at].word)
        if step or scale is None or scale >= lowest or (current is None and total):
            break
        if scale == 100 and (current or 1) < 100:
            current = (current or 1) * 100
        elif scale != 100:
            total, current, lowest = total + (current or 1) * scale, None, scale
        else:
            break
        at += 1
    return (None, begin) if at == begin else (total + (current or 0), at)


def _fits(current: int | None, small: int, total: int, first: bool) -> bool:
    if current is None:
        return first or total > 0
    return current >= 100 and current % 100 == 0 and 0 < small < 100


def _joined(text: str, tokens: Sequence[_Token], at: int, after_scale: bool) -> bool:
    """Whether token `at` follows the one before it as part of one number: parts of one word, a space, a hyphen."""
    left, right = tokens[at - 1].end, tokens[at].start
    if tokens[at - 1].start == right or _GAP.fullmatch(text, left, right):
        return True
    return after_scale and _COMMA_GAP.fullmatch(text, left, right) is not None


def _small(text: str, tokens: Sequence[_Token], at: int, known: Language) -> tuple[int | None, int]:
    """The longest phrase of the table at a token (at most three words up to 99, or hundreds that are one word)."""
    for count in range(min(known.longest, len(tokens) - at), 0, -1):
        phrase = " ".join(token.word for token in tokens[at : at + count])
        if phrase in known.values and phrase not in known.articles and _unbroken(text, tokens, at, count):
            return known.values[phrase], at + count
        if count == 1 and phrase in known.articles and at + 1 < len(tokens):
            compound = tokens[at + 1].start == tokens[at].start
            if compound or tokens[at + 1].word in known.scales:
                return 1, at + 1
    return None, at


def _unbroken(text: str, tokens: Sequence[_Token], at: int, count: int) -> bool:
    return all(
        _GAP.fullmatch(text, tokens[i].end, tokens[i + 1].start) is not None
        for i in range(at, at + count - 1)
    )
