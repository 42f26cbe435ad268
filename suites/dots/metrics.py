"""What is reported of the dots: exact counts, how far off the others are, and what controls and working show."""

from collections.abc import Callable
from statistics import fmean

from evals.types import ItemMetric, Metric, Score

EXACT = {"right": 1.0, "wrong": 0.0}
LADDER = {"kind": frozenset({"ladder"})}


def _mean_of(note: str, value: Callable[[int], float]) -> Callable[[list[Score]], float | None]:
    """The mean over an item's repeats of something made of a note; None where no reply has it."""

    def of(scores: list[Score]) -> float | None:
        found = [value(int(score.notes[note])) for score in scores if note in score.notes]
        return fmean(found) if found else None

    return of


def _same(error: int) -> float:
    return float(error == 0)


METRICS = (
    Metric("accuracy", "exact counts", EXACT, LADDER, better="higher"),
    ItemMetric("MAE", "mean absolute error", _mean_of("error", abs), LADDER, better="lower", unit="marks"),
    ItemMetric(
        "bias", "mean error, above 0 if too many are counted", _mean_of("error", float), LADDER, unit="marks"
    ),
    Metric(
        "phantoms",
        "marks counted where there are none",
        {"wrong": 1.0, "right": 0.0},
        {"kind": frozenset({"absent"})},
        better="lower",
    ),
    Metric(
        "between sentences",
        "exact counts of full stops that stand between sentences",
        EXACT,
        {"kind": frozenset({"sentence"})},
        better="higher",
        main=False,
    ),
    ItemMetric(
        "indexed",
        "tallies whose last index is right",
        _mean_of("indexed", _same),
        LADDER,
        better="higher",
        main=False,
    ),
    ItemMetric(
        "copied",
        "code that holds as many marks as the display",
        _mean_of("copied", _same),
        LADDER,
        better="higher",
    ),
)
