"""What a thread prints goes nowhere: libraries that run in a thread of their own draw bars and warn into our terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any, TextIO

_hushed: set[int] = set()


class _Apart:
    """A stream that drops what hushed threads write, and is the stream itself to all others."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        return len(text) if get_ident() in _hushed else self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def hushed() -> Iterator[None]:
    """For the block, what this thread writes to standard output and standard error is dropped; others are not touched."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, _Apart):
            setattr(sys, name, _Apart(stream))
    _hushed.add(get_ident())
    try:
        yield
    finally:
        _hushed.discard(get_ident())
