"""Battles: what a judge has said of two models' answers to one question."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pydantic

from evals.arena.winners import BOTH_BAD, WINNERS, Winner
from evals.types import Tag

__all__ = ["BOTH_BAD", "WINNERS", "Battle", "JudgeKind", "Pair", "Winner"]

JudgeKind = Literal["human", "model", "rule", "unknown"]
"""What judges are: people, models, the suites' own scores, and those of files that do not say."""

Pair = tuple[float, float]
"""What a feature is for the answer shown first, and for the other."""


@pydantic.with_config(extra="forbid")
@dataclass(frozen=True, kw_only=True, slots=True)
class Battle:
    """One line of the battle log.

    Attributes:
        id: unique in the log.
        question: the id of what was asked.
        cluster: what of the question is statistically one unit, such as all wordings about one name; the question unless
            given: votes within it are not independent.
        judge: who said it; nor are the votes of one judge.
        kind: what the judge is.
        model_a, model_b: the models in the order in which their answers were shown; never the same.
        winner: see Winner.
        weight: how much it counts: 1, or the strength of a verdict; finite, above 0.
        categories: boards of their own that it also counts in, such as a suite's name or a language.
        style: what the answers look like, feature -> (a, b): `tokens`, `headers`, `lists`, `bold`; see `style`.
        notes: more that is known: `inconsistent` (a judge's two orders disagree), `seconds`, `canary`, `probability`
            (with which the pair was drawn), ...
        at: when, UTC, ISO 8601; empty where nobody knows.
    """

    id: Annotated[str, pydantic.Field(min_length=1)]
    question: str = ""
    cluster: str = ""
    judge: str = ""
    kind: JudgeKind = "unknown"
    model_a: Annotated[str, pydantic.Field(min_length=1)]
    model_b: Annotated[str, pydantic.Field(min_length=1)]
    winner: Winner
    weight: Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)] = 1.0
    categories: tuple[str, ...] = ()
    style: Mapping[str, Pair] = field(default_factory=dict)
    notes: Mapping[str, Tag] = field(default_factory=dict)
    at: str = ""

    @property
    def unit(self) -> str:
        """What is statistically one unit: its cluster, else its question, else the battle itself."""
        return self.cluster or self.question or self.id

    @property
    def points_a(self) -> float:
        """What the first model gets: 1, 0, or half of a tie of either kind."""
        return {"model_a": 1.0, "model_b": 0.0}.get(self.winner, 0.5)
