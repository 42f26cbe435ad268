"""The page of votes in a real browser: every vote is counted once, whatever a person does; no answer can harm or tell.

Asked for by `-m browser`; needs `chromium`, which `.ci/run` installs.
"""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from evals.arena import folder
from evals.arena.vote import ballots
from evals.arena.vote.dealer import Rules
from evals.arena.vote.desk import HOST
from tests.browser import Tab, browser
from tests.test_vote_live import PROVIDER
from tests.voters import HOSTILE, HUGE, MODELS, RICH, Here, arena, here, served

pytestmark = pytest.mark.browser

ALL = Rules(overlap=1, repeats=0, checks=0)
READY = "document.getElementById('choose').offsetParent && !document.body.ariaBusy"
VOTED = "document.getElementById('after').offsetParent && !document.body.ariaBusy"
BUTTONS = {
    "model_a": "[data-winner=model_a]",
    "tie": "[data-winner=tie]",
    "tie (bothbad)": "[data-winner^='tie (']",
    "model_b": "[data-winner=model_b]",
}
KEYS = {"model_a": "1a", "model_b": "2b", "tie": "3t", "tie (bothbad)": "4n"}
SHOWN = "[...document.querySelectorAll('#answers .text')].map((each) => each.textContent)"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def link(server: Here, name: str = "ann") -> str:
    """A person's link."""
    return f"{server.home}/#token={server.desk.enrol(name).token}"


def enter(tab: Tab, address: str, **how: Any) -> None:
    """Open the page by a link, up to the first pair."""
    tab.call("Storage.clearDataForOrigin", origin=address.partition("/#")[0], storageTypes="all")
    tab.open(address, **how)
    tab.until(READY)


def onward(tab: Tab, *, by: Callable[[], None]) -> None:
    """The next pair, or the end."""
    by()
    tab.until(f"{READY} || document.getElementById('end').offsetParent")


def again(tab: Tab, until: str) -> None:
    """Load the page anew, as often as that takes while the server is gone."""
    for _ in range(60):
        tab.run("window.old = true")
        tab.call("Page.reload")
        tab.until("!window.old && document.readyState === 'complete'")
        if tab.run("Boolean(document.getElementById('choose'))"):
            break
        time.sleep(0.3)
    tab.until(until)


# Counted once


def keys(tab: Tab, winners: list[str]) -> list[str]:
    """One who votes by keys, takes every fifth vote back and gives it otherwise, and looks at names now and then."""
    for place, winner in enumerate(winners):
        tab.press(KEYS[winner][place % 2], KEYS[winner][place % 2])
        tab.until(VOTED)
        if place % 5 == 4:
            tab.press("u", "u")
            tab.until(READY)
            winners[place] = "tie" if winner != "tie" else "model_a"
            key = KEYS[winners[place]][0]
            tab.press(key, key)
            tab.until(VOTED)
        if place % 5 == 2:
            tab.press(" ", " ")
            tab.until("document.getElementById('head-a').textContent !== 'Answer A'")
        onward(tab, by=lambda: tab.press("Enter"))
    return winners


def mouse(tab: Tab, winners: list[str]) -> list[str]:
    """One who clicks, double at times, and loads the page anew before and after votes."""
    for place, winner in enumerate(winners):
        if place % 6 == 3:
            before = tab.run(SHOWN)
            again(tab, READY)
            assert tab.run(SHOWN) == before, "the same pair, on the same sides"
        tab.click(BUTTONS[winner], times=2 if place % 3 == 0 else 1)
        tab.until(VOTED)
        if place % 6 == 5:
            again(tab, VOTED)
        onward(tab, by=lambda: tab.click("#next"))
    return winners


def tabbed(tab: Tab, winners: list[str]) -> list[str]:
    """One who reaches every button by Tab, and presses Enter on it."""
    for winner in winners:
        tab.run("document.activeElement.blur()")
        wanted = f"document.activeElement.dataset.winner === {winner!r}"
        for _ in range(20):
            tab.press("Tab")
            if tab.run(wanted):
                break
        assert tab.run(wanted)
        tab.press("Enter")
        tab.until(VOTED)
        assert tab.run("document.activeElement.id") == "after"
        onward(tab, by=lambda: tab.press("Enter"))
    return winners


def test_fifty_votes_of_three_at_once_are_counted_once_although_the_server_is_killed(tmp_path: Path) -> None:
    place = tmp_path / "arena"
    arena(place, 20)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    people = {"ann": (keys, 20), "bob": (mouse, 18), "cyd": (tabbed, 12)}
    options = [part for name in people for part in ("-a", name)] + ["--checks", "0.1", "--repeats", "0.1"]
    going = Event()

    def person(name: str, address: str) -> list[str]:
        how, count = people[name]
        winners = list(islice(cycle(["model_a", "model_b", "tie", "tie (bothbad)", "model_b"]), count))
        with browser(tmp_path / name) as tab:
            enter(tab, address)
            going.set()
            return how(tab, winners)

    with ThreadPoolExecutor(3) as pool:
        with served(place, *options, port=port) as first:
            begun = {name: pool.submit(person, name, first.links[name]) for name in people}
            going.wait(30)
            until = time.monotonic() + 60
            while len(list(ballots.read(place).votes())) < 20 and time.monotonic() < until:
                time.sleep(0.05)
            first.kill()
        cut = len(list(ballots.read(place).votes()))
        time.sleep(0.5)  # meanwhile they go on clicking
        with served(place, *options, port=port):
            done = {name: future.result(120) for name, future in begun.items()}
    assert 20 <= cut < 50
    ledger = ballots.read(place)
    given = {name: [deal.winner for deal in ledger.of(name) if deal.vote] for name in people}
    assert given == done
    assert sum(map(len, given.values())) == 50
    pairs = [deal for deal in ledger.votes() if deal.kind == "pair"]
    assert len({(deal.person, deal.match) for deal in pairs}) == len(pairs)
    assert len(folder.read(place).battles()) == len(pairs)
    assert sum(entry.kind == "undo" for deal in ledger.deals.values() for entry in deal.said) == 4


def test_a_vote_of_which_the_answer_was_lost_is_sent_again_and_counts_once(tab: Tab, tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, ALL) as server:
        enter(tab, link(server))
        tab.run(
            "const real = window.fetch; let lost = 0; window.fetch = async (...how) => { const answer = await real(...how);"
            "if (how[0] === '/api/say' && lost++ < 2) throw new TypeError('lost'); return answer; }"
        )
        tab.press("1", "1")
        tab.until("!document.getElementById('notice').hidden")
        assert "kept here and sent again" in tab.run("document.getElementById('notice').textContent")
        tab.until(VOTED)
        assert tab.run("document.getElementById('notice').hidden")
        assert [deal.winner for deal in server.desk.ledger.votes()] == ["model_a"]


def test_a_second_tab_is_told_what_the_first_has_said(tab: Tab, tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, ALL) as server:
        enter(tab, link(server))
        with server.page("ann") as other:
            other.vote("tie")
        tab.press("1", "1")
        tab.until(VOTED)
        assert "dealt with in another tab" in tab.run("document.getElementById('notice').textContent")
        assert tab.run("document.getElementById('said').textContent") == "You said: a tie."
        assert [deal.winner for deal in server.desk.ledger.votes()] == ["tie"]


def test_a_pair_is_skipped_with_a_reason_and_the_skip_undone(tab: Tab, tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, ALL) as server:
        enter(tab, link(server))
        tab.press("s", "s")
        tab.press("2", "2")
        tab.until(VOTED)
        (deal,) = server.desk.ledger.of("ann")
        assert (deal.state, deal.said[0].body["reason"]) == ("skipped", "an answer is broken or cut off")
        tab.press("u", "u")
        tab.until(READY)
        assert server.desk.ledger.of("ann")[0].state == "open"


def test_the_last_vote_can_be_undone_from_the_end_also_after_a_reload(tab: Tab, tmp_path: Path) -> None:
    arena(tmp_path, 1)
    with here(tmp_path, ALL) as server:
        for _ in pairs(tab, link(server)):
            pass
        tab.until("document.getElementById('end').offsetParent")
        again(tab, "document.getElementById('end').offsetParent")
        tab.press("u", "u")
        tab.until(READY)
        assert all(text.startswith("Reply 0") for text in tab.run(SHOWN))
        tab.press("3", "3")
        tab.until(VOTED)
        assert [deal.winner for deal in server.desk.ledger.votes()] == ["model_a", "model_a", "tie"]


def test_typing_a_comment_is_no_vote_and_it_goes_with_the_next(tab: Tab, tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, ALL) as server:
        enter(tab, link(server))
        tab.run("document.getElementById('comment').focus()")
        for key in "1asu":
            tab.press(key, key)
        assert list(server.desk.ledger.votes()) == []
        tab.run("document.activeElement.blur()")
        tab.press("2", "2")
        tab.until(VOTED)
        (deal,) = server.desk.ledger.votes()
        assert deal.vote is not None
        assert deal.vote.body["comment"] == "1asu"
        assert 0 < float(deal.vote.body["seconds"]) < 60


# Blind


def test_no_name_is_on_the_page_or_the_wire_before_the_vote(tab: Tab, tmp_path: Path) -> None:
    arena(tmp_path)
    with here(tmp_path, ALL) as server:
        enter(tab, link(server))
        tab.received.clear()
        for _ in range(5):
            tab.press("1", "1")
            tab.until(VOTED)
            onward(tab, by=lambda: tab.press("Enter"))
        said = tab.heard() + tab.run("document.documentElement.outerHTML") + tab.run("location.href")
        said += tab.run("JSON.stringify(sessionStorage) + JSON.stringify(localStorage) + document.cookie")
        assert '"battle"' in said
        for model in MODELS:
            for part in model.split("/"):
                assert part not in said.lower()
        asked = [each.partition(server.home)[2] for each in tab.requests]
        assert asked[-10:] == ["/api/say", "/api/next"] * 5, (
            "both answers come in one, so no time tells them apart"
        )
        tab.press("1", "1")
        tab.until(VOTED)
        tab.run("document.activeElement.blur()")
        tab.press(" ", " ")
        tab.until("document.getElementById('head-b').textContent !== 'Answer B'")
        names = tab.run(
            "[...document.querySelectorAll('#answers h2')].map((each) => each.textContent.slice(3))"
        )
        deal = server.desk.ledger.current("ann")
        assert deal
        assert names == [deal.left, deal.right]


# Harmless


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("odd")
    arena(place, 1, sirius_9b=HOSTILE, canopus_9b=HUGE, vega_large=RICH)
    return place


def pairs(tab: Tab, address: str, **how: Any) -> Iterator[int]:
    """Each of the three pairs, before the vote."""
    enter(tab, address, **how)
    for place in range(3):
        yield place
        tab.press("1", "1")
        tab.until(VOTED)
        onward(tab, by=lambda: tab.press("Enter"))


@pytest.mark.parametrize("raw", [False, True], ids=["rendered", "raw"])
def test_hostile_answers_do_nothing(tab: Tab, odd: Path, raw: bool) -> None:
    with here(odd, ALL) as server:
        met = 0
        for _ in pairs(tab, link(server, f"ann-{raw}")):
            if tab.run("document.getElementById('raw').ariaPressed") != str(raw).lower():
                tab.press("r", "r")
            text = tab.run("document.getElementById('answers').innerText")
            if "harmed" not in text:
                continue
            met += 1
            for shown in ("<script>document.title='harmed'</script>", "⟨U+202E⟩round", "zero⟨U+200B⟩width"):
                assert shown in text
            for shown in ("⟨U+E0041⟩", "⟨U+001B⟩[31m", "עברית"):
                assert shown in text
            assert not set(text) & set("\x1b\u202e\u200b\U000e0041")
            inside = "#answers .text, #asked .text"
            there = tab.run(
                f"[...document.querySelectorAll({inside!r})].flatMap((each) => [...each.querySelectorAll('*')])"
                ".map((each) => [each.localName, [...each.attributes].map((it) => it.name + '=' + it.value).join(' ')])"
            )
            assert not {"script", "img", "svg", "iframe", "style", "form", "button", "input"} & {
                name for name, _ in there
            }
            assert not [
                one for one in there if " on" in f" {one[1]}" or "javascript" in one[1] or "style=" in one[1]
            ]
        assert met == 2
        assert tab.run("document.title") == "Which answer is better?"
        assert all(each.startswith((server.home, "data:,")) for each in tab.requests)
        assert tab.errors == []


def test_the_policy_is_a_second_wall(tab: Tab, odd: Path) -> None:
    with here(odd, ALL) as server:
        enter(tab, link(server, "wall"))
        tab.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')")
        tab.run(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'document.title=2'}))"
        )
        tab.run("document.body.insertAdjacentHTML('beforeend', '<p onclick=\"document.title=3\" id=p>x</p>')")
        tab.run("document.getElementById('p').click(); fetch('http://127.0.0.1:9/').catch(() => 0)")
        assert tab.run("document.title") == "Which answer is better?"
        assert len(tab.errors) >= 4
        assert all("Content Security Policy" in each for each in tab.errors)


def test_a_huge_answer_is_cut_and_folded_as_the_other_is(tab: Tab, odd: Path) -> None:
    with here(odd, ALL) as server:
        met = 0
        for _ in pairs(tab, link(server, "fold")):
            text = tab.run(SHOWN)
            if not any("more characters are not shown" in each for each in text):
                continue
            met += 1
            assert max(map(len, text)) < 61_000
            heights = "[...document.querySelectorAll('#answers .text')].map((each) => each.clientHeight)"
            assert max(tab.run(heights)) <= 900 * 0.55
            tab.press("j", "j")
            tops = "[...document.querySelectorAll('#answers .text')].map((each) => each.scrollTop)"
            assert max(tab.run(tops)) > 0
            tab.press("f", "f")
            assert max(tab.run(heights)) > 900
            low = "document.getElementById('bar').getBoundingClientRect().bottom"
            assert abs(tab.run(low) - 900) < 2, "the buttons stay in sight"
            tab.press("f", "f")
        assert met == 2


def test_formulas_are_drawn_as_mathml_and_code_stays_text(tab: Tab, odd: Path) -> None:
    with here(odd, ALL) as server:
        for _ in pairs(tab, link(server, "maths")):
            if tab.run("document.querySelector('#answers table')"):
                assert (
                    tab.run("document.querySelector('#answers math mfrac').getBoundingClientRect().height")
                    > 10
                )
                assert (
                    tab.run("document.querySelector('#answers pre code').textContent")
                    == "print(9.81 / 2 * 2**2)\n"
                )


# To be used by everyone


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_the_screen_and_every_target_is_large_and_named(
    width: int, dark: bool, tab: Tab, odd: Path
) -> None:
    with here(odd, ALL) as server:
        for _ in pairs(tab, link(server, f"fit-{width}-{dark}"), width=width, dark=dark):
            assert tab.run("document.documentElement.scrollWidth") <= width
            targets = tab.run(
                "[...document.querySelectorAll('button, input')].filter((each) => each.offsetParent).map((each) => {"
                "const box = each.getBoundingClientRect(); return [each.outerHTML, box.width, box.height,"
                "(each.ariaLabel || each.innerText || each.labels[0].innerText).trim()] })"
            )
            assert len(targets) >= 9
            for what, wide, high, name in targets:
                assert min(wide, high) >= 44, what
                assert name, what
        ink, paper = tab.run(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (sum(map(int, ink[4:-1].split(","))) > sum(map(int, paper[4:-1].split(",")))) == dark
        assert tab.errors == []


def test_all_is_reached_by_tab_and_said_aloud(tab: Tab, odd: Path) -> None:
    with here(odd, ALL) as server:
        enter(tab, link(server, "tabs"))
        seen = set()
        for _ in range(25):
            tab.press("Tab")
            seen.add(
                tab.run(
                    "document.activeElement.id || document.activeElement.dataset.winner || document.activeElement.ariaLabel"
                )
            )
        assert {"tab-vote", "tab-board", "tab-help", "raw", "skip", "comment", *BUTTONS} <= seen
        assert {"Text of answer A", "Text of answer B"} <= seen
        tab.press("3", "3")
        tab.until(VOTED)
        assert tab.run("document.querySelector('[role=status]').textContent") == "You said: a tie."


def test_without_the_link_the_page_says_what_it_needs(tab: Tab, odd: Path) -> None:
    with here(odd, ALL) as server:
        tab.call("Storage.clearDataForOrigin", origin=server.home, storageTypes="all")
        tab.open(f"{server.home}/")
        tab.until("!document.getElementById('notice').hidden")
        assert "needs the link" in tab.run("document.getElementById('notice').textContent")


def test_whoever_has_the_link_for_all_gives_a_name_and_begins(tab: Tab, odd: Path) -> None:
    with here(odd, ALL, share="a-token-for-all-of-us") as server:
        tab.call("Storage.clearDataForOrigin", origin=server.home, storageTypes="all")
        tab.open(f"{server.home}/#join=a-token-for-all-of-us")
        tab.until("document.getElementById('name').offsetParent")
        tab.run("document.getElementById('name').focus()")
        tab.type("dan")
        tab.press("Enter")
        tab.until(READY)
        assert tab.run("document.getElementById('progress').textContent").startswith("dan: 0 of 3")
        assert tab.run("location.href") == f"{server.home}/"


# The board, and asking


@pytest.mark.parametrize("width", [400, 1280])
def test_the_board_waits_until_one_is_done_and_fits_the_screen(tab: Tab, tmp_path: Path, width: int) -> None:
    arena(tmp_path, 6)
    with here(tmp_path, Rules(goal=4, overlap=1, checks=0, repeats=0)) as server:
        for name in ("bob", "cyd"):
            with server.page(name) as page:
                for winner in ("model_a", "model_b", "tie", "model_a"):
                    page.vote(winner)
        enter(tab, link(server), width=width)
        tab.click("#tab-board")
        tab.until("!document.getElementById('notice').hidden")
        assert "once you are done" in tab.run("document.getElementById('notice').textContent")
        for _ in range(4):
            tab.press("1", "1")
            tab.until(VOTED)
            onward(tab, by=lambda: tab.press("Enter"))
        tab.until("document.getElementById('end').offsetParent")
        assert "You have given 4 votes" in tab.run("document.getElementById('thanks').textContent")
        tab.click("#tab-board")
        tab.until("document.querySelector('#board .interval')")
        names = tab.run("[...document.querySelectorAll('#board tbody th')].map((each) => each.textContent)")
        assert set(names) <= set(MODELS)
        said = tab.run("document.querySelector('#board .interval').getAttribute('aria-label')")
        assert "between" in said
        assert tab.run("document.documentElement.scrollWidth") <= width
        tab.run(
            "const box = document.querySelector('#board select'); box.value = 'times'; box.dispatchEvent(new Event('change'))"
        )
        tab.until("document.querySelector('#board select').value === 'times' && !document.body.ariaBusy")
        host = server.desk.enrol(HOST, host=True).token
        tab.call("Storage.clearDataForOrigin", origin=server.home, storageTypes="all")
        tab.open(f"{server.home}/#token={host}", width=width)
        tab.until("document.querySelector('#board details')")
        assert "Krippendorff's alpha" in tab.run("document.getElementById('board').innerText")
        assert tab.run("document.documentElement.scrollWidth") <= width
        assert not [each for each in tab.errors if "403" not in each]


def test_a_question_of_ones_own_is_answered_by_two_and_voted_on(tab: Tab, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(PROVIDER, "utf-8")
    asked = (f"{tmp_path}/own.py/quick", f"{tmp_path}/own.py/slow")
    with here(tmp_path / "new", asked=asked) as server:
        tab.call("Storage.clearDataForOrigin", origin=server.home, storageTypes="all")
        tab.open(link(server))
        tab.until("document.activeElement.id === 'prompt'")
        tab.type("what is up")
        tab.click("#ask button")
        tab.until(READY)
        assert sorted(tab.run(SHOWN)) == ["WHAT IS UP\n", "What Is Up\n"]
        assert "own.py" not in tab.heard()
        tab.press("2", "2")
        tab.until(VOTED)
        tab.press("Enter")
        tab.until("document.activeElement.id === 'prompt'")
        assert [deal.winner for deal in server.desk.ledger.votes()] == ["model_b"]
