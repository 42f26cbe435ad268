"""The rubric: the words by which judges are asked, in a TOML file that a user can copy and change."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import pydantic

from evals.errors import BadFile, fault

SHIPPED = Path(__file__).with_name("pairwise.toml")
NEEDED = ("question", "first", "second")
FIELD = re.compile(r"\{(rubric|question|first|second)\}")


@pydantic.with_config(extra="forbid")
@dataclass(frozen=True, kw_only=True, slots=True)
class Rubric:
    """How judges are asked.

    Attributes:
        system: the system message, none if empty.
        rubric: what makes an answer better.
        prompt: the user's message; see `filled`.
        max_tokens, temperature: as in Prompt.
    """

    system: str = ""
    rubric: str
    prompt: str
    max_tokens: Annotated[int, pydantic.Field(ge=1)] = 2048
    temperature: Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)] = 0.0

    @property
    def hash(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of its words and settings: battles of two hashes were asked otherwise."""
        return hashlib.sha256(RUBRIC.dump_json(self)).hexdigest()[:12]

    def filled(self, parts: Mapping[str, str]) -> str:
        """The user's message; other braces, and those in what is filled in, stay as they are. Args: parts: see NEEDED."""
        return FIELD.sub(lambda found: {"rubric": self.rubric, **parts}[found[1]], self.prompt)


RUBRIC = pydantic.TypeAdapter(Rubric)


def read(path: Path | None = None) -> Rubric:
    """A rubric: of a TOML file like the shipped one; of any other text, the shipped one with these words as `rubric`.

    Raises: BadFile: it cannot be read, or its prompt leaves out the question or an answer; names what is wrong.
    """
    if path is None:
        return read(SHIPPED)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}", "name a TOML or text file with --rubric") from None
    if path.suffix != ".toml":
        if not text.strip():
            raise BadFile(f"{path} is empty", "write into it what makes an answer better")
        return replace(read(SHIPPED), rubric=text.strip())
    return _parsed(path, text)


def _parsed(path: Path, text: str) -> Rubric:
    try:
        found = RUBRIC.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"{path} is not TOML: {error}", "correct that line") from None
    except pydantic.ValidationError as error:
        raise BadFile(f"{path}: {fault(error)}", "see evals arena judge --copy-rubric FILE") from None
    for name in NEEDED:
        if f"{{{name}}}" not in found.prompt:
            raise BadFile(f"{path}: its prompt has no {{{name}}}", "say where it goes")
    return replace(
        found, system=found.system.strip(), rubric=found.rubric.strip(), prompt=found.prompt.strip()
    )
