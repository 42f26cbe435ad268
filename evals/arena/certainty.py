"""Certainty: which of the ways to make intervals the battles allow, and the one that is taken."""

from typing import cast

import numpy as np

from evals.arena import sandwich
from evals.arena.bootstrap import bootstrap
from evals.arena.fit import Fit
from evals.arena.pool import Codes, Pool
from evals.arena.sandwich import CI, Kind, Spread
from evals.errors import BadInput

FEWEST = 10
"""Of fewer units than this, the sums say too little of how they vary."""

WITHOUT = frozenset({"model", "hc0"})
"""The ways that do not ask which question or judge a battle belongs to."""


def spread(found: Fit, ci: CI, seed: int = 0) -> Spread:
    """How sure a fit is, in the way that is asked for.

    `auto` is by questions and judges both, where ten of each are named, by one kind where only of that; else battle by battle.
    Raises: BadInput: the battles do not name the units that were asked for.
    """
    if not np.abs(found.terms.d).max(initial=0.0) > 0:
        return sandwich.model_based(
            found
        )  # all is as foretold, as where all are ties: it varies not, and is not sure
    units = _units(found.pool)
    _check(ci, units)
    enough = [name for name, (_, count) in units.items() if count >= FEWEST]
    if ci == "bootstrap":
        return bootstrap(found, units[enough[0]][0] if enough else None, enough[0] if enough else "", seed)
    if ci == "two-way" or (ci == "auto" and len(enough) == 2):
        return sandwich.two_way(found, units["question"][0], units["judge"][0])
    if ci in units or (ci == "auto" and enough):
        kind = cast("Kind", enough[0] if ci == "auto" else ci)
        return sandwich.clustered(found, units[kind][0], kind, fair=ci == "auto")
    return sandwich.model_based(found) if ci == "model" else sandwich.hc0(found)


def _units(pool: Pool) -> dict[str, tuple[Codes, int]]:
    """The kinds of units that battles name, and how many there are."""
    named = {"question": pool.cluster, "judge": pool.judge}
    return {
        name: (codes, int((np.bincount(codes) > 0).sum()))
        for name, codes in named.items()
        if codes is not None
    }


def _check(ci: CI, units: dict[str, tuple[Codes, int]]) -> None:
    needed = {"question": ("question",), "judge": ("judge",), "two-way": ("question", "judge")}.get(ci, ())
    for name in needed:
        count = units[name][1] if name in units else 0
        if count < 2:
            raise BadInput(
                f"--ci {ci} needs battles of two {name}s at least, and these name {count or 'none'}",
                "take another --ci, such as hc0",
            )
