"""Boards as pictures and as a page: who leads, who beats whom, nothing of any other place, and names that stay text."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals import ranked
from evals.arena import journal
from evals.arena.battle import Battle, Winner
from evals.arena.board import board
from evals.arena.pictures import matrices, ratings
from evals.arena.standings import Board
from evals.arena.words import misfits
from evals.charts import Picture, paint
from evals.charts.picture import NARROW, WIDE
from evals.show import render
from tests.browser import browser
from tests.conftest import Done
from tests.test_charts import texts
from tests.test_report import HOSTILE


def battles(models: Sequence[str], count: int, seed: int = 0) -> list[Battle]:
    """Battles in which the earlier of two models wins two of three."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        a, b = draw.sample(range(len(models)), 2)
        winner: Winner = "model_a" if (draw.random() < 2 / 3) == (a < b) else "model_b"
        found.append(
            Battle(
                id=f"{models[0]}{number}",
                question=str(number % 40),
                model_a=models[a],
                model_b=models[b],
                winner=winner,
            )
        )
    return found


def categories(whole: Board) -> list[Board]:
    return [replace(whole, name=name) for name in ("code", "math")]


FEW = board(battles(["one", "two", "three"], 600))
MANY = board(battles([f"host/model-of-a-long-name-{number:02}" for number in range(80)], 4_000))


def test_the_title_says_who_leads_and_the_words_who_stands_where() -> None:
    (picture,) = ratings([FEW])
    first = FEW.standings[0]
    assert picture.title == f"one leads with {first.rating:.0f} ({first.low:.0f} to {first.high:.0f})"
    assert all(name in picture.alt for name in ("one", "two", "three"))
    assert {"one", "two", "three", "rating in Elo points, with 95 % intervals"} <= set(
        texts(paint.svg(picture))
    )


def test_ratings_with_and_without_looks_stand_side_by_side_and_categories_have_a_picture() -> None:
    styled = replace(FEW, settings=replace(FEW.settings, style=True))
    both, several = ratings([FEW, styled, *categories(FEW)])
    assert {"as judged", "looks set apart"} <= set(texts(paint.svg(both)))
    assert {"overall", "code", "math"} <= set(texts(paint.svg(several)))
    assert several.title == "one leads on every board"


def test_the_matrix_shows_shares_as_judged_and_as_foretold() -> None:
    judged, foretold = matrices(FEW)
    shares = FEW.components[0].matrix.share
    assert f"{100 * shares[0, 2]:.0f}" in texts(paint.svg(judged))
    assert {"1", "2", "3"} <= set(texts(paint.svg(foretold)))
    assert "one " in judged.alt


def test_groups_that_never_met_have_pictures_of_their_own() -> None:
    apart = board([*battles(["one", "two"], 60), *battles(["a", "b"], 40)])
    assert [picture.name for picture in ratings([apart])] == ["board-ratings", "board-ratings-2"]
    assert len(matrices(apart)) == 4


@pytest.mark.parametrize(
    ("picture", "width"),
    [(ratings([MANY])[0], WIDE), (ratings([MANY])[0], NARROW), (matrices(MANY)[1], NARROW)],
    ids=["ratings wide", "ratings narrow", "matrix narrow"],
)
def test_eighty_models_keep_to_the_width_and_each_has_a_row(picture: Picture, width: int) -> None:
    image = paint.svg(picture, width)
    found = re.search(r' width="([\d.]+)" height="([\d.]+)"', image)
    assert found
    assert float(found[1]) <= width * 1.06
    shown = " ".join(texts(image))
    assert all(f"{number:02}" in shown for number in range(80))


def test_pairs_that_do_not_fit_are_named() -> None:
    found = battles(["one", "two", "three", "four"], 600)
    odd = [
        replace(each, id=f"odd{each.id}", model_a="four", model_b="one", winner="model_a")
        for each in found[:120]
    ]
    (component,) = board([*found, *odd]).components
    said = list(misfits([component]))
    assert any("four" in each and "one" in each and "the ratings foretell" in each for each in said)
    assert list(misfits(FEW.components)) == [
        "Every pair did as the ratings foretell, as far as chance can be told apart."
    ]


def test_the_page_holds_the_board_and_no_list_of_replies() -> None:
    page = render(ranked.document([FEW], paged=True), "html")
    assert "<title>evals board</title>" in page
    assert "Who against whom" in page
    assert "Every reply" not in page
    assert len(re.findall("<figure>", page)) == 3


def test_names_stay_text_on_the_page_and_in_its_pictures() -> None:
    page = render(ranked.document([board(battles([HOSTILE, "two"], 60))]), "html")
    assert "<script>alert" not in page
    assert "<img" not in page


def test_the_command_writes_the_page_and_the_pictures(command: Callable[..., Done]) -> None:
    Path("arena").mkdir()
    with journal.Writer(Path("arena/battles.jsonl")) as log:
        log.append(battles(["one", "two", "three"], 200))
    command("arena", "rank", "arena", "--format", "html", "--out", "board.html", "--pictures", "pictures")
    assert "Who against whom" in Path("board.html").read_text("utf-8")
    names = {path.name for path in Path("pictures").iterdir()}
    assert {"board-ratings.svg", "board-observed-dark.png", "board-predicted.png"} <= names
    shown = command("arena", "rank", "arena", "--format", "md", "--pictures", "pictures").out
    assert "(<pictures/board-observed.svg>)" in shown
    heads = command("arena", "rank", "arena", "--format", "csv").out.splitlines()[0]
    assert heads.startswith("board,pool,model,rating")


@pytest.mark.browser
@pytest.mark.parametrize("found", [FEW, MANY], ids=["few", "many"])
def test_in_a_browser_nothing_sticks_out_and_nothing_is_asked_of_any_other_place(
    tmp_path: Path, found: Board
) -> None:
    (tmp_path / "board.html").write_text(render(ranked.document([found], paged=True), "html"), "utf-8")
    address = (tmp_path / "board.html").as_uri()
    with browser(tmp_path / "profile") as tab:
        for width in (400, 1280):
            for dark in (False, True):
                tab.open(address, width=width, dark=dark)
                assert tab.run("document.documentElement.scrollWidth") == width
                assert (tab.requests, tab.errors) == ([address], [])
