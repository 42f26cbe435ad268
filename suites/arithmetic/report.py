"""Arithmetic: what working before the answer changes, and what it costs."""

from collections.abc import Mapping

import pandas as pd

from evals import words
from evals.measure import measure
from evals.suite import Suite
from evals.view import Row, Table, View, records, spread

from . import effects
from .pictures import pictures

NAME = "arithmetic"


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a model, arm and effect, of the suite arithmetic alone.

    Returns: the columns of `effects.effects` and `level`: of the effect "accuracy" how many operations the problems take.
    """
    own = {name: suite for name, suite in suites.items() if name == NAME}
    rows = frame[frame["suite"].isin(list(own))]
    found = [effects.effects(rows), _by_level(rows, own)]
    filled = [each for each in found if len(each)] or found[:1]
    return pd.concat(filled, ignore_index=True).reindex(columns=[*found[0].columns, "level"])


def _by_level(rows: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """Right answers by level, in each arm."""
    table = (
        measure(rows, suites, ("arm", "tag_level")) if "tag_level" in rows else pd.DataFrame({"metric": []})
    )
    found = table[table["metric"] == "accuracy"].rename(columns={"metric": "effect", "tag_level": "level"})
    same = [
        "model",
        "arm",
        "effect",
        "title",
        "unit",
        "value",
        "low",
        "high",
        "n",
        "clusters",
        "method",
        "level",
    ]
    ordered = found.reindex(columns=same).sort_values("level", kind="stable")
    return ordered.assign(title="right answers, by operations", sentence="")


def view(table: pd.DataFrame) -> View:
    """The two arms compared, a row a model; each arm by itself, a row a model and arm; what the columns mean.

    The effect as advised is a contrast of the suite, and as such in words already.
    """
    rows = records(table[table["effect"] != "accuracy"])
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
    lines, undecided = (
        tuple(
            f"{row['model']}: {row['sentence']}"
            for row in compared
            if row["effect"] != "ITT"
            and not pd.isna(row["value"])
            and (row["low"] > 0 or row["high"] < 0) is kind
        )
        for kind in (True, False)
    )
    return View(tables, lines, notes, pictures=pictures(table), undecided=undecided)


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
