"""What is counted, and the comparisons fixed beforehand."""

from collections.abc import Callable

from evals.types import Contrast, ItemMetric, Metric, Score

from .arms import FIRST, FREE, STEPS


def share(
    note: str, among: Callable[[Score], bool] = lambda _score: True
) -> Callable[[list[Score]], float | None]:
    """The share of an item's replies in which the scorer noted `note` as true; None where none of them counts."""

    def value(scores: list[Score]) -> float | None:
        noted = [bool(score.notes[note]) for score in scores if note in score.notes and among(score)]
        return sum(noted) / len(noted) if noted else None

    return value


def spoiled(scores: list[Score]) -> float | None:
    """Of an item's replies whose first answer was right, the share whose last answer is wrong."""
    kept = share("last_right", lambda score: score.notes.get("first_right") is True)(scores)
    return None if kept is None else 1 - kept


def reached(scores: list[Score]) -> float | None:
    """The share of right answers among all that were read, whether reasoned out of sight or not."""
    values = [score.value for score in scores if score.value is not None]
    return sum(values) / len(values) if values else None


METRICS = (
    Metric("accuracy", "right answers", {"right": 1.0, "wrong": 0.0}, better="higher"),
    ItemMetric("overall", "right answers, those after hidden reasoning included", reached, better="higher"),
    ItemMetric("compliance", "did as advised", share("complied")),
    ItemMetric("worked", "working before the answer", share("worked")),
    ItemMetric("hidden", "reasoned out of sight", share("hidden")),
    ItemMetric(
        "repair",
        "wrong first answers set right",
        share("last_right", lambda score: score.notes.get("first_right") is False),
        better="higher",
    ),
    ItemMetric("spoil", "right first answers made wrong", spoiled, better="lower"),
)

CONTRASTS = (
    Contrast("working first", "accuracy", STEPS, FIRST, "working step by step before answering", "accuracy"),
    Contrast("advice", "accuracy", STEPS, FREE, "the advice to work step by step", "accuracy"),
    Contrast("haste", "accuracy", FIRST, FREE, "the advice to answer first", "accuracy"),
)
