"""What a reader sees as one letter: a base character with its marks, an emoji with its joiners, a flag."""

import re
import unicodedata

MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670"
    "\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0981-\u0983\u09bc\u09be-\u09cd\u0a3c\u0a3e-\u0a4d"
    "\u0abc\u0abe-\u0acd\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbe-\u0ccd\u0d3e-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff\u3099\u309a"
)
"""Ranges of the marks that never stand alone, of the scripts most written: Unicode general category M, and emoji modifiers."""

_CLUSTER = re.compile(rf"[\U0001f1e6-\U0001f1ff]{{2}}|.[{MARKS}]*(?:\u200d.[{MARKS}]*)*", re.DOTALL)


def graphemes(text: str) -> list[str]:
    """The letters of a text as a reader counts them, after composition (NFC).

    Source: Unicode UAX 29, extended grapheme clusters, without Hangul jamo and Indic conjuncts.
    """
    return _CLUSTER.findall(unicodedata.normalize("NFC", text))
