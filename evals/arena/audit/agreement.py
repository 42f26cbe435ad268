"""Agreement: how often judges say the same of the same pairs, beside how often people do."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from evals.arena.audit.votes import LABELS, Vote, by_match
from evals.stats.agreement import cohen_kappa, krippendorff_alpha
from evals.stats.estimate import NOTHING, Estimate
from evals.stats.proportions import share

PEOPLE = "people"
"""All people together: a judge agrees with them as often as with one of them who is drawn at random."""


@dataclass(frozen=True)
class Agreement:
    """Of two judges, or of people among themselves.

    Attributes:
        pairs: how often two votes on one match were compared.
        alike: the share in which they say the same.
        kappa: Cohen's; alpha: Krippendorff's, over everyone concerned.
    """

    one: str
    other: str
    pairs: int
    alike: Estimate
    kappa: Estimate
    alpha: Estimate


def agreements(votes: Iterable[Vote]) -> Iterator[Agreement]:
    """People among themselves first, which is the most that can be asked of a judge, then every judge with people, with the
    rule and with one another; those that have no match in common are left out.
    """
    given = list(votes)
    people = [vote for vote in given if vote.kind == "human"]
    groups = {PEOPLE: people} if people else {}
    for vote in given:
        if vote.kind != "human":
            groups.setdefault(vote.judge, []).append(vote)
    if people:
        yield from _if_any(_among(people))
    order = {"human": 0, "rule": 1, "model": 2, "unknown": 3}
    names = sorted(groups, key=lambda name: order[groups[name][0].kind])
    for one, other in combinations(names, 2):
        yield from _if_any(_between(other, one, groups))


def _if_any(found: Agreement) -> Iterator[Agreement]:
    if found.pairs:
        yield found


def _among(people: list[Vote]) -> Agreement:
    """Each two people on a match, either way round: none of them is the first."""
    compared = [
        (one.label, other.label, one.cluster)
        for said in by_match(people).values()
        for one, other in permutations(said, 2)
    ]
    return _agreement(PEOPLE, PEOPLE, compared, people, len(compared) // 2)


def _between(one: str, other: str, groups: dict[str, list[Vote]]) -> Agreement:
    theirs = by_match(groups[other])
    compared = [
        (vote.label, each.label, vote.cluster) for vote in groups[one] for each in theirs.get(vote.match, ())
    ]
    met = {vote.match for vote in groups[one]} & set(theirs)
    both = [vote for name in (one, other) for vote in groups[name] if vote.match in met]
    return _agreement(one, other, compared, both, len(compared))


def _agreement(
    one: str, other: str, compared: list[tuple[str, str, str]], votes: list[Vote], pairs: int
) -> Agreement:
    if not compared:
        return Agreement(one, other, 0, NOTHING, NOTHING, NOTHING)
    said, answered, clusters = zip(*compared, strict=True)
    alike = share([float(a == b) for a, b in zip(said, answered, strict=True)], clusters)
    return Agreement(one, other, pairs, alike, cohen_kappa(said, answered, clusters), _alpha(votes))


def _alpha(votes: list[Vote]) -> Estimate:
    matches = by_match(votes)
    counts = [Counter(vote.label for vote in said) for said in matches.values()]
    clusters = [said[0].cluster for said in matches.values()]
    return krippendorff_alpha([[count[label] for label in LABELS] for count in counts], clusters)
