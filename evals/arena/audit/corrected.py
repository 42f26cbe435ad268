"""Corrected: how often a model wins by a judge, freed of the errors that the judge makes where people, or a rule, have judged too."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evals.arena.audit.votes import Match, Vote, by_match
from evals.stats.estimate import NOTHING, Estimate
from evals.stats.proportions import share
from evals.stats.raters import rogan_gladen

FEWEST = 10
"""So many wins, and as many pairs without a win, must be known of a model before a judge is corrected by them."""


@dataclass(frozen=True)
class Corrected:
    """One model by one judge.

    Attributes:
        seen: the share of its pairs that it has won.
        true: the same without the judge's errors; no items where too little is known of these.
        by: who says what is right; empty where nobody knows enough.
        caught: of the pairs that it has won by the reference, in how many the judge says so. cleared: of the others.
    """

    judge: str
    model: str
    seen: Estimate
    true: Estimate
    by: str
    caught: tuple[int, int]
    cleared: tuple[int, int]


Known = Mapping[Match, str]
"""Who won each match; empty for neither."""


def references(votes: Iterable[Vote]) -> dict[str, Known]:
    """Those by whom judges are measured: people, by plurality, before the rule; without those who have judged nothing."""
    given = list(votes)
    found: dict[str, Known] = {}
    for kind, name in (("human", "people"), ("rule", "the rule")):
        said = by_match(vote for vote in given if vote.kind == kind)
        known = {match: winner for match, each in said.items() if (winner := _plurality(each)) is not None}
        if known:
            found[name] = known
    return found


def _plurality(votes: list[Vote]) -> str | None:
    """What most say; None where two verdicts have as many voices."""
    ranked = Counter(vote.winner for vote in votes).most_common(2)
    return None if len(ranked) == 2 and ranked[0][1] == ranked[1][1] else ranked[0][0]


def corrected(votes: Iterable[Vote]) -> Iterator[Corrected]:
    """Every model by every model judge."""
    given = list(votes)
    known = references(given)
    for judge in dict.fromkeys(vote.judge for vote in given if vote.kind == "model"):
        of_model: dict[str, list[Vote]] = {}
        for vote in (vote for vote in given if vote.judge == judge):
            for model in vote.match[1:]:
                of_model.setdefault(model, []).append(vote)
        yield from (_corrected(judge, model, of_model[model], known) for model in sorted(of_model))


def _corrected(judge: str, model: str, votes: list[Vote], references: Mapping[str, Known]) -> Corrected:
    """By the first reference that knows enough of the model."""
    said = [float(vote.winner == model) for vote in votes]
    clusters = [vote.cluster for vote in votes]
    seen = share(said, clusters)
    for name, known in references.items():
        caught, cleared = _errors(model, votes, known)
        if min(caught[1], cleared[1]) >= FEWEST:
            true = rogan_gladen(said, clusters, caught, cleared)
            return Corrected(judge, model, seen, true, name, caught, cleared)
    return Corrected(judge, model, seen, NOTHING, "", (0, 0), (0, 0))


def _errors(model: str, votes: list[Vote], known: Known) -> tuple[tuple[int, int], tuple[int, int]]:
    """How often a judge says so where the model has won, and where it has not, each of how many."""
    told = [(vote.winner == model, known[vote.match] == model) for vote in votes if vote.match in known]
    hits = [one for one, won in told if won]
    others = [not one for one, won in told if not won]
    return (sum(hits), len(hits)), (sum(others), len(others))
