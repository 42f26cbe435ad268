"""Votes: the battles of all judges made comparable, whichever answer each of them was shown first."""

from collections.abc import Iterable
from dataclasses import dataclass

from evals.arena.battle import Battle, JudgeKind

LABELS = ("first", "second", "neither")
"""Who won: of the two models the one whose name is sorted first, the other, or neither (a tie of either kind)."""

Match = tuple[str, str, str]
"""What was judged: the question and both models, sorted."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one judge said of one match.

    Attributes: label: see LABELS.
    """

    match: Match
    cluster: str
    judge: str
    kind: JudgeKind
    label: str

    @property
    def winner(self) -> str:
        """The model that won; empty where neither did."""
        return {"first": self.match[1], "second": self.match[2]}.get(self.label, "")

    def points(self, model: str) -> float:
        """What a model of the match gets: 1, 0, or half of a tie."""
        return 0.5 if not self.winner else float(self.winner == model)


def votes(battles: Iterable[Battle]) -> list[Vote]:
    """The battles as votes; of one judge on one match the last counts."""
    found: dict[tuple[str, Match], Vote] = {}
    for battle in battles:
        one, other = sorted((battle.model_a, battle.model_b))
        match = (battle.question, one, other)
        winner = {"model_a": battle.model_a, "model_b": battle.model_b}.get(battle.winner)
        label = LABELS[2] if winner is None else LABELS[winner != one]
        found[battle.judge, match] = Vote(match, battle.unit, battle.judge, battle.kind, label)
    return list(found.values())


def by_match(given: Iterable[Vote]) -> dict[Match, list[Vote]]:
    """The votes on each match."""
    found: dict[Match, list[Vote]] = {}
    for vote in given:
        found.setdefault(vote.match, []).append(vote)
    return found
