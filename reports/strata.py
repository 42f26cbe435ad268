"""Every metric within each declared stratum (tier, domain, wording, ...), all arms together."""

from collections.abc import Mapping

import pandas as pd

from evals.measure import measure
from evals.suite import Suite
from evals.view import View, legend, metrics, several


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """As `evals.measure`, with `stratum` (the tag's name) and `level` (its value)."""
    parts = [
        measure(frame, {name: suite}, (f"tag_{tag}",))
        .rename(columns={f"tag_{tag}": "level"})
        .assign(stratum=tag)
        for name, suite in suites.items()
        for tag in suite.strata
        if f"tag_{tag}" in frame
    ]
    none = measure(frame.iloc[:0], suites, ()).assign(stratum="", level="")
    table = (
        pd.concat([part.astype({"level": object}) for part in parts], ignore_index=True) if parts else none
    )
    order = ["suite", "stratum", "level", "model"]
    return table[[*order, *table.columns.difference(order, sort=False)]]


def view(table: pd.DataFrame) -> View:
    """A table a stratum: a row a level and model, a column a main metric."""
    table, tables = table[table["main"]], []
    for (suite, stratum), rows in table.groupby(["suite", "stratum"], sort=False):
        ordered = rows.sort_values("level", kind="stable", key=lambda levels: levels.map(str))
        keys = ["level", "model"] if several(rows["model"]) else ["level"]
        tables.append(metrics(ordered, keys, f"{suite} by {stratum}"))
    return View(tuple(tables), notes=legend(table))
