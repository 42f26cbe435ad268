"""What a reply sets off from its prose: in quotes, in bold, as code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTED = (
    re.compile(r"\"([^\"\n]{1,80})\""),
    re.compile(r"(?<![\w'])'([^'\n]{1,80}(?:'\w[^'\n]{0,40})?)'(?!\w)"),
    re.compile(r"(?<![\w*])\*{1,3}([^*\s](?:[^*\n]{0,80}[^*\s])?)\*{1,3}(?![\w*])"),
    re.compile(r"(?<![\w_])_{1,3}([^_\s](?:[^_\n]{0,80}[^_\s])?)_{1,3}(?![\w_])"),
    re.compile(r"(?<!`)`([^`\n]{1,80})`(?!`)"),
)
_QUOTES = str.maketrans({**dict.fromkeys("“”„‟«»「」『』＂", '"'), **dict.fromkeys("‘’‚‛", "'")})
_EDGES = " \t.,;:!?\"'*_`()[]"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A stretch set off, without its marks and the punctuation at its edges."""

    text: str
    start: int
    end: int


def quoted(text: str) -> list[Quoted]:
    """All stretches that quotes, emphasis or code marks enclose, in order; one inside another is kept apart."""
    return sorted(_found(text.translate(_QUOTES)), key=lambda found: (found.start, -found.end))


def _found(text: str) -> Iterator[Quoted]:
    for pattern in _QUOTED:
        for match in pattern.finditer(text):
            inner = match[1].strip(_EDGES)
            if inner:
                yield Quoted(inner, match.start(), match.end())
