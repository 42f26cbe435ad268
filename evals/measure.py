"""Measures: a suite's declared metrics, each with its interval, for every model and arm of a frame."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evals import stats
from evals.errors import BadInput
from evals.stats import Estimate, Floats
from evals.suite import Suite
from evals.types import Index, ItemMetric, Metric, Score, Tag

Codes = NDArray[np.integer[Any]]
AnyMetric = Metric | Index | ItemMetric

LOST = frozenset({"error", "too_long", "truncated", "unparsed", "invalid"})
"""Outcomes in which there was nothing to judge. Where they leave a metric's denominator, `lost` says how many did."""

ALL_ARMS = "all"
"""What the column `arm` says where the arms are put together; no arm may have this name."""


@dataclass(frozen=True)
class Items:
    """What one metric finds for some replies: one value an item, the mean over its repeats.

    Attributes:
        item, cluster: shape (n,), whole numbers that mean the same throughout one `Tally`.
        value: shape (n,), in points.
        replies: how many replies the values rest on.
        lost: the share of the metric's replies in which there was nothing to judge, 0 to 1.
    """

    item: Codes
    cluster: Codes
    value: Floats
    replies: int
    lost: float


class Tally:
    """One suite's replies, ready to be measured: items and clusters numbered, points given.

    Args:
        rows: the replies of one suite, as from `frame`.
        suite: whose metrics are counted.
        key: the columns that make an item: its values are averaged over the rest, which is the repeats.

    Attributes:
        rows: as given, numbered anew.
        metrics: name -> metric.
        item: shape (rows,): the number of each row's item.
    """

    def __init__(
        self, rows: pd.DataFrame, suite: Suite, key: Sequence[str] = ("seed", "sample", "arm")
    ) -> None:
        self.rows = rows.reset_index(drop=True)
        self.metrics: dict[str, AnyMetric] = {each.name: each for each in suite.metrics}
        self.item = self.rows.groupby(list(key), sort=False, dropna=False).ngroup().to_numpy(np.intp)
        self._cluster = self.rows.groupby("cluster", sort=False).ngroup().to_numpy(np.intp)
        self._lost = self.rows["outcome"].isin(LOST).to_numpy()
        self._points: dict[str, tuple[Floats, NDArray[np.bool_]]] = {}

    def parts(self, name: str) -> dict[str, float]:
        """What a metric is made of, with weights; itself, unless it is an index.

        Raises: BadInput: an index of indexes.
        """
        metric = self.metrics[name]
        if not isinstance(metric, Index):
            return {name: 1.0}
        for part in metric.weights:
            if isinstance(self.metrics[part], Index):
                raise BadInput(
                    f"index {name} is made of index {part}", "make it of metrics, in the suite's file"
                )
        return dict(metric.weights)

    def groups(self, by: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], Codes]]:
        """The rows of each combination of these columns, in the order of first occurrence; rows with NaN in none."""
        codes = self.rows.groupby(list(by), sort=False).ngroup().to_numpy()
        order = np.argsort(codes, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
            if len(rows) and codes[rows[0]] >= 0:
                yield tuple(self.rows.loc[rows[0], list(by)]), rows

    def items(self, name: str, rows: Codes) -> Items:
        """What a metric finds in some of the rows."""
        points, fits = self.pointed(name)
        eligible = rows[fits[rows]]
        counted = eligible[~np.isnan(points[eligible])]
        codes, first, place = np.unique(self.item[counted], return_index=True, return_inverse=True)
        sizes = np.bincount(place, minlength=len(codes))
        return Items(
            item=codes,
            cluster=self._cluster[counted][first],
            value=np.bincount(place, weights=points[counted], minlength=len(codes)) / sizes,
            replies=len(counted),
            lost=float((self._lost & np.isnan(points))[eligible].mean()) if len(eligible) else 0.0,
        )

    def concerns(self, name: str, rows: Codes) -> bool:
        """Whether a metric is about any of the rows, judged or not."""
        return any(self.pointed(part)[1][rows].any() for part in self.parts(name))

    def pointed(self, name: str) -> tuple[Floats, NDArray[np.bool_]]:
        """What each reply counts for a metric, NaN where it does not, and whether it is about it at all; shape (rows,)."""
        if name not in self._points:
            metric = self.metrics[name]
            fits = _fits(self.rows, getattr(metric, "where", {}))
            self._points[name] = (self._points_of(metric, fits), fits)
        return self._points[name]

    def _points_of(self, metric: AnyMetric, fits: NDArray[np.bool_]) -> Floats:
        """What each reply counts for a metric, shape (rows,); NaN where it does not count."""
        points = np.full(len(self.rows), np.nan)
        if isinstance(metric, Metric):
            points[fits] = self.rows["outcome"][fits].map(metric.points).to_numpy(float)
        elif isinstance(metric, ItemMetric):
            for first, value in self._item_values(metric, np.flatnonzero(fits)):
                points[first] = value
        return points

    def _item_values(self, metric: ItemMetric, places: Codes) -> Iterator[tuple[int, float]]:
        """Each item's value by an ItemMetric, with the place of the row that is to hold it."""
        rows, item = self.rows.iloc[places], self.item[places]
        models = rows["model"].factorize()[0]
        order = np.lexsort((rows["repeat"].to_numpy(), item, models))
        same = models * (item.max(initial=0) + 1) + item
        for group in np.split(places[order], np.flatnonzero(np.diff(same[order])) + 1):
            scores = [score for place in group if (score := self._scores[place]) is not None]
            value = metric.value(scores) if scores else None
            if value is not None:
                yield int(group[0]), float(value)

    @cached_property
    def _scores(self) -> list[Score | None]:
        """The scores that the rows were made from; None for a failure."""
        notes = [str(column) for column in self.rows if str(column).startswith("note_")]
        read = ("outcome", "answer", "value", "rule", "failure", *notes)
        columns = [self.rows[name].astype(object).where(self.rows[name].notna(), None) for name in read]
        names = [name.removeprefix("note_") for name in notes]
        return [
            Score(
                outcome,
                answer,
                value,
                rule,
                {name: note for name, note in zip(names, found, strict=True) if note is not None},
            )
            if failure is None
            else None
            for outcome, answer, value, rule, failure, *found in zip(*columns, strict=True)
        ]


def _fits(rows: pd.DataFrame, where: Mapping[str, frozenset[Tag]]) -> NDArray[np.bool_]:
    """Which rows have tags among the admitted values; a tag that no reply has fits none."""
    fits = np.ones(len(rows), bool)
    for tag, admitted in where.items():
        column = f"tag_{tag}"
        values = rows[column].astype(object) if column in rows else [None] * len(rows)
        fits &= np.fromiter((value in admitted for value in values), bool, len(rows))
    return fits


# Estimates


def estimate(metric: AnyMetric, items: Items, level: float = 0.95) -> Estimate:
    """A metric over items: Wilson where only two values are possible, t otherwise; both by clusters."""
    low, high = bounds(metric)
    if not is_two_valued(metric, items.value):
        return stats.mean(items.value, items.cluster, (low, high), level)
    found = stats.share((items.value - low) / (high - low), items.cluster, items.replies, level)
    return stretched(found, low, high - low)


def measured(tally: Tally, name: str, rows: Codes, level: float = 0.95) -> tuple[Estimate, float]:
    """A metric or index over some rows, and the share of their replies in which there was nothing to judge."""
    weights = tally.parts(name)
    items = [tally.items(part, rows) for part in weights]
    parts = [estimate(tally.metrics[part], found, level) for part, found in zip(weights, items, strict=True)]
    constant = getattr(tally.metrics[name], "constant", 0.0)
    return combine(parts, items, weights, constant), max(found.lost for found in items)


def combine(
    parts: Sequence[Estimate], items: Sequence[Items], weights: Mapping[str, float], constant: float
) -> Estimate:
    """Weighted parts added up; parts that share clusters are taken as correlated. One part of weight 1 is itself.

    Where a part has no items there is no sum either.
    """
    if not all(part.n for part in parts):
        return stats.NOTHING
    shared = stats.correlation([part.value for part in items], [part.cluster for part in items])
    found = stats.mover(parts, list(weights.values()), constant, shared)
    n = len(np.unique(np.concatenate([part.item for part in items])))
    clusters = len(np.unique(np.concatenate([part.cluster for part in items])))
    return replace(found, n=n, clusters=clusters)


def bounds(metric: AnyMetric) -> tuple[float, float]:
    """The least and most that one item can have."""
    if isinstance(metric, Metric):
        return min(metric.points.values(), default=0.0), max(metric.points.values(), default=0.0)
    return (0.0, 1.0) if unit(metric) == "share" else (-math.inf, math.inf)


def is_two_valued(metric: AnyMetric, values: Floats) -> bool:
    """Whether one reply can only have one of two values, so that the metric is a share of them."""
    if isinstance(metric, Metric):
        return len(set(metric.points.values())) == 2
    return unit(metric) == "share" and bool(np.isin(values, (0.0, 1.0)).all())


def stretched(found: Estimate, start: float, width: float) -> Estimate:
    """An estimate on 0..1 (or -1..1) in points: start + width x it."""
    value, low, high = (start + width * x for x in (found.value, found.low, found.high))
    return replace(found, value=value, low=low, high=high)


def unit(metric: AnyMetric) -> str:
    """How to show a metric: `share` as per cent, `points` as a bare number, else what it counts in."""
    if isinstance(metric, ItemMetric):
        return metric.unit
    if isinstance(metric, Index):
        return "points"
    return "share" if set(metric.points.values()) == {0.0, 1.0} else "points"


# The table


def measure(frame: pd.DataFrame, suites: Mapping[str, Suite], by: Sequence[str] = ("arm",)) -> pd.DataFrame:
    """Every metric of the suites for every model, broken down by these columns.

    Args:
        frame: replies, as from `evals.frame.frame`.
        suites: name -> suite.
        by: columns of the frame, such as `arm` or `tag_tier`; empty puts all arms together.
    Returns: one row a suite, model, group and metric: suite, model, the `by` columns, metric, title, value, low, high
        (95 %, in `unit`), n (items), clusters, unit (share, points or what is counted), better (higher, lower or NaN), main, lost (share of
        replies without anything to judge, 0 to 1), method. NaN where no item counts.
    """
    rows = [row for name, suite in suites.items() for row in _measure_suite(frame, name, suite, by)]
    head = ["suite", "model", *by, "metric", "title", "value", "low", "high", "n", "clusters"]
    return pd.DataFrame(rows, columns=[*head, "unit", "better", "main", "lost", "method"])


def _measure_suite(
    frame: pd.DataFrame, name: str, suite: Suite, by: Sequence[str]
) -> Iterable[dict[str, Any]]:
    tally = Tally(frame[frame["suite"] == name], suite)
    for key, rows in tally.groups(("model", *by)):
        labels = {"suite": name} | dict(zip(("model", *by), key, strict=True))
        for metric in suite.metrics:
            yield labels | _measure_one(tally, metric, rows)


def _measure_one(tally: Tally, metric: AnyMetric, rows: Codes) -> dict[str, Any]:
    found, lost = measured(tally, metric.name, rows)
    return {
        "metric": metric.name,
        "title": metric.title,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "clusters": found.clusters,
        "unit": unit(metric),
        "better": metric.better,
        "main": metric.main,
        "lost": lost,
        "method": found.method,
    }
