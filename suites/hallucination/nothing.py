"""Replies in which there is nothing to judge: empty, gibberish, echoes, errors, calls of tools."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from .clauses import tool_call
from .lexicon import Lexicon

_ERROR = re.compile(
    r"[\s(\[]*(?:error|exception|traceback|fatal|http \d{3}|no (?:response|output|answer given))\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,40}>")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply and its words."""

    text: str
    words: str
    tokens: list[str]
    entity: str
    question: str


def nothing_to_judge(text: str, entity: str, question: str, lexicon: Lexicon) -> str:
    """Why there is nothing to judge in a reply; empty if there may be something."""
    words = lexicon.words(text).strip()
    tokens = words.split() if lexicon.spaced else list(words)
    reply = _Reply(text, words, tokens, lexicon.words(entity).strip(), lexicon.words(question).strip())
    return next((reason for reason, applies in _REASONS if applies(reply)), "")


def _wordless(reply: _Reply) -> bool:
    bare = _TAG.sub("", reply.text).strip()
    return not bare or not _LETTER.search(bare) or reply.text.count("\ufffd") > 2


def _repeats(reply: _Reply) -> bool:
    """One or two words over and over, stuttering, or hardly anything but numbers; a sentence over and over is none."""
    size, counts = len(reply.tokens), Counter(reply.tokens)
    if size < 8:
        return False
    numbers = sum(token.isdigit() for token in reply.tokens)
    if len(counts) <= 2 or numbers > 0.9 * size:
        return True
    stutters = sum(one == other for one, other in pairwise(reply.tokens))
    return size >= 12 and (max(counts.values()) > 0.5 * size or stutters > 0.3 * size)


def _names_only(reply: _Reply) -> bool:
    return reply.words == reply.entity or set(reply.tokens) <= set(reply.entity.split())


def _echoes(reply: _Reply) -> bool:
    return bool(reply.question) and not reply.words.replace(reply.question, "").strip()


def _long_letters(reply: _Reply) -> bool:
    """A run of one letter: "aaaaaaaaaaaa"."""
    return len(reply.words) >= 8 and len(set(reply.words)) == 1


_REASONS: tuple[tuple[str, Callable[[_Reply], bool]], ...] = (
    ("empty", lambda reply: not reply.words),
    ("tool call", lambda reply: tool_call(reply.text)),
    ("gibberish: no words", _wordless),
    ("gibberish: repetition", _repeats),
    ("gibberish: one letter", _long_letters),
    ("error message", lambda reply: _ERROR.match(reply.text) is not None),
    ("echo of the name", _names_only),
    ("echo of the question", _echoes),
)
