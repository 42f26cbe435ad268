"""Many tests at once: p values corrected, so that one in twenty does not pass for a finding."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.estimate import Floats


def holm(p: ArrayLike) -> Floats:
    """The p values, corrected so that the chance of even one false alarm stays below the level; NaN stays NaN.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    return _step(p, lambda ordered: np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1)))


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """The p values, corrected so that the share of false alarms among all alarms stays below the level; NaN stays NaN.

    Source: Benjamini and Hochberg (1995), Controlling the false discovery rate.
    """

    def adjust(ordered: Floats) -> Floats:
        scaled = ordered * len(ordered) / np.arange(1, len(ordered) + 1)
        return np.minimum.accumulate(scaled[::-1])[::-1]

    return _step(p, adjust)


def _step(p: ArrayLike, adjust: Callable[[Floats], Floats]) -> Floats:
    """Adjust the known p in ascending order and put them back where they stood."""
    given = np.asarray(p, float)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    out = np.full(len(given), np.nan)
    out[order] = np.minimum(1.0, adjust(given[order]))
    return out
