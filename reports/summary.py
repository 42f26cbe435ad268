"""Every metric with its 95 % interval, by model and arm."""

from collections.abc import Mapping

import pandas as pd

from evals.measure import ALL_ARMS, measure
from evals.suite import Suite
from evals.view import Table, View, in_order, legend, metrics, several


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """As `evals.measure`: one row a suite, model, arm and metric; of several arms, also all together (arm "all").

    Arms are put together only where every model was asked in each of them.
    """
    parts = [measure(frame, suites)]
    for name, suite in suites.items():
        rows = frame[frame["suite"] == name]
        if several(rows["arm"]) and _asked_alike(rows):
            parts.append(measure(frame, {name: suite}, ()).assign(arm=ALL_ARMS))
    return in_order(pd.concat(parts, ignore_index=True), "suite", "model", "arm")


def _asked_alike(rows: pd.DataFrame) -> bool:
    return len(rows[["model", "arm"]].drop_duplicates()) == rows["model"].nunique() * rows["arm"].nunique()


def view(table: pd.DataFrame) -> View:
    """A table a suite: a row a model and arm, a column a main metric; on a page, also all metrics."""
    asked = table.assign(
        found=table["n"] + table["lost"]
    )  # what was lost is shown: a table of dashes then says so
    counted = asked.groupby("suite", sort=False)["found"].transform("max") > 0
    bare = table["suite"][~counted].unique()
    main = table[table["main"] & counted]
    more = () if len(main) == len(table) else _tables(table, "every metric")
    lines = tuple(f"No reply counts for a metric of suite {suite}." for suite in bare)
    return View(_tables(main), lines, notes=legend(main) if len(main) else (), more=more)


def _tables(table: pd.DataFrame, what: str = "") -> tuple[Table, ...]:
    tables = []
    for suite, rows in table.groupby("suite", sort=False):
        keys = ["model", "arm"] if several(rows["arm"]) else ["model"]
        tables.append(metrics(rows, keys, ", ".join(filter(None, (str(suite), what)))))
    return tuple(tables)
