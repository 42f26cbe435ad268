"""Pictures: what they hold, that everyone can tell their colours apart, and that what others wrote stays text in them."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evals import __version__, shelf
from evals.charts import Axis, Bars, Picture, Points, paint, panels, theme
from evals.charts.picture import NARROW, WIDE
from evals.document import Document, Section
from evals.errors import Unsupported
from evals.frame import frame
from evals.show import render
from evals.view import View
from tests.test_report import HOSTILE

ALT = "Half the counts are right at 12 marks (95 % 9 to 15)."
AXIS = Axis("marks shown (n)", {1.0: "1", 10.0: "10", 100.0: "100"}, log=True)


def points(names: tuple[str, ...] = ("run", "spaced"), models: tuple[str, ...] = ("a", "b")) -> Points:
    """Two models whose counts fall along the ladder, with curves and the places where half is reached."""
    rows = [
        {"x": x, "value": value, "low": value / 2, "high": value, "series": name, "panel": model}
        for model in models
        for name in names
        for x, value in ((1.0, 0.9), (10.0, 0.6), (100.0, 0.1))
    ]
    data = pd.DataFrame(rows)
    marks = data[data["x"] == 10].assign(low=8.0, high=14.0, label="n50 12").drop(columns="value")
    return Points(data, AXIS, "exact counts", data.drop(columns=["low", "high"]), marks)


def bars(names: tuple[str, ...] = ("m", "n"), outcomes: tuple[str, ...] = ("right", "wrong")) -> Bars:
    rows = [
        {"bar": arm, "value": 0.4, "low": 0.3, "high": 0.45, "series": name, "panel": outcome}
        for outcome in outcomes
        for name in names
        for arm in ("direct", "tally")
    ]
    return Bars(pd.DataFrame(rows), "share of replies", chance=0.1)


DRAWINGS: dict[str, Any] = {"points": points(), "bars": bars()}


def picture(kind: str = "points", **changes: Any) -> Picture:
    return Picture(**{"name": kind, "title": "It falls", "alt": ALT, "draw": DRAWINGS[kind], **changes})


def nodes(image: str) -> list[ET.Element]:
    return list(ET.fromstring(image).iter())


def texts(image: str) -> list[str]:
    found = [node for node in nodes(image) if node.tag.endswith(("}text", "}tspan"))]
    return [node.text for node in found if node.text]


# What is drawn


@pytest.mark.parametrize("kind", DRAWINGS)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_an_image_says_what_it_is_and_keeps_to_its_width(kind: str, width: int) -> None:
    root = nodes(paint.svg(picture(kind), width))[0]
    assert root.get("role") == "img"
    assert root.get("aria-label") == ALT
    assert float(root.get("width", "inf")) <= width * 1.06
    assert "It falls" in texts(paint.svg(picture(kind), width))


def test_points_have_their_axis_in_units_their_intervals_and_the_place_of_one_half() -> None:
    image = paint.svg(picture("points"))
    assert {"marks shown (n)", "exact counts", "50 %", "100", "n50 12", "run", "spaced"} <= set(texts(image))
    lines = re.findall(r'<line [^>]*stroke="#0072b2"[^>]*>', image)
    assert len(lines) >= 2 * 3, "an interval for each point of the first series"


def test_a_point_without_an_interval_is_drawn_all_the_same() -> None:
    bare = Points(points().data.assign(low=float("nan"), high=float("nan")), AXIS, "exact counts")
    assert paint.svg(picture(draw=bare)).count("<path") > 12


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_panels_stand_in_rows_as_even_as_can_be(count: int) -> None:
    place = panels.room(WIDE, count, 60, 130)
    rows = -(-count // place.columns)
    assert rows * place.columns - count < rows


def test_a_title_is_broken_into_lines_that_fit() -> None:
    long = "word " * 60
    lines = [text for text in texts(paint.svg(picture(title=long))) if text.startswith("word")]
    assert len(lines) > 2
    assert max(map(len, lines)) * 7 < WIDE


def test_files_are_written_in_both_schemes_as_svg_and_png(tmp_path: Path) -> None:
    written = paint.save([picture("bars")], tmp_path / "new")
    assert [path.name for path in written] == ["bars.svg", "bars.png", "bars-dark.svg", "bars-dark.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written if path.suffix == ".png")
    light, dark = (written[place].read_text() for place in (0, 2))
    assert "#ffffff" in light
    assert not re.findall("|".join(theme.LIGHT.values()), dark)
    assert texts(light) == texts(dark)


def test_a_picture_shows_itself_in_a_notebook_and_gives_its_chart() -> None:
    shown = picture()._repr_mimebundle_()
    assert shown["image/svg+xml"].startswith("<svg")
    assert shown["text/plain"] == ALT
    specification = picture().chart().to_dict()
    assert specification["title"] == ["It falls"]
    assert specification["description"] == ALT


# Told apart by everyone


def linear(colour: str) -> "np.ndarray[Any, Any]":
    """Of "#rrggbb", linear RGB in 0 to 1."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21. Source: WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    ratio = xyz / np.array([0.9505, 1.0, 1.089])
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color vision deficiency: full severity.
SEEN: dict[str, list[list[float]]] = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eyes", SEEN)
def test_the_first_three_series_look_different_to_all_eyes(eyes: str, scheme: int) -> None:
    colours = [pair[scheme] for name, pair in theme.COLOURS.items() if name.startswith("series")][:3]
    seen = [lab(np.clip(np.array(SEEN[eyes]) @ linear(colour), 0, 1)) for colour in colours]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 15


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_everything_stands_out_from_the_paper(scheme: int) -> None:
    paper = theme.COLOURS["paper"][scheme]
    for name, pair in theme.COLOURS.items():
        least = {"paper": 1, "line": 1}.get(name, 4.5 if name in {"ink", "faint"} else 3)
        assert contrast(pair[scheme], paper) >= least, name


def test_thirty_series_differ_in_colour_shape_or_dash() -> None:
    names = [str(i) for i in range(30)]
    looks = [panels.looks(names, what) for what in ("colour", "shape", "dash")]
    assert len({str(each) for each in zip(*looks, strict=True)}) == 30


def test_the_page_and_its_pictures_have_the_same_colours() -> None:
    style = (Path(shelf.__file__).parent / "show" / "page.css").read_text()
    light, dark = style.split("@media (prefers-color-scheme: dark)")[:2]
    for name in ("paper", "ink", "faint", "line"):
        for part, colour in zip((light, dark), theme.COLOURS[name], strict=True):
            (found,) = re.findall(rf"--{name}: (#\w+)", part)
            assert found.ljust(7, found[-1]) == colour


# On a page


def page(*pictures: Picture) -> str:
    section = Section("s", "Section", pd.DataFrame({"a": [1]}), View(pictures=pictures))
    return render(Document((), {}, (section,), frame([])), "html")


def test_a_page_shows_each_picture_wide_and_narrow_in_the_colours_of_its_scheme() -> None:
    text = page(picture("points"), picture("bars"))
    images = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert [re.findall('class="(\\w+)"', image)[0] for image in images] == ["wide", "narrow"] * 2
    for image in images:
        assert f'role="img" aria-label="{ALT}"' in image
        assert "var(--series-1)" in image
        assert not re.findall(r'(?:fill|stroke)="#', image)
    assert text.count("<figcaption>It falls</figcaption>") == 2
    assert "--series-1: #56b4e9" in text.split("prefers-color-scheme: dark")[2]


def test_a_page_without_what_draws_says_so_once_and_has_everything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paint, "find_spec", lambda _name: None)
    text = page(picture("points"), picture("bars"))
    assert text.count("pip install &#39;behavior-evals[charts]&#39;") == 1
    assert "<svg" not in text
    assert __version__ in text


def test_files_without_what_draws_are_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paint, "find_spec", lambda _name: None)
    with pytest.raises(Unsupported, match=r"behavior-evals\[charts\]"):
        paint.save([picture()], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_markdown_shows_the_files_where_they_lie() -> None:
    section = Section("s", "Section", pd.DataFrame({"a": [1]}), View(lines=("x",), pictures=(picture(),)))
    made = Document((), {}, (section,), frame([]), "some pictures")
    assert "](<some pictures/points.svg>)" in render(made, "md")
    assert "points.svg" not in render(Document((), {}, (section,), frame([])), "md")


# Hostile text


@pytest.mark.parametrize("kind", DRAWINGS)
def test_what_others_wrote_is_text_in_a_picture(kind: str) -> None:
    names, models = (HOSTILE, "b"), ("c", f"{HOSTILE} 2")
    draw = points(names, models) if kind == "points" else bars(names, models)
    made = picture(kind, draw=draw, title=HOSTILE, alt=HOSTILE)
    for image in (paint.svg(made), paint.inline(made, NARROW, "narrow")):
        tags = {node.tag.split("}")[-1] for node in nodes(image)}
        assert tags <= {"svg", "g", "path", "line", "rect", "text", "tspan", "defs", "clipPath"}
        attributes = {name for node in nodes(image) for name in node.attrib}
        assert not [name for name in attributes if name.startswith("on") or name in {"href", "style", "src"}]
        assert not set(image) & set("\x1b\x07\u202e")
    assert "<script>alert(1)" not in page(made)


def test_making_pictures_is_light() -> None:
    code = "import sys; from evals.charts import Picture; print('altair' in sys.modules, 'vl_convert' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True).stdout
    assert out.split() == ["False", "False"]
