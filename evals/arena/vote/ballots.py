"""Ballots: the votes of people as battles."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from evals.arena.answers import Answer, Question
from evals.arena.battle import Battle
from evals.arena.vote.ledger import Deal, Ledger
from evals.arena.vote.store import FILE, Sqlite
from evals.errors import BadFile
from evals.types import Tag

_NEVER = sys.maxsize


def read(folder: Path) -> Ledger:
    """The log of votes in an arena's folder; an empty one where nobody has voted. Raises: BadFile: it is damaged."""
    if not (folder / FILE).is_file():
        return Ledger()
    store = Sqlite(folder / FILE)
    try:
        return Ledger(store.since(0))
    finally:
        store.close()


def battles(
    ledger: Ledger, questions: Mapping[str, Question], answers: Mapping[tuple[str, str], Answer]
) -> Iterator[Battle]:
    """Each blind vote that stands, on two models: neither checks nor what was shown a second time, nor with names.

    Raises: BadFile: a vote on an answer that the arena does not hold.
    """
    known = _known(ledger)
    for deal in ledger.votes():
        if deal.kind in ("pair", "live") and not deal.named:
            if missing := [each for each in (deal.left, deal.right) if (deal.question, each) not in answers]:
                raise BadFile(
                    f"{deal.person} has voted on an answer of {missing[0]} to {deal.question!r}, which is not in this arena",
                    "the votes belong to another arena, or answers.jsonl was changed",
                )
            marks = {"leak": deal.leak, "known": _was_known(deal, known)}
            yield _battle(deal, questions[deal.question], answers, marks)


def _known(ledger: Ledger) -> dict[tuple[str, str, str], int]:
    """Person, question, model -> the place in the log from which on they knew whose that answer is."""
    found: dict[tuple[str, str, str], int] = {}
    for deal in ledger.deals.values():
        for entry in deal.said:
            if entry.kind == "reveal":
                for model in (deal.left, deal.right):
                    key = (deal.person, deal.question, model)
                    found[key] = min(entry.place, found.get(key, entry.place))
    return found


def _was_known(deal: Deal, known: Mapping[tuple[str, str, str], int]) -> bool:
    """Whether the names of another pair had told this person whose one of these answers is."""
    vote = deal.vote
    first = min(known.get((deal.person, deal.question, model), _NEVER) for model in (deal.left, deal.right))
    return vote is not None and first < vote.place


def _battle(
    deal: Deal,
    question: Question,
    answers: Mapping[tuple[str, str], Answer],
    marks: Mapping[str, bool],
) -> Battle:
    from evals.arena.style import style

    vote, winner = deal.vote, deal.winner
    assert vote is not None  # noqa: S101  of `votes`
    assert winner is not None  # noqa: S101
    notes: dict[str, Tag] = {
        name: value for name in ("seconds", "comment") if (value := vote.body.get(name)) is not None
    }
    notes |= {name: True for name, there in marks.items() if there}
    notes |= {"probability": deal.probability} if deal.probability else {}
    left, right = (answers[question.id, model] for model in (deal.left, deal.right))
    return Battle(
        id=f"vote/{deal.id}",
        question=question.id,
        cluster=question.cluster,
        judge=deal.person,
        kind="human",
        model_a=deal.left,
        model_b=deal.right,
        winner=winner,
        categories=question.categories,
        style=style(left, right),
        notes=notes,
        at=vote.at,
    )
