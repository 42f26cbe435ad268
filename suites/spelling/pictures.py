"""The picture of the suite spelling: what whole words hide, by their length."""

import pandas as pd

from evals import words
from evals.charts import Axis, Picture, Points
from evals.charts.picture import headline
from evals.view import records

from .items import BANDS
from .prompts import SPACED, WORD

SEEN = {WORD: "whole word", SPACED: "letters set apart"}
"""Arm -> what the model is shown."""


def pictures(table: pd.DataFrame) -> tuple[Picture, ...]:
    """Accuracy by length of the word, whole and with its letters set apart; none where only one of them was asked."""
    found = table[(table["finding"] == "accuracy") & (table["n"] > 0)]
    if set(found["arm"]) != set(SEEN):
        return ()
    places = {band: float(place) for place, band in enumerate(BANDS)}
    effect = table[(table["finding"] == "tokenisation") & (table["by"] == "")]
    gains = {
        str(row["model"]): words.change(row["value"], row["low"], row["high"]) for row in records(effect)
    }
    data = found.assign(x=found["level"].map(places), series=found["arm"].map(SEEN), panel=found["model"])
    return (
        Picture(
            "spelling-tokenisation",
            headline(
                "Setting the letters of words apart changes accuracy", gains, words.changes(effect["value"])
            ),
            "Points with 95 % intervals: the share of right answers about letters of words, by the length of the word, for whole "
            f"words and for words with their letters set apart. {'; '.join(_said(data))}.",
            Points(
                data[["x", "value", "low", "high", "series", "panel"]],
                Axis("length of the word (letters)", {place: band for band, place in places.items()}),
                "right answers",
            ),
        ),
    )


def _said(data: pd.DataFrame) -> list[str]:
    """Each model and way of showing in words, with figures."""
    said = []
    for (panel, series), rows in data.groupby(["panel", "series"], sort=False):
        shares = [
            f"{words.interval(row['value'], row['low'], row['high'], 'share')} at {row['level']} letters"
            for row in records(rows)
        ]
        said.append(f"{panel}, {series}: {', '.join(shares)}")
    return said
