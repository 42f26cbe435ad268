"""Tokens in a terminal: in colours that take turns, or with separators between them where there is no colour."""

import io

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from evals import safe
from evals.answers import graphemes
from evals.lens.draw import BREAK, Drawn, draw
from evals.lens.tokens import Tokens

STYLES = ("black on cyan", "black on yellow")
"""Neighbours differ; the two are told apart with any kind of colour vision, on light and dark terminals."""


def text(drawn: Drawn, *, colour: bool) -> Text:
    """Pieces as one line."""
    if not colour:
        return Text(str(drawn))
    line = Text()
    for place, piece in enumerate(drawn.pieces):
        line.append(piece, STYLES[place % len(STYLES)])
    return line.append(drawn.rest)


def wrapped(drawn: Drawn, width: int, *, colour: bool) -> Text:
    """Pieces as lines of at most so many columns, cut between pieces, and after those that end in a line break."""
    between = "" if colour else drawn.separator
    lines, used = Text(), 0
    for place, piece in enumerate(drawn.pieces):
        last = place + 1 == len(drawn.pieces)
        shown = piece if last else piece + between
        if used and used + cell_len(shown) > width:
            lines.append("\n")
            used = 0
        lines.append(shown, STYLES[place % len(STYLES)] if colour else "")
        used += cell_len(shown)
        if piece.endswith(BREAK) and not last:
            lines.append("\n")
            used = 0
    return lines


def page(tokens: Tokens, width: int = 80, *, colour: bool = False) -> str:
    """A text's tokens as lines of at most `width` columns: how many of what, by which route, the pieces, their ids."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
    )
    counted = ", ".join(
        f"{count:,} {name if count == 1 else name + 's'}" for name, count in counts(tokens).items()
    )
    console.print(Text(counted, style="bold"))
    console.print(Text(f"by {safe.line(tokens.route)}"))
    console.print()
    console.print(wrapped(draw(tokens.pieces), width, colour=colour), overflow="fold")
    console.print()
    console.print(Text(f"ids {' '.join(map(str, tokens.ids))}"))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def counts(tokens: Tokens) -> dict[str, int]:
    """How long a text is: in characters (code points), in graphemes (what a reader sees as one), bytes (UTF-8) and tokens."""
    return {
        "character": len(tokens.text),
        "grapheme": len(graphemes(tokens.text)),
        "byte": sum(tokens.lengths),
        "token": len(tokens),
    }
