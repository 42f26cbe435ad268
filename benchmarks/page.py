"""How fast the page of a run of 10,000 replies answers, in a real browser: search, filters, order; and how large it is.

    uv run python -m benchmarks.page [REPLIES]

Milliseconds by the page's own clock from the event to the laid-out list, the slowest of several; needs `chromium`.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import load
from evals import log
from evals.document import Document
from evals.frame import read
from evals.show import render
from evals.types import Reply
from tests.browser import Tab, browser

WORDS = [
    "the",
    "of",
    "painter",
    "born",
    "city",
    "letter",
    "light",
    "river",
    "made",
    "known",
    "name",
    "Dutch",
    "school",
    "early",
    "late",
    "work",
    "museum",
]
OUTCOMES = ("right", "wrong", "abstained", "fabricated")
SEARCHES = ("painter", "a", "museum river", "Tamsitter-7", "nowhere", "RULE 3", "")
FILTERS = ("model", "arm", "outcome", "rule")
TIMED = "(() => {{ const begun = performance.now(); {0}; document.body.offsetHeight; return performance.now() - begun; }})()"


def replies(wanted: int) -> Iterator[Reply]:
    """Replies of 80 words, a third of them after 120 words of reasoning, no two alike."""
    rng = random.Random(1)

    def words(count: int) -> str:
        return " ".join(rng.choice(WORDS) for _ in range(count))

    for place, each in enumerate(load.replies(wanted)):
        assert each.response
        assert each.score
        response = replace(each.response, text=words(80), reasoning=words(120) if place % 3 == 0 else "")
        score = replace(each.score, outcome=rng.choice(OUTCOMES), rule=f"rule {place % 30}")
        yield replace(each, response=response, score=score)


def page(folder: Path, wanted: int) -> Path:
    """The page of a run of so many replies."""
    run = load.written(folder, 0)
    with log.Writer(run) as writer:
        for each in replies(wanted):
            writer.append(each)
    path = folder / "report.html"
    path.write_text(render(Document((), {}, (), read(run).frame), "html"), "utf-8")
    return path


def searched(tab: Tab) -> float:
    """The slowest search, the first among them."""
    script = "const field = document.getElementById('search'); field.value = {0!r}; field.dispatchEvent(new Event('input'))"
    return max(float(tab.run(TIMED.format(script.format(text)))) for text in SEARCHES)


def chosen(tab: Tab, *names: str) -> float:
    """The slowest choice in these filters, each of their values."""
    script = "const select = document.getElementById({0!r}); select.selectedIndex = {1}; select.dispatchEvent(new Event('change'))"
    return max(
        float(tab.run(TIMED.format(script.format(name, place))))
        for name in names
        for place in [*range(1, tab.run(f"document.getElementById({name!r}).options.length")), 0]
    )


def main(wanted: int = 10_000) -> None:
    """Print what it takes."""
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder) / "profile") as tab:
        path = page(Path(folder), wanted)
        tab.open(path.as_uri())
        loaded = tab.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
        print(f"{wanted:,} replies, {path.stat().st_size / 1e6:.1f} MB, loaded in {loaded:.0f} ms")
        print(f"search   {searched(tab):5.0f} ms at most")
        print(f"filters  {chosen(tab, *(f'filter-{name}' for name in FILTERS)):5.0f} ms at most")
        print(f"order    {chosen(tab, 'order'):5.0f} ms at most")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
