"""The desk: what a person may ask and say, and what the page is told; nothing of HTTP, and no name before its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any, Literal

from evals.arena.answers import Answer, Question
from evals.arena.battle import WINNERS
from evals.arena.folder import Arena
from evals.arena.vote.dealer import Dealer, Gold, Rules
from evals.arena.vote.entries import Entry, Taken, now, token
from evals.arena.vote.leaks import Names
from evals.arena.vote.ledger import NEXT, Deal, Ledger, Person
from evals.arena.vote.shown import shown
from evals.arena.vote.store import Store
from evals.types import Tag

NONSENSE = "the " * 60
"""The answer that is made up for checks."""


HOST = "(host)"
"""By what name whoever runs the page stands in the log; their link is for the board alone."""


class Refused(Exception):
    """What was said does not fit what is there: another tab was first, or it is not possible. The page is told why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a page says of a deal.

    Attributes: id: made by the page, the same when it is sent again; turn: the one that the page has seen is next.
    """

    id: str
    deal: str
    turn: int
    kind: Literal["vote", "skip", "undo", "reveal"]
    body: Mapping[str, Tag]


class Desk:
    """Deals pairs of an arena and takes votes; one at a time, whatever thread asks.

    Attributes: arena, rules: as given; live: models that can be asked; dealer: who deals.
    """

    def __init__(
        self,
        arena: Arena,
        store: Store,
        rules: Rules,
        gold: tuple[Gold, ...] = (),
        live: tuple[str, ...] = (),
    ) -> None:
        self.arena, self.rules, self.live, self._store = arena, rules, live, store
        self.dealer = Dealer(arena, rules, gold)
        self._names = Names((*arena.models, *live))
        self._lock = RLock()
        self._ledger = Ledger()

    @property
    def ledger(self) -> Ledger:
        """Everything that is in the log by now."""
        with self._lock:
            self._ledger.take(self._store.since(self._ledger.place))
            return self._ledger

    def enrol(self, name: str, *, host: bool = False) -> Person:
        """A person by name, with the token that is theirs from the first time on."""
        with self._lock:
            if name not in self.ledger.people:
                body: dict[str, Tag] = {"token": token(), "host": host}
                entry = Entry(
                    id=token(),
                    subject=f"person/{name}",
                    turn=0,
                    kind="person",
                    person=name,
                    body=body,
                    at=now(),
                )
                self._add(entry)
            return self.ledger.people[name]

    def look(self, person: Person) -> dict[str, Any]:
        """What a person has before them, as the page is told it; a reload shows the same."""
        with self._lock:
            ledger = self.ledger
            deal = ledger.current(person.name)
            return self._view(ledger, person, deal)

    def next(self, person: Person) -> dict[str, Any]:
        """The pair that is open, or else a new one."""
        with self._lock:
            ledger = self.ledger
            opens = (deal for deal in ledger.of(person.name) if deal.state == "open")
            deal = next(opens, None)
            if person.host:
                raise Refused("this link is for the board")
            if deal is None and not self.finished(person):
                body = self.dealer.next(ledger, person.name)
                deal = self.deal(person, body) if body else None
            return self._view(self.ledger, person, deal)

    def deal(self, person: Person, body: Mapping[str, Tag]) -> Deal:
        """Put a pair before a person."""
        with self._lock:
            name = token()
            more = {"named": self.rules.named, "leak": self._leaks(body)}
            whole = {**body, **{key: value for key, value in more.items() if value}}
            self._add(
                Entry(id=name, subject=name, turn=0, kind="deal", person=person.name, body=whole, at=now())
            )
            return self.ledger.deals[name]

    def say(self, person: Person, said: Said) -> dict[str, Any]:
        """Take what a person says, once, however often it is sent.

        Raises: Refused: it is not theirs to say, or another tab was first.
        """
        with self._lock:
            ledger = self.ledger
            if said.id not in ledger.ids:
                deal = self._addressed(ledger, person, said)
                entry = Entry(
                    id=said.id,
                    subject=deal.id,
                    turn=said.turn,
                    kind=said.kind,
                    person=person.name,
                    body=said.body,
                    at=now(),
                )
                self._add(entry)
            ledger = self.ledger
            if said.id not in ledger.ids:  # another server was first
                raise Refused("this pair was dealt with in another tab")
            return self._view(ledger, person, ledger.deals.get(said.deal))

    def finished(self, person: Person) -> bool:
        """Whether a person has given the votes that were asked for, or all that they can give."""
        with self._lock:
            return self._done(person) >= self.dealer.expects(self.ledger, person.name)

    def take(self, arena: Arena) -> None:
        """Go on with an arena to which fresh answers were added."""
        with self._lock:
            if len(arena.answers) >= len(self.arena.answers):  # it only grows, and two may come at once
                self.arena = arena

    def show(self, person: Person, deal: Deal) -> dict[str, Any]:
        """A deal as the page is told it, with how far this person is."""
        with self._lock:
            return self._view(self.ledger, person, deal)

    def _done(self, person: Person) -> int:
        return sum(deal.kind != "live" and deal.vote is not None for deal in self.ledger.of(person.name))

    def _add(self, entry: Entry) -> None:
        try:
            self._store.append(entry)
        except Taken:
            return  # whoever asked looks at what is there then

    def _addressed(self, ledger: Ledger, person: Person, said: Said) -> Deal:
        deal = ledger.deals.get(said.deal)
        if deal is None or deal.person != person.name:
            raise Refused("this pair was not dealt to you")
        if said.turn != deal.turn:
            raise Refused("this pair was dealt with in another tab")
        if (deal.state, said.kind) not in NEXT:
            raise Refused(f"this pair is {deal.state}, which leaves no {said.kind}")
        if said.kind == "reveal" and not self.rules.reveals:
            raise Refused("names are not shown here")
        if said.kind == "undo" and ledger.undoable(person.name) is not deal:
            raise Refused("only what was said last can be taken back")
        if said.kind == "vote" and said.body.get("winner") not in WINNERS:
            raise Refused("this is no vote")
        return deal

    def _view(self, ledger: Ledger, person: Person, deal: Deal | None) -> dict[str, Any]:
        back = ledger.undoable(person.name)
        done = self._done(person)
        return {
            "person": person.name,
            "host": person.host,
            "done": done,
            "goal": self.dealer.expects(ledger, person.name),
            "finished": self.finished(person),
            "live": bool(self.live),
            "reveals": self.rules.reveals,
            "battle": self._battle(deal) if deal else None,
            "undo": {"id": back.id, "turn": back.turn} if back else None,
        }

    def _battle(self, deal: Deal) -> dict[str, Any]:
        """A deal as the page is told it: texts without names, and the names only once they may be known."""
        question = self.arena.questions[deal.question]
        told: dict[str, Any] = {
            "id": deal.id,
            "turn": deal.turn,
            "state": deal.state,
            "live": deal.kind == "live",
            "winner": deal.winner,
            "before": [{"role": role, "raw": shown(text).raw} for role, text in question.before],
            "question": shown(question.text).json,
            "answers": [self._text(question, model, deal) for model in (deal.left, deal.right)],
            "hidden": deal.leak and not deal.named,
        }
        if deal.named or deal.state in ("revealed", "withdrawn"):
            told["names"] = [name or "made up, as a check" for name in (deal.left, deal.right)]
        return told

    def _text(self, question: Question, model: str, deal: Deal) -> dict[str, str]:
        text = self._answer(question.id, model).text
        return shown(text if deal.named else self._names.hide(text, question.text)[0]).json

    def _answer(self, question: str, model: str) -> Answer:
        if not model:
            return Answer(question=question, model="", text=NONSENSE)
        return self.arena.answers[question, model]

    def _leaks(self, body: Mapping[str, Tag]) -> bool:
        question = self.arena.questions[str(body["question"])]
        texts = (self._answer(question.id, str(body[side])).text for side in ("left", "right"))
        return any(self._names.hide(text, question.text)[1] for text in texts)
