"""A baseline says what its run did: the same numbers, in a small file that diffs well and knows when it was touched."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import BadFile, BadInput
from evals.log import Run
from evals.measure import measure
from evals.types import Key, Reply
from evals.verdict import saved
from evals.verdict.baseline import Baseline, read, text, write
from evals.verdict.sides import of_run, side
from tests.conftest import Done
from tests.kept import OURS, run_of
from tests.made import reply

ENDS = ("fabricated", "abstained", "right", "unparsed", "error", "hedged, my own")


def baseline_of(run: Run) -> Baseline:
    return saved.of(of_run(run), run.about)


def rows(outcomes: list[tuple[str, ...]]) -> list[Reply]:
    """One item each, as often asked as it has outcomes, by turns made up and real, in two arms, three to a cluster."""
    return [
        reply(
            Key(OURS, "names", f"s {i}", ("neutral", "presuming")[i % 3 == 0], repeat),
            outcome,
            {"kind": ("made-up", "real")[i % 2], "tier": "AB"[i % 2]},
            cluster=f"c{i // 3}",
        )
        for i, ends in enumerate(outcomes)
        for repeat, outcome in enumerate(ends)
    ]


@settings(max_examples=12)
@given(st.lists(st.lists(st.sampled_from(ENDS), min_size=1, max_size=3).map(tuple), min_size=1, max_size=12))
def test_a_baseline_measures_what_its_run_does(
    tmp_path_factory: pytest.TempPathFactory, outcomes: list[tuple[str, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    run = replace(run_of(folder, "f"), replies=tuple(rows(outcomes)))
    made = baseline_of(run)
    path = folder / "baseline.json"
    write(made, path)
    assert read(path) == made
    there = saved.side(read(path), path)
    for by in ((), ("arm",)):
        expected, found = (measure(each.rows, each.suites, by) for each in (of_run(run), there))
        key = ["suite", "model", *by, "metric"]
        pd.testing.assert_frame_equal(
            found.sort_values(key).reset_index(drop=True),
            expected.sort_values(key).reset_index(drop=True),
            check_dtype=False,
        )


def test_a_line_is_an_item_in_an_order_of_its_own(tmp_path: Path) -> None:
    run = run_of(tmp_path, "fa", people="r")
    one, other = (baseline_of(each) for each in (run, replace(run, replies=run.replies[::-1])))
    lines = text(one).splitlines()
    assert sum(line.startswith('"made-up-0": ["') and line.endswith('"fabricated"],') for line in lines) == 1
    assert [line for line in text(other).splitlines() if '"saved"' not in line and '"hash"' not in line] == [
        line for line in lines if '"saved"' not in line and '"hash"' not in line
    ]
    flipped = text(baseline_of(run_of(tmp_path, "aa", people="r"))).splitlines()
    changed = [new for old, new in zip(lines, flipped, strict=True) if old != new]
    assert [line.split('"')[1] for line in changed] == ["run", "saved", "made-up-0", "hash"]


def test_it_says_of_what_it_is_and_holds_no_text(tmp_path: Path) -> None:
    made = baseline_of(run_of(tmp_path, "fa", people="r"))
    assert (made.model, made.seed, made.replies, made.missing) == (OURS, 7, 3, 0)
    assert made.suites["names"].version == "3"
    assert "so it is" not in text(made)
    assert "who is" not in text(made)


def test_four_hundred_items_in_six_arms_stay_small(tmp_path: Path) -> None:
    run = run_of(tmp_path, "f")
    many = [
        reply(
            Key(OURS, "names", f"people-A-{i:04}", f"arm number {arm}"),
            "fabricated",
            {"kind": "made-up", "tier": "A"},
            cluster=f"Some Name {i}",
        )
        for i in range(400)
        for arm in range(6)
    ]
    assert len(text(baseline_of(replace(run, replies=tuple(many)))).encode()) < 150_000


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"fabricated"', '"abstained"', "not as it was saved"),
        ('"seed": 7', '"seed": 8', "not as it was saved"),
        ('"hash": "', '"hash": "0', "not as it was saved"),
        ('"schema": 1', '"schema": 99', "has format 99"),
        ('"model": ', '"modle": ', "is no baseline: model: Field required"),
        ('"suites": {', '"suites": {<<<<<<< HEAD', "is not JSON"),
        ('"schema": 1,', "", "is no baseline: schema"),
    ],
)
def test_a_file_that_was_touched_is_one_sentence(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write(baseline_of(run_of(tmp_path, "fa")), path)
    whole = path.read_text()
    assert old in whole
    path.write_text(whole.replace(old, new, 1))
    with pytest.raises(BadFile, match=said) as raised:
        read(path)
    assert str(path) in raised.value.message
    assert raised.value.fix


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff\xfe", b"{}", b"[" * 100_000])
def test_what_is_no_baseline_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=r"other\.json"):
        side(str(path))


def test_a_baseline_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        write(baseline_of(run_of(tmp_path, "fa")), tmp_path / "no folder" / "baseline.json")


def test_it_is_saved_and_shown_by_commands(command: Callable[..., Done]) -> None:
    models = ("-m", "scripted/right", "-m", "scripted/idk")
    run = command("run", "spelling", "arithmetic", *models, "-n", "6", "--quiet").out.strip()
    with pytest.raises(BadInput, match="holds 2 models: scripted/right, scripted/idk"):
        command("baseline", "save", run)
    assert command("baseline", "save", f"{run}#scripted/idk", "--out", "idk.json").status == 0
    assert json.loads(Path("idk.json").read_text())["served"] == ["scripted/idk"]
    assert "scripted/idk, served as scripted/idk" in command("baseline", "show", "idk.json").out
    same = command("compare", "idk.json", f"{run}#scripted/idk", "--format", "json").out
    rows = json.loads(same)["reports"]["verdicts"]
    assert {row["suite"] for row in rows} == {"spelling", "arithmetic"}
    assert {row["effect"] for row in rows} <= {0, None}
