"""Heat maps: shares of a row against a column; blue above one half, orange below, the stronger the further from it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evals import safe
from evals.charts import theme
from evals.charts.panels import LETTER, ending

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

CELL, DENSE = 26, 12
"""Pixels of a row, and of one where there are many."""

MANY = 30
"""Of more rows than this each takes less room."""

ROOM = 30
"""Pixels that a number needs in its cell."""

NAMES = 0.42
"""The most of the width that names take; longer ones are cut."""

STRONGEST = 0.6
"""How opaque the strongest colour is: what is written over it is still read."""


@dataclass(frozen=True)
class Heat:
    """Shares by row and column.

    Rows have numbers and names, columns the same numbers, so that eighty of them have room.

    Attributes:
        data: columns row, column (numbers from 1 on), value (0 to 1; a pair without one is left out).
        names: of the rows, in order.
        x: what the columns are: "against".
    """

    data: pd.DataFrame
    names: tuple[str, ...]
    x: str

    def __call__(self, width: int) -> "ChartType":
        """The chart, so many pixels wide."""
        import altair as alt

        names = [f"{safe.line(name)}  {number}" for number, name in enumerate(self.names, 1)]
        table = self.data.assign(name=[names[number - 1] for number in self.data["row"]])
        size = len(names)
        labels = min(max(map(len, names)) * LETTER, NAMES * width) + 14
        wide = max(1.5, (width - labels) / size)
        # As plain values, for Altair counts the rows of a frame and refuses more than 5,000.
        rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
        base = alt.Chart(alt.InlineData(values=rows)).encode(x=self._x(wide), y=self._y(names, width))
        layers = [self._rects(base), *([self._texts(base)] if wide >= ROOM else [])]
        height = size * (DENSE if size > MANY else CELL)
        finished: ChartType = alt.layer(*layers).properties(width=int(wide * size), height=height)
        return finished

    def _rects(self, base: "alt.Chart") -> "alt.Chart":
        import altair as alt

        strength = alt.Opacity(
            "strength:Q", scale=alt.Scale(domain=[0, 0.5], range=[0.04, STRONGEST]), legend=None
        )
        colour = alt.condition(
            "datum.value >= 0.5", alt.value(theme.LIGHT["series-1"]), alt.value(theme.LIGHT["series-2"])
        )
        strong = base.transform_calculate(strength="abs(datum.value - 0.5)")
        found: alt.Chart = strong.mark_rect().encode(color=colour, opacity=strength)
        return found

    def _texts(self, base: "alt.Chart") -> "alt.Chart":
        import altair as alt

        percent = base.transform_calculate(shown="format(datum.value * 100, '.0f')")
        text = percent.mark_text(fontSize=11, color=theme.LIGHT["ink"])
        found: alt.Chart = text.encode(text=alt.Text("shown:N"))
        return found

    def _x(self, wide: float) -> "alt.X":
        import altair as alt

        step = next(step for step in (1, 2, 5, 10, 20, 50) if wide * step >= 20 or step == 50)
        numbers = [number for number in range(1, len(self.names) + 1) if number == 1 or number % step == 0]
        axis = alt.Axis(
            title=self.x,
            orient="top",
            values=numbers,
            labelAngle=0,
            domain=False,
            ticks=False,
            labelOverlap=False,
        )
        return alt.X(
            "column:O", sort=list(range(1, len(self.names) + 1)), axis=axis, scale=alt.Scale(padding=0)
        )

    def _y(self, names: list[str], width: int) -> "alt.Y":
        import altair as alt

        size = 12 if len(names) <= MANY else 10.5
        axis = alt.Axis(
            title=None, domain=False, ticks=False, labelExpr=ending(NAMES * width), labelFontSize=size
        )
        return alt.Y("name:N", sort=names, axis=axis, scale=alt.Scale(padding=0, domain=names))
