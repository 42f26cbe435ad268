"""A phrase of a lexicon: words as people write them, with five signs, read into a pattern.

(a|b|)   one of these, or nothing where one is empty; may be nested
...      up to six words, or none
word*    a word that begins so; *word one that ends so
#        a number
§        the entity the question is about
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\.\.\.|[()|]|[^\s()|]+")
_SPACELESS_TOKEN = re.compile(r"\.\.\.|[()|#§]|(?:(?!\.\.\.)[^\s()|#§])+")
_SIGNS = str.maketrans({"*": "ˇ", "#": "ˆ"})
_TOUCHING = re.compile(r"[\w§'](?=\()|\)[\w§']|\?")
_NOT_WORD = re.compile(r"[^\wˇˆ§]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, taken apart.

    Attributes:
        parts: plain words, `...`, or a choice between phrases.
        spaced: whether the language sets words apart by spaces.
    """

    parts: tuple["str | tuple[Phrase, ...]", ...]
    spaced: bool

    def pattern(self) -> str:
        """What matches the phrase; in a spaced language every word brings the space before it."""
        return "".join(self._part(part) for part in self.parts)

    def starts(self) -> Iterator[tuple[str, str]]:
        """(first word, pattern of the rest) for each way the phrase can begin."""
        if not self.parts:
            return
        head, rest = self.parts[0], Phrase(self.parts[1:], self.spaced)
        if isinstance(head, str):
            yield _signs(head), rest.pattern()
            return
        for choice in head:
            if choice.parts:
                for first, more in choice.starts():
                    yield first, more + rest.pattern()
            else:
                yield from rest.starts()

    def examples(self) -> list[str]:
        """The phrase written out, each alternative at least once; `#` is 7, a gap is empty, `word*` the bare word."""
        columns = [self._written(part) for part in self.parts]
        rows = max((len(column) for column in columns), default=0)
        glue = " " if self.spaced else ""
        return [
            glue.join(text for column in columns if (text := column[min(row, len(column) - 1)]))
            for row in range(rows)
        ]

    def _part(self, part: "str | tuple[Phrase, ...]") -> str:
        if part == "...":
            return r"(?: [^ ]+){0,6}?" if self.spaced else r".{0,12}?"
        if isinstance(part, str):
            return (" " if self.spaced else "") + _signs(part)
        options = "|".join(choice.pattern() for choice in part if choice.parts)
        return f"(?:{options})" + ("" if all(choice.parts for choice in part) else "?")

    def _written(self, part: "str | tuple[Phrase, ...]") -> list[str]:
        if part == "...":
            return [""]
        if isinstance(part, str):
            return [part.replace("ˇ", "").replace("ˆ", "7")]
        return [text for choice in part for text in (choice.examples() or [""])]


def parse(text: str, spell: Callable[[str], str], *, spaced: bool) -> Phrase:
    """Read a phrase.

    Args:
        text: as in the file.
        spell: how the language writes words for comparison.
        spaced: whether the language sets words apart by spaces.
    Raises: ValueError: brackets that do not match or touch a word, or a phrase that is empty.
    """
    if spaced and _TOUCHING.search(text):
        raise ValueError(f"{text!r} is not a phrase: a bracket touches a word, write the words out")
    tokens = (_TOKEN if spaced else _SPACELESS_TOKEN).findall(text)
    choices, used = _choices(tokens, 0, spell, spaced)
    if used != len(tokens) or len(choices) != 1 or not choices[0].parts:
        raise ValueError(f"{text!r} is not a phrase: check its brackets")
    return choices[0]


def _choices(
    tokens: list[str], at: int, spell: Callable[[str], str], spaced: bool
) -> tuple[tuple[Phrase, ...], int]:
    """The alternatives from a token on, up to the bracket that closes them, and where they end."""
    choices: list[Phrase] = []
    parts: list[str | tuple[Phrase, ...]] = []
    while at < len(tokens) and tokens[at] != ")":
        read = tokens[at]
        if read == "(":
            inner, at = _choices(tokens, at + 1, spell, spaced)
            if at == len(tokens) or not any(choice.parts for choice in inner):
                raise ValueError(f"{' '.join(tokens)!r} is not a phrase: a bracket is empty or never closed")
            parts.append(inner)
        elif read == "|":
            choices.append(Phrase(tuple(parts), spaced))
            parts = []
        elif read == "...":
            parts.append(read)
        else:
            spelled = _NOT_WORD.sub(" ", spell(read.translate(_SIGNS))).split()
            if not "".join(spelled).strip("ˇ"):
                raise ValueError(f"{read!r} in {' '.join(tokens)!r} is not a phrase: it has no letter")
            parts += spelled if spaced else ["".join(spelled)]
        at += 1
    return (*choices, Phrase(tuple(parts), spaced)), at


def _signs(word: str) -> str:
    """A plain word as a pattern."""
    return re.escape(word).replace("ˇ", r"\S*").replace("ˆ", r"\d+")
