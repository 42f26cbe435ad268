"""The tally: how each person votes, whether they look, how far they and judges agree, and where they do not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import isnan
from statistics import median
from typing import Any

from evals.arena.audit.agreement import PEOPLE, agreements
from evals.arena.audit.habits import habits
from evals.arena.audit.votes import Vote, by_match, votes
from evals.arena.battle import Battle
from evals.arena.connections import components
from evals.arena.pool import of_battles
from evals.arena.vote.ledger import Deal, Ledger
from evals.arena.voters import voters
from evals.stats.agreement import cohen_kappa
from evals.stats.estimate import Estimate

MOST = 100
"""Matches on which people disagree that are listed."""


def people(ledger: Ledger, battles: Sequence[Battle]) -> list[dict[str, Any]]:
    """A row for each person that has been dealt something.

    Columns: name; votes, skipped; left, ties, bad: shares with their intervals; seconds: the median of a vote; checks:
    [passed, of]; same: [said the same of a pair shown again, of].
    """
    return [
        _row(person, ledger.of(person), [battle for battle in battles if battle.judge == person])
        for person in ledger.people
        if ledger.of(person)
    ]


def _row(person: str, deals: list[Deal], battles: list[Battle]) -> dict[str, Any]:
    told = habits(battles)
    seconds = [
        float(deal.vote.body["seconds"]) for deal in deals if deal.vote and "seconds" in deal.vote.body
    ]
    checks = [deal for deal in deals if deal.kind == "check" and deal.vote]
    return {
        "name": person,
        "votes": sum(deal.vote is not None for deal in deals),
        "skipped": sum(deal.state == "skipped" for deal in deals),
        "left": interval(told["first slot"]),
        "ties": interval(told["tie"]),
        "bad": interval(told["both bad"]),
        "seconds": median(seconds) if seconds else None,
        "checks": [sum(map(passed, checks)), len(checks)],
        "same": _same(deals),
    }


def passed(deal: Deal) -> bool:
    """Whether the answer known to be better was not found worse or as good; that both are bad may be."""
    if deal.winner == "tie (bothbad)":
        return True
    return deal.winner == ("model_a" if deal.left == deal.better else "model_b")


def _same(deals: list[Deal]) -> list[int]:
    """Of the pairs shown again, of how many the same was said, and how many there were."""
    first = {deal.match: _better(deal) for deal in deals if deal.kind == "pair" and deal.vote}
    again = [deal for deal in deals if deal.kind == "repeat" and deal.vote and deal.match in first]
    return [sum(_better(deal) == first[deal.match] for deal in again), len(again)]


def _better(deal: Deal) -> str | None:
    """The model that a vote is for, else the kind of tie."""
    return {"model_a": deal.left, "model_b": deal.right}.get(deal.winner or "", deal.winner)


def agreement(battles: Iterable[Battle]) -> dict[str, Any]:
    """How far people agree: all together, each two of them who have pairs in common, and each judge or rule with them."""
    given = list(battles)
    own = votes(each for each in given if each.kind == "human")
    whole = next(agreements(own), None)
    return {
        "pairs": whole.pairs if whole else 0,
        "alike": interval(whole.alike) if whole else None,
        "alpha": interval(whole.alpha) if whole else None,
        "two": list(_two(own)),
        "judges": list(_judges(votes(given))),
    }


def _judges(given: list[Vote]) -> Iterator[dict[str, Any]]:
    for found in agreements(given):
        if PEOPLE == found.other != found.one:
            yield {
                "judge": found.one,
                "pairs": found.pairs,
                "alike": interval(found.alike),
                "kappa": interval(found.kappa),
            }


def suspects(battles: Sequence[Battle]) -> list[dict[str, Any]]:
    """Who votes as if not looking, or for the other side, by the others' votes: name, evidence; see `arena.voters`."""
    if not battles:
        return []
    pool = of_battles(battles)
    found = [each for part in components(pool) for each in voters(pool.among(part))]
    return [{"name": each.judge, "evidence": each.evidence} for each in found if each.flagged]


def _two(given: list[Vote]) -> Iterator[dict[str, Any]]:
    of: dict[str, dict[Any, Vote]] = {}
    for vote in given:
        of.setdefault(vote.judge, {})[vote.match] = vote
    for one, other in combinations(of, 2):
        both = [(of[one][match], of[other][match]) for match in of[one] if match in of[other]]
        if both:
            kappa = cohen_kappa(
                [a.label for a, _ in both], [b.label for _, b in both], [a.cluster for a, _ in both]
            )
            yield {"one": one, "other": other, "pairs": len(both), "kappa": interval(kappa)}


def conflicts(battles: Iterable[Battle], questions: Mapping[str, str]) -> list[dict[str, Any]]:
    """The matches of which people say different things: the question, and whom each is for."""
    found = []
    for (question, _, _), said in by_match(votes(battles)).items():
        if len({vote.label for vote in said}) > 1:
            each = {vote.judge: vote.winner or "neither" for vote in said}
            found.append({"question": questions.get(question, question), "votes": each})
    return found[:MOST]


def interval(found: Estimate) -> list[float] | None:
    """A value with its bounds; None where there is none, or too little is known for bounds."""
    told = [found.value, found.low, found.high]
    return None if any(map(isnan, told)) else told
