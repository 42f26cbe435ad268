"""Pieces as people see them: straw|berry. Blanks and line breaks are visible, divided characters are shown byte by byte."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from evals import safe

SEPARATORS = "|¦‖"
"""What stands between pieces: the first of these that no piece has."""

NONE = "∅"
"""What is shown for a token that stands for no byte of the text, such as the blank that some models read before it."""

BREAK = "⏎"
SIGNS = str.maketrans({" ": "·", "\n": BREAK, "\t": "→", "\r": "␍"})
"""What cannot be seen by itself -> what is shown for it."""


@dataclass(frozen=True)
class Drawn:
    """Pieces ready to be shown; as text, with separators between them.

    Attributes:
        pieces: each as one clean line.
        cut: how many further tokens were left out.
    """

    pieces: tuple[str, ...]
    cut: int = 0

    def __str__(self) -> str:
        return self.separator.join(self.pieces) + self.rest

    @property
    def separator(self) -> str:
        """What stands between two pieces."""
        text = "".join(self.pieces)
        return next((mark for mark in SEPARATORS if mark not in text), SEPARATORS[0])

    @property
    def rest(self) -> str:
        """What stands for those left out; empty if there are none."""
        return f" … {self.cut:,} more" if self.cut else ""


def draw(pieces: Iterable[bytes], width: int | None = None) -> Drawn:
    """Pieces to be shown.

    Args: width: no more characters than this, separators included; the pieces beyond are counted. The first is shown.
    """
    shown = [visible(piece.decode("utf-8", "backslashreplace")) or NONE for piece in pieces]
    if width is None:
        return Drawn(tuple(shown))
    reached = accumulate(len(piece) + 1 for piece in shown)
    most = max(1, sum(end <= width + 1 for end in reached))
    return Drawn(tuple(shown[:most]), len(shown[most:]))


def visible(text: str) -> str:
    """A text as one line in which blanks, tabs and line breaks can be seen, and what would act on a terminal too."""
    return "".join(
        f"\\u{ord(char):04x}" if char.isspace() or safe.clean(char) != char else char
        for char in text.translate(SIGNS)
    )
