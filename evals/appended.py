"""Files that are only ever appended to, a line at a time: what is written stays, whatever ends the process."""

import mmap
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from evals.errors import BadFile, BadInput, fault

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


MOMENT = 0.2
"""Seconds for which a lock may be held by one that only looks whether it is (`evals status`)."""


class Appended:
    """A file of lines, open for more of them. Raises: OSError: it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        repair(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def append(self, line: bytes) -> None:
        """Hand one line, its end included, to the operating system.

        Raises: BadInput: the disk is full or gone; what was written before is kept.
        """
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            with suppress(
                OSError
            ):  # part of it may be there; what comes next must start on a line of its own
                repair(self._path)
            raise unwritable(self._path, error) from None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


class Owned(Appended):
    """Such a file that one process at a time has open.

    Args:
        lock: the file by which others see that it is.
        whole: what they are told is being written: the file, or the folder that it stands for.
    Raises: BadInput: another process has it open, or it cannot be opened.
    """

    def __init__(self, path: Path, lock: Path, whole: Path) -> None:
        self._lock = FileLock(lock)
        try:
            self._lock.acquire(timeout=MOMENT, poll_interval=MOMENT / 10)
            super().__init__(path)
        except Timeout:
            raise BadInput(f"another process is writing {whole}", "wait for it, or stop it") from None
        except OSError as error:
            self._lock.release()
            raise BadInput(f"{whole} cannot be written: {error.strerror}", "free or unlock it") from None

    def close(self) -> None:
        """Let go of the file; another process may have it now."""
        super().close()
        self._lock.release()


def unwritable(path: Path, error: OSError) -> BadInput:
    """What to say of a file that takes no more."""
    return BadInput(
        f"{path} cannot be written: {error.strerror}",
        "make room and run the same command again: what was answered is kept",
    )


def repair(path: Path) -> None:
    """Cut off a torn last line, so that the next one starts on a line of its own."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("r+b") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            end = view.rfind(b"\n") + 1
        file.truncate(end)


def whole_lines(path: Path) -> Iterator[bytes]:
    """The lines of such a file, but for a last one without its end, which a kill cut off; none if there is no file."""
    if path.exists():
        with path.open("rb") as lines:
            yield from (line for line in lines if line.endswith(b"\n"))


def entries(path: Path, kind: "TypeAdapter[T]", fix: str) -> Iterator[T]:
    """What the whole lines of such a file hold, each as the type says.

    Raises: BadFile: a damaged line, named by number; `fix` says what to do about it.
    """
    from pydantic import ValidationError

    for number, line in enumerate(whole_lines(path), 1):
        try:
            yield kind.validate_json(line)
        except ValidationError as error:
            raise BadFile(f"{path}, line {number} is damaged: {fault(error)}", fix) from None
