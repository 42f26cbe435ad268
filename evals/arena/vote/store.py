"""Where the log of votes lies: SQLite in the arena's folder, or a PostgreSQL database that a team shares."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Protocol

from evals.arena.vote.entries import COLUMNS, Entry, Taken, entry
from evals.errors import BadFile, BadInput

FILE = "votes.sqlite"

SCHEMA = """
CREATE TABLE IF NOT EXISTS votes (
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, turn INTEGER NOT NULL, kind TEXT NOT NULL, person TEXT NOT NULL,
  body TEXT NOT NULL, at TEXT NOT NULL,
  UNIQUE (subject, turn)
)"""


class Store(Protocol):
    """A log of entries that only grows; what `append` has taken is there after a crash."""

    def append(self, entry: Entry) -> None:
        """Add an entry. Raises: Taken. BadInput: the store cannot be written."""
        ...

    def since(self, place: int) -> list[Entry]:
        """The entries after a place, in their order."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def opened(folder: Path, url: str = "") -> Store:
    """The store of an arena: SQLite in its folder, or the database at a URL.

    Raises: BadInput: a URL of another kind, or a database that cannot be reached.
    """
    if not url:
        return Sqlite(folder / FILE)
    if not url.startswith(("postgresql://", "postgres://")):
        raise BadInput(
            f"--store {url.rsplit('@', maxsplit=1)[-1]!r} is no address of a PostgreSQL database",
            "write postgresql://USER@HOST/DATABASE, or leave it out: votes then lie in the arena's folder",
        )
    from evals.arena.vote.postgres import Postgres

    return Postgres(url)


def copied(url: str, folder: Path) -> int:
    """Copy what is new in a team's database into an arena's folder, where boards and exports find it.

    Returns: how many entries were new. Raises: as `opened`.
    """
    team, own = opened(folder, url), opened(folder)
    try:
        there = {each.id for each in own.since(0)}
        new = [each for each in team.since(0) if each.id not in there]
        for each in new:
            with suppress(Taken):  # a person who has voted here too: who they are is known already
                own.append(each)
        return len(new)
    finally:
        team.close()
        own.close()


class Sqlite:
    """A log in a file; every entry is a transaction of its own, on the disk when `append` returns.

    Raises: BadFile: the file is no such database. BadInput: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        try:
            path.touch(
                mode=0o600
            )  # it holds the tokens of links; SQLite gives its other files the same rights
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._base.execute(SCHEMA)
        except (OSError, sqlite3.OperationalError) as error:
            raise BadInput(
                f"{path} cannot be opened: {error}",
                "see that you may write there, and that nobody else holds it",
            ) from None
        except sqlite3.DatabaseError as error:
            raise BadFile(f"{path} is no database of votes: {error}", "move it away") from None

    def append(self, entry: Entry) -> None:
        """See Store."""
        values = (entry.id, entry.subject, entry.turn, entry.kind, entry.person, entry.json, entry.at)
        holes = ", ".join("?" * len(COLUMNS))
        try:
            with self._lock:
                self._base.execute(f"INSERT INTO votes ({', '.join(COLUMNS)}) VALUES ({holes})", values)  # noqa: S608  our own names
        except sqlite3.IntegrityError:
            raise Taken from None
        except sqlite3.Error as error:
            raise BadInput(f"{self._path} cannot be written: {error}", "make room, or unlock it") from None

    def since(self, place: int) -> list[Entry]:
        """See Store."""
        with self._lock:
            rows = self._base.execute(
                f"SELECT place, {', '.join(COLUMNS)} FROM votes WHERE place > ? ORDER BY place",  # noqa: S608
                (place,),
            ).fetchall()
        return [entry(row) for row in rows]

    def close(self) -> None:
        """See Store."""
        self._base.close()
