"""Voters who do not look: how much a judge's votes speak for chance, or for the opposite of what was asked."""

import math
from dataclasses import dataclass, replace

import numpy as np

from evals.arena.fit import Fit
from evals.arena.outcomes import log_sigma
from evals.arena.pool import A_WINS, TIE, Mask, Pool, summed
from evals.arena.shrinkage import shrunk
from evals.stats import Floats

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Voter:
    """What a judge's votes say of the judge.

    Attributes:
        judge: who.
        votes: those that name a winner; only these count.
        agrees: the share that names the one with the higher rating, of others' votes.
        first: the share that names the one shown first.
        evidence: how many times likelier they are if the judge does not look, or votes the other way, than if like the others.
        flagged: whether that is more than chance gives among so many judges.
    """

    judge: str
    votes: int
    agrees: float
    first: float
    evidence: float
    flagged: bool


def voters(pool: Pool, level: float = LEVEL) -> list[Voter]:
    """The judges that have names, the most suspect first.

    Of all lists of those flagged, at most a share `level` is wrong on average: evidence is an e-value, 1 on average for a judge
    who votes as the others' votes foretell, however many votes there are and whenever one looks.
    Args: pool: a row a battle, in the order in which they were voted; models that hang together.
    Source: Ramdas, Gruenwald, Vovk and Shafer (2023), Game-theoretic statistics and safe anytime-valid inference; the list:
        Wang and Ramdas (2022), False discovery rate control with e-values.
    """
    if pool.judge is None:
        return []
    named = pool.where((pool.outcome < TIE) & (pool.judge < len(pool.judges)))
    if named.judge is None or not len(named):
        return []
    found = shrunk(named)
    bread = found.inverse()
    told = [_told(found, bread, place) for place in np.unique(named.judge).tolist()]
    told.sort(key=lambda each: -each.evidence)
    enough = [rank for rank, each in enumerate(told, 1) if each.evidence * rank >= len(told) / level]
    flagged = max(enough, default=0)
    return [replace(each, flagged=rank < flagged) for rank, each in enumerate(told)]


def _told(found: Fit, bread: Floats, judge: int) -> Voter:
    """What one judge's votes say, against ratings from which they are taken out by one step of Newton's."""
    rows = np.flatnonzero(found.pool.judge == judge)
    pool, size = found.pool.where(rows), len(found.theta)
    pull = (found.pool.weight * found.terms.d)[rows]
    theta = found.theta - bread @ (summed(pool.a, pull, size) - summed(pool.b, pull, size))
    unsure = bread[pool.a, pool.a] + bread[pool.b, pool.b] - 2 * bread[pool.a, pool.b]
    d = (theta[pool.a] - theta[pool.b]) / np.sqrt(1 + math.pi * unsure / 8)
    first = pool.outcome == A_WINS
    d = np.where(first, d, -d)
    others = float(log_sigma(d).sum())
    blind, inverted = float(_guessed(first).sum()), float(log_sigma(-d).sum())
    evidence = (_exp(blind - others) + _exp(inverted - others)) / 2
    return Voter(
        pool.judges[judge], len(rows), float((d > 0).mean()), float(first.mean()), evidence, flagged=False
    )


def _guessed(first: Mask) -> Floats:
    """The logarithm of the chance of each vote for somebody who takes the first as often as in the votes before.

    Source: Krichevsky and Trofimov (1981), The performance of universal encoding.
    """
    votes = np.arange(len(first))
    before: Floats = np.cumsum(first, dtype=float) - first
    chance = (before + 0.5) / (votes + 1)
    return np.asarray(np.log(np.where(first, chance, 1 - chance)), float)


def _exp(x: float) -> float:
    return math.exp(min(x, 700.0))
