"""The rule as a judge: what the suites' own scorers found of two answers; nothing is asked."""

from collections.abc import Iterable, Iterator

from evals.arena.battle import BOTH_BAD, Battle, Winner
from evals.arena.pairs import Match
from evals.arena.style import style

RULE = "rule"
GOOD = 1 / 2
"""Who earns more than half of what there is to earn is not bad."""


def verdict(one: float, other: float) -> Winner:
    """Who wins by merit: who has more; of two that have as much, neither, and both are bad unless they are good."""
    if one != other:
        return "model_a" if one > other else "model_b"
    return "tie" if one > GOOD else BOTH_BAD


def battles(matches: Iterable[Match], at: str) -> Iterator[Battle]:
    """The rule's verdicts on the matches of which both answers have a merit. Args: at: when it judges."""
    for match in matches:
        if match.a.merit is None or match.b.merit is None:
            continue
        yield Battle(
            id=f"{RULE}|{match.id}",
            question=match.question.id,
            cluster=match.question.cluster,
            judge=RULE,
            kind="rule",
            model_a=match.a.model,
            model_b=match.b.model,
            winner=verdict(match.a.merit, match.b.merit),
            categories=match.question.categories,
            style=style(match.a, match.b),
            at=at,
        )
