"""The board as a user of the command line meets it: without an argument, at 80 columns, of few battles, of none that count."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evals.arena import journal
from evals.arena.battle import Battle, JudgeKind, Winner
from evals.errors import BadInput
from tests.conftest import Done
from tests.pools import POOLS

Rank = Callable[..., Done]


def log(battles: list[Battle]) -> None:
    """An arena with these battles, where commands look for one."""
    Path("arena").mkdir()
    with journal.Writer(Path("arena/battles.jsonl")) as writer:
        writer.append(battles)


def test_without_a_name_the_arena_of_this_folder_is_ranked(command: Rank) -> None:
    log(POOLS["star"])
    assert command("arena", "rank").out == command("arena", "rank", "arena").out


def test_a_board_of_names_of_24_characters_is_one_table_of_80_columns(
    command: Rank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    names = [f"laboratory/a-model-{number:05}" for number in (1, 2, 3)]
    winners: tuple[Winner, ...] = ("model_a", "model_b", "tie", "tie (bothbad)", "model_a")
    log(
        [
            Battle(id=f"{one}{place}{i}", model_a=names[one], model_b=names[(one + 1) % 3], winner=winner)
            for one in range(3)
            for i in range(4)
            for place, winner in enumerate(winners)
        ]
    )
    lines = command("arena", "rank").out.splitlines()
    (head,) = (line for line in lines if line.startswith("rank "))
    assert head.endswith("both bad")
    assert max(map(len, lines)) <= 80
    assert all(sum(name in line for line in lines) == 1 for name in names)


def test_one_battle_of_two_models_is_said_in_the_singular(command: Rank) -> None:
    log([Battle(id="1", model_a="x", model_b="y", winner="model_a")])
    assert command("arena", "rank").out.startswith("1 battle of 2 models\n")


def test_where_no_model_has_so_many_battles_that_is_one_sentence(command: Rank) -> None:
    log(POOLS["star"])
    with pytest.raises(BadInput, match="no model has 5,000 battles"):
        command("arena", "rank", "--min-votes", 5000)


def test_a_category_in_which_nobody_has_so_many_battles_says_so(command: Rank) -> None:
    battles = POOLS["star"]
    few = [Battle(id="odd", model_a="m00", model_b="m01", winner="tie", categories=("odd",))]
    log([*battles, *few])
    shown = command("arena", "rank", "--category", "odd", "--min-votes", 20).out
    assert "m01" not in shown.partition("Board of odd")[2]
    assert "fewer than 20 battles" in shown.partition("Board of odd")[2]


def test_a_gate_on_an_arena_asks_for_two_models(command: Rank) -> None:
    log(POOLS["star"])
    with pytest.raises(BadInput, match="arena is an arena"):
        command("gate", "arena")


LEFT_OUT = [
    ("openai/gpt-5", "model", "openai/gpt-5", "x/y", True),
    ("openrouter/openai/gpt-5", "unknown", "gpt-4-0613", "x/y", True),
    ("openai/gpt-5", "model", "gpt-4", "openai/gpt-4o", False),
    ("openai/gpt-5", "model", "openai/gpt-5", "gpt-4", True),
    ("openai/gpt-5", "model", "x/y", "claude-opus-5", False),
    ("claude", "human", "claude-opus-5", "x/y", False),
    ("rule", "rule", "rule/one", "x/y", False),
]
"""Judge, what it is, whom it judged, whether that is of its own."""


@pytest.mark.parametrize(("judge", "kind", "one", "other", "out"), LEFT_OUT)
def test_what_a_model_says_of_its_own_makers_models_can_be_left_out(  # noqa: PLR0913  a case is its parts
    command: Rank, judge: str, kind: JudgeKind, one: str, other: str, *, out: bool
) -> None:
    own = [Battle(id="own", judge=judge, kind=kind, model_a=one, model_b=other, winner="model_a")]
    log([*POOLS["star"], *own])
    shown = command("arena", "rank", "--exclude-self").out
    assert ("Left out: 1 verdict of models" in shown) is out
    assert (one in shown) is not out


def test_where_every_judge_is_kin_that_is_one_sentence(command: Rank) -> None:
    log([Battle(id="1", judge="m/j", kind="model", model_a="m/a", model_b="x/b", winner="tie")])
    with pytest.raises(BadInput, match="no judge is impartial"):
        command("arena", "rank", "--exclude-self")
