"""How many replies ended in each outcome."""

from collections.abc import Mapping

import pandas as pd

from evals import words
from evals.suite import Suite
from evals.view import Row, Table, View, in_order, records, spread, unrepeated


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite, model, arm and outcome: replies (count) and share (0 to 1, of that model's replies in that arm).

    Demonstrations are not counted.
    """
    keys = ["suite", "model", "arm"]
    rows = frame[frame["suite"].isin([name for name, suite in suites.items() if not suite.is_demonstration])]
    found = rows.groupby([*keys, "outcome"], sort=False).size().rename("replies").reset_index()
    found["share"] = found["replies"] / found.groupby(keys)["replies"].transform("sum")
    found = in_order(found, *keys)
    found["place"] = found.groupby(keys, sort=False).ngroup()
    found = found.sort_values(["place", "replies"], ascending=[True, False], kind="stable")
    return found.drop(columns="place").reset_index(drop=True)


def view(table: pd.DataFrame) -> View:
    """A table a suite: a row a model and arm, a column an outcome, the commonest first."""
    tables = []
    for suite, rows in table.groupby("suite", sort=False):
        totals = (
            rows.groupby("outcome", sort=False)["replies"].sum().sort_values(ascending=False, kind="stable")
        )
        wide = spread(records(rows), ["model", "arm"], "outcome", _cell).replace("–", "0")
        shown = unrepeated(wide[["model", "arm", *totals.index]], "model")
        tables.append(Table(str(suite), shown, 2))
    return View(tuple(tables))


def _cell(row: Row) -> str:
    return f"{row['replies']} ({words.share(row['share'])})"
