"""Every metric with its 95 % interval, by model and arm."""

from collections.abc import Mapping

import pandas as pd

from evals.measure import ALL_ARMS, measure
from evals.suite import Suite
from evals.view import View, in_order, legend, metrics, several


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """As `evals.measure`: one row a suite, model, arm and metric; of several arms, also all together (arm "all")."""
    parts = [measure(frame, suites)]
    for name, suite in suites.items():
        if several(frame["arm"][frame["suite"] == name]):
            parts.append(measure(frame, {name: suite}, ()).assign(arm=ALL_ARMS))
    return in_order(pd.concat(parts, ignore_index=True), "suite", "model", "arm")


def view(table: pd.DataFrame) -> View:
    """A table a suite: a row a model and arm, a column a metric."""
    tables = []
    for suite, rows in table.groupby("suite", sort=False):
        keys = ["model", "arm"] if several(rows["arm"]) else ["model"]
        tables.append(metrics(rows, keys, str(suite)))
    return View(tuple(tables), legend(table))
