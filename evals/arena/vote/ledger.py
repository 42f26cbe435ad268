"""The ledger: what follows from the log of votes, kept up entry by entry."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, cast

from evals.arena.battle import Winner
from evals.arena.vote.entries import Entry
from evals.errors import BadFile

DealKind = Literal["pair", "repeat", "check", "live"]
"""A pair of the arena; one that this person has seen, sides changed; one whose better answer is known; a fresh one."""

State = Literal["open", "voted", "revealed", "skipped", "withdrawn"]

NEXT: dict[tuple[State, str], State] = {
    ("open", "vote"): "voted",
    ("open", "skip"): "skipped",
    ("voted", "reveal"): "revealed",
    ("voted", "undo"): "open",
    ("skipped", "undo"): "open",
    ("revealed", "undo"): "withdrawn",  # who has seen the names does not vote again
}
"""What may be said in which state, and the state after it. All else is refused."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes part. Attributes: token: what their requests carry; host: who runs it, and sees the board at any time."""

    name: str
    token: str
    host: bool = False


@dataclass
class Deal:
    """A pair put before a person, and what they said of it.

    Attributes:
        left, right: the models; "" is an answer made up for a check.
        better: of a check, the model that a reader must not find worse.
        named: whether names were shown from the beginning.
        probability: with which its two models were drawn, where they were chosen to make ratings sure; else 0.
        leak: whether a name that stood in an answer was hidden.
        said: the entries after the deal, in order.
    """

    id: str
    person: str
    kind: DealKind
    question: str
    left: str
    right: str
    at: str
    place: int
    better: str = ""
    named: bool = False
    leak: bool = False
    probability: float = 0.0
    state: State = "open"
    said: list[Entry] = field(default_factory=list)

    @property
    def turn(self) -> int:
        """The turn of the next entry."""
        return len(self.said) + 1

    @property
    def match(self) -> str:
        """The same whichever answer is on the left."""
        return "|".join((self.question, *sorted((self.left, self.right))))

    @property
    def vote(self) -> Entry | None:
        """The vote that stands, if one does."""
        if self.state not in ("voted", "revealed"):
            return None
        return next(entry for entry in reversed(self.said) if entry.kind == "vote")

    @property
    def winner(self) -> Winner | None:
        """What the vote that stands says."""
        return cast("Winner", self.vote.body["winner"]) if self.vote else None

    @property
    def last(self) -> int:
        """The place of the latest entry about it."""
        return self.said[-1].place if self.said else self.place


class Ledger:
    """Everyone and everything in the log so far.

    Attributes:
        place: of the last entry that is in it.
        people: name -> person.
        deals: id -> deal, in the order in which they were dealt.
        ids: of all entries.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.place = 0
        self.people: dict[str, Person] = {}
        self.deals: dict[str, Deal] = {}
        self.ids: set[str] = set()
        self._of: dict[str, list[Deal]] = {}
        self.take(entries)

    def take(self, entries: Iterable[Entry]) -> None:
        """Keep it up. Raises: BadFile: an entry that does not follow from those before it."""
        for entry in entries:
            self.place = max(self.place, entry.place)
            self.ids.add(entry.id)
            if entry.kind == "person":
                self.people[entry.person] = Person(
                    entry.person, str(entry.body["token"]), bool(entry.body.get("host", False))
                )
            elif entry.kind == "deal":
                deal = _deal(entry)
                self.deals[deal.id] = deal
                self._of.setdefault(deal.person, []).append(deal)
            else:
                about = self.deals.get(entry.subject)
                if about is None or (about.state, entry.kind) not in NEXT:
                    raise BadFile(
                        f"the log of votes is damaged: entry {entry.place}, {entry.kind} by {entry.person}, follows from nothing",
                        "it was changed by another hand: restore a copy of it",
                    )
                about.state = NEXT[about.state, entry.kind]
                about.said.append(entry)

    def person(self, token: str) -> Person | None:
        """Whose token it is."""
        return next(
            (
                each
                for each in list(self.people.values())
                if secrets.compare_digest(each.token.encode(), token.encode())
            ),
            None,
        )

    def of(self, name: str) -> list[Deal]:
        """What was dealt to a person, in order."""
        return self._of.get(name, [])

    def current(self, name: str) -> Deal | None:
        """What a person has before them: what they dealt with last."""
        return max(self.of(name), key=lambda deal: deal.last, default=None)

    def undoable(self, name: str) -> Deal | None:
        """The last thing that a person has said, if it stands."""
        said = [deal for deal in self.of(name) if deal.said]
        latest = max(said, key=lambda deal: deal.last, default=None)
        return latest if latest and (latest.state, "undo") in NEXT else None

    def votes(self) -> Iterator[Deal]:
        """The deals whose vote stands."""
        return (deal for deal in self.deals.values() if deal.vote)


def _deal(entry: Entry) -> Deal:
    body = entry.body
    return Deal(
        id=entry.subject,
        person=entry.person,
        kind=cast("DealKind", body["kind"]),
        question=str(body["question"]),
        left=str(body["left"]),
        right=str(body["right"]),
        at=entry.at,
        place=entry.place,
        better=str(body.get("better", "")),
        named=bool(body.get("named", False)),
        leak=bool(body.get("leak", False)),
        probability=float(body.get("probability", 0.0)),
    )
