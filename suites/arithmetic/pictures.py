"""The picture of the suite arithmetic: answering first against working step by step, by the number of steps."""

import pandas as pd

from evals import words
from evals.charts import Axis, Picture, Points
from evals.charts.picture import headline
from evals.view import records

from .arms import FIRST, STEPS


def pictures(table: pd.DataFrame) -> tuple[Picture, ...]:
    """Accuracy by level in both arms; none where only one of them was asked."""
    found = table[(table["effect"] == "accuracy") & table["arm"].isin([FIRST, STEPS]) & (table["n"] > 0)]
    if set(found["arm"]) != {FIRST, STEPS}:
        return ()
    effect = table[table["effect"] == "ITT"]
    gains = {
        str(row["model"]): words.change(row["value"], row["low"], row["high"]) for row in records(effect)
    }
    data = found.assign(x=found["level"].astype(float), series=found["arm"], panel=found["model"])
    return (
        Picture(
            "arithmetic-levels",
            headline(
                "Working step by step before answering changes accuracy",
                gains,
                words.changes(effect["value"]),
            ),
            "Points with 95 % intervals: the share of right answers by the number of operations, answering first and working step "
            f"by step. {'; '.join(_said(data))}.",
            Points(
                data[["x", "value", "low", "high", "series", "panel"]],
                Axis(
                    "operations a problem takes", {level: f"{level:.0f}" for level in sorted(set(data["x"]))}
                ),
                "right answers",
            ),
        ),
    )


def _said(data: pd.DataFrame) -> list[str]:
    """Each model and arm in words, with figures."""
    said = []
    for (panel, series), rows in data.groupby(["panel", "series"], sort=False):
        shares = [
            f"{words.interval(row['value'], row['low'], row['high'], 'share')} at {row['x']:.0f}"
            for row in records(rows)
        ]
        said.append(f"{panel}, {series}: {', '.join(shares)}")
    return said
