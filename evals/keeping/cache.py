"""A cache of answers: one SQLite file in a folder, which several processes read and write at once.

One file and not one a reply: 100,000 answers are 100,000 inodes and a minute of `rm` otherwise, and an entry is written
whole or not at all by the same journal that keeps processes apart. The folder must not lie on a network drive, where
SQLite's locks do not hold.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pydantic
from filelock import FileLock

from evals.errors import BadFile, BadInput, NotFound
from evals.types import Response

FILE = "answers.sqlite"
SCHEMA = 1
WAIT = 30.0
"""Seconds for which another process may hold the file."""

RESPONSE = pydantic.TypeAdapter(Response)


@dataclass(frozen=True, slots=True)
class Held:
    """What a cache holds of one model, as it was named, and of one served model.

    Attributes:
        entries: how many answers.
        size: bytes of them.
        oldest, newest: when they were asked, UTC, ISO 8601.
    """

    model: str
    served: str
    entries: int
    size: int
    oldest: str
    newest: str


class Cache:
    """The answers in a folder, by the address of their request.

    Args: make: whether a folder without a cache becomes one.
    Raises: NotFound: there is none. BadInput: the folder cannot be used. BadFile: its file is damaged, or of a later format.
    """

    def __init__(self, folder: Path, *, make: bool = True) -> None:
        import sqlite3

        self.path = folder / FILE
        if not (make or self.path.is_file()):
            raise NotFound(f"there is no cache in {folder}", "evals run SUITE --cache DIR makes one")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / "lock"):  # two processes that begin at once would both set it up
                self._file = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
                self._set_up()
        except FileExistsError:
            raise BadInput(f"no cache can be kept in {folder}: it is a file", "name a folder") from None
        except (OSError, sqlite3.OperationalError) as error:
            why = getattr(error, "strerror", None) or error
            raise BadInput(f"no cache can be kept in {folder}: {why}", "name another folder") from None
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from None

    def _set_up(self) -> None:
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:
            raise BadFile.later(self.path, version, SCHEMA)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute(
            "PRAGMA synchronous=NORMAL"
        )  # a lost power cord costs the last answers, not the file
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS answers (address BLOB PRIMARY KEY, model TEXT NOT NULL, served TEXT NOT NULL,"
            " at TEXT NOT NULL, response BLOB NOT NULL) WITHOUT ROWID"
        )
        self._file.execute(f"PRAGMA user_version={SCHEMA}")

    def get(self, address: bytes) -> Response | None:
        """The answer to a request, if it was stored. Raises: BadFile: the cache is damaged."""
        with self._reading():
            row = self._file.execute("SELECT response FROM answers WHERE address=?", (address,)).fetchone()
            return None if row is None else RESPONSE.validate_json(row[0])

    def put(self, address: bytes, model: str, response: Response) -> str:
        """Store an answer, in place of an earlier one to the same request; why that was not possible, else nothing.

        That is no error: the answer is there all the same, and has been paid for.
        """
        import sqlite3

        at = datetime.now(UTC).isoformat(timespec="seconds")
        kept = RESPONSE.dump_json(response, exclude_defaults=True)
        try:
            self._file.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                (address, model, response.model, at, kept),
            )
        except sqlite3.Error as error:
            return str(error)
        return ""

    def held(self) -> list[Held]:
        """What it holds, a row a model and served model. Raises: BadFile: the cache is damaged."""
        with self._reading():
            return [
                Held(*row)
                for row in self._file.execute(
                    "SELECT model, served, COUNT(*), SUM(LENGTH(response)), MIN(at), MAX(at) FROM answers"
                    " GROUP BY model, served ORDER BY model, served"
                )
            ]

    def clear(self) -> int:
        """Forget everything, and give the room back; how many answers it was. Raises: BadFile: the cache is damaged."""
        with self._reading():
            count: int = self._file.execute("DELETE FROM answers").rowcount
            self._file.execute("VACUUM")
            return count

    @contextmanager
    def _reading(self) -> Iterator[None]:
        import sqlite3

        try:
            yield
        except (sqlite3.DatabaseError, pydantic.ValidationError) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> BadFile:
        said = str(error).splitlines()[0]
        return BadFile(f"{self.path} is damaged: {said}", "delete it; what it held is then asked anew")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
