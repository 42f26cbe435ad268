"""Style: what an answer looks like, counted from its text, so that a board can be asked what looks alone have won.

Features and their treatment follow LMArena's style control (https://lmsys.org/blog/2024-08-28-style-control/): length,
and Markdown's headings, list items and bold parts outside of code. `tokens` are counted here, in words, and are not the
host's: two models' tokenizers differ, and a host also counts reasoning that nobody is shown.
"""

import re
from collections.abc import Mapping

from evals.arena.answers import Answer
from evals.arena.battle import Pair

FEATURES = ("tokens", "headers", "lists", "bold")
"""What is counted; a battle of a file may hold others."""

UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Characters of scripts without spaces (kana, Chinese), each of which is counted as a word."""

WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:['’][^\W_{UNSPACED}]+)*")
FENCED = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
IN_LINE = re.compile(r"`[^`\n]+`")
HEADER = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S", re.MULTILINE)
BOLD = re.compile(r"\*\*(?=[^\s*])[^*\n]+\*\*|(?<!\w)__(?=[^\s_])[^_\n]+__(?!\w)")


def style(a: Answer, b: Answer) -> Mapping[str, Pair]:
    """What two answers look like, feature -> (a, b), as `Battle.style` has it."""
    one, other = counted(a.text), counted(b.text)
    return {name: (one[name], other[name]) for name in FEATURES}


def counted(text: str) -> dict[str, float]:
    """Each feature of a text: words of the whole of it; headings, list items and bold parts of what is not code."""
    prose = IN_LINE.sub("", FENCED.sub("", text))
    return {
        "tokens": float(sum(1 for _ in WORD.finditer(text))),
        "headers": float(sum(1 for _ in HEADER.finditer(prose))),
        "lists": float(sum(1 for _ in ITEM.finditer(prose))),
        "bold": float(sum(1 for _ in BOLD.finditer(prose))),
    }
