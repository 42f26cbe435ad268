"""The next pair: which two models to let meet, so that the ratings become sure soonest; no model is left out for long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evals.arena.pool import Pool
from evals.arena.shrinkage import shrunk
from evals.stats import Floats

FLOOR = 0.1
"""The share of pairs that is drawn without regard to anything."""


@dataclass(frozen=True, eq=False)
class Odds:
    """How likely each pair is to be drawn; to be logged with what is drawn.

    Attributes:
        models: the names.
        chances: shape (M, M), symmetric, 0 on the diagonal; those above it sum to 1.
    """

    models: tuple[str, ...]
    chances: Floats

    def among(self, pairs: Collection[frozenset[str]]) -> "Odds":
        """The same where only these two may meet."""
        places = {name: place for place, name in enumerate(self.models)}
        kept = np.zeros_like(self.chances)
        for one, other in ((places[one], places[other]) for one, other in map(tuple, pairs)):
            kept[one, other] = kept[other, one] = self.chances[one, other]
        return Odds(self.models, kept / (kept.sum() / 2))

    def draw(self, rng: np.random.Generator) -> tuple[str, str, float]:
        """Two models in an order that is drawn too, and how likely the two were."""
        first, second = np.triu_indices(len(self.models), 1)
        chances = self.chances[first, second]
        place = int(rng.choice(len(chances), p=chances / chances.sum()))
        names = [self.models[first[place]], self.models[second[place]]]
        rng.shuffle(names)
        return names[0], names[1], float(chances[place])


def odds(pool: Pool, models: Sequence[str] = (), floor: float = FLOOR) -> Odds:
    """How likely each pair should be, by how much one more battle of it makes the ratings surer on average.

    q_ij = h |V (e_i - e_j)|^2 / (1 + h (e_i - e_j)' V (e_i - e_j)), with h = p (1 - p) what a battle tells: by so much it lowers
    the sum of the variances (A-optimality); a share `floor` of all is spread evenly.
    Args: models: that may meet; those without a battle included. None for those of the pool.
    Source: Kiefer (1959), Optimum experimental designs; Chatbot Arena (arXiv 2403.04132), section 5, samples pairs likewise.
    """
    names = tuple(sorted(models)) or pool.models
    size = len(names)
    if size < 2:
        return Odds(names, np.zeros((size, size)))
    found = shrunk(_with(pool, names))
    spread = found.inverse()
    own = np.diag(spread)
    apart = own[:, None] + own[None, :] - 2 * spread
    d = found.theta[:, None] - found.theta[None, :]
    told = 1 / (4 * np.cosh(np.clip(d, -50, 50) / 2) ** 2)
    squares = spread @ spread
    long = np.diag(squares)[:, None] + np.diag(squares)[None, :] - 2 * squares
    gain = told * long / (1 + told * apart)
    np.fill_diagonal(gain, 0.0)
    even = (1 - np.eye(size)) / (size * (size - 1) / 2)
    return Odds(names, floor * even + (1 - floor) * gain / (gain.sum() / 2))


def _with(pool: Pool, names: tuple[str, ...]) -> Pool:
    """The battles of these models with each other, whether they have any or not."""
    places = {name: place for place, name in enumerate(names)}
    new = np.array([places.get(name, -1) for name in pool.models], np.int64)
    if not len(pool):
        return replace(pool, models=names)
    kept = pool.cells()
    kept = kept.where((new[kept.a] >= 0) & (new[kept.b] >= 0))
    return replace(kept, models=names, a=new[kept.a], b=new[kept.b])
