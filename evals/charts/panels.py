"""Panels: one small chart for each model or outcome, side by side where there is room; and what tells series apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from evals import safe
from evals.charts import theme

if TYPE_CHECKING:
    import altair as alt
    from altair.typing import ChartType

LETTER = 6.6
"""About the width of a letter of a label, in pixels."""


@dataclass(frozen=True)
class Room:
    """How panels share the width.

    Attributes:
        columns: how many stand side by side.
        width: of one, in pixels, without its labels.
    """

    columns: int
    width: int


def room(width: int, panels: int, labels: float, least: int) -> Room:
    """As many panels side by side as leave each at least `least` pixels, beside labels of so many pixels."""
    gap = 20
    most = max(1, min(panels, int((width - labels + gap) // (least + gap))))
    columns = math.ceil(panels / math.ceil(panels / most))  # five in rows of four are better three and two
    return Room(columns, max(60, int((width - labels - gap * (columns - 1)) / columns)))


def arranged(layers: "Sequence[alt.Chart]", table: pd.DataFrame, place: Room, height: int) -> "ChartType":
    """Layers, once for each value of `panel` in the table, in order of occurrence; a single one needs no heading."""
    import altair as alt

    panels = values(table, "panel")
    one = alt.layer(*layers, data=table).properties(width=place.width, height=height)
    if len(panels) < 2:
        return one
    header = alt.Header(labelLimit=place.width)
    facet = alt.Facet("panel:N", sort=panels, title=None, header=header)
    # Each panel has an x axis of its own, for the last row may be shorter than those above.
    whole: ChartType = one.facet(facet=facet, columns=place.columns, spacing=20).resolve_axis(x="independent")
    return whole


def values(table: pd.DataFrame, column: str) -> list[str]:
    """The different values of a column, in order of occurrence."""
    return list(dict.fromkeys(table[column]))


def ending(width: float) -> str:
    """An expression of Vega that shows a label's end where the whole has no room: names differ there."""
    most = max(4, int(width / LETTER))
    return f"length(datum.label) > {most} ? '…' + slice(datum.label, -{most - 1}) : datum.label"


def clean(table: pd.DataFrame) -> pd.DataFrame:
    """The table with texts of one safe line each: names of models, arms and answers are others' words."""
    texts = {
        name: [safe.line(value) for value in table[name]]
        for name in ("series", "panel", "bar", "label")
        if name in table
    }
    return table.assign(**texts)


def legend(series: Sequence[str], width: int) -> "alt.Legend | None":
    """A legend above the panels, in as many columns as there is room for; none for a single series."""
    import altair as alt

    if len(series) < 2:
        return None
    longest = max(map(len, series)) * LETTER + 45
    return alt.Legend(columns=max(1, min(len(series), int(width // longest))), title=None)


def looks(series: Sequence[str], what: str) -> list[Any]:
    """The colour, shape or dash of each series; no two of the first thirty are alike in all of them."""
    ranges: dict[str, Sequence[Any]] = {"colour": theme.SERIES, "shape": theme.SHAPES, "dash": theme.DASHES}
    found = ranges[what]
    # They begin anew after the sixth; shapes and dashes then move on by one.
    shifts = [place + (place // len(found) if what != "colour" else 0) for place in range(len(series))]
    return [found[shift % len(found)] for shift in shifts]


def look(series: Sequence[str], what: str) -> "alt.Scale":
    """The scale that gives each series its colour or shape."""
    import altair as alt

    return alt.Scale(domain=list(series), range=looks(series, what))
