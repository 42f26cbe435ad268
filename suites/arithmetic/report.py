"""Arithmetic: what working before the answer changes, and what it costs."""

from collections.abc import Mapping

import pandas as pd

from evals import words
from evals.suite import Suite
from evals.view import Row, Table, View, records, spread

from . import effects

NAME = "arithmetic"


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a model, arm and effect, of the suite arithmetic alone: its columns are those of `effects.effects`."""
    return effects.effects(frame[frame["suite"].isin([name for name in suites if name == NAME])])


def view(table: pd.DataFrame) -> View:
    """The two arms compared, a row a model; each arm by itself, a row a model and arm; what the columns mean.

    The effect as advised is a contrast of the suite, and as such in words already.
    """
    rows = records(table)
    compared = [row for row in rows if row["unit"] in ("points", "tokens")]
    alone = [row for row in rows if row not in compared]
    tables = (
        Table("Working first, less answering first", spread(compared, ["model"], "effect", _cell)),
        Table("Each arm", spread(alone, ["model", "arm"], "effect", _cell), 2),
    )
    meanings = dict.fromkeys(f"{row['effect']}: {row['title']}" for row in rows)
    undefined = [
        f"{row['model']}, {row['effect']}: {row['method']}" for row in compared if pd.isna(row["value"])
    ]
    notes = (*undefined, "In brackets: 95 % confidence intervals.", *meanings)
    lines = [
        f"{row['model']}: {row['sentence']}"
        for row in compared
        if row["effect"] != "ITT" and not pd.isna(row["value"])
    ]
    return View(tables, tuple(lines), notes)


def _cell(row: Row) -> str:
    """A value with its interval; a dash where there is none."""
    if pd.isna(row["value"]):
        return "–"
    if row["unit"] == "share":
        return words.interval(row["value"], row["low"], row["high"], "share")
    scale, digits = {"points": (100, 0), "tokens": (1, 0), "rate": (1, 1), "odds": (1, 2)}[row["unit"]]
    value, low, high = (
        f"{round(scale * row[name], digits) + 0.0:,.{digits}f}" for name in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})"
