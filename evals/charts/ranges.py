"""Ranges: a row a name, its value as a point and its interval as a line, in any unit; a colour and shape for each series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evals.charts import theme
from evals.charts.panels import LETTER, arranged, clean, ending, legend, look, room, values
from evals.charts.picture import NARROW

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

ROW, DENSE = 22, 14
"""Pixels of a row, and of one where there are many."""

MANY = 30
"""Of more rows than this each takes less room."""

NAMES = 0.42
"""The most of the width that names take; longer ones are cut."""


@dataclass(frozen=True)
class Ranges:
    """Values with intervals, by row, series and panel.

    Attributes:
        data: columns bar, value, low, high (NaN draws no interval), series, panel; in the order in which they are shown.
        x: what the values are, with their unit: "rating in Elo points".
        reference: a value that is drawn as a line.
        least: how narrow a panel may be, in pixels.
    """

    data: pd.DataFrame
    x: str
    reference: float | None = None
    least: int = 150

    def __call__(self, width: int) -> "ChartType":
        """The chart, so many pixels wide."""
        table = clean(self.data)
        bars, series = values(table, "bar"), values(table, "series")
        labels = min(max(map(len, bars)) * LETTER, NAMES * width) + 22
        place = room(width, len(values(table, "panel")), labels, self.least)
        abreast = int(self.data.groupby(["panel", "bar"])["series"].nunique().max())
        row = (DENSE if len(bars) > MANY else ROW) * (1 + 0.5 * (abreast - 1))
        return arranged(self._layers(bars, series, width), table, place, int(len(bars) * row))

    def _layers(self, bars: Sequence[str], series: Sequence[str], width: int) -> "list[alt.Chart]":
        import altair as alt

        shown = legend(series, width)
        colour = alt.Color("series:N", scale=look(series, "colour"), legend=shown)
        shape = alt.Shape("series:N", scale=look(series, "shape"), legend=shown)
        size = 12 if len(bars) <= MANY else 11
        names = alt.Axis(
            title=None,
            grid=False,
            domain=False,
            ticks=False,
            labelExpr=ending(NAMES * width),
            labelFontSize=size,
        )
        chart = alt.Chart().encode(y=alt.Y("bar:N", sort=list(bars), axis=names))
        if len(series) > 1:
            aside = alt.YOffset("series:N", sort=list(series), scale=alt.Scale(paddingOuter=0.3))
            chart = chart.encode(yOffset=aside)
        bounded = chart.transform_filter("isValid(datum.low)")
        layers = [
            bounded.mark_rule(strokeWidth=2).encode(x=self._x("low", width), x2="high:Q", color=colour),
            chart.mark_point(filled=True, size=45, opacity=1).encode(
                x=self._x("value", width), color=colour, shape=shape
            ),
        ]
        if self.reference is not None:
            line = alt.Chart().mark_rule(strokeDash=[4, 3], color=theme.LIGHT["faint"])
            layers.insert(0, line.encode(x=alt.X(datum=self.reference)))
        return layers

    def _x(self, column: str, width: int) -> "alt.X":
        import altair as alt

        axis = alt.Axis(
            title=self.x,
            tickCount=5 if width > NARROW else 3,
            format="d",
            labelFlush=True,
            labelOverlap="parity",
            labelSeparation=8,
        )
        return alt.X(f"{column}:Q", scale=alt.Scale(zero=False, nice=True), axis=axis)
