"""Prompts and replies in a terminal: a column a model, as many side by side as there is room for."""

from collections.abc import Iterable, Iterator

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from evals import safe
from evals.view import Exchange, Said, Voice

NARROWEST = 24
"""Columns that one model's words need to be readable; with less room models stand one below the other."""

GAP = 2

LONGEST = 1_500
"""Characters of one reply; the page shows more."""

COLOURS = {True: "green", False: "red", None: ""}


def exchanges(found: Iterable[Exchange], console: Console) -> None:
    """Print exchanges: what each shows, the prompt as it was sent, and what every model said to it."""
    for each in found:
        console.print()
        if each.title:
            console.print(Text(safe.line(each.title), style="bold"))
            for sentence in each.lines:
                console.print(Text(safe.line(sentence)))
            console.print()
        for line in _asked(each):
            console.print(line)
        for row in _rows(each.voices, console.width):
            console.print(row)


def _asked(each: Exchange) -> Iterator[Padding | Text]:
    yield Text(safe.line(each.how), style="dim")
    if each.system:
        yield _verbatim(f"system: {each.system}")
    yield _verbatim(each.prompt)


def _verbatim(prompt: str) -> Padding:
    return Padding(Text(safe.shortened(prompt, LONGEST), style="italic", overflow="fold"), (0, 0, 0, GAP))


def _rows(voices: tuple[Voice, ...], width: int) -> Iterator[Grid]:
    """The models, so many at a time that each has room."""
    across = max(1, min(len(voices), (width + GAP) // (NARROWEST + GAP)))
    for start in range(0, len(voices), across):
        shown = voices[start : start + across]
        grid = Grid.grid(padding=(1, GAP, 0, 0), pad_edge=False, expand=True)
        for _ in range(across):
            grid.add_column(ratio=1, overflow="fold")
        grid.add_row(*map(_voice, shown))
        yield grid


def _voice(voice: Voice) -> Group:
    """Name, notice, and the replies, each behind its count where there are several."""
    replies = Grid.grid(padding=(0, 1, 0, 0), pad_edge=False)
    counted = any(said.count for said in voice.said)
    for _ in range(1 + counted):
        replies.add_column(overflow="fold")
    for said in voice.said:
        replies.add_row(*([Text(f"{said.count} ×", style="dim")] if counted else []), _said(said))
    notice = [Text(safe.line(voice.notice), style="italic")] if voice.notice else []
    return Group(Text(safe.line(voice.model), style="bold"), *notice, replies)


def _said(said: Said) -> Text:
    """A reply, and the verdict behind it."""
    text = Text(safe.shortened(said.text, LONGEST))
    if said.verdict:
        text.append("\n" if "\n" in said.text else "  ")
        text.append(safe.line(said.verdict), style=COLOURS[said.good] or "dim")
    return text
