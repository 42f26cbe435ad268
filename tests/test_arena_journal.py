"""The battle log: what is no battle is an error that names file and line; what is taken back counts no more."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.arena import journal
from evals.arena.battle import WINNERS, Battle
from evals.errors import BadFile, BadInput

BATTLE = {"id": "1", "model_a": "x", "model_b": "y", "winner": "tie"}

BATTLES = st.builds(
    Battle,
    id=st.text(min_size=1),
    question=st.text(),
    judge=st.text(),
    model_a=st.just("x"),
    model_b=st.text(min_size=1).filter(lambda name: name != "x"),
    winner=st.sampled_from(WINNERS),
    weight=st.floats(0.01, 9),
    categories=st.tuples(st.text()),
    style=st.dictionaries(st.text(), st.tuples(st.floats(0, 9), st.floats(0, 9))),
    notes=st.dictionaries(st.text(), st.booleans() | st.text()),
)


@given(st.lists(BATTLES, unique_by=lambda battle: battle.id))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, battles: list[Battle]
) -> None:
    path = tmp_path_factory.mktemp("arena") / "battles.jsonl"
    with journal.Writer(path) as writer:
        writer.append(battles)
    assert journal.read(path) == battles


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (BATTLE | {"winner": "A"}, "winner: Input should be 'model_a'"),
        (BATTLE | {"model_b": "x"}, "'x' meets itself"),
        (BATTLE | {"model_a": ""}, "model_a"),
        (BATTLE | {"weight": float("nan")}, "weight: Input should be a finite number"),
        (BATTLE | {"weight": 0}, "weight"),
        (BATTLE | {"winer": "tie"}, "winer"),
        (BATTLE | {"id": "0"}, "the battle '0' stands in line 1 already"),
        ({"withdrawn": "7"}, "it takes back '7', which is not there"),
        ([], "Input should be an object"),
    ],
)
def test_what_is_no_battle_names_file_and_line(tmp_path: Path, line: object, says: str) -> None:
    path = tmp_path / "battles.jsonl"
    path.write_text(json.dumps(BATTLE | {"id": "0"}) + "\n" + json.dumps(line) + "\n", "utf-8")
    with pytest.raises(BadFile) as error:
        journal.read(path)
    assert error.value.message.startswith(f"{path}, line 2 is no battle: ")
    assert says in error.value.message


def test_what_is_withdrawn_stays_in_the_log_and_counts_no_more(tmp_path: Path) -> None:
    path = tmp_path / "battles.jsonl"
    one, other = (Battle(id=name, model_a="x", model_b="y", winner="tie") for name in "12")
    with journal.Writer(path) as writer:
        writer.append([one, other])
        writer.withdraw("1", "2026-11-29T00:00:00Z")
    assert journal.read(path) == [other]
    assert len(path.read_bytes().splitlines()) == 3


def test_a_torn_last_line_does_not_count_and_is_cut_off_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "battles.jsonl"
    path.write_text(json.dumps(BATTLE) + "\n" + '{"id":"2","mod', "utf-8")
    assert [battle.id for battle in journal.read(path)] == ["1"]
    with journal.Writer(path) as writer:
        writer.append([Battle(id="3", model_a="x", model_b="y", winner="model_a")])
    assert [battle.id for battle in journal.read(path)] == ["1", "3"]


def test_two_processes_do_not_write_one_log(tmp_path: Path) -> None:
    with journal.Writer(tmp_path / "battles.jsonl"), pytest.raises(BadInput, match="another process"):
        journal.Writer(tmp_path / "battles.jsonl")
