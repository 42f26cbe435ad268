"""Pictures of the suite dots: how far counting goes, and on which digits wrong counts end."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from evals import words
from evals.charts import Axis, Bars, Picture, Points
from evals.logistic import Curve
from evals.view import records, several

TICKS = (1, 3, 10, 30, 100, 300, 1000)
FEW = 20
"""Last digits of fewer wrong counts than this are not drawn."""

CHANCE = 0.1
"""Each last digit, were answers as likely to end in any."""


def pictures(table: pd.DataFrame) -> tuple[Picture, ...]:
    """The pictures for which the report's table has numbers."""
    return (*_ladder(table), *_heaping(table))


def _panels(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `panel` and `series`: layouts in panels of model and arm; of one layout, arms in panels of models."""
    if several(table["layout"]):
        return table.assign(panel=_titles(table), series=table["layout"])
    return table.assign(panel=table["model"], series=table["arm"])


def _titles(table: pd.DataFrame) -> "pd.Series[str]":
    """Model and arm; the model alone where there is one arm."""
    return table["model"] + ", " + table["arm"] if several(table["arm"]) else table["model"]


# The ladder


def _ladder(table: pd.DataFrame) -> Iterator[Picture]:
    """Exact counts against n, with the fitted curve, and the n at which half are right."""
    found = _panels(table[table["finding"].isin(["ladder", "curve", "n50"])])
    steps = found[found["finding"] == "ladder"]
    if not len(steps):
        return
    rungs = [float(end) for level in steps["level"] for end in level.split("–")]
    ends = min(rungs), max(rungs)
    ticks = {float(at): f"{at:,}" for at in TICKS if ends[0] <= at <= ends[1]}
    half = found[(found["finding"] == "n50") & (found["value"] > 0) & np.isfinite(found["value"])]
    marks = half.assign(
        x=half["value"],
        low=half["low"].clip(*ends),
        high=half["high"].clip(*ends),
        label=[f"n50 {value:.0f}" for value in half["value"]],
    )
    yield Picture(
        "dots-ladder",
        f"How far counting goes: half are right at {_reached(found)}",
        "Points with 95 % intervals: the share of exact counts against the number of marks shown, with a logistic curve. "
        + "; ".join(_climbed(found))
        + ".",
        Points(
            data=steps.rename(columns={"marks": "x"})[["x", "value", "low", "high", "series", "panel"]],
            x=Axis("marks shown (n)", ticks, log=True),
            y="exact counts",
            curves=_curves(found[found["finding"] == "curve"], *ends),
            marks=marks[["x", "low", "high", "label", "series", "panel"]] if len(marks) else None,
        ),
    )


def _curves(rows: pd.DataFrame, low: float, high: float) -> pd.DataFrame | None:
    """Points of each fitted curve, close enough to look smooth."""
    n = np.geomspace(low, high, 60)
    drawn = []
    for (panel, series), own in rows.groupby(["panel", "series"], sort=False):
        a, b = (float(own["value"][own["level"] == name].iloc[0]) for name in ("a", "b"))
        chance = Curve(a, b).chance(np.log2(n))
        drawn.append(pd.DataFrame({"x": n, "value": chance}).assign(series=str(series), panel=str(panel)))
    return pd.concat(drawn, ignore_index=True) if drawn else None


def _reached(found: pd.DataFrame) -> str:
    """At which n half are right, over all panels: "12 to 74 marks (run), 32 to 206 marks (spaced)"."""
    half = found[(found["finding"] == "n50") & found["value"].notna()]
    said = [
        f"{_range(rows['value'].min(), rows['value'].max())} ({series})"
        for series, rows in half.groupby("series", sort=False)
    ]
    return ", ".join(said) or "an unknown number of marks"


def _between(values: Sequence[float], show: Callable[[float], str]) -> str:
    """The least and the greatest of some values, or the one there is: "12 to 74 %"."""
    low, high = show(min(values)), show(max(values))
    unit = high.split()[-1]
    return high if low == high else f"{low.removesuffix(unit).rstrip()} to {high}"


def _range(low: float, high: float) -> str:
    """From one n50 to another: "12 to 74 marks", "0 to 1 mark"; the one there is if they look alike."""
    if _marks(low) == _marks(high):
        return _marks(high)
    return f"{low:.0f} to {_marks(high)}"


def _marks(n50: float) -> str:
    if n50 == 0:
        return "no number of marks"
    if np.isinf(n50):
        return "more marks than were asked"
    return f"{n50:.0f} mark{'' if round(n50) == 1 else 's'}"


def _climbed(found: pd.DataFrame) -> Iterator[str]:
    """Each panel and series in words, with figures."""
    for (panel, series), rows in found.groupby(["panel", "series"], sort=False):
        steps = [
            f"{words.interval(row['value'], row['low'], row['high'], 'share')} at {row['level']}"
            for row in records(rows[rows["finding"] == "ladder"])
        ]
        half = rows["value"][rows["finding"] == "n50"].dropna()
        reached = f"; half are right at {_marks(half.iloc[0])}" if len(half) else ""
        yield f"{panel}, {series}: {', '.join(steps)}{reached}"


# The last digits


def _heaping(table: pd.DataFrame) -> Iterator[Picture]:
    """On which digits wrong counts end, against what chance gives."""
    digits = table[(table["finding"] == "last digit") & (table["n"] >= FEW)]
    if not len(digits):
        return
    found = digits.assign(
        panel=_titles(digits),
        bar=digits["level"],
        series=["0 or 5" if level in "05" else "another digit" for level in digits["level"]],
    )
    ends, every = [], []
    for panel, rows in found.groupby("panel", sort=False):
        ends.append(float(rows["value"][rows["series"] == "0 or 5"].sum()))
        shares = [f"{row['bar']} {words.share(row['value'])}" for row in records(rows)]
        every.append(f"{panel}, {rows['n'].iloc[0]:.0f} wrong counts: {', '.join(shares)}")
    yield Picture(
        "dots-heaping",
        f"Wrong counts that end in 0 or 5: {_between(ends, words.share)}; chance gives 20 %",
        "Bars with 95 % intervals: the share of wrong counts by their last digit, against the 10 % that chance gives each. "
        f"{'; '.join(every)}.",
        Bars(
            found[["bar", "value", "low", "high", "series", "panel"]],
            "share of wrong counts (dashed: chance)",
            "last digit",
            CHANCE,
            least=240,
        ),
    )
