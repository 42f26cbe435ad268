"""The battle log: `battles.jsonl`, append-only, one battle a line, or one withdrawn (a vote that was undone).

What is no battle is an error that names file and line, never a tie: another label than those of `Winner`, a model
against itself, a number that is none, an id that was there before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import pydantic

from evals.appended import Owned, whole_lines
from evals.arena.battle import Battle
from evals.errors import BadFile, fault


@pydantic.with_config(extra="forbid")
@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """A line that takes a battle back: `withdrawn` is its id, `at` the time."""

    withdrawn: Annotated[str, pydantic.Field(min_length=1)]
    at: str = ""


BATTLE = pydantic.TypeAdapter(Battle)
WITHDRAWN = pydantic.TypeAdapter(Withdrawn)


def read(path: Path) -> list[Battle]:
    """The battles of a log that were not withdrawn, in the order of their lines; none if there is no log.

    A last line without its end was cut off by a kill and does not count.
    Raises: BadFile: a line that is no battle, or an id that occurs twice; named by number.
    """
    return list(_scanned(path)[0].values())


def ids(path: Path) -> set[str]:
    """The ids that a log holds, those of battles that were withdrawn too: none of them may come again. Raises: as `read`."""
    return set(_scanned(path)[1])


def _scanned(path: Path) -> tuple[dict[str, Battle], dict[str, int]]:
    """The battles that count, by id, and the line in which each id stands."""
    found: dict[str, Battle] = {}
    seen: dict[str, int] = {}
    for number, line in enumerate(whole_lines(path), 1):
        entry = _entry(path, number, line)
        if isinstance(entry, Withdrawn):
            if found.pop(entry.withdrawn, None) is None:
                raise _bad(path, number, f"it takes back {entry.withdrawn!r}, which is not there")
            continue
        if entry.id in seen:
            raise _bad(path, number, f"the battle {entry.id!r} stands in line {seen[entry.id]} already")
        seen[entry.id] = number
        found[entry.id] = entry
    return found, seen


def _entry(path: Path, number: int, line: bytes) -> Battle | Withdrawn:
    try:
        if line.startswith(b'{"withdrawn"'):
            return WITHDRAWN.validate_json(line)
        battle = BATTLE.validate_json(line)
    except pydantic.ValidationError as error:
        raise _bad(path, number, fault(error)) from None
    if battle.model_a == battle.model_b:
        raise _bad(path, number, f"{battle.model_a!r} meets itself")
    return battle


def _bad(path: Path, number: int, what: str) -> BadFile:
    return BadFile(f"{path}, line {number} is no battle: {what}", "mend or delete that line")


class Writer:
    """Appends to a battle log; one process at a time.

    Raises: BadInput: another process writes it, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = Owned(path, path.with_name(f"{path.name}.lock"), path)

    def append(self, battles: Iterable[Battle]) -> None:
        """Hand battles to the operating system, all in one write. Raises: BadInput: the disk is full or gone."""
        self._file.append(b"".join(line(battle) for battle in battles))

    def withdraw(self, battle_id: str, at: str) -> None:
        """Take a battle back: it stays in the log and counts no more. Raises: BadInput: as `append`."""
        self._file.append(WITHDRAWN.dump_json(Withdrawn(withdrawn=battle_id, at=at)) + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def line(battle: Battle) -> bytes:
    """A battle as a line of the log, its end included."""
    return BATTLE.dump_json(battle, exclude_defaults=True) + b"\n"
