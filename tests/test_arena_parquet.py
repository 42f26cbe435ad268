"""A Parquet file of battles: the same board as from the log, and what is no battle names file and row."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from evals.arena import journal, parquet
from evals.arena.board import board
from evals.arena.pool import of_battles
from evals.arena.source import pool
from evals.arena.tally import Tally
from evals.arena.voters import voters
from evals.errors import BadFile, BadInput, NotFound
from evals.ranked import table
from evals.show.parquet import write
from tests.conftest import Evals
from tests.pools import POOLS

ROW = {"id": "1", "model_a": "x", "model_b": "y", "winner": "tie", "weight": 1.0}


def file(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "battles.parquet") -> Path:
    """A file of these rows."""
    path = folder / name
    write(pd.DataFrame(list(rows)), path)
    return path


def rows(name: str) -> list[dict[str, Any]]:
    """The battles of a pool as rows of a table."""
    fields = ("id", "question", "judge", "model_a", "model_b", "winner")
    return [{field: getattr(each, field) for field in fields} for each in POOLS[name]]


@pytest.mark.parametrize("name", ["dense", "star"])
def test_a_table_gives_the_same_board_as_the_log(tmp_path: Path, name: str) -> None:
    path = file(tmp_path, rows(name))
    assert table([board(parquet.pool([path]))]) == table([board(POOLS[name])])


def test_several_tables_count_as_one(tmp_path: Path) -> None:
    parts = [file(tmp_path, rows("dense")[start::2], f"{start}.parquet") for start in (0, 1)]
    assert table([board(parquet.pool(parts))]) == table([board(POOLS["dense"])])


def test_without_units_battles_that_are_alike_share_a_row(tmp_path: Path) -> None:
    path = file(tmp_path, rows("dense"))
    few = parquet.pool([path], units=False)
    assert (few.battles, few.cluster, few.judge) == (792, None, None)
    assert len(few) <= 12 * 11 * 4


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"winner": "A"}, "row 2 is no battle: 'A' is no winner"),
        ({"winner": None}, "row 2 is no battle: None is no winner"),
        ({"model_b": "x"}, "row 2 is no battle: 'x' meets itself"),
        ({"model_a": ""}, "row 2 is no battle: a model has no name"),
        ({"weight": float("nan")}, "row 2 is no battle: its weight is"),
        ({"weight": 0.0}, "row 2 is no battle: its weight is 0.0"),
        ({"id": "1"}, "the battle '1' occurs more than once"),
    ],
)
def test_what_is_no_battle_names_file_and_row(tmp_path: Path, row: dict[str, Any], says: str) -> None:
    path = file(tmp_path, [ROW, ROW | {"id": "2"} | row])
    with pytest.raises(BadFile) as error:
        parquet.pool([path])
    assert says in error.value.message


def test_a_table_without_winners_is_no_table_of_battles(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="has no column winner"):
        parquet.pool([file(tmp_path, [{"model_a": "x", "model_b": "y"}])])


def test_what_is_no_table_and_what_is_not_there_are_said(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no table")
    with pytest.raises(BadFile, match="cannot be read"):
        parquet.pool([tmp_path / "x.parquet"])
    with pytest.raises(NotFound, match="no file"):
        parquet.pool([tmp_path / "y.parquet"])


def test_categories_style_and_judges_names_are_read_where_they_matter(tmp_path: Path) -> None:
    battles = [
        replace(
            each,
            categories=("odd", "it's") if place % 2 else (),
            style={"tokens": (float(place), 7.0)} if place else {},
        )
        for place, each in enumerate(POOLS["star"])
    ]
    packed = [
        row | {"categories": json.dumps(each.categories), "style": json.dumps(each.style)}
        for row, each in zip(rows("star"), battles, strict=True)
    ]
    found, known = parquet.pool([file(tmp_path, packed)], more=True), of_battles(battles)
    assert sorted(found.judges) == list(known.judges)
    assert {name: mask.sum() for name, mask in found.categories.items()} == {"odd": 165, "it's": 165}
    np.testing.assert_array_equal(found.style["tokens"], known.style["tokens"])
    votes = [sorted((each.judge, each.votes, each.first) for each in voters(pool)) for pool in (found, known)]
    assert votes[0] == votes[1]


def test_weights_count_as_so_many_battles_do(tmp_path: Path) -> None:
    heavy = [
        ROW | {"id": str(i), "winner": w, "weight": 2.0}
        for i, w in enumerate(["model_a", "model_b", "model_a"])
    ]
    twice = [ROW | {"id": str(i), "winner": w} for i, w in enumerate(["model_a", "model_b", "model_a"] * 2)]
    found = [
        board(parquet.pool([file(tmp_path, each, f"{i}.parquet")], units=False)).standings
        for i, each in enumerate((heavy, twice))
    ]
    assert [each.rating for each in found[0]] == pytest.approx([each.rating for each in found[1]])


def test_a_battle_in_two_files_is_an_error(tmp_path: Path) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        with journal.Writer(tmp_path / name) as writer:
            writer.append(POOLS["star"][:3])
    with pytest.raises(BadInput, match="occurs more than once"):
        pool([tmp_path / "one.jsonl", tmp_path / "two.jsonl"])


def test_one_more_vote_gives_the_board_of_all_votes() -> None:
    battles = POOLS["dense"]
    tally = Tally(of_battles(battles[:700]))
    for each in battles[700:]:
        tally.add(each)
    tally.add(battles[3])
    tally.take_back(battles[3])
    one, other = board(tally.pool()).rows(), board(of_battles(battles).cells()).rows()
    assert [each["model"] for each in one] == [each["model"] for each in other]
    np.testing.assert_allclose(
        [each["rating"] for each in one], [each["rating"] for each in other], atol=1e-9
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "there is no arena and no file arena"),
        (("nowhere",), "there is no arena and no file nowhere"),
        (("log.jsonl", "--anchor", "m77=1000"), "no model in the battles called 'm77'"),
        (("log.jsonl", "--anchor", "m01"), "is no model and rating"),
        (("log.jsonl", "--category", "poems"), "no category in the battles called 'poems'"),
        (("empty.jsonl",), "there is no battle yet"),
    ],
)
def test_what_cannot_be_ranked_is_said_in_one_sentence(
    evals: Evals, options: tuple[str, ...], says: str
) -> None:
    with journal.Writer(evals.cwd / "log.jsonl") as writer:
        writer.append(POOLS["star"])
    (evals.cwd / "empty.jsonl").touch()
    done = evals("arena", "rank", *options)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("['code', 'de']", ["code", "de"]),
        ("""'["code", "de"]'""", ["code", "de"]),
        ("""'["code", "de"]'::JSON""", ["code", "de"]),
        ("NULL", []),
        ("NULL::VARCHAR[]", []),
        ("''", None),
        ("'code'", None),
        ("""'{"code": 1}'""", None),
        ("[1]", None),
        ("3", None),
    ],
)
def test_boards_stand_in_lists_or_in_lists_as_json_and_nothing_else(
    tmp_path: Path, cell: str, names: list[str] | None
) -> None:
    path = tmp_path / "battles.parquet"
    row = f"SELECT 'x' AS model_a, 'y' AS model_b, 'tie' AS winner, {cell} AS categories"
    duckdb.sql(f"COPY ({row} UNION ALL {row}) TO '{path}' (FORMAT parquet)")
    if names is None:
        with pytest.raises(BadFile, match="which is no list of names"):
            pool([path], more=True)
    else:
        found = pool([path], more=True).categories
        assert {name: mask.tolist() for name, mask in found.items()} == {name: [True, True] for name in names}


def test_a_table_is_ranked_without_pandas_or_scipy_in_80_columns(evals: Evals) -> None:
    file(evals.cwd, rows("dense"))
    done = evals("arena", "rank", "battles.parquet", "--detail")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "792 battles of 12 models" in done.stdout
    code = (
        "import sys; sys.argv = ['evals', 'arena', 'rank', 'battles.parquet', '--out', 'board.txt']\n"
        "from evals.cli import evals; evals(standalone_mode=False)\n"
        "print(sorted({'pandas', 'scipy', 'pydantic'} & set(sys.modules)))"
    )
    import subprocess
    import sys

    out = subprocess.run(
        [sys.executable, "-c", code], cwd=evals.cwd, text=True, capture_output=True, check=True
    )
    assert out.stdout.strip() == "[]"
    assert (evals.cwd / "board.txt").read_text("utf-8").startswith("792 battles")


@pytest.mark.parametrize(
    ("form", "begins"), [("md", "792 battles"), ("csv", "board,pool,model"), ("json", "{")]
)
def test_every_format_has_the_board(evals: Evals, form: str, begins: str) -> None:
    with journal.Writer(evals.cwd / "log.jsonl") as writer:
        writer.append(POOLS["dense"])
    done = evals("arena", "rank", "log.jsonl", "--format", form)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(begins)
    assert "m07" in done.stdout
