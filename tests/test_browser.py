"""Pictures in a real browser: on a screen and on a telephone, light and dark, nothing sticks out, overlaps or is nameless.

Asked for by `-m browser`; needs `chromium`, which `.ci/run` installs.
"""

import html
import json
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd
import pytest

from evals.charts import Picture, theme
from evals.document import Document, Section
from evals.frame import frame
from evals.show import render
from evals.view import View
from suites.dots.report import report as dots_report
from suites.dots.report import view as dots_view
from suites.dots.suite import suite as dots
from tests.test_charts import bars, picture
from tests.test_dots_effects import ask, soft

pytestmark = pytest.mark.browser

WATCH = """<!doctype html><meta charset="utf-8"><pre id="seen"></pre>
<iframe id="page" src="report.html" style="width:WIDTHpx;height:5000px;border:0"></iframe>
<script>
const box = (node) => { const r = node.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
document.getElementById("page").onload = (event) => {
  const inside = event.target.contentDocument, view = event.target.contentWindow;
  const figures = [...inside.querySelectorAll("figure")].map((figure) => {
    const shown = [...figure.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
    return {
      caption: figure.querySelector("figcaption").textContent,
      images: shown.map((svg) => ({
        kind: svg.getAttribute("class"), role: svg.getAttribute("role"), name: svg.getAttribute("aria-label"), box: box(svg),
        paper: view.getComputedStyle(svg.querySelector("rect")).fill,
        texts: [...svg.querySelectorAll("text")].map((text) => ({ said: text.textContent, box: box(text) })),
      })),
    };
  });
  const found = { width: inside.documentElement.scrollWidth, figures };
  document.getElementById("seen").textContent = JSON.stringify(found);
};
</script>"""


def pictures() -> tuple[Picture, ...]:
    """A real ladder with its last digits, and outcomes of many arms and two models with long names."""
    rows = ask(soft({"run": 12, "spaced": 60, "noise": 60}), arms=("direct", "tally"))
    other = rows.assign(model="openai-compatible/a-model-of-a-long-name-70b")
    table = dots_report(pd.concat([rows, other], ignore_index=True), {"dots": dots})
    outcomes = ("right", "fabricated", "abstained", "wrong", "unparsed")
    many = picture("bars", name="outcomes", draw=bars(("pocket/bluff", "pocket/honest"), outcomes))
    return (*dots_view(table).pictures, many)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with a report, and where it is served."""
    folder = tmp_path_factory.mktemp("site")
    section = Section("s", "Section", pd.DataFrame({"a": [1]}), View(pictures=pictures()))
    (folder / "report.html").write_text(render(Document((), {}, (section,), frame([])), "html"), "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def seen(site: tuple[Path, str], width: int, *, dark: bool, profile: Path) -> dict[str, Any]:
    """What a browser makes of the report at this width: its own width, and every figure with its texts and their boxes."""
    folder, address = site
    name = f"watch-{width}-{dark}.html"
    (folder / name).write_text(WATCH.replace("WIDTH", str(width)), "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    flags += [f"--user-data-dir={profile}", "--window-size=1400,5200", "--virtual-time-budget=20000"]
    flags += ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run(
        ["chromium", *flags, "--dump-dom", f"{address}/{name}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    (text,) = re.findall(r'<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)
    found: dict[str, Any] = json.loads(html.unescape(text))
    return found


def overlap(one: list[float], other: list[float]) -> float:
    """The area that two boxes share, in square pixels."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_pictures_are_whole_named_and_legible(
    width: int, dark: bool, site: tuple[Path, str], tmp_path: Path
) -> None:
    found = seen(site, width, dark=dark, profile=tmp_path)
    assert found["width"] <= width
    assert len(found["figures"]) == 3
    paper = theme.COLOURS["paper"][dark]
    for figure in found["figures"]:
        assert figure["caption"]
        (image,) = figure["images"]
        assert (image["kind"], image["role"]) == ("wide" if width > 720 else "narrow", "img")
        assert re.search(r"\d+ %", image["name"]), "the finding in words, with figures"
        assert image["paper"] == f"rgb({', '.join(str(int(paper[i : i + 2], 16)) for i in (1, 3, 5))})"
        left, top, right, bottom = image["box"]
        assert 0 <= left <= right <= width
        texts = [text for text in image["texts"] if text["said"]]
        for text in texts:
            x, y, far, low = text["box"]
            assert left - 1 <= x <= far <= right + 1, f"{text['said']} is cut off"
            assert top - 1 <= y <= low <= bottom + 1, f"{text['said']} is cut off"
            assert low - y >= 11 or far - x >= 11, f"{text['said']} is too small"
        for place, text in enumerate(texts):
            for other in texts[place + 1 :]:
                if text["said"] != other["said"]:
                    assert overlap(text["box"], other["box"]) < 12, f"{text['said']} lies on {other['said']}"
