"""Misses: which items each model got wrong, so that the failures of models can be laid side by side."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from evals.measure import AnyMetric, Tally, bounds
from evals.suite import Suite
from evals.types import Index

COLUMNS = ("suite", "seed", "sample", "arm", "model", "cluster", "missed", "target", "answer", "prompt")


def misses(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row an item and model that counts in the suite's first metric with a least and a most.

    Returns: COLUMNS. An item is a sample in an arm. `missed` (bool): the mean over its repeats lies in the worse half of
        what the metric gives. answer, prompt: of the first repeat. Suites without such a metric give no rows.
    """
    parts = [
        part
        for name, suite in suites.items()
        if (metric := judging(suite)) is not None
        for part in _of(Tally(frame[frame["suite"] == name], suite), metric)
    ]
    none = frame.iloc[:0].assign(missed=pd.Series(dtype=bool))[list(COLUMNS)]
    return pd.concat([part for part in parts if len(part)] or [none], ignore_index=True)


def judging(suite: Suite) -> AnyMetric | None:
    """The metric by which an item is missed: the first that gives each item points between two bounds."""
    plain = (each for each in suite.metrics if not isinstance(each, Index))
    return next((each for each in plain if np.isfinite(bounds(each)).all() and each.better), None)


def _of(tally: Tally, metric: AnyMetric) -> Iterator[pd.DataFrame]:
    """The items of each model."""
    middle = sum(bounds(metric)) / 2
    first_row = (
        pd.Series(np.arange(len(tally.item))).groupby([tally.rows["model"].to_numpy(), tally.item]).first()
    )
    for (model,), places in tally.groups(("model",)):
        items = tally.items(metric.name, places)
        rows = tally.rows.iloc[first_row[model].reindex(items.item).to_numpy()]
        missed = items.value > middle if metric.better == "lower" else items.value < middle
        yield rows.assign(missed=missed)[list(COLUMNS)]


def matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """Of one suite, a row an item that every model was judged on and a column a model: whether it missed.

    Args: rows: of `misses`. Returns: indexed by seed, sample, arm, cluster; bool; models in the order of occurrence.
    """
    key = ["seed", "sample", "arm", "cluster"]
    keyed = rows.assign(seed=rows["seed"].fillna(-1))  # a seed that is not known is one like any other
    wide = keyed.pivot_table(
        index=key, columns="model", values="missed", aggfunc="first", sort=False, observed=True
    )
    return wide[list(rows["model"].unique())].dropna().astype(bool)
