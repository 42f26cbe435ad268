"""A tally: battles counted, to which more are added one by one, so that the next board waits for no battle before it."""

from typing import TYPE_CHECKING

import numpy as np

from evals.arena.pool import Pool
from evals.arena.winners import WINNERS
from evals.stats import Floats

if TYPE_CHECKING:
    from evals.arena.battle import Battle


class Tally:
    """How often who met whom, and how it ended; whose questions and judges they were is not kept."""

    def __init__(self, pool: Pool) -> None:
        size = len(pool.models)
        self._places = {name: place for place, name in enumerate(pool.models)}
        self._sums = np.zeros((3, size, size, len(WINNERS)))
        for kind, values in enumerate((pool.count, pool.weight, pool.square)):
            np.add.at(self._sums[kind], (pool.a, pool.b, pool.outcome), values)

    def add(self, battle: "Battle") -> None:
        """Count one more battle; models that are new are welcome."""
        self._count(battle, 1.0)

    def take_back(self, battle: "Battle") -> None:
        """Count a battle no more."""
        self._count(battle, -1.0)

    def _count(self, battle: "Battle", times: float) -> None:
        a, b = self._place(battle.model_a), self._place(battle.model_b)
        self._sums[:, a, b, WINNERS.index(battle.winner)] += times * np.array(
            [1.0, battle.weight, battle.weight**2]
        )

    def _place(self, model: str) -> int:
        if model not in self._places:
            self._places[model] = len(self._places)
            self._sums = np.pad(self._sums, ((0, 0), (0, 1), (0, 1), (0, 0)))
        return self._places[model]

    def pool(self) -> Pool:
        """The battles as a pool, one row for every two models, order and outcome; models without any are left out."""
        count: Floats = self._sums[0]
        names = [name for name, place in self._places.items() if count[place].any() or count[:, place].any()]
        models = tuple(sorted(names))
        places = [self._places[name] for name in models]
        count, weight, square = self._sums[:, places][:, :, places]
        a, b, outcome = np.nonzero(count > 0.5)
        there = (a, b, outcome)
        return Pool(models, *there, count[there], weight[there], square[there])
