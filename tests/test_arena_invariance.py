"""What must not matter to a board does not: the order of rows, names, how files are cut, who was shown on which side."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.arena import journal, source
from evals.arena.battle import Battle, Winner
from evals.arena.board import board
from evals.arena.outcomes import WAYS, Ties
from evals.arena.standings import Board, Settings
from evals.ranked import table
from tests.pools import POOLS, drawn, every

SWAPPED: dict[Winner, Winner] = {"model_a": "model_b", "model_b": "model_a"}


def swapped(battle: Battle) -> Battle:
    """The same battle with its sides changed."""
    return replace(
        battle,
        model_a=battle.model_b,
        model_b=battle.model_a,
        winner=SWAPPED.get(battle.winner, battle.winner),
        style={name: (b, a) for name, (a, b) in battle.style.items()},
    )


def ratings(found: Board) -> dict[str, tuple[float, float, float]]:
    """Model -> rating and interval."""
    return {each.model: (each.rating, each.low, each.high) for each in found.standings}


@given(st.randoms(use_true_random=False))
@settings(max_examples=5)
def test_the_order_of_battles_does_not_matter(random: Random) -> None:
    battles = list(POOLS["dense"])
    random.shuffle(battles)
    assert table([board(battles)]) == table([board(POOLS["dense"])])


@given(st.permutations(range(12)))
@settings(max_examples=5)
def test_other_names_change_names_alone(order: list[int]) -> None:
    new = {f"m{old:02}": f"m{place:02}" for old, place in enumerate(order)}
    battles = [
        replace(each, model_a=new[each.model_a], model_b=new[each.model_b]) for each in POOLS["sparse"]
    ]
    known = [" ".join(line.split()) for line in table([board(POOLS["sparse"])]).splitlines()]
    back = {place: old for old, place in new.items()}
    lines = [
        " ".join(back.get(word, word) for word in line.split())
        for line in table([board(battles)]).splitlines()
    ]
    assert lines == known


@pytest.mark.parametrize("ties", WAYS)
def test_who_was_shown_first_does_not_matter(ties: Ties) -> None:
    battles = POOLS["dense"]
    half = [swapped(each) if place % 2 else each for place, each in enumerate(battles)]
    how = Settings(ties=ties)
    one, other = ratings(board(battles, how)), ratings(board(half, how))
    for model, numbers in one.items():
        assert other[model] == pytest.approx(numbers, abs=1e-6)


def test_with_style_control_swapping_all_sides_turns_the_place_round_and_leaves_ratings() -> None:
    rng = np.random.default_rng(3)
    battles = [
        replace(each, style={"tokens": (float(rng.integers(5, 300)), float(rng.integers(5, 300)))})
        for each in POOLS["dense"]
    ]
    how = Settings(style=True)
    one, other = board(battles, how), board([swapped(each) for each in battles], how)
    for model, numbers in ratings(one).items():
        assert ratings(other)[model] == pytest.approx(numbers, abs=1e-6)
    values = [{each.name: each.value for each in found.components[0].pulls} for found in (one, other)]
    assert values[0]["tokens"] == pytest.approx(values[1]["tokens"], abs=1e-9)
    assert values[0]["first place"] == pytest.approx(-values[1]["first place"], abs=1e-9)


def test_one_file_or_several_make_one_board(tmp_path: Path) -> None:
    battles = POOLS["sparse"]
    for name, part in (("all", battles), ("one", battles[:70]), ("two", battles[70:])):
        with journal.Writer(tmp_path / f"{name}.jsonl") as writer:
            writer.append(part)
    whole = table([board(source.pool([tmp_path / "all.jsonl"]))])
    assert table([board(source.pool([tmp_path / "two.jsonl", tmp_path / "one.jsonl"]))]) == whole


def test_the_same_seed_gives_the_same_bytes() -> None:
    battles = drawn([0.4, 0, -0.4], every(range(3)), 30)
    boards: list[Callable[[], Board]] = [lambda: board(battles, Settings(ci="bootstrap"))] * 2
    assert repr(boards[0]().rows()) == repr(boards[1]().rows())
