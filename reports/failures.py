"""Requests without a verdict, by kind: these are never counted as wrong."""

from collections.abc import Mapping

import pandas as pd

from evals.suite import Suite
from evals.view import Table, View


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite, model and kind: replies (count), attempts (requests, in all), the first one's message and sample."""
    rows = frame[frame["suite"].isin(list(suites)) & frame["failure"].notna()]
    groups = rows.groupby(["suite", "model", "failure"], sort=False)
    return groups.agg(
        replies=("sample", "size"),
        attempts=("attempts", "sum"),
        message=("failure_message", "first"),
        sample=("sample", "first"),
    ).reset_index()


def view(table: pd.DataFrame) -> View:
    """A row a model and kind; the messages below."""
    shown = table[["model", "failure", "replies", "attempts", "sample"]].astype(str)
    notes = tuple(dict.fromkeys(f"{row.failure}: {row.message}" for row in table.itertuples()))
    return View((Table("", shown, 2),), notes=notes)


def brief(table: pd.DataFrame) -> View:
    """The same: what went wrong is said at once."""
    return view(table)
