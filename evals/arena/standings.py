"""Standings: who stands where, how surely, and what must be said beside it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evals.arena.matrix import Matrix
from evals.arena.outcomes import Ties
from evals.arena.sandwich import CI, Kind
from evals.stats import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a board is made.

    Attributes:
        ties: how ties are thought of; see `outcomes`.
        ci: by what intervals are made; `auto` takes the units that the battles name, where there are ten of them.
        style: whether the looks of answers and their place are taken out of the ratings.
        shrink: whether all ratings are drawn to each other (see `shrinkage`); else only where they are not finite.
        anchor: a model, and the rating that it shall have; else the mean is 1000.
        min_votes: models with fewer battles count, and are not shown.
        level: of intervals and ranks.
        seed: of what is drawn.
    """

    ties: Ties = "half"
    ci: CI = "auto"
    style: bool = False
    shrink: bool = False
    anchor: tuple[str, float] | None = None
    min_votes: int = 0
    level: float = 0.95
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How one model stands.

    Attributes:
        model: its name.
        rating: in Elo points, of which 400 are ten to one.
        low, high: its interval.
        rank_low, rank_high: the best and the worst place it may have; all models' hold at once.
        rank_ub: 1 + the models whose intervals lie wholly above its own, as at Chatbot Arena.
        finite: whether the battles alone say how far it is from the others; else what is thought beforehand does.
        shrunk: the likeliest rating if models lie normally around their mean, as far apart as the battles make likely.
        battles, wins, losses, ties, both_bad: how many it had; those both bad are no ties here.
        win_rate: the points it should get against every other model as often, a tie half a point; a share.
        acceptable, acceptable_low, acceptable_high: the share of its battles in which not both were bad, and its interval.
    """

    model: str
    rating: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    rank_ub: int
    finite: bool
    shrunk: float
    battles: int
    wins: int
    losses: int
    ties: int
    both_bad: int
    win_rate: float
    acceptable: float
    acceptable_low: float
    acceptable_high: float


@dataclass(frozen=True, slots=True)
class Pull:
    """What pulls on votes besides the models: a feature of style, being shown first, or ties.

    Attributes:
        name: of what.
        value, low, high: in logits: how much it adds for the answer shown first; of ties, their own number.
    """

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Component:
    """Models that hang together by battles.

    Attributes:
        standings: best first.
        difference_se: the standard error of every difference of two ratings, in Elo points, shape (M, M).
        covariance: of the ratings around their mean, in Elo points squared, shape (M, M).
        critical: how many of those errors two must differ by for all ranks to hold at once.
        matrix: who did how against whom. All three in the order of the standings.
        kind: how the intervals were made. units: how many independent units there are, by what they are.
        pulls: what pulls on votes besides the models.
        freedom: degrees of freedom of the t of its intervals; infinite for the normal.
    """

    standings: tuple[Standing, ...]
    difference_se: Floats
    covariance: Floats
    critical: float
    matrix: Matrix
    kind: Kind
    units: Mapping[str, int]
    pulls: tuple[Pull, ...] = ()
    freedom: float = math.inf

    @property
    def models(self) -> tuple[str, ...]:
        """Their names, best first."""
        return tuple(each.model for each in self.standings)


@dataclass(frozen=True, eq=False)
class Board:
    """Who stands where.

    Attributes:
        components: tables that cannot be compared with each other, the largest first.
        battles: how many it rests on.
        notes: what must be said beside it, in sentences.
        settings: how it was made.
        name: "overall", or the board's category.
    """

    components: tuple[Component, ...]
    battles: int
    notes: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    name: str = "overall"

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Those of all components, one table after the other."""
        return tuple(each for component in self.components for each in component.standings)

    def rows(self) -> list[dict[str, Any]]:
        """The standings as plain data: `board`, `pool` (the number of the component, from 1), then those of `Standing`."""
        return [
            {"board": self.name, "pool": number}
            | {name: getattr(each, name) for name in Standing.__dataclass_fields__}
            for number, component in enumerate(self.components, 1)
            for each in component.standings
        ]

    def frame(self) -> "pd.DataFrame":
        """The same as a frame; docs/ranking.md says what its columns are."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=["board", "pool", *Standing.__dataclass_fields__])
