"""A timeline: values with intervals at the times of their runs, the mean of each level, and where one begins."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evals.charts import theme
from evals.charts.panels import clean, legend, look, values

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

LABELS = 62
"""The room that the value axis takes, in pixels."""


@dataclass(frozen=True)
class Timeline:
    """Values over time, by series.

    Attributes:
        data: columns at (time), value, low, high (NaN draws no interval), series; level (a number) and mean (of the level);
            counted (others are hollow); change (the word where a level begins, else empty); served (the name of the model
            that is served from here on, else empty).
        y: what the values are. unit: share is shown as per cent.
    """

    data: pd.DataFrame
    y: str
    unit: str

    def __call__(self, width: int) -> "ChartType":
        """The chart, so many pixels wide."""
        import altair as alt

        table = clean(self.data.rename(columns={"served": "label"}))
        table["at"] = table["at"].dt.strftime("%Y-%m-%dT%H:%M:%S")
        series = values(table, "series")
        layers = [*self._marks(series, width), *self._levels(series, width), *self._points(series, width)]
        whole: ChartType = alt.layer(*layers, data=table).properties(width=width - LABELS, height=240)
        return whole

    def _points(self, series: Sequence[str], width: int) -> "list[alt.Chart]":
        import altair as alt

        shown = legend(series, width)
        colour = alt.Color("series:N", scale=look(series, "colour"), legend=shown)
        shape = alt.Shape("series:N", scale=look(series, "shape"), legend=shown)
        points = alt.Chart().encode(x=self._x(), y=self._y())
        bounded = alt.Chart().transform_filter("isValid(datum.low)")
        return [
            bounded.mark_rule(strokeWidth=1.5, opacity=0.7).encode(
                x=self._x(), y=alt.Y("low:Q"), y2="high:Q", color=colour
            ),
            points.transform_filter("datum.counted")
            .mark_point(filled=True, size=45, opacity=1)
            .encode(color=colour, shape=shape),
            points.transform_filter("!datum.counted")
            .mark_point(filled=True, size=45, opacity=1, fill=theme.LIGHT["paper"], strokeWidth=1.5)
            .encode(stroke=alt.Stroke("series:N", scale=look(series, "colour"), legend=None), shape=shape),
        ]

    def _levels(self, series: Sequence[str], width: int) -> "list[alt.Chart]":
        """The mean of each level, as a line as long as it lasts."""
        import altair as alt

        colour = alt.Color("series:N", scale=look(series, "colour"), legend=legend(series, width))
        lasting = alt.Chart().transform_filter("datum.counted")
        return [
            lasting.transform_filter(f"datum.series == {json.dumps(name)}")
            .mark_line(strokeWidth=3, opacity=0.45)
            .encode(x=self._x(), y=alt.Y("mean:Q"), color=colour, detail="level:N")
            for name in series
        ]

    def _marks(self, series: Sequence[str], width: int) -> "list[alt.Chart]":
        """Where a level begins, and where another model is served."""
        import altair as alt

        faint = theme.LIGHT["faint"]
        colour = alt.Color("series:N", scale=look(series, "colour"), legend=legend(series, width))
        begins = alt.Chart().transform_filter("datum.change != ''")
        switches = alt.Chart().transform_filter("datum.label != ''")
        return [
            begins.mark_rule(strokeDash=[4, 3]).encode(x=self._x(), color=colour),
            begins.mark_text(align="left", dx=4, dy=8, fontSize=12, fontWeight="bold").encode(
                x=self._x(), y=alt.value(0), text="change:N", color=colour
            ),
            switches.mark_rule(strokeDash=[1, 3], strokeWidth=2, color=faint).encode(x=self._x()),
            switches.mark_text(align="right", dx=-4, dy=-9, fontSize=12, color=faint).encode(
                x=self._x(), y=alt.value("height"), text="label:N"
            ),
        ]

    def _x(self) -> "alt.X":
        import altair as alt

        # The days are written as numbers alone, which every reader takes alike.
        axis = alt.Axis(title=None, format="%m-%d", grid=False, labelOverlap=True, tickCount=8)
        return alt.X("at:T", axis=axis, scale=alt.Scale(padding=12))

    def _y(self) -> "alt.Y":
        import altair as alt

        counts = self.unit == "share"
        title = self.y if counts or self.unit == "points" else f"{self.y} ({self.unit})"
        ends = self.data[["value", "low", "high"]]
        low, high = float(ends.min().min()), float(ends.max().max())
        room = 0.08 * (high - low) or 0.05
        domain = [max(0.0, low - room), min(1.0, high + room)] if counts else [low - room, high + room]
        axis = alt.Axis(title=title, tickCount=5)
        if counts:
            axis = alt.Axis(title=title, tickCount=5, labelExpr="format(datum.value * 100, '.3~g') + ' %'")
        return alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=domain, zero=False, nice=False))
