"""Phrases beside a place in a text: what ends right before it, what begins right after it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

REACH = 48
"""How many characters beside a place are looked at: the longest phrase is shorter, and the time stays linear."""

_OPENING = str.maketrans(dict.fromkeys('([{"—:;,', " "))
_QUOTE = re.compile(r"(?<!\w)'|'(?!\w)")


@dataclass(frozen=True, slots=True)
class Beside:
    """Phrases that stand before a place, and phrases that stand after one, ready to be compared with windows."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def around(self, before: str, after: str) -> bool:
        """Whether one of the phrases ends the window before, or begins the window after."""
        return self.ends(before) or self.begins(after)

    def ends(self, before: str) -> bool:
        return before.endswith(self.before)

    def ending(self, before: str) -> int:
        """How long the longest phrase that ends the window is; 0 where none does."""
        return max((len(phrase) for phrase in self.before if before.endswith(phrase)), default=0)

    def begins(self, after: str) -> bool:
        if not after.startswith(self.after):
            return False
        return any(after.startswith(phrase) and _apart(phrase, after) for phrase in self.after)


def beside(before: Iterable[str] = (), after: Iterable[str] = ()) -> Beside:
    """Phrases prepared: one in letters is met only as whole words, a sign or one in Chinese characters anywhere."""
    return Beside(tuple(f" {phrase}" if _spaced(phrase[0]) else phrase for phrase in before), tuple(after))


def load(path: Path) -> Mapping[str, Beside]:
    """The phrases of a TOML file, by table."""
    data = tomllib.loads(path.read_text("utf-8"))
    return {name: beside(table.get("before", ()), table.get("after", ())) for name, table in data.items()}


def window_before(text: str, at: int) -> str:
    """The words of the same line before a place, in lower case, opening marks as spaces, one space between words."""
    line = text[max(0, at - REACH) : at].rpartition("\n")[2]
    line = _QUOTE.sub(" ", line) if "'" in line else line
    return " " + " ".join(line.casefold().translate(_OPENING).split())


def window_after(text: str, at: int) -> str:
    """The words of the same line after a place, in lower case."""
    line = text[at : at + REACH].partition("\n")[0]
    return " ".join(line.casefold().split())


def _spaced(char: str) -> bool:
    """Whether words in this script stand apart."""
    return char.isalpha() and char < "\u2e80"


def _apart(phrase: str, window: str) -> bool:
    following = window[len(phrase) : len(phrase) + 1]
    return not (_spaced(phrase[-1]) and following.isalpha() and _spaced(following))
