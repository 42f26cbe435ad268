"""Scores of other tools: numbers by name, the metrics that they are, and the verdict that they make."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evals.types import ItemMetric, Score, Tag

LONGEST_TAG = 80
"""Characters: longer texts of an item are no label to group by."""


@dataclass(frozen=True)
class Scored:
    """A score that the tool gave each reply; a reply's score notes it under this name.

    Attributes:
        name: as the tool calls it.
        unit: "share" where every score lies within 0 and 1, else "points".
        better: which direction is good, where the tool says.
    """

    name: str
    unit: str = "share"
    better: Literal["higher", "lower"] | None = None

    def metric(self, tool: str) -> ItemMetric:
        """The mean over items, each the mean over its repeats."""
        title = f"as {tool} scored it"
        return ItemMetric(self.name, title, _mean_of(self.name), better=self.better, unit=self.unit)


def _mean_of(name: str) -> Callable[[list[Score]], float | None]:
    def value(scores: list[Score]) -> float | None:
        found = [float(score.notes[name]) for score in scores if name in score.notes]
        return sum(found) / len(found) if found else None

    return value


def verdict(scores: Mapping[str, float], headline: str, answer: str | None, rule: str) -> Score:
    """A score whose outcome says the headline: right for 1, wrong for 0, partial between, else only scored."""
    value = scores.get(headline)
    outcome = "unscored" if value is None else {1.0: "right", 0.0: "wrong"}.get(value, "partial")
    if value is not None and not 0 <= value <= 1:
        outcome, value = "scored", None
    return Score(outcome, answer, value, rule, dict(scores))


def number(value: Any) -> float | None:
    """A finite number or truth value as a float; None for anything else."""
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    return None


def tags(values: Mapping[str, Any]) -> dict[str, Tag]:
    """What of an item's own data reports can group by: numbers and short texts."""
    return {
        str(name): value
        for name, value in values.items()
        if number(value) is not None or (isinstance(value, str) and len(value) <= LONGEST_TAG)
    }


def named(text: str) -> str:
    """A text as the name of a suite: other characters than letters, digits, "-", "_" and "." become "-"."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "task"
