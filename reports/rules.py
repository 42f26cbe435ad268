"""Which rule of the scorer decided how many verdicts: the rare ones are worth reading."""

from collections.abc import Mapping

import pandas as pd

from evals import words
from evals.suite import Suite
from evals.view import Table, View


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite, rule and outcome: replies (count), share (0 to 1, of the suite's verdicts), sample and arm of one."""
    rows = frame[frame["suite"].isin(list(suites)) & frame["failure"].isna()]
    groups = rows.groupby(["suite", "rule", "outcome"], sort=False)
    found = groups.agg(
        replies=("sample", "size"), sample=("sample", "first"), arm=("arm", "first")
    ).reset_index()
    found["share"] = found["replies"] / found.groupby("suite")["replies"].transform("sum")
    return found.sort_values(["suite", "replies"], ascending=[True, False], kind="stable", ignore_index=True)


def view(table: pd.DataFrame) -> View:
    """A table a suite, the commonest rule first."""
    tables = []
    for suite, rows in table.groupby("suite", sort=False):
        shown = pd.DataFrame(
            {
                "rule": rows["rule"],
                "outcome": rows["outcome"],
                "replies": [
                    f"{n} ({words.share(share)})"
                    for n, share in zip(rows["replies"], rows["share"], strict=True)
                ],
                "for example": rows["sample"] + ", " + rows["arm"],
            }
        )
        tables.append(Table(str(suite), shown, 1))
    return View(tuple(tables))
