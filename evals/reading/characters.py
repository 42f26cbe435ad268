"""Step 3: characters that look or mean the same become one, so that comparison never hangs on typography.

Only for comparing: what a model sent is stored as sent.
"""

import re
import unicodedata

_SIMPLE = str.maketrans(
    {
        **dict.fromkeys(
            "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\ufe0f\u20e3", None
        ),  # unseen, keycaps
        **dict.fromkeys("\u00a0\u202f\u2007", "\u2009"),  # spaces that may group digits
        **dict.fromkeys("‘’‛ʼ´＇", "'"),
        **dict.fromkeys("“”„‟＂", '"'),
        "🔟": "10",
        "⁄": "/",
    }
)
_MINUS = re.compile(
    r"\u2212(?=\s?\d)|(?<![\w\s])[\u2010-\u2013](?=\d)|(?<=\s)[\u2010-\u2013](?=\d)|\A[\u2010-\u2013](?=\d)"
)
_WORD = re.compile(r"[^\W\d_]+")
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХаеорсухіѕјԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTYXaeopcyxisjdhqwABEZHIKMNOPTYXo",
)
"""Cyrillic and Greek letters drawn like Latin ones (a part of Unicode UTS #39, confusables)."""


def normalise(text: str) -> str:
    """Fold look-alikes: letters to NFC, digits of any script to ASCII, quotes straight, minus signs to `-`.

    A fraction character becomes `1/2`, set off from a whole number before it; superscripts stay, as 10² is not 102.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text).translate(_SIMPLE)
    text = "".join(map(_fold, text)) if not text.isascii() else text
    text = _MINUS.sub("-", text)
    return _WORD.sub(_latin, text)


def _fold(char: str) -> str:
    """One character: digits by their value, compatibility letters by NFKC, everything else as it is."""
    if char.isascii():
        return char
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "No" and "<super>" not in unicodedata.decomposition(char):
        folded = unicodedata.normalize("NFKC", char)
        return f" {folded.replace('⁄', '/')}" if "⁄" in folded else folded
    if kind in ("Nl", "So") or "\uff21" <= char <= "\uff5a" or "\U0001d400" <= char <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", char)
    return char


def _latin(word: re.Match[str]) -> str:
    """A word that mixes Latin with look-alikes, written in Latin; a word wholly in another script is left alone."""
    text = word[0]
    if text.isascii() or not any("a" <= char <= "z" or "A" <= char <= "Z" for char in text):
        return text
    return text.translate(_LOOKALIKES)
