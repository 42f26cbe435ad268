"""The staircase: from the counts asked so far to the rung to ask next, so that about 80 calls find C90.

After every answer, each capacity is as likely as the answers so far make it; the next rung is the one whose answer will,
on average, leave least doubt about it (the psi method of psychophysics). A capacity is the n at which 90 % are right:

    P(right | n) = (1 - lapse) logistic(slope (c - log2 n) + shift),    P = .9 at n = 2 ** c

Source: Kontsevich and Tyler (1999), Bayesian adaptive estimation of psychometric slope and threshold; the lapse rate
as in Prins (2013), The psi-marginal adaptive method.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from evals.stats import Estimate, Floats

from .items import RUNGS

PASS = 0.9
CALLS = 80

GRID = 0.125
CAPACITIES = np.arange(-1.0, 11.01, GRID)
"""Values of c: from "not even one" to twice the ladder's end."""
SLOPES = np.array([0.75, 1.5, 3.0, 6.0, 12.0, 48.0])
"""How many times e the odds fall a doubling."""
LAPSES = np.array([0.0, 0.02, 0.05])
"""Shares of answers that are wrong at any n."""


class Trial(NamedTuple):
    """One display asked: how many marks it had, and whether they were counted rightly."""

    n: int
    right: bool


@dataclass(frozen=True, slots=True)
class Staircase:
    """What is known so far: the trials in order, and how many there may be."""

    trials: tuple[Trial, ...] = ()
    calls: int = CALLS

    def after(self, n: int, *, right: bool) -> "Staircase":
        """The state once n marks have been asked."""
        return replace(self, trials=(*self.trials, Trial(n, right)))


def next_rung(state: Staircase, rungs: Sequence[int] = RUNGS) -> int | None:
    """The rung to ask next; None once the calls are spent. The same state always gives the same rung.

    Args: rungs: those that still have displays to ask.
    """
    if len(state.trials) >= state.calls or not rungs:
        return None
    belief = _belief(state)
    right = np.stack([_chance(rung) for rung in rungs])
    share = right @ belief
    doubt = share * _entropy(right * belief) + (1 - share) * _entropy((1 - right) * belief)
    return rungs[int(doubt.argmin())]


def capacity(state: Staircase) -> Estimate:
    """C90 in marks: the median of what is believed, with its central 95 %.

    Infinite where it lies beyond the ladder, 0 where below it: not even a single mark is counted reliably.
    """
    believed = np.cumsum(_of_capacity(_belief(state)[None])[0])
    last = len(CAPACITIES) - 1
    middle, low_end, high_end = (
        float(CAPACITIES[min(int(np.searchsorted(believed, q)), last)]) for q in (0.5, 0.025, 0.975)
    )
    value, low, high = map(_in_marks, (middle, low_end - GRID / 2, high_end + GRID / 2))
    asked = {trial.n for trial in state.trials}
    return Estimate(value, low, high, len(state.trials), len(asked), "psi staircase, credible interval")


def _in_marks(c: float) -> float:
    if c < 0:
        return 0.0
    return float(2**c) if 2**c <= RUNGS[-1] else float("inf")


def _belief(state: Staircase) -> Floats:
    """How likely each combination of capacity, slope and lapse is after the trials, shape (combinations,)."""
    logs = np.zeros(len(CAPACITIES) * len(SLOPES) * len(LAPSES))
    for trial in state.trials:
        chance = _chance(trial.n)
        logs += np.log(chance if trial.right else 1 - chance)
    likely = np.exp(logs - logs.max())
    return np.asarray(likely / likely.sum())


@cache
def _chance(n: int) -> Floats:
    """P(right) at n marks for each combination; never quite 0 or 1, so that one odd answer decides nothing."""
    c, slope, lapse = (axis.ravel() for axis in np.meshgrid(CAPACITIES, SLOPES, LAPSES, indexing="ij"))
    most = PASS / (1 - lapse)
    logit = slope * (c - np.log2(n)) + np.log(most / (1 - most))
    return np.asarray(np.clip((1 - lapse) / (1 + np.exp(-logit)), 1e-6, 1 - 1e-6))


def _of_capacity(weights: Floats) -> Floats:
    """Weights of combinations, shape (k, combinations), as shares of capacities, shape (k, capacities)."""
    sums = weights.reshape(len(weights), len(CAPACITIES), -1).sum(axis=2)
    return np.asarray(sums / sums.sum(axis=1, keepdims=True))


def _entropy(weights: Floats) -> Floats:
    """The doubt about the capacity that such weights leave, in nats, shape (k,)."""
    shares = _of_capacity(weights)
    return np.asarray(-(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1))
