"""Every metric with its 95 % interval, by model and arm."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from evals.measure import ALL_ARMS, measure
from evals.suite import Suite
from evals.view import Table, View, in_order, legend, legend_in_brief, metrics, several


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
    main, lines = _counted(table)
    more = () if len(main) == len(table) else _tables(table, "every metric")
    return View(_tables(main), lines, notes=legend(main) if len(main) else (), more=more)


def brief(table: pd.DataFrame) -> View:
    """The main metrics; of several suites only those that fit side by side. The legend is a line a suite."""
    main, lines = _counted(table)
    tables = tuple(replace(each, folded=several(main["suite"])) for each in _tables(main))
    return View(tables, lines, notes=legend_in_brief(main) if len(main) else ())


def _counted(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows of main metrics of suites in which any reply counts, and a line for each suite in which none does."""
    asked = table.assign(
        found=table["n"] + table["lost"]
    )  # what was lost is shown: a table of dashes then says so
    counted = asked.groupby("suite", sort=False)["found"].transform("max") > 0
    bare = table["suite"][~counted].unique()
    lines = tuple(f"No reply counts for a metric of suite {suite}." for suite in bare)
    return table[table["main"] & counted], lines


def _tables(table: pd.DataFrame, what: str = "") -> tuple[Table, ...]:
    tables = []
    for suite, rows in table.groupby("suite", sort=False):
        keys = ["model", "arm"] if several(rows["arm"]) else ["model"]
        tables.append(metrics(rows, keys, ", ".join(filter(None, (str(suite), what)))))
    return tuple(tables)
