"""The page in a real browser: opened from disk it asks nothing of anyone, finds every reply, and no reply can harm it.

Asked for by `-m browser`; needs `chromium`, which `.ci/run` installs.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evals.document import Document, Section
from evals.frame import frame, read
from evals.show import render
from evals.types import Image, Key, Message, Prompt, Reply, ToolCall
from evals.view import Table, View
from tests.browser import Tab, browser
from tests.made import reply
from tests.test_columns import written

pytestmark = pytest.mark.browser

MANY = 10_000
HOSTILE = (
    "<script>document.title='harmed'</script></script><!-- <img src=x onerror=\"document.title='harmed'\"> -->"
    "<a href=\"javascript:document.title='harmed'\">here</a> javascript:alert(1) {{ 7*7 }} &amp; \\u003cb> "
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eneddih\u202c zero\u200bwidth nul\x00nul \u2028 `${1}`"
)
BIG = "word " * 200_000
WHOLE = "x" * 1_000_000


def png(red: int) -> bytes:
    """A picture of 8 by 8 pixels in one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress((b"\0" + bytes([red, 0, 0]) * 8) * 8)
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def odd_replies() -> list[Reply]:
    """One of each kind that a page must know how to show."""
    seen = Prompt((Message("user", "What is red?", (Image.of(png(255)), Image.of(png(9)))),))
    called = reply(
        Key("m/b", "names", "called", "a"), "right", {"tier": "A"}, reasoning="I think.", prompt=seen
    )
    assert called.response is not None
    calls = (ToolCall("count", '{"text": "<b>"}', "2"),)
    return [
        replace(called, response=replace(called.response, calls=calls)),
        reply(Key("m/b", "names", "again", "a"), "right", {"tier": "B"}, prompt=seen),
        reply(
            Key(f"m/{HOSTILE}", "names", "hostile", "a"),
            "fabricated",
            {"tier": HOSTILE},
            text=HOSTILE,
            reasoning=HOSTILE,
            prompt=Prompt((Message("user", HOSTILE),)),
        ),
        reply(Key("m/b", "names", "big", "a"), "wrong", text=BIG),
        reply(Key("m/b", "names", "line", "a"), "wrong", text=WHOLE),
        reply(Key("m/b", "names", "failed", "a"), "error", text="the host said no"),
    ]


def many_replies() -> Iterator[Reply]:
    """As many as a page must bear, each with a prompt of its own that two models share."""
    outcomes = ("right", "wrong", "abstained")
    for place in range(MANY):
        item, model = divmod(place, 2)
        yield reply(
            Key(f"m/{model}", "names", f"item-{item}", "a"),
            outcomes[item % 3],
            {"tier": "AB"[item % 2], "size": item},
            text=f"reply number {place} speaks of {'rivers' if item % 10 == 0 else 'hills'} "
            + "at some length " * 20,
            prompt=Prompt((Message("user", f"prompt {item} " + "and what belongs to it " * 20),)),
        )


def tables() -> Section:
    """A table with a name that is not repeated, numbers of all kinds, and enough rows to be filtered."""
    rows = pd.DataFrame(
        {
            "model": ["a", "", "b", "", *[f"m{i}" for i in range(18)]],
            "rate": ["9 % (1 to 20)", "100 % (90 to 100)", "–", "1,200", *[f"{i} %" for i in range(18)]],
        }
    )
    return Section("tables", "Tables", rows, View((Table("of rates", rows),), ("a finding in words",)))


def page(folder: Path, rows: list[Reply]) -> str:
    """The address of a page about a run of these replies."""
    run = read(written(folder / "run", rows))
    found = Document(("some facts",), {}, (tables(),), run.frame, folders=(run.folder,))
    path = folder / "report.html"
    path.write_text(render(found, "html"), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(tmp_path_factory.mktemp("odd"), odd_replies())


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(tmp_path_factory.mktemp("many"), list(many_replies()))


def shown(tab: Tab, selector: str) -> list[str]:
    """The texts of what is there."""
    found: list[str] = tab.run(
        f"[...document.querySelectorAll({selector!r})].map((node) => node.textContent)"
    )
    return found


def unfold(tab: Tab, word: str) -> str:
    """Search for a reply, unfold the first that is found; its text."""
    search(tab, word)
    tab.run("document.querySelector('#list details').open = true")
    tab.until("document.querySelector('#list .body')")
    return str(tab.run("document.querySelector('#list .body').textContent"))


def search(tab: Tab, text: str) -> str:
    """Type into the search; what is said of the number of replies."""
    tab.run("const field = document.getElementById('search'); field.value = ''; field.focus()")
    tab.type(text) if text else tab.run("document.getElementById('search').dispatchEvent(new Event('input'))")
    return shown(tab, "#count")[0]


def choose(tab: Tab, name: str, label: str) -> str:
    """Choose in a filter by the beginning of a label; what is said of the number of replies."""
    tab.run(
        f"const select = document.getElementById({name!r});"
        f"select.value = [...select.options].find((each) => each.text.startsWith({label!r})).value;"
        "select.dispatchEvent(new Event('change'))"
    )
    return shown(tab, "#count")[0]


# From disk, and whole


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_opens_from_disk_without_a_request_and_fits_the_screen(
    width: int, dark: bool, tab: Tab, odd: str, tmp_path: Path
) -> None:
    tab.open(odd, width=width, dark=dark)
    for word in ("called", "hostile", "big", "failed"):
        unfold(tab, word)
        assert tab.run("document.documentElement.scrollWidth") <= width, word
    assert [each for each in tab.requests if not each.startswith("data:image/png;")] == [odd]
    assert tab.errors == []
    ink, paper = tab.run(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (sum(map(int, ink[4:-1].split(","))) > sum(map(int, paper[4:-1].split(",")))) == dark


def test_its_policy_forbids_what_would_ask_elsewhere(tab: Tab, odd: str) -> None:
    tab.open(odd)
    tab.run("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))")
    tab.run("fetch('http://127.0.0.1:9/').catch(() => 0)")
    tab.run("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\" onclick=\"0\">x</p>')")
    assert len(tab.errors) >= 3
    assert all("Content Security Policy" in each for each in tab.errors)


def test_without_a_script_tables_and_findings_are_readable_and_one_line_says_what_is_not(
    tab: Tab, odd: str
) -> None:
    tab.open(odd, script=False)
    text = tab.run("document.body.innerText")
    assert "100 % (90 to 100)" in text
    assert "a finding in words" in text
    assert "The list of replies needs the script of this page" in text
    assert "search" not in text


# What a reply shows


def test_a_reply_shows_all_that_there_is_of_it(tab: Tab, odd: str) -> None:
    tab.open(odd)
    body = unfold(tab, "called")
    for part in ("What is red?", 'count({"text": "<b>"}) = 2', "so it is right", "rule rule.right", "tier A"):
        assert part in body
    assert "I think." not in body
    tab.run("document.querySelector('#list .body details').open = true")
    tab.until("document.querySelector('#list .body details pre')")
    assert "I think." in tab.run("document.querySelector('#list .body').textContent")
    assert tab.run("[...document.querySelectorAll('#list img')].map((each) => each.naturalWidth)") == [8, 8]
    assert "the host said no" in unfold(tab, "failed")


def test_each_picture_is_on_the_page_once(odd: str) -> None:
    text = Path(odd.removeprefix("file://")).read_text("utf-8")
    assert text.count("data:image/png;base64,") == 2


def test_each_text_is_on_the_page_once(many: str) -> None:
    text = Path(many.removeprefix("file://")).read_text("utf-8")
    assert text.count('"prompt 77 and what') == 1


def test_a_hostile_reply_is_shown_as_text_and_does_nothing(tab: Tab, odd: str) -> None:
    tab.open(odd)
    body = unfold(tab, "hostile")
    tab.run("for (const each of document.querySelectorAll('details')) each.open = true")
    tab.until("document.querySelector('#list .body details pre')")
    assert "<script>document.title='harmed'</script></script><!-- <img src=x onerror=" in body
    assert "{{ 7*7 }} &amp; \\u003cb>" in body
    assert "red" in body
    assert not set(body) & set("\x1b\x07\x00\u202e\u200b\u2028")
    assert tab.run("document.title") == "evals report"
    assert tab.run("document.querySelectorAll('#list script, #list b, #list img, #list form').length") == 0
    links = tab.run("[...document.querySelectorAll('a')].map((each) => each.getAttribute('href'))")
    assert all(each.startswith("#") for each in links)
    assert tab.errors == []


@pytest.mark.parametrize(("word", "text"), [("big", BIG), ("line", WHOLE)])
def test_a_reply_of_a_megabyte_is_folded_and_whole_on_demand(
    word: str, text: str, tab: Tab, odd: str
) -> None:
    tab.open(odd)
    choose(tab, "order", "longest reply first")
    assert len(unfold(tab, word)) < 10_000
    assert shown(tab, "#list .body button") == ["show all 1,000,000 characters"]
    tab.run("document.querySelector('#list .body button').click()")
    height = tab.run("document.querySelector('#list .body pre:focus').getBoundingClientRect().height")
    assert height < 900
    assert tab.run("document.querySelector('#list .body pre:focus').textContent") == text


# Finding


def test_ten_thousand_replies_are_searched_filtered_and_ordered_and_few_are_drawn(
    tab: Tab, many: str
) -> None:
    tab.open(many)
    assert tab.run("document.querySelectorAll('#list > li').length") == 50
    assert search(tab, "rivers") == "1,000 of 10,000 replies"
    assert search(tab, "RIVERS prompt") == "1,000 of 10,000 replies"
    assert search(tab, "rivers hills") == "0 of 10,000 replies"
    assert search(tab, "") == "10,000 of 10,000 replies"
    assert choose(tab, "filter-model", "m/1") == "5,000 of 10,000 replies"
    assert choose(tab, "filter-outcome", "right") == "1,667 of 10,000 replies"
    assert choose(tab, "filter-rule", "rule.right") == "1,667 of 10,000 replies"
    choose(tab, "tag", "tier")
    assert choose(tab, "tag-value", "A") == "834 of 10,000 replies"
    assert search(tab, "rivers") == "167 of 10,000 replies"
    choose(tab, "order", "longest reply first")
    assert "reply number 1021 " in shown(tab, "#list summary")[0]
    assert shown(tab, "#place") == ["1 to 50"]
    tab.run("document.getElementById('on').click()")
    assert shown(tab, "#place") == ["51 to 100"]


def test_a_link_leads_to_a_reply_whatever_is_searched_for(tab: Tab, many: str) -> None:
    tab.open(many)
    search(tab, "number 7777")
    unfold(tab, "number 7777")
    link = tab.run("document.querySelector('#list .body a').getAttribute('href')")
    tab.open(many + link)
    tab.until("document.activeElement.matches('#list summary')")
    assert "reply number 7777 " in tab.run("document.activeElement.textContent")
    assert tab.run("document.activeElement.parentElement.open")
    assert shown(tab, "#place") == ["7,751 to 7,800"]
    search(tab, "rivers")
    tab.run("location.hash = '#replies'")
    tab.run(f"location.hash = {link!r}")
    tab.until("document.activeElement.matches('#list summary')")
    assert "reply number 7777 " in tab.run("document.activeElement.textContent")


def test_it_can_be_read_without_a_mouse(tab: Tab, odd: str) -> None:
    tab.open(odd)
    tab.run("document.getElementById('search').focus()")
    tab.type("called")
    for _ in range(20):
        tab.press("Tab")
        if tab.run("document.activeElement.matches('#list summary')"):
            break
    assert tab.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.press("Enter")
    tab.until("document.querySelector('#list .body')")
    assert tab.run("document.activeElement.parentElement.open")
    tab.press("Tab")
    assert tab.run("document.activeElement.matches('#list .body pre')")


# Tables


def test_tables_are_sorted_by_what_their_cells_say_and_back(tab: Tab, odd: str) -> None:
    tab.open(odd)

    def column(place: int) -> list[str]:
        return shown(tab, f"#tables tbody tr:not([hidden]) > :nth-child({place})")

    before = column(1)
    tab.run("document.querySelectorAll('#tables thead button')[1].click()")
    assert column(2)[:3] == ["0 %", "1 %", "2 %"]
    assert column(2)[-3:] == ["100 % (90 to 100)", "1,200", "–"]
    assert column(1)[-3:] == ["a", "b", "b"]
    assert tab.run("document.querySelector('#tables [aria-sort]').ariaSort") == "ascending"
    tab.run("document.querySelectorAll('#tables thead button')[1].click()")
    assert column(2)[0] == "1,200"
    tab.run("document.querySelectorAll('#tables thead button')[1].click()")
    assert column(1) == before
    tab.run("document.querySelector('#tables .narrowed input').focus()")
    tab.type("b")
    assert column(1) == ["b", "b"]


def test_on_paper_nothing_is_folded_and_no_control_is_printed(tab: Tab, odd: str) -> None:
    tab.open(odd)
    tab.call("Emulation.setEmulatedMedia", media="print")
    kinds = tab.run(
        "['#filters', '.narrowed', '.pages'].map((each) => getComputedStyle(document.querySelector(each)).display)"
    )
    tab.call("Emulation.setEmulatedMedia", media="")
    assert kinds == ["none"] * 3
    assert tab.call("Page.printToPDF")["data"].startswith("JVBERi0")


def test_a_page_without_replies_opens(tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(Document((), {}, (), frame([])), "html"), "utf-8")
    tab.open(path.as_uri())
    assert shown(tab, "#count") == ["0 of 0 replies"]
    assert tab.errors == []
