"""The phrases of phrases.toml, and patterns made of them."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

PHRASES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))


def pattern(phrases: Iterable[str]) -> str:
    """An alternation of phrases, longest first; phrases of letters only as whole words, any white space as one space."""
    return "(?:" + "|".join(_bounded(phrase) for phrase in sorted(phrases, key=len, reverse=True)) + ")"


def _bounded(phrase: str) -> str:
    escaped = re.escape(phrase).replace(r"\ ", r"[ \u2009]{1,3}")
    left = r"(?<![^\W\d_])" if _word(phrase[0]) else ""
    right = r"(?![^\W\d_])" if _word(phrase[-1]) else ""
    return left + escaped + right


def _word(char: str) -> bool:
    """Whether the character belongs to a script that sets words apart by spaces."""
    return char.isalpha() and char < "\u2e80"
