"""Entries: one line each in the log of votes, never changed: who takes part, what was dealt to whom, what they said."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from evals.types import Tag

EntryKind = Literal["person", "deal", "vote", "skip", "undo", "reveal"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the log of votes.

    Attributes:
        id: unique in the log; of a vote the page makes it, so that what is sent twice is there once.
        subject: what it is about: a deal's id, or of a person `person/NAME`.
        turn: its number among the entries on its subject, from 0; the store takes each turn once, so of two tabs one is first.
        kind: a person enrolled, a pair dealt, a vote, a pair passed over, a vote taken back, names shown.
        person: whose entry it is.
        body: what is said: of a deal the question and who stands on which side, of a vote the winner, ...
        at: when, UTC, ISO 8601.
        place: where it stands in the log, as the store counts.
    """

    id: str
    subject: str
    turn: int
    kind: EntryKind
    person: str
    body: Mapping[str, Tag] = field(default_factory=dict)
    at: str = ""
    place: int = 0

    @property
    def json(self) -> str:
        """The body as JSON, as the store keeps it."""
        return json.dumps(dict(self.body), ensure_ascii=False)


def token() -> str:
    """A name that nobody guesses: 144 bits, for URLs."""
    return secrets.token_urlsafe(18)


def now() -> str:
    """The time as entries have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


COLUMNS = ("id", "subject", "turn", "kind", "person", "body", "at")
"""What a store keeps of an entry, but for its place."""


class Taken(Exception):
    """The log holds an entry of that id, or of that turn on that subject, already."""


def entry(row: tuple[Any, ...]) -> Entry:
    """A row of the table, `place` first."""
    place, name, subject, turn, kind, person, body, at = row
    return Entry(
        place=place,
        id=name,
        subject=subject,
        turn=turn,
        kind=kind,
        person=person,
        body=json.loads(body),
        at=at,
    )
