"""Tokens: a text cut into the pieces that a model reads, byte by byte."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from evals.errors import BadInput

GIVE = "give the model's tokenizer.json: --tokenizer FILE, or ?tokenizer=FILE in the model's name"
"""What a user can do where the tokens of a model are not known."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text and what a model reads of it.

    Attributes:
        text: what was cut.
        ids: the tokens, as the model numbers them.
        lengths: how many bytes of the text's UTF-8 each token stands for; they add up to all of it. A token may be a
            part of a character. It may be 0: the blank that some tokenizers put before a text, and all but the first
            of the tokens into which a tokenizer cuts a character that it has rewritten.
        route: by what the boundaries are known.
    """

    text: str
    ids: tuple[int, ...]
    lengths: tuple[int, ...]
    route: str

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """The bytes of each token; joined, they are the text."""
        return pieces(self.text.encode(), self.lengths)

    def ended(self, place: int) -> int:
        """How many of the tokens end at or before a place of the text, in bytes."""
        return sum(stop <= place for stop in accumulate(self.lengths))

    def within(self, start: int, end: int) -> tuple[int, ...]:
        """The lengths of what tokens hold between two places of the text, in bytes; they add up to `end - start`."""
        found: list[int] = []
        for stop, length in zip(accumulate(self.lengths), self.lengths, strict=True):
            part = min(stop, end) - max(stop - length, start)
            if part > 0 or (not length and found and stop <= end):
                found.append(part)
        return tuple(found)


def pieces(data: bytes, lengths: Iterable[int]) -> tuple[bytes, ...]:
    """Bytes cut into parts of these lengths."""
    return tuple(data[stop - length : stop] for length, stop in _stops(lengths))


def _stops(lengths: Iterable[int]) -> Iterable[tuple[int, int]]:
    lengths = tuple(lengths)
    return zip(lengths, accumulate(lengths), strict=True)


# As text, for logs and frames


def pack(lengths: Iterable[int]) -> str:
    """Lengths as a short text, equal neighbours counted: (3, 3, 3, 1) is "3*3 1"."""
    runs = ((length, len(list(run))) for length, run in groupby(lengths))
    return " ".join(f"{length}*{times}" if times > 1 else f"{length}" for length, times in runs)


def unpack(cuts: str) -> tuple[int, ...]:
    """The lengths that `pack` made a text of."""
    return tuple(length for length, times in _runs(cuts) for _ in range(times))


def extent(cuts: str) -> tuple[int, int]:
    """How many lengths `pack` made a text of, and what they add up to; without unpacking them."""
    runs = list(_runs(cuts))
    return sum(times for _, times in runs), sum(length * times for length, times in runs)


def _runs(cuts: str) -> Iterator[tuple[int, int]]:
    for run in cuts.split():
        length, _, times = run.partition("*")
        yield int(length), int(times or 1)


# From the names that vocabularies give to tokens

BLANK = "\u2581"
"""What stands for a space in SentencePiece's vocabularies."""

_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


def _printable() -> dict[str, int]:
    """The character that byte-level vocabularies write for each byte.

    Bytes that are visible characters in Latin-1 stand for themselves; the others are numbered from 256 on.
    Source: Radford et al. (2019), Language models are unsupervised multitask learners; GPT-2's encoder.
    """
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + n): byte for n, byte in enumerate(hidden)}


_BYTES = _printable()


def _byte_level(name: str) -> bytes:
    return b"".join(bytes([_BYTES[char]]) if char in _BYTES else char.encode() for char in name)


def _sentence_piece(name: str) -> bytes:
    byte = _BYTE.fullmatch(name)
    return bytes([int(byte[1], 16)]) if byte else name.replace(BLANK, " ").encode()


READINGS: tuple[Callable[[str], bytes], ...] = (_byte_level, _sentence_piece)
"""How the names of tokens are read: Ġstraw and ▁straw are both " straw"."""


def named(names: Sequence[str], data: bytes) -> tuple[int, ...] | None:
    """The lengths of tokens given by the names that their vocabulary has for them; None if these are not the data.

    A reading counts only if it gives all the bytes back; and two that do cut them alike, for where readings differ, they
    differ in length.
    """
    for read in READINGS:
        if (lengths := joined([read(name) for name in names], data)) is not None:
            return lengths
    return None


def joined(parts: Sequence[bytes], data: bytes) -> tuple[int, ...] | None:
    """The lengths of parts that joined are the data, but for one blank before it; None if they are not."""
    whole = b"".join(parts)
    if whole == data:
        return tuple(map(len, parts))
    if parts and whole == b" " + data:
        first = next(place for place, part in enumerate(parts) if part)
        return tuple(len(part) - (place == first) for place, part in enumerate(parts))
    return None


def told(text: str, ids: Sequence[int], lengths: tuple[int, ...] | None, route: str) -> Tokens:
    """Tokens that somebody else has told us of.

    Raises: BadInput: they are not the text's.
    """
    if lengths is None:
        raise BadInput(
            f"{route} rewrites this text before cutting it, so where its tokens end cannot be told",
            GIVE,
        )
    return Tokens(text, tuple(ids), lengths, route)
