"""The look of pictures: colours that the colour-blind tell apart in light and dark, shapes and dashes for print, type."""

import re
from collections.abc import Mapping
from typing import Any

FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
"""Equally wide on every system, so that a label measured here has room there."""

COLOURS: Mapping[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#0f1318"),
    "ink": ("#1b1f24", "#e3e8ee"),
    "faint": ("#59636e", "#9aa5b1"),
    "line": ("#d1d9e0", "#38414b"),
    "series-1": ("#0072b2", "#56b4e9"),
    "series-2": ("#d55e00", "#e69f00"),
    "series-3": ("#a8487f", "#e8a0c8"),
    "series-4": ("#00845f", "#2fd3a5"),
    "series-5": ("#7a6200", "#f0e442"),
    "series-6": ("#4d4d4d", "#c4ccd4"),
}
"""Name -> light and dark. The names of the first four are those of the page's own style.

The series are the hues of Okabe and Ito (2008), Color universal design, the pale ones darkened for white paper and the
dark ones lightened for black.
"""

LIGHT: Mapping[str, str] = {name: light for name, (light, _) in COLOURS.items()}
SERIES = tuple(light for name, light in LIGHT.items() if name.startswith("series"))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (12, 4), (4, 6))
"""What tells series apart where colours do not; there are as many of each as colours."""

PAINTED = re.compile(r'(?:(?<= fill=")|(?<= stroke="))#[0-9a-f]{6}(?=")', re.IGNORECASE)


def dark(svg: str) -> str:
    """A picture drawn in light colours, in dark ones."""
    pairs = dict(COLOURS.values())
    return PAINTED.sub(lambda found: pairs.get(found[0].lower(), found[0]), svg)


def named(svg: str) -> str:
    """A picture drawn in light colours, in those that the style of its page gives the names: `var(--ink)`."""
    names = {light: f"var(--{name})" for name, light in LIGHT.items()}
    return PAINTED.sub(lambda found: names.get(found[0].lower(), found[0]), svg)


def style() -> str:
    """The colours of series as a style sheet, for a page that shows pictures in either scheme."""
    light, night = (
        "".join(f" --{name}: {pair[place]};" for name, pair in COLOURS.items() if name.startswith("series"))
        for place in (0, 1)
    )
    return f":root {{{light} }}\n@media (prefers-color-scheme: dark) {{ :root {{{night} }} }}\n"


def config() -> dict[str, Any]:
    """The settings of a Vega-Lite chart."""
    ink, faint, line = LIGHT["ink"], LIGHT["faint"], LIGHT["line"]
    return {
        "aria": False,  # the image is named as a whole; its parts would each be read out
        "background": LIGHT["paper"],
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": ink,
            "labelFontSize": 12,
            "labelLimit": 400,
            "titleColor": faint,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "gridColor": line,
            "domainColor": faint,
            "tickColor": faint,
        },
        "legend": {
            "orient": "top",
            "title": None,
            "labelColor": ink,
            "labelFontSize": 12,
            "labelLimit": 400,
            "symbolSize": 90,
            "symbolStrokeWidth": 2,
            "columnPadding": 18,
        },
        "header": {
            "title": None,
            "labelColor": ink,
            "labelFontSize": 13,
            "labelFontWeight": "bold",
            "labelAnchor": "start",
            "labelPadding": 6,
        },
        "title": {"color": ink, "fontSize": 15, "anchor": "start", "offset": 12, "lineHeight": 20},
    }
