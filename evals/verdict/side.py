"""Sides: one model's outcomes, from a run or a saved baseline, as they are compared with another's."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from evals.errors import BadInput
from evals.framing import unframed
from evals.measure import Tally
from evals.suite import Suite
from evals.types import Index, ItemMetric, Metric, Prompt, Score


@dataclass(frozen=True)
class Side:
    """One model's outcomes.

    Attributes:
        label: what it is called among those that it is compared with; the rows have it as their model.
        model: as it was named when it was asked.
        place: the run's folder, or the baseline's file.
        rows: replies as from `evals.frame`, with one more column, `asked`: eight hexadecimal digits of what the item
            said. Values of items stand in them as `note_metric NAME`.
        suites: name -> suite, whose values of items are read from the rows.
        versions: suite name -> version.
        missing: how many replies the plan has and the log has not.
        notices: model -> what must be said wherever its words are shown.
    """

    label: str
    model: str
    place: str
    rows: pd.DataFrame
    suites: Mapping[str, Suite]
    versions: Mapping[str, str]
    missing: int
    notices: Mapping[str, str]

    @property
    def served(self) -> tuple[str, ...]:
        """The models that the hosts say have answered."""
        return tuple(sorted({str(name) for name in self.rows["served_model"].dropna().unique()} - {""}))

    def called(self, label: str) -> "Side":
        """The same under another name."""
        notices = dict.fromkeys([label] if self.notices else [], "; ".join(self.notices.values()))
        return replace(self, label=label, rows=self.rows.assign(model=label), notices=notices)

    def joined(self, more: "Side", clusters: Mapping[str, str]) -> "Side":
        """The same with the replies of another run of its model. Args: clusters: sample of that run -> its cluster."""
        rows = more.rows.assign(model=self.label, cluster=more.rows["sample"].map(clusters).astype("str"))
        together = pd.concat([self.rows, rows], ignore_index=True)
        return replace(self, rows=together, missing=self.missing + more.missing)


def labelled(found: Sequence[Side]) -> tuple[Side, ...]:
    """The sides by their models; where two have the same, by run or file as well. Raises: BadInput: one is named twice."""
    twice = {model for model, count in Counter(each.model for each in found).items() if count > 1}
    stamps = Counter((each.model, _stamp(each.place)) for each in found)
    labels = []
    for each in found:
        clear = stamps[each.model, _stamp(each.place)] == 1
        place = _stamp(each.place) if clear else Path(each.place).name
        labels.append(f"{each.model} @ {place}" if each.model in twice else each.model)
    for label, count in Counter(labels).items():
        if count > 1:
            raise BadInput(f"{label} is named twice", "name two different runs, models or baselines")
    return tuple(each.called(label) for each, label in zip(found, labels, strict=True))


def _stamp(place: str) -> str:
    """What tells runs apart at a glance: when a run was begun, the name of anything else."""
    name = Path(place).name
    stamp = name[:15]
    return stamp if stamp.replace("-", "", 1).isdigit() and stamp[8:9] == "-" else name


def asked_hash(prompt: Prompt) -> str:
    """Eight hexadecimal digits of what an item said: its words and pictures, without settings and solved examples."""
    said = [*unframed(prompt), *(image.sha256 for image in prompt.images)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:8]


# Values of items, kept so that runs and baselines are read alike


def settle(rows: pd.DataFrame, suites: Mapping[str, Suite]) -> tuple[pd.DataFrame, dict[str, Suite]]:
    """The rows with the values that the suites' ItemMetrics find in them, and the suites that read them from there."""
    settled = {
        name: replace(suite, metrics=tuple(map(kept, suite.metrics))) for name, suite in suites.items()
    }
    parts = []
    for name, suite in suites.items():
        part = rows[rows["suite"] == name].reset_index(drop=True)
        tally = Tally(part, suite)
        found = {
            noted_as(metric.name): _values(part, tally.pointed(metric.name)[0])
            for metric in suite.metrics
            if isinstance(metric, ItemMetric)
        }
        parts.append(part.assign(**found))
    return pd.concat(parts, ignore_index=True), settled


def kept(metric: Metric | Index | ItemMetric) -> Metric | Index | ItemMetric:
    """A metric whose values of items are noted in the rows."""
    if not isinstance(metric, ItemMetric):
        return metric
    return replace(metric, value=_noted(metric.name))


def _values(rows: pd.DataFrame, points: Any) -> "pd.Series[float]":
    """Each item's value on its first reply that has a verdict, where a scorer's notes would stand."""
    item = ["model", "seed", "sample", "arm"]
    values = rows[item].assign(value=points).groupby(item, sort=False, dropna=False)["value"].transform("max")
    judged = rows[rows["failure"].isna()]
    first = judged.index[~judged.duplicated(item)]
    return values.where(values.index.isin(first))


def noted_as(metric: str) -> str:
    """The column in which an item's value stands."""
    return f"note_metric {metric}"


def _noted(metric: str) -> Callable[[list[Score]], float | None]:
    name = noted_as(metric).removeprefix("note_")

    def value(scores: list[Score]) -> float | None:
        return next((float(score.notes[name]) for score in scores if name in score.notes), None)

    return value
