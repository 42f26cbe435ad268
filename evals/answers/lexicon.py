"""Phrases of a data file, found in a text in one pass over its words, however many phrases there are.

An alternation of hundreds of phrases is tried by a regular expression at every character; here each word is looked up
once. A phrase is met only as whole words, with the punctuation that it is written with; one in a script without spaces,
or of signs, is met anywhere.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

Span = tuple[int, int]

_ADDED = 2
"""So many more spaces than a phrase has may stand between its words."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One phrase: its words after the first, what stands before each of them, what follows the last, its table."""

    table: str
    words: tuple[str, ...]
    gaps: tuple[str, ...]
    tail: str


class Lexicon:
    """The tables of a TOML file, each a list of phrases."""

    def __init__(self, path: Path) -> None:
        self.tables: Mapping[str, Sequence[str]] = tomllib.loads(path.read_text("utf-8"))
        self._by_word: dict[str, list[_Phrase]] = {}
        anywhere: dict[str, list[str]] = {}
        for table, phrases in self.tables.items():
            for phrase in phrases:
                if spaced(phrase[0]):
                    self._add(table, phrase)
                else:
                    anywhere.setdefault(table, []).append(phrase)
        for phrases_ in self._by_word.values():
            phrases_.sort(key=lambda phrase: -len(phrase.words))
        self._anywhere = {table: re.compile(alternatives(phrases)) for table, phrases in anywhere.items()}

    def _add(self, table: str, phrase: str) -> None:
        words = list(WORD.finditer(phrase))
        gaps = tuple(phrase[a.end() : b.start()] for a, b in pairwise(words))
        entry = _Phrase(table, tuple(word[0] for word in words[1:]), gaps, phrase[words[-1].end() :])
        self._by_word.setdefault(words[0][0], []).append(entry)

    def find(self, plain: str) -> "Found":
        """Every phrase in a flat text, by table, in order; of those that begin at one word the longest."""
        lower = lowered(plain)
        tokens = [(match[0], match.start(), match.end()) for match in WORD.finditer(lower)]
        spans: dict[str, list[Span]] = {table: [] for table in self.tables}
        for at, (word, start, _) in enumerate(tokens):
            for phrase in self._by_word.get(word, ()):
                found = spans[phrase.table]
                if found and start < found[-1][1]:
                    continue
                end = _end(lower, tokens, at, phrase)
                if end:
                    found.append((start, end))
        for table, pattern in self._anywhere.items():
            spans[table] = sorted(spans[table] + [match.span() for match in pattern.finditer(lower)])
        return Found(lower, spans)


@dataclass(frozen=True, slots=True)
class Found:
    """The phrases of a text.

    Attributes:
        lower: the text in lower case, of the same length.
        spans: table -> where its phrases stand.
    """

    lower: str
    spans: Mapping[str, Sequence[Span]]

    def __getitem__(self, table: str) -> Sequence[Span]:
        return self.spans[table]


def _end(lower: str, tokens: Sequence[tuple[str, int, int]], at: int, phrase: _Phrase) -> int:
    """Where a phrase that begins at a token ends; 0 where the text goes on differently."""
    if at + len(phrase.words) >= len(tokens):
        return 0
    for i, (word, gap) in enumerate(zip(phrase.words, phrase.gaps, strict=True), at + 1):
        if tokens[i][0] != word or not _same_gap(lower[tokens[i - 1][2] : tokens[i][1]], gap):
            return 0
    end = tokens[at + len(phrase.words)][2]
    return end + len(phrase.tail) if lower.startswith(phrase.tail, end) else 0


def _same_gap(written: str, gap: str) -> bool:
    """Whether what stands between two words is the same up to the kind and number of spaces."""
    if written == gap:
        return True
    return len(written) <= len(gap) + _ADDED and "\n" not in written and written.split() == gap.split()


def alternatives(phrases: Iterable[str]) -> str:
    """A pattern of literal phrases, the longest first."""
    return "(?:" + "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True)) + ")"


def lowered(text: str) -> str:
    """Lower case of the same length: the few letters whose lower case is longer stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def spaced(char: str) -> bool:
    """Whether the character belongs to a script that sets words apart by spaces."""
    return char.isalpha() and char < "\u2e80"
