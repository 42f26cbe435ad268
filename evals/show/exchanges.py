"""Prompts and replies in a terminal: a column a model, as many side by side as there is room for."""

from collections.abc import Iterable, Iterator

from rich.console import Console
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


def _voice(voice: Voice) -> Text:
    parts = [Text(safe.line(voice.model), style="bold")]
    if voice.notice:
        parts.append(Text(safe.line(voice.notice), style="italic"))
    apart = "\n\n" if any(len(said.text) > NARROWEST for said in voice.said) else "\n"
    return Text("\n").join([*parts, Text(apart).join(map(_said, voice.said))])


def _said(said: Said) -> Text:
    """A reply with its count before it and the verdict behind it."""
    text = Text(f"{said.count} × " if said.count else "", style="dim")
    text.append(Text(safe.shortened(said.text, LONGEST), style="none"))
    if said.verdict:
        text.append("\n" if "\n" in said.text else "  ")
        text.append(safe.line(said.verdict), style=COLOURS[said.good] or "dim")
    return text
