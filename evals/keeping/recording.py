"""Recordings: a run's exchanges as a file of JSON lines that people can read, review and keep beside their code.

The first line says what each model is. Then follows one exchange a line, by model, suite, sample, arm, repeat and turn: the
prompt as it was sent, and what came back, or why nothing did. No key and no header is ever in it.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydantic
import pydantic_core

from evals.appended import whole_lines
from evals.errors import BadFile, BadInput, NotFound, fault
from evals.lens.tokens import Tokens, pack, unpack
from evals.money.prices import Price
from evals.types import CANONICAL, UNWRITTEN, Capability, Failure, Key, Prompt, Response

SCHEMA = 1


@dataclass(frozen=True)
class Cast:
    """What a model is, as far as a run needs to know it before anything is asked.

    Attributes:
        can, notice, price: as of its provider.
        temperature, max_tokens: what its name sets in place of the arms' settings; None where it sets nothing.
    """

    can: tuple[Capability, ...]
    notice: str = ""
    price: Price | None = None
    temperature: float | None = None
    max_tokens: int | None = None


@dataclass(frozen=True)
class Head:
    """The first line: the version of this format, and the models by name."""

    models: Mapping[str, Cast]
    recording: int = SCHEMA


@dataclass(frozen=True)
class Cuts:
    """The tokens of a prompt's turn: how many bytes each holds, equal neighbours counted, and by what they are known."""

    lengths: str
    route: str

    @classmethod
    def of(cls, tokens: Tokens) -> "Cuts":
        """What a recording keeps of them."""
        return cls(pack(tokens.lengths), tokens.route)

    def tokens(self, text: str) -> Tokens:
        """The tokens of the text; their numbers were not kept, and are -1."""
        lengths = unpack(self.lengths)
        return Tokens(text, (-1,) * len(lengths), lengths, self.route)


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it.

    Attributes:
        hash: of model, draw and prompt; see `address`.
        key: for which reply it was asked.
        prompt: as it was sent, its settings included.
        response: what came back; None where that was a failure.
        failure: why nothing will, however often it is asked.
        requests: how many it took.
        cuts: the tokens of its turn, where they were looked at.
    """

    hash: str
    key: Key
    prompt: Prompt
    response: Response | None = None
    failure: Failure | None = None
    requests: int = 1
    cuts: Cuts | None = None


@dataclass(frozen=True)
class Recording:
    """A recording as read.

    Attributes:
        path: its file.
        models: by name.
        exchanges: by their hash.
        cuts: (model, text) -> the text's tokens.
    """

    path: Path
    models: Mapping[str, Cast]
    exchanges: Mapping[str, Exchange]
    cuts: Mapping[tuple[str, str], Cuts] = field(default_factory=dict)


HEAD = pydantic.TypeAdapter(Head)
EXCHANGE = pydantic.TypeAdapter(Exchange)


def address(key: Key, prompt: Prompt) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of what an exchange is known by: model, sample, arm, repeat, prompt."""
    whole = [key.model, key.sample, key.arm, key.repeat, prompt.plain()]
    return hashlib.sha256(CANONICAL.encode(whole).encode()).hexdigest()[:16]


def line(exchange: Exchange) -> bytes:
    """An exchange as a line."""
    return EXCHANGE.dump_json(exchange, exclude_defaults=True, exclude=UNWRITTEN) + b"\n"


def check(path: Path) -> None:
    """Write nothing, in the way in which `write` will. Raises: BadInput: a recording cannot be written there."""
    if path.is_dir():
        raise BadInput(f"{path} cannot be written: it is a folder", "name a file in it")
    new = _beside(path)
    try:
        new.touch()
        new.unlink()
    except OSError as error:
        raise _unwritable(path, error) from None


def _beside(path: Path) -> Path:
    """Where it is written before it takes the place of what is there."""
    return path.with_name(f".{path.name}.{os.getpid()}.new")


def _unwritable(path: Path, error: OSError) -> BadInput:
    return BadInput(
        f"{path} cannot be written: {error.strerror}", "name another file, in a folder that is there"
    )


def write(path: Path, models: Mapping[str, Cast], lines: Iterable[bytes]) -> None:
    """A recording of these lines, put in order, whole or not at all; of two with one hash the later holds.

    Raises: BadInput: it cannot be written.
    """
    last = {(found := pydantic_core.from_json(each))["hash"]: (_place(found), each) for each in lines}
    head = HEAD.dump_json(Head(models)) + b"\n"
    new = _beside(path)
    try:
        new.write_bytes(head + b"".join(each for _, each in sorted(last.values())))
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def _place(found: Mapping[str, Any]) -> tuple[str, str, str, str, int, int]:
    key = found["key"]
    turns = len(found["prompt"].get("messages", ()))
    return key["model"], key["suite"], key["sample"], key["arm"], key.get("repeat", 0), turns


def read(path: Path) -> Recording:
    """A recording.

    Raises: NotFound: there is none. BadFile: it is none, of a later format, or has a damaged line, named by number.
    """
    if not path.is_file():
        raise NotFound(
            f"there is no recording {path}", "make it: the same command with --record in place of --replay"
        )
    head, *lines = list(whole_lines(path)) or [b""]
    try:
        models = HEAD.validate_json(head)
    except pydantic.ValidationError:
        raise BadFile(
            f"{path} is no recording: its first line is not that of one", "record it anew"
        ) from None
    if models.recording > SCHEMA:
        raise BadFile.later(path, models.recording, SCHEMA)
    exchanges = [_exchange(path, number, each) for number, each in enumerate(lines, 2)]
    return Recording(
        path,
        models.models,
        {each.hash: each for each in exchanges},
        {(each.key.model, each.prompt.turn): each.cuts for each in exchanges if each.cuts},
    )


def _exchange(path: Path, number: int, text: bytes) -> Exchange:
    try:
        return EXCHANGE.validate_json(text)
    except pydantic.ValidationError as error:
        raise BadFile(
            f"{path}, line {number} is damaged: {fault(error)}", "restore it, or record it anew"
        ) from None
