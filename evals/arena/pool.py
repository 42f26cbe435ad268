"""A pool: battles as columns of whole numbers, of which all that ranks is computed.

Battles that are alike may share a row, which then says how many they are: a million battles of a hundred models are at
most forty thousand rows where no interval asks whose they are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evals.arena.winners import WINNERS
from evals.errors import BadInput
from evals.stats import Floats

if TYPE_CHECKING:  # who reads a table of battles needs no Battle, and does not wait for pydantic
    from evals.arena.battle import Battle

Codes = NDArray[np.integer[Any]]
Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

A_WINS, B_WINS, TIE, BOTH_BAD = range(4)
"""The codes of outcomes: the places in `WINNERS`."""

POINTS = np.array([1.0, 0.0, 0.5, 0.5])
"""What the answer shown first gets, by outcome."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Battles as columns, each of shape (n,) but for `style`.

    Attributes:
        models: the names that `a` and `b` are places in, sorted.
        a, b: who was shown first, and second.
        outcome: the place in `WINNERS`.
        count: how many battles the row stands for.
        weight, square: the sum of their weights, and of the squares of their weights.
        cluster: what of the question is one unit, a whole number each; None where no battle says. A battle that does not
            say, among others that do, is a unit of its own.
        judge: the same of who judged.
        judges: the names that `judge` is a place in; what lies beyond them has no name.
        categories: board -> which rows it has.
        style: feature -> what it is of both answers, shape (n, 2); NaN where nobody knows.
        ids: of the battles, where they must be told apart from another file's; else empty.
    """

    models: tuple[str, ...]
    a: Codes
    b: Codes
    outcome: Codes
    count: Floats
    weight: Floats
    square: Floats
    cluster: Codes | None = None
    judge: Codes | None = None
    judges: tuple[str, ...] = ()
    categories: Mapping[str, Mask] = field(default_factory=dict)
    style: Mapping[str, Floats] = field(default_factory=dict)
    ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.a)

    @property
    def battles(self) -> int:
        """How many battles there are."""
        return round(float(self.count.sum()))

    def where(self, keep: Mask | Places) -> "Pool":
        """The rows that a mask or an array of places names; the models stay."""
        columns = {name: getattr(self, name)[keep] for name in COLUMNS}
        named = {
            name: codes[keep] for name in ("cluster", "judge") if (codes := getattr(self, name)) is not None
        }
        return replace(
            self,
            **columns,
            **named,
            categories={name: mask[keep] for name, mask in self.categories.items()},
            style={name: values[keep] for name, values in self.style.items()},
            ids=(),
        )

    def among(self, places: Codes) -> "Pool":
        """The battles of these models with each other, and no other model."""
        new = np.full(len(self.models), -1)
        new[places] = np.arange(len(places))
        kept = self.where((new[self.a] >= 0) & (new[self.b] >= 0))
        models = tuple(self.models[place] for place in places)
        return replace(kept, models=models, a=new[kept.a], b=new[kept.b])

    def cells(self) -> "Pool":
        """The same with one row for every two models, order and outcome; without units, boards and style."""
        size = len(self.models)
        keys = (self.a.astype(np.int64) * size + self.b) * len(WINNERS) + self.outcome
        found, place = np.unique(keys, return_inverse=True) if len(keys) else (keys, keys)
        count, weight, square = (
            summed(place, each, len(found)) for each in (self.count, self.weight, self.square)
        )
        pairs, outcome = np.divmod(found, len(WINNERS))
        a, b = np.divmod(pairs, max(size, 1))
        return Pool(self.models, a, b, outcome, count, weight, square)

    def halved(self) -> "Pool":
        """The same with ties as half a win of each: a row for everyone that has beaten another, the winner first.

        By `half` it is exactly as likely as the battles, whatever the ratings.
        """
        size = len(self.models)
        points = POINTS[self.outcome] * self.weight
        won = summed(self.a * size + self.b, points, size * size)
        won += summed(self.b * size + self.a, self.weight - points, size * size)
        won = won.reshape(size, size)
        a, b = np.nonzero(won)
        weight = won[a, b]
        return Pool(self.models, a, b, np.full(len(a), A_WINS), weight, weight, weight)


COLUMNS = ("a", "b", "outcome", "count", "weight", "square")


def of_battles(battles: "Iterable[Battle]") -> Pool:
    """Battles as a pool.

    Raises: BadInput: two have one id, or a model meets itself.
    """
    found = list(battles)
    ids = tuple(battle.id for battle in found)
    _once(ids)
    for battle in found:
        if battle.model_a == battle.model_b:
            raise BadInput(f"battle {battle.id!r}: {battle.model_a!r} meets itself", "leave it out")
    models = tuple(sorted({name for battle in found for name in (battle.model_a, battle.model_b)}))
    places = {name: place for place, name in enumerate(models)}
    outcomes = {winner: place for place, winner in enumerate(WINNERS)}
    weight = np.array([battle.weight for battle in found], float)
    judge, judges = coded([battle.judge for battle in found])
    return Pool(
        models,
        np.array([places[battle.model_a] for battle in found], np.int64),
        np.array([places[battle.model_b] for battle in found], np.int64),
        np.array([outcomes[battle.winner] for battle in found], np.int64),
        np.ones(len(found)),
        weight,
        weight**2,
        coded([battle.cluster or battle.question for battle in found])[0],
        judge,
        judges,
        _categories([battle.categories for battle in found]),
        _style([battle.style for battle in found]),
        ids,
    )


def summed(places: Codes, values: Floats, size: int) -> Floats:
    """The sum of the values at every place, shape (size,)."""
    return np.bincount(places, values, size).astype(float, copy=False)


def coded(labels: Sequence[str]) -> tuple[Codes | None, tuple[str, ...]]:
    """Labels as places in their sorted names; an empty one is another than every other. None where all are empty."""
    names = tuple(sorted(set(labels) - {""}))
    if not names:
        return None, ()
    places = {name: place for place, name in enumerate(names)}
    codes = np.array([places.get(label, -1) for label in labels], np.int64)
    return alone(codes, len(names)), names


def alone(codes: Codes, known: int) -> Codes:
    """The codes with every -1 made a number of its own, from `known` on."""
    unknown = codes < 0
    return np.where(unknown, known + np.cumsum(unknown) - 1, codes)


def _categories(named: Sequence[tuple[str, ...]]) -> dict[str, Mask]:
    names = sorted({name for each in named for name in each})
    return {name: np.array([name in each for each in named], bool) for name in names}


def _style(given: Sequence[Mapping[str, tuple[float, float]]]) -> dict[str, Floats]:
    names = sorted({name for each in given for name in each})
    unknown = (np.nan, np.nan)
    return {name: np.array([each.get(name, unknown) for each in given], float) for name in names}


def _once(ids: Sequence[str]) -> None:
    if len(set(ids)) < len(ids):
        twice = next(name for name, count in Counter(ids).items() if count > 1)
        raise BadInput(
            f"the battle {twice!r} occurs more than once", "leave one of them out: a battle counts once"
        )
