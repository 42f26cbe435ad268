"""The log of votes in PostgreSQL, which a team's servers share; needs the extra `team`."""

from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from evals.arena.vote.entries import COLUMNS, Entry, Taken, entry
from evals.errors import BadInput, Unsupported

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMA = """
CREATE TABLE IF NOT EXISTS votes (
  place BIGSERIAL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, turn INTEGER NOT NULL, kind TEXT NOT NULL, person TEXT NOT NULL,
  body TEXT NOT NULL, at TEXT NOT NULL,
  UNIQUE (subject, turn)
)"""


class Postgres:
    """A log in a table `votes`; a connection that was lost is made anew.

    Raises: Unsupported: psycopg is not installed. BadInput: the database cannot be reached.
    """

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise Unsupported(
                "votes in PostgreSQL need psycopg, which is not installed",
                "pip install 'behavior-evals[team]'",
            ) from None
        self._driver, self._url, self._lock = psycopg, url, Lock()
        with self._lock:
            self._base = self._connected()
            with self._base.transaction():
                self._base.execute("SELECT pg_advisory_xact_lock(4919)")  # two servers may make it at once
                self._base.execute(SCHEMA)

    def append(self, entry: Entry) -> None:
        """See Store."""
        values = (entry.id, entry.subject, entry.turn, entry.kind, entry.person, entry.json, entry.at)
        holes = ", ".join(["%s"] * len(COLUMNS))
        try:
            with self._lock, self._alive().transaction():
                # One writer at a time, so that places become visible in their order and no reader passes one over.
                self._base.execute("LOCK TABLE votes IN SHARE ROW EXCLUSIVE MODE")
                self._base.execute(f"INSERT INTO votes ({', '.join(COLUMNS)}) VALUES ({holes})", values)  # noqa: S608  our own names
        except self._driver.errors.UniqueViolation:
            raise Taken from None
        except self._driver.Error as error:
            raise self._lost(error) from None

    def since(self, place: int) -> list[Entry]:
        """See Store."""
        try:
            with self._lock:
                rows = self._alive().execute(
                    f"SELECT place, {', '.join(COLUMNS)} FROM votes WHERE place > %s ORDER BY place",  # noqa: S608
                    (place,),
                )
                return [entry(row) for row in rows.fetchall()]
        except self._driver.Error as error:
            raise self._lost(error) from None

    def close(self) -> None:
        """See Store."""
        self._base.close()

    def _alive(self) -> "Connection[tuple[Any, ...]]":
        if self._base.closed or self._base.broken:
            self._base = self._connected()
        return self._base

    def _connected(self) -> "Connection[tuple[Any, ...]]":
        try:
            return self._driver.connect(self._url, autocommit=True, connect_timeout=10)
        except self._driver.Error as error:
            raise self._lost(error) from None

    def _lost(self, error: Exception) -> BadInput:
        parts = urlsplit(self._url)  # the password stays out of the sentence
        where = f"{parts.hostname or ''}{parts.path}"
        said = str(error).strip().splitlines()
        return BadInput(
            f"the database {where} cannot be used: {said[-1] if said else type(error).__name__}",
            "see that it runs, and that the address after --store is right",
        )
