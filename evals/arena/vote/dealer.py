"""The dealer: which pair a person gets next, and which answer stands on the left."""

import hashlib
import random
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pydantic

from evals.arena.battle import Battle
from evals.arena.folder import Arena
from evals.arena.next import odds
from evals.arena.pairs import Match, pairs
from evals.arena.pool import of_battles
from evals.arena.vote.ledger import Deal, DealKind, Ledger
from evals.types import Tag

APART = 5
"""How many other pairs lie at least between a pair and its repetition."""
LIVE = "live/"
"""How the ids of questions begin that people have typed: they are nobody else's."""
HELD = timedelta(hours=1)
"""How long a pair that was dealt and not voted on is kept from others."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How votes are taken.

    Attributes:
        overlap: share of the pairs that everyone gets, in one order; each of the others goes to one person.
        active: whether each goes to the one who makes ratings surest (see `arena.next`) rather than in an order of their own.
        repeats: share of deals that show a pair of before again, sides changed.
        checks: share of deals of which the better answer is known.
        goal: how many votes make a person done; None for all pairs that they get.
        named: whether names are shown from the beginning; such votes are no battles.
        reveals: whether names are shown after the vote to those who ask.
        timed: whether it is noted how long a vote took.
    """

    overlap: float = 0.2
    active: bool = False
    repeats: float = 0.05
    checks: float = 0.05
    goal: int | None = None
    named: bool = False
    reveals: bool = True
    timed: bool = True


@pydantic.with_config(extra="forbid")
@dataclass(frozen=True)
class Gold:
    """A pair of which it is known that one answer is better; the worse is a model's, or "" for one that is made up."""

    question: str
    better: str
    worse: str = ""


class Dealer:
    """Deals the pairs of an arena whose answers differ.

    Attributes: equal: how many pairs are not asked, for their answers are the same.
    """

    def __init__(self, arena: Arena, rules: Rules, gold: tuple[Gold, ...] = ()) -> None:
        self._rules, self._gold = rules, gold
        every = [match for match in pairs(arena) if not match.question.id.startswith(LIVE)]
        self._matches = [match for match in every if match.a.text.strip() != match.b.text.strip()]
        self.equal = len(every) - len(self._matches)
        self._answers = tuple(
            answer
            for answer in arena.answers.values()
            if answer.text.strip() and not answer.question.startswith(LIVE)
        )
        line = sorted(self._matches, key=lambda match: _draw("order", match.id))
        self._shared = {match.id: match for match in line if _draw("share", match.id) < rules.overlap}
        self._others = {match.id: match for match in line if match.id not in self._shared}
        self._own: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._matches)

    def next(self, ledger: Ledger, person: str) -> Mapping[str, Tag] | None:
        """What is dealt to a person, as a deal's body; None when there is nothing left for them."""
        mine = [deal for deal in ledger.of(person) if deal.kind != "live"]
        draw = random.Random(f"{person}|{len(mine)}")
        chance = draw.random()
        found = None
        if chance < self._rules.checks:
            found = self._check(mine, draw)
        elif chance < self._rules.checks + self._rules.repeats:
            found = self._again(mine)
        return found or self._pair(ledger, person, draw)

    def expects(self, ledger: Ledger, person: str) -> int:
        """How many votes make this person done: the goal, or all pairs that are theirs so far or free."""
        if self._rules.goal is not None:
            return self._rules.goal
        mine = (deal for deal in ledger.of(person) if deal.kind != "live")
        done = sum(deal.vote is not None or deal.state == "open" for deal in mine)
        return done + sum(1 for _ in self._free(ledger, person, (*self._shared, *self._others)))

    def _pair(self, ledger: Ledger, person: str, draw: random.Random) -> Mapping[str, Tag] | None:
        if person not in self._own:
            self._own[person] = sorted(self._others, key=lambda match: _draw(person, match))
        own = self._own[person]
        lines = (self._shared, own) if draw.random() < self._rules.overlap else (own, self._shared)
        for line in lines:
            free = list(self._free(ledger, person, line))
            if not free:
                continue
            match = self._shared.get(free[0])
            if match is None and self._rules.active:
                return self._surest(ledger, [self._others[each] for each in free], draw)
            match = match or self._others[free[0]]
            return _body("pair", match.question.id, *_sides(match.a.model, match.b.model))
        return None

    def _surest(self, ledger: Ledger, free: list[Match], draw: random.Random) -> Mapping[str, Tag]:
        """The first pair of two models that are drawn so that ratings become sure soonest, and how likely the two were."""
        firsts: dict[frozenset[str], Match] = {}
        for match in free:
            firsts.setdefault(frozenset((match.a.model, match.b.model)), match)
        models = sorted({name for two in firsts for name in two})
        found = odds(of_battles(_said(ledger)), models).among(firsts)
        one, other, chance = found.draw(np.random.default_rng(draw.getrandbits(64)))
        body = _body("pair", firsts[frozenset((one, other))].question.id, *_sides(one, other))
        return {**body, "probability": chance}

    def _free(self, ledger: Ledger, person: str, line: Iterable[str]) -> Iterator[str]:
        """Those of a line that this person has not had, and of which nobody else has what goes to one alone."""
        had = {deal.match for deal in ledger.of(person)}
        since = (datetime.now(UTC) - HELD).isoformat()
        taken = {
            deal.match
            for deal in ledger.deals.values()
            if deal.kind == "pair" and (deal.vote or (deal.state == "open" and deal.at > since))
        }
        return (match for match in line if match not in had and (match in self._shared or match not in taken))

    def _again(self, mine: list[Deal]) -> Mapping[str, Tag] | None:
        """The first pair that this person voted on long enough ago, without its names, and has not had twice: sides changed."""
        twice = {deal.match for deal in mine if deal.kind == "repeat"}
        for deal in mine[:-APART]:
            if deal.kind == "pair" and deal.state == "voted" and deal.match not in twice:
                return _body("repeat", deal.question, deal.right, deal.left)
        return None

    def _check(self, mine: list[Deal], draw: random.Random) -> Mapping[str, Tag] | None:
        """A pair of which the better answer is known: of the gold ones, else an answer beside one made up."""
        had = {(deal.question, deal.better) for deal in mine if deal.kind == "check"}
        known = [each for each in self._gold if (each.question, each.better) not in had]
        if not self._gold and self._answers:
            answer = draw.choice(self._answers)
            known = [Gold(answer.question, answer.model)]
        if not known:
            return None
        gold = draw.choice(known)
        sides = _sides(gold.better, gold.worse)
        return {**_body("check", gold.question, *sides), "better": gold.better}


def _said(ledger: Ledger) -> Iterator[Battle]:
    """The votes so far on two models, without what costs time and says nothing of who is better."""
    for deal in ledger.votes():
        if deal.kind in ("pair", "live") and not deal.named and deal.winner:
            yield Battle(id=deal.id, model_a=deal.left, model_b=deal.right, winner=deal.winner)


def _body(kind: DealKind, question: str, left: str, right: str) -> dict[str, Tag]:
    return {"kind": kind, "question": question, "left": left, "right": right}


def _sides(one: str, other: str) -> tuple[str, str]:
    """Two models, left and right, by a source that cannot be foreseen."""
    return (one, other) if secrets.randbelow(2) else (other, one)


def _draw(*of: str) -> float:
    """A number in 0..1 that is the same for the same words on every machine."""
    return int.from_bytes(hashlib.blake2b("|".join(of).encode(), digest_size=8).digest()) / 2**64
