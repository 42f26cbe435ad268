"""What is counted: each context by itself, what the context shifts, and whether the first one named is preferred."""

from evals.types import Contrast, Index, ItemMetric, Metric, Score, Tag

from .arms import ONLY, STEPS
from .items import contexts

CONFLICT: dict[str, frozenset[Tag]] = {"pair": frozenset({"conflict"})}
AGREE: dict[str, frozenset[Tag]] = {"pair": frozenset({"agree"})}
POINTS = {"right": 1.0, "wrong": 0.0}


def picked_first(scores: list[Score]) -> float | None:
    """The share of an item's answers that are the one named first; None where none names one of the two."""
    picks = [bool(score.notes["picked_first"]) for score in scores if "picked_first" in score.notes]
    return sum(picks) / len(picks) if picks else None


METRICS: tuple[Metric | Index | ItemMetric, ...] = (
    Metric("accuracy", "right, pairs in conflict", POINTS, CONFLICT, "higher"),
    *(
        Metric(
            context.name,
            f"right, pairs in conflict: {context.name}",
            POINTS,
            {**CONFLICT, "context": frozenset({context.name})},
            "higher",
        )
        for context in contexts()
    ),
    Metric("agree", "right where both readings agree", POINTS, AGREE, "higher"),
    Index(
        "context shift", "right when bare, less right when called decimals", {"bare": 1.0, "decimals": -1.0}
    ),
    Index(
        "versions shift", "right when decimals, less right when versions", {"decimals": 1.0, "versions": -1.0}
    ),
    ItemMetric("first", "picks the one named first, pairs in conflict", picked_first, CONFLICT),
    Index("order bias", "picks the one named first, less one half", {"first": 1.0}, -0.5),
)

CONTRASTS = (
    Contrast("working first", "accuracy", STEPS, ONLY, "working step by step before answering", "accuracy"),
)
