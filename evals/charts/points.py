"""Points with their intervals over an axis, joined by lines or by fitted curves; a panel each for what differs most."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evals import safe
from evals.charts import theme
from evals.charts.panels import arranged, clean, legend, look, looks, room, values

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

LABELS = 62
"""The room that the share axis takes, in pixels."""

SIDES: Mapping[str, Mapping[str, Any]] = {
    "left": {"align": "right", "dx": -9, "dy": 13, "fontSize": 12, "fontWeight": "bold"},
    "right": {"align": "left", "dx": 9, "dy": -11, "fontSize": 12, "fontWeight": "bold"},
}
"""Where labels of marks stand: a falling curve leaves room below on the left and above on the right."""

EARLY, LATE, NEAR = 0.1, 0.83, 0.3
"""Up to how far along the axis a label stands on the right, from where on on the left, and how close two would overlap."""


@dataclass(frozen=True)
class Axis:
    """The axis along which something grows.

    Attributes:
        title: what it is, with its unit.
        ticks: position -> label.
        log: whether equal steps are equal ratios.
    """

    title: str
    ticks: dict[float, str]
    log: bool = False


@dataclass(frozen=True)
class Points:
    """Shares with intervals, by series and panel.

    Attributes:
        data: columns x, value, low, high (0 to 1; NaN draws no interval), series, panel; in the order in which they are
            shown.
        x: the axis of `x`.
        y: what the shares are of: "exact counts".
        curves: columns x, value, series, panel: drawn instead of lines from point to point.
        marks: columns x, low, high, label, series, panel: places on the x axis at which half is reached.
    """

    data: pd.DataFrame
    x: Axis
    y: str
    curves: pd.DataFrame | None = None
    marks: pd.DataFrame | None = None

    def __call__(self, width: int) -> "ChartType":
        """The chart, so many pixels wide."""
        table = clean(self._table())
        series = values(table, "series")
        place = room(width, len(values(table, "panel")), LABELS, 230)
        layers = [*self._lines(series, width), *self._marks(series)]
        return arranged(layers, table, place, 240 if place.columns < 3 else 200)

    def _table(self) -> pd.DataFrame:
        """Everything in one table, as panels need it; `kind` says what a row is, `at` where it is drawn."""
        order = {name: place for place, name in enumerate(values(self.data, "series"))}
        middle = (len(order) - 1) / 2
        aside = self.data["series"].map(order) - middle
        step = min(0.035, 0.12 / len(order))
        at = self.data["x"] * (1 + step) ** aside if self.x.log else self.data["x"] + 2 * step * aside
        parts = [self.data.assign(kind="point", at=at)]
        if self.curves is not None:
            parts.append(self.curves.assign(kind="curve", at=self.curves["x"]))
        if self.marks is not None:
            parts.append(self.marks.assign(kind="mark", at=self.marks["x"], side=self._sides(self.marks)))
        return pd.concat(parts, ignore_index=True)

    def _lines(self, series: Sequence[str], width: int) -> "list[alt.Chart]":
        """Intervals, what joins the points, and the points."""
        import altair as alt

        shown = legend(series, width)
        colour = alt.Color("series:N", scale=look(series, "colour"), legend=shown)
        shape = alt.Shape("series:N", scale=look(series, "shape"), legend=shown)
        x, y = self._x(), _share(self.y)
        points = alt.Chart().transform_filter("datum.kind == 'point'")
        joined = alt.Chart().transform_filter(
            f"datum.kind == '{'point' if self.curves is None else 'curve'}'"
        )
        bounded = points.transform_filter("isValid(datum.low)")
        lines = [
            joined.transform_filter(f"datum.series == {json.dumps(name)}")
            .mark_line(strokeWidth=2, opacity=0.85, strokeDash=list(dash))
            .encode(x=x, y=y, color=colour)
            for name, dash in zip(series, looks(series, "dash"), strict=True)
        ]
        return [
            *lines,
            bounded.mark_rule(strokeWidth=1.5).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour),
            points.mark_point(filled=True, size=55, opacity=1).encode(x=x, y=y, color=colour, shape=shape),
        ]

    def _marks(self, series: Sequence[str]) -> "list[alt.Chart]":
        """Where half is reached: its interval and a ring on the line of one half, its label where a falling curve is not."""
        import altair as alt

        if self.marks is None or not len(self.marks):
            return []
        scale, paper = look(series, "colour"), theme.LIGHT["paper"]
        colour = alt.Color("series:N", scale=scale, legend=None)
        ring = alt.Stroke("series:N", scale=scale, legend=None)
        half = alt.Y(datum=0.5)
        marks = alt.Chart().transform_filter("datum.kind == 'mark'")
        layers = [
            alt.Chart().mark_rule(strokeDash=[2, 4], color=theme.LIGHT["faint"]).encode(y=half),
            marks.mark_rule(strokeWidth=4, opacity=0.45).encode(x="low:Q", x2="high:Q", y=half, color=colour),
            marks.mark_point(size=110, strokeWidth=2.5, filled=True, fill=paper, opacity=1).encode(
                x="at:Q", y=half, stroke=ring
            ),
        ]
        for side, where in SIDES.items():
            beside = marks.transform_filter(f"datum.side == '{side}'")
            text = alt.Text("label:N")
            halo = beside.mark_text(**where, stroke=paper, strokeWidth=4, strokeJoin="round")
            layers.append(halo.encode(x="at:Q", y=half, text=text))
            layers.append(beside.mark_text(**where).encode(x="at:Q", y=half, text=text, color=colour))
        return layers

    def _ends(self) -> tuple[float, float]:
        """Where the axis begins and ends."""
        places = [*self.x.ticks, *self.data["x"]]
        return min(places), max(places)

    def _sides(self, marks: pd.DataFrame) -> list[str]:
        """Of each panel's marks the last has its label on the right, the first on the left, others have none.

        Near the end of the axis there is no room on the right, near its beginning none on the left, and on one side only
        for one of two that are close.
        """
        low, high = self._ends()
        log = np.log if self.x.log else np.asarray
        far = pd.Series((log(marks["x"].to_numpy(float)) - log(low)) / (log(high) - log(low)), marks.index)
        panels = far.groupby(marks["panel"])
        last, first = far == panels.transform("max"), far == panels.transform("min")
        late = panels.transform("max") > LATE
        early, close = far < EARLY, panels.transform("max") - far < NEAR
        left = (last & late) | (first & ~last & ~early & ~(late & close))
        right = last | (first & early & ~close)
        return list(np.select([left, right], ["left", "right"], ""))

    def _x(self) -> "alt.X":
        import altair as alt

        low, high = self._ends()
        if self.x.log:
            scale = alt.Scale(type="log", domain=[low * 0.9, high * 1.1], nice=False)
        else:
            scale = alt.Scale(domain=[low - 0.3, high + 0.3], nice=False)
        labels = json.dumps([safe.line(label) for label in self.x.ticks.values()])
        axis = alt.Axis(
            values=list(self.x.ticks),
            labelExpr=f"{labels}[indexof({json.dumps(list(self.x.ticks))}, datum.value)]",
            title=self.x.title,
            grid=False,
            labelOverlap=True,
        )
        return alt.X("at:Q", scale=scale, axis=axis)


def _share(title: str) -> "alt.Y":
    import altair as alt

    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], labelExpr="datum.value * 100 + ' %'", title=title)
    return alt.Y("value:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
