"""A document of the training data: text or a conversation, cut into parts that are learned or only read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from evals.types import Message


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text; `learned` when the model is taught to write it, not only to read it."""

    text: str
    learned: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One training example: plain text in parts, or a conversation whose assistant turns are learned."""

    parts: tuple[Part, ...] = ()
    messages: tuple[Message, ...] = ()

    @property
    def text(self) -> str:
        """Everything in it, for looking and for tests."""
        return "".join(part.text for part in self.parts) + "\n".join(m.content for m in self.messages)


Piece = Callable[[Random], Document]
"""One kind of training data: draws a fresh document."""


def text(learned: str, given: str = "") -> Document:
    """Plain text: `given` is read, `learned` is taught."""
    return Document((Part(given, False), Part(learned, True)) if given else (Part(learned, True),))


def chat(*turns: str, system: str = "") -> Document:
    """A conversation: turns alternate between user and assistant, the user begins."""
    head = (Message("system", system),) if system else ()
    return Document(
        messages=head + tuple(Message("assistant" if i % 2 else "user", turn) for i, turn in enumerate(turns))
    )


def encode(document: Document, tokenizer: Any) -> tuple[list[int], list[bool]]:
    """Token ids and, for each, whether it is learned. Every text starts with a space, so that a word is the same
    tokens wherever it stands: copying a name then is copying tokens.
    """
    ids, learned = [tokenizer.token_to_id("<|bos|>")], [False]

    def add(tokens: Sequence[int], taught: bool) -> None:
        ids.extend(tokens)
        learned.extend([taught] * len(tokens))

    end = [tokenizer.token_to_id("<|end|>")]
    for part in document.parts:
        add(tokenizer.encode(part.text, add_special_tokens=False).ids, part.learned)
    if document.parts:
        add(end, document.parts[-1].learned)
    for message in document.messages:
        taught = message.role == "assistant"
        add([tokenizer.token_to_id(f"<|{message.role}|>")], False)
        add(tokenizer.encode(" " + message.content, add_special_tokens=False).ids + end, taught)
    return ids, learned
