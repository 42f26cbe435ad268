"""Pools of battles for tests: models of known strength, met by known designs."""

from collections.abc import Iterable, Sequence

import numpy as np

from evals.arena.battle import WINNERS, Battle
from evals.arena.outcomes import sigma
from evals.stats import Floats

Pairs = Sequence[tuple[int, int]]


def drawn(  # noqa: PLR0913 - what a pool is made of
    strengths: Sequence[float] | Floats,
    pairs: Pairs,
    times: int,
    *,
    ties: float = 0.15,
    questions: int = 40,
    judges: int = 15,
    seed: int = 0,
) -> list[Battle]:
    """Battles of these pairs of models, each so many times, by Bradley and Terry's model with a constant share of ties."""
    rng = np.random.default_rng(seed)
    found = []
    for number, (i, j) in enumerate([pair for pair in pairs for _ in range(times)]):
        a, b = (i, j) if rng.random() < 0.5 else (j, i)
        won = rng.random() < sigma(np.array([strengths[a] - strengths[b]]))[0]
        tie, bad = rng.random() < ties, rng.random() < 0.3
        winner = WINNERS[(3 if bad else 2) if tie else (0 if won else 1)]
        found.append(
            Battle(
                id=str(number),
                question=f"q{rng.integers(questions)}",
                judge=f"j{rng.integers(judges)}",
                model_a=f"m{a:02}",
                model_b=f"m{b:02}",
                winner=winner,
            )
        )
    return found


def every(models: Iterable[int]) -> list[tuple[int, int]]:
    """Every two of them."""
    each = list(models)
    return [(i, j) for place, i in enumerate(each) for j in each[place + 1 :]]


STRENGTHS = np.random.default_rng(7).normal(0, 0.8, 12)

POOLS = {
    "dense": drawn(STRENGTHS, every(range(12)), 12),
    "sparse": drawn(STRENGTHS, [(i, (i + 1) % 12) for i in range(12)] + [(0, 5), (3, 9)], 15, seed=1),
    "star": drawn(STRENGTHS, [(0, i) for i in range(1, 12)], 30, seed=2),
    "two hubs": drawn(
        STRENGTHS,
        [(0, i) for i in range(2, 7)] + [(1, i) for i in range(7, 12)] + [(0, 1)],
        30,
        seed=3,
    ),
}
"""Pools whose ratings are finite."""

UNBEATEN = [
    *drawn(STRENGTHS[:6], every(range(6)), 12, seed=4),
    *(Battle(id=f"u{i}", model_a="unbeaten", model_b=f"m{i:02}", winner="model_a") for i in range(6)),
]
"""A pool with a model that has never lost or tied."""
