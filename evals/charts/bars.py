"""Bars with their intervals: a row for each arm or level, a colour and shape for each series, a panel for each outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evals.charts import theme
from evals.charts.panels import LETTER, arranged, clean, legend, look, room, values

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

THICK = 13
"""The room of one bar, in pixels."""


@dataclass(frozen=True)
class Bars:
    """Shares with intervals, by bar, series and panel.

    Attributes:
        data: columns bar, value, low, high (0 to 1; NaN draws no interval), series, panel; in the order in which they are
            shown.
        x: what the shares are of, with its unit: "share of replies".
        y: what the bars are; empty where their names say it.
        chance: a share that is drawn as a line, as what chance gives.
        least: how narrow a panel may be, in pixels.
    """

    data: pd.DataFrame
    x: str
    y: str = ""
    chance: float | None = None
    least: int = 130

    def __call__(self, width: int) -> "ChartType":
        """The chart, so many pixels wide."""
        table = clean(self.data)
        bars, series = values(table, "bar"), values(table, "series")
        labels = max(map(len, bars)) * LETTER + (40 if self.y else 18)
        place = room(width, len(values(table, "panel")), labels, self.least)
        height = len(bars) * (self._abreast() * THICK + 7)
        return arranged(self._layers(bars, series, width), table, place, height)

    def _abreast(self) -> int:
        """How many series stand side by side in one bar's row."""
        return int(self.data.groupby(["panel", "bar"])["series"].nunique().max())

    def _layers(self, bars: Sequence[str], series: Sequence[str], width: int) -> "list[alt.Chart]":
        import altair as alt

        shown = legend(series, width)
        colour = alt.Color("series:N", scale=look(series, "colour"), legend=shown)
        shape = alt.Shape("series:N", scale=look(series, "shape"), legend=shown)
        axis = alt.Axis(title=self.y or None, grid=False, domain=False, ticks=False)
        y = alt.Y("bar:N", sort=list(bars), axis=axis, scale=alt.Scale(paddingInner=0.18))
        x, chart = self._x(), alt.Chart().encode(y=y)
        if self._abreast() > 1:
            aside = alt.YOffset("series:N", sort=list(series), scale=alt.Scale(paddingInner=0.1))
            chart = chart.encode(yOffset=aside)
        bounded = chart.transform_filter("isValid(datum.low)")
        layers = [
            chart.mark_bar(opacity=0.4).encode(x=x, color=colour),
            bounded.mark_rule(strokeWidth=1.5).encode(x=alt.X("low:Q"), x2="high:Q", color=colour),
            chart.mark_point(filled=True, size=45, opacity=1).encode(x=x, color=colour, shape=shape),
        ]
        if self.chance is not None:
            line = alt.Chart().mark_rule(strokeDash=[4, 3], color=theme.LIGHT["ink"])
            layers.append(line.encode(x=alt.X(datum=self.chance)))
        return layers

    def _x(self) -> "alt.X":
        import altair as alt

        most = self.data[["value", "high"]].max().max()
        end = next(end for end in (0.25, 0.5, 1.0) if most <= end or end == 1.0)
        axis = alt.Axis(
            values=[0, end / 2, end], labelExpr="datum.value * 100 + ' %'", title=self.x, labelFlush=True
        )
        return alt.X("value:Q", scale=alt.Scale(domain=[0, end]), axis=axis)
