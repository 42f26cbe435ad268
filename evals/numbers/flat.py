"""A text made plain without moving a character: what is found in the plain text stands at the same place in the original."""

import re
import unicodedata

_SAME = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2007\u2009", "\u2009"),
        **dict.fromkeys("‘’‛ʼ´＇", "'"),
        **dict.fromkeys("“”„‟＂«»「」『』", '"'),
        **dict.fromkeys("\u2212－﹣", "\u2212"),
        **dict.fromkeys("\u200b\u2060\ufeff\u00ad", "\u200b"),
        "，": ",", "．": ".", "：": ":", "％": "%", "＄": "$", "＝": "=", "（": "(", "）": ")", "٫": ".", "٬": "'",
        "\t": " ", "\r": " ", "`": " ", "⁄": "/", "∕": "/",
    }
)  # fmt: skip
_KEPT = r"\\[dtc]?frac\s?\{\s?\d{1,12}\s?\}\s?\{\s?\d{1,12}\s?\}|\^\{-?\d{1,4}\}"
_LATEX = re.compile(
    rf"(?P<keep>{_KEPT})|(?P<comma>\{{,\}})|(?P<thin>\\[,; :!])|(?P<escaped>\\[$%#&_])"
    r"|(?P<name>\\[A-Za-z]{1,20})|(?P<other>\\[()\[\]]|[{}])"
)
_NAMES = {
    r"\times": "×", r"\cdot": "·", r"\div": "÷", r"\approx": "≈", r"\sim": "~", r"\geq": "≥", r"\ge": "≥", r"\leq": "≤",
    r"\le": "≤", r"\neq": "≠", r"\ne": "≠", r"\pm": "±", r"\to": "→", r"\implies": "⇒", r"\rightarrow": "→",
    r"\Rightarrow": "⇒", r"\dots": "…", r"\ldots": "…", r"\gt": ">", r"\lt": "<", r"\checkmark": "✓",
}  # fmt: skip
_MATH = re.compile(r"(\$\$?)(?=[^\s$])[^$\n]{1,300}?(?<=[^\s$])\1(?!\d)")
_EMPHASIS = re.compile(
    r"\*{2,3}(?!\d)|(?<!\d)\*{2,3}|(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<!\w)_+|_+(?!\w)|~~"
)
_HTML = re.compile(r"</?(?:b|i|u|em|strong|code|sub|br|p|span|div|li)\s?/?>", re.IGNORECASE)


def flat(text: str) -> str:
    """The text with Markdown and LaTeX marks as spaces and look-alike characters folded, of the same length.

    Digits of any script become ASCII, spaces that group digits U+2009, apostrophes and quotes straight. Fractions
    and exponents of LaTeX stay for the reader of numbers.
    """
    if not text.isascii():
        text = "".join(map(_digit, text))
    text = text.translate(_SAME)
    if "\\" in text or "{" in text:
        text = _LATEX.sub(_latex, text)
    if "$" in text:
        text = _MATH.sub(_undollar, text)
    return _HTML.sub(_spaces, _EMPHASIS.sub(_spaces, text))


def _digit(char: str) -> str:
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _undollar(match: re.Match[str]) -> str:
    """`$x$` is mathematics; `$3 and $` is money, told apart by the text that touches both signs."""
    marks = len(match[1])
    return " " * marks + match[0][marks:-marks] + " " * marks


def _latex(match: re.Match[str]) -> str:
    whole = match[0]
    if match["keep"]:
        return whole
    if match["comma"]:
        return "'''"
    if match["thin"]:
        return "\u2009" * len(whole)
    if match["escaped"]:
        return " " + whole[1]
    return _NAMES.get(whole, " ").ljust(len(whole))
