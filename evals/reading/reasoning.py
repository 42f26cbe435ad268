"""Step 1: hidden working that a model writes into its reply is set apart from the reply."""

import re
from dataclasses import dataclass

_NAMES = "think|thinking|thought|reasoning"
_TAG = re.compile(
    rf"(?P<open><(?:{_NAMES})>|\[THINK\]|◁think▷)|(?P<close></(?:{_NAMES})>|\[/THINK\]|◁/think▷)",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)[^<]{0,200}<\|message\|>")
_CHANNEL_END = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
_BARE_CHANNELS = re.compile(r"\A\s*analysis(?=[A-Z\s])")
_BARE_FINAL = "assistantfinal"


@dataclass(frozen=True, slots=True)
class Parts:
    """A text in two: what is visible and what is reasoning.

    Attributes:
        closed: False where reasoning began and never ended.
        rule: what told them apart; empty where there was no reasoning.
    """

    text: str
    reasoning: str = ""
    closed: bool = True
    rule: str = ""


def separate(text: str) -> Parts:
    """Set reasoning apart: harmony channels first, then tags."""
    if "<|channel|>" in text:
        return _harmony(text)
    if _BARE_CHANNELS.match(text) and _BARE_FINAL in text:
        hidden, _, visible = text.partition(_BARE_FINAL)
        return Parts(visible.strip(), hidden.strip(), rule="reasoning: harmony channels without their marks")
    return _tags(text)


def _harmony(text: str) -> Parts:
    """Keep what the `final` channel says; a message ends at the next control token.

    Source: OpenAI harmony response format (channels analysis, commentary, final).
    """
    visible: list[str] = []
    hidden: list[str] = []
    for mark in _CHANNEL.finditer(text):
        end = _CHANNEL_END.search(text, mark.end())
        message = text[mark.end() : end.start() if end else len(text)].strip()
        (visible if mark[1] == "final" else hidden).append(message)
    return Parts("\n".join(visible), "\n".join(hidden), bool(visible), "reasoning: harmony channels")


def _tags(text: str) -> Parts:
    """Walk through opening and closing tags; a closing tag that nothing opened ends reasoning from the start."""
    visible: list[str] = []
    hidden: list[str] = []
    rule, inside, at = "", False, 0
    for tag in _TAG.finditer(text):
        piece, at = text[at : tag.start()], tag.end()
        if tag["close"] and not inside:
            hidden += [*visible, piece]
            visible, rule = [], "reasoning: lone closing tag"
        else:
            (hidden if inside else visible).append(piece)
            rule = rule or "reasoning: tags"
        inside = tag["open"] is not None
    (hidden if inside else visible).append(text[at:])
    if inside:
        rule = "reasoning: never closed"
    return Parts("".join(visible).strip(), "\n".join(hidden).strip(), not inside, rule)
