"""How a question and two answers stand before a judge: between lines with a mark that no answer can know.

The mark is drawn from the texts themselves: who writes an answer would have to write its hash into it.
"""

import hashlib
import re
from itertools import count

from evals.arena.answers import Question

LETTERS = ("A", "B")
OPENS = re.compile(r"^<(?:question|answer [AB]) ([0-9a-f]{16})>$", re.MULTILINE)


def mark(*texts: str) -> str:
    """Sixteen hexadecimal digits that occur in none of the texts, and are the same for the same texts."""
    whole = "\0".join(texts)
    drawn = (hashlib.sha256(f"{number}\0{whole}".encode()).hexdigest()[:16] for number in count())
    return next(each for each in drawn if each not in whole)


def between(name: str, text: str, drawn: str) -> str:
    """A text between its lines: "<answer A 0123456789abcdef>", the text, "</answer A 0123456789abcdef>"."""
    return f"<{name} {drawn}>\n{text}\n</{name} {drawn}>"


def conversation(question: Question) -> str:
    """A question as a judge reads it: the last turn alone, or all turns with who says what before each."""
    if not question.before:
        return question.text
    turns = (*question.before, ("user", question.text))
    return "\n\n".join(f"[{role}]\n{text}" for role, text in turns)


def answers(prompt: str) -> tuple[str, str] | None:
    """The two answers in a judge's prompt, in the order in which they stand; None where there are not two."""
    opened = OPENS.search(prompt)  # the first is ours: what question or answers say stands inside
    if opened is None:
        return None
    one, other = (_inside(prompt, f"answer {letter} {opened[1]}") for letter in LETTERS)
    return None if one is None or other is None else (one, other)


def _inside(prompt: str, name: str) -> str | None:
    _, opened, rest = prompt.partition(f"<{name}>\n")
    text, closed, _ = rest.partition(f"\n</{name}>")
    return text if opened and closed else None
