"""Step 4: Markdown and LaTeX are taken off, what they enclose stays."""

import re

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n?", re.MULTILINE)
_LINE_LEAD = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}\)")
_EMPHASIS = (
    re.compile(r"(\*{2,3}|__|~~)(?=[^\s*_~])([^*_~\n]{1,500}?)(?<=\S)\1"),
    re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])"),
    re.compile(r"(?<![\w_])(_)(?=[^\s_])([^_\n]{1,500}?)(?<=[^\s_])_(?![\w_])"),
    re.compile(r"(`+)([^`\n]{1,1000})\1"),
)
_HTML = re.compile(
    r"</?(?:b|i|u|em|strong|code|sub|sup|br|p|span|div|li|ul|ol|h[1-6])(?:\s[^<>]{0,200})?/?>", re.IGNORECASE
)
_MATH = re.compile(r"\$\$?(?=[^\s$])([^$\n]{1,300}?)(?<=[^\s$])\$\$?(?!\d)")
_FRACTION = re.compile(r"\\[dtc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_COMMAND = re.compile(
    r"\\(?:boxed|fbox|text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|operatorname|mbox|underline|emph)"
    r"\s*\{([^{}]*)\}"
)
_SYMBOLS = {
    "{,}": ",", r"\,": "", r"\;": " ", r"\!": "", r"\:": " ", r"\ ": " ", r"\$": "$", r"\%": "%", r"\#": "#",
    r"\&": "&", r"\_": "_", r"\(": "", r"\)": "", r"\[": "", r"\]": "", r"\times": "×", r"\cdot": "·",
    r"\div": "÷", r"\left": "", r"\right": "", r"\dots": "...", r"\ldots": "...", r"\approx": "≈",
}  # fmt: skip
_SYMBOL = re.compile("|".join(re.escape(symbol) for symbol in sorted(_SYMBOLS, key=len, reverse=True)))
_NESTING = 8
"""Deeper nesting than this is left as it stands: no answer needs it, and the time stays linear."""


def unwrap(text: str) -> str:
    """The text without Markdown emphasis, headings, links, fences and code marks, and without LaTeX dressing.

    `\\boxed{42}` becomes 42, `\\frac{1}{2}` 1/2, `1{,}204` 1,204 and `$x$` x; a price such as $9 keeps its sign.
    """
    if any(sign in text for sign in "\\${"):
        text = _latex(text)
    text = _LINE_LEAD.sub("", _FENCE.sub("", text))
    text = _HTML.sub("", _LINK.sub(r"\1", text))
    for pattern in _EMPHASIS:
        text = pattern.sub(r"\2", text)
    return text


def _latex(text: str) -> str:
    text = _MATH.sub(r"\1", text.replace(r"\$", "\0"))
    for _ in range(_NESTING):
        inner = _COMMAND.sub(r"\1", _FRACTION.sub(r"\1/\2", text))
        if inner == text:
            break
        text = inner
    return _SYMBOL.sub(lambda symbol: _SYMBOLS[symbol[0]], text.replace("\0", "$"))
