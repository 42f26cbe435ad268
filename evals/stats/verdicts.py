"""Verdicts: what an interval says of a margin. A difference is candidate less baseline, turned so that more is better."""

from typing import Literal

from evals.stats.estimate import NAN, Estimate
from evals.stats.quantiles import t_tail


def non_inferior(
    difference: Estimate, margin: float, strict: Estimate | None = None
) -> Literal["pass", "regress", "undecided"]:
    """Whether a candidate is no worse than its baseline by more than a margin.

    pass where the interval lies above -margin; else regress where it lies below 0; else undecided, as where it is NaN. A
    pass may thus be surely worse, by less than the margin. A 95 % interval errs in at most 2.5 % of gates either way:
    regress where nothing changed, pass where the candidate is worse by the margin.

    Args:
        margin: above 0, in the unit of the difference.
        strict: the same difference with a wider interval, which alone calls a regression: of level `spent`, where several
            decisions are to share one risk of a false alarm. None for the same interval.
    Source: Piaggio et al. (2012), Reporting of noninferiority and equivalence randomized trials.
    """
    if difference.low > -margin:
        return "pass"
    return "regress" if (strict or difference).high < 0 else "undecided"


def compared(difference: Estimate, margin: float) -> Literal["better", "worse", "equivalent", "undecided"]:
    """How one stands to another: surely better or worse, surely within a margin of each other, or undecided.

    Where an interval excludes 0 and lies within the margin too, the direction is said, being more.

    Args: margin: above 0, in the unit of the difference.
    Source: Schuirmann (1987): the interval within the margin is two one-sided tests, each at 2.5 % for a 95 % interval.
    """
    if difference.low > 0:
        return "better"
    if difference.high < 0:
        return "worse"
    return "equivalent" if -margin < difference.low and difference.high < margin else "undecided"


def tost(value: float, se: float, df: float, margin: float) -> float:
    """The p of two one-sided t tests that a difference lies beyond +-margin; NaN without a standard error.

    Source: Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach.
    """
    if not se > 0:
        return NAN
    return max(_upper(t, df) for t in ((value + margin) / se, (margin - value) / se))


def _upper(t: float, df: float) -> float:
    """P(T > t)."""
    tail = t_tail(t, df) / 2
    return tail if t > 0 else 1 - tail
