"""What a statistic gives: a number, and how sure it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how sure it is.

    Attributes:
        value, low, high: the estimate and its interval, in the unit of what was measured; NaN where undefined.
        n: items it rests on.
        clusters: independent units among them.
        method: how the interval was made.
    """

    value: float
    low: float
    high: float
    n: int
    clusters: int
    method: str

    @property
    def decided(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


NOTHING = Estimate(NAN, NAN, NAN, 0, 0, "no items")
