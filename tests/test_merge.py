"""Merging: whatever the parts and their order, the same run comes out, and what does not belong together is refused."""

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals import log
from evals.errors import BadInput
from evals.merge import merge
from evals.plan import Request
from evals.shard import Shard
from evals.types import Failure, Key, Message, Prompt, Reply
from tests.conftest import Done
from tests.kept import kept
from tests.made import reply

Command = Callable[..., Done]
PLANNED = 8
"""Replies of one model that the suite of `tests.made` has with four samples."""


def attempt(sample: int, arm: str, second: int, end: str) -> Reply:
    """What one machine wrote at some time: an answer, a text whose scorer failed, or a failure."""
    made = reply(
        Key("a/model", "names", str(sample), arm),
        "error" if end == "failed" else "right",
        text=f"at {second}",
    )
    made = replace(made, at=f"2026-11-23T10:{second // 60:02}:{second % 60:02}.000000+00:00")
    return replace(made, score=None, failure=Failure("scorer", "it fell")) if end == "unscored" else made


def run(folder: Path, rows: Sequence[Reply], second: int = 0, **changes: Any) -> Path:
    """A run folder of four samples."""
    request = Request(suites=("names",), models=("a/model",), size=4)
    created = f"2026-11-23T09:00:{second:02}.000000+00:00"
    folder.mkdir(parents=True, exist_ok=True)
    return kept(folder, rows, **{"request": request, "created": created, "planned": PLANNED, **changes})


def whole(folder: Path) -> tuple[bytes, bytes]:
    """What a merged run is."""
    return (folder / "run.json").read_bytes(), (folder / "replies.jsonl").read_bytes()


ATTEMPTS = st.builds(
    attempt,
    st.integers(0, 3),
    st.sampled_from(["neutral", "presuming"]),
    st.integers(0, 200),
    st.sampled_from(["answered", "answered", "unscored", "failed"]),
)


@settings(max_examples=40)
@given(st.lists(st.lists(ATTEMPTS, max_size=12), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_any_parts_in_any_order_and_grouping_make_the_same_run(
    parts: list[list[Reply]], chance: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as place:
        at = Path(place)
        folders = [run(at / f"{i}", rows, second=i) for i, rows in enumerate(parts)]
        made = merge(folders, at / "merged").run
        turned = [*folders, *folders]
        chance.shuffle(turned)
        cut = chance.randrange(1, len(turned))
        merge(turned[:cut], at / "one")
        merge([at / "one", *turned[cut:]], at / "two")
        merge([at / "two", at / "merged"], at / "three")
        assert whole(at / "merged") == whole(at / "two") == whole(at / "three")
        given_keys = {each.key for rows in parts for each in rows}
        assert {each.key for each in made.replies} == given_keys
        for each in made.replies:
            last = [{row.key: row for row in rows}.get(each.key) for rows in parts]
            known = [row for row in last if row is not None]
            answers = [row.at for row in known if row.answered]
            assert each.answered == bool(answers)
            if answers:
                assert each.at == min(answers)
        assert bool(made.about.finished) == (made.missing == 0)


DIFFERENT: list[tuple[dict[str, Any], str]] = [
    ({"seed": 8}, "seed is 7 in the first and 8 in the second"),
    ({"suites": {"names": "4"}}, "version of suite names is 3 in the first and 4 in the second"),
    ({"request": Request(suites=("names",), models=("b/model",), size=4)}, "models is a/model in the first"),
    ({"request": Request(suites=("names",), models=("a/model",), size=5)}, "size is 4 in the first and 5"),
    (
        {"request": Request(suites=("names",), models=("a/model",), size=4, arms=("neutral",))},
        "arms is none in",
    ),
    (
        {"request": Request(suites=("names",), models=("a/model",), size=4, repeat=2)},
        "repeat is 1 in the first",
    ),
]


@pytest.mark.parametrize(("changes", "said"), DIFFERENT)
def test_runs_of_different_plans_are_refused_by_what_differs(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    one = run(tmp_path / "a", [attempt(0, "neutral", 1, "answered")])
    other = run(tmp_path / "b", [], second=1, **changes)
    with pytest.raises(BadInput, match=said):
        merge([other, one], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_key_of_two_questions_is_refused(tmp_path: Path) -> None:
    said = attempt(0, "neutral", 1, "answered")
    other = replace(said, prompt=Prompt((Message("user", "Who was that?"),)))
    folders = [run(tmp_path / "a", [said]), run(tmp_path / "b", [other], second=1)]
    with pytest.raises(BadInput, match="different questions about sample 0 of suite names"):
        merge(folders, tmp_path / "out")


def test_a_merge_changes_no_run_that_is_there(tmp_path: Path) -> None:
    one = run(tmp_path / "a", [attempt(0, "neutral", 1, "answered")])
    with pytest.raises(BadInput, match="is there already"):
        merge([one], one)


def test_a_suite_that_has_changed_since_is_refused(tmp_path: Path) -> None:
    one = run(tmp_path / "a", [], suites={"names": "2"})
    with pytest.raises(BadInput, match="version 2 of suite names, which is now 3"):
        merge([one], tmp_path / "out")


def test_pictures_come_along(tmp_path: Path) -> None:
    folders = [run(tmp_path / "a", []), run(tmp_path / "b", [], second=1)]
    for folder, name in zip(folders, ("one.png", "two.png"), strict=True):
        (folder / "images").mkdir()
        (folder / "images" / name).write_bytes(name.encode())
    merge(folders, tmp_path / "out")
    assert {path.name: path.read_text() for path in (tmp_path / "out" / "images").iterdir()} == {
        name: name for name in ("one.png", "two.png")
    }


def test_batches_that_are_not_collected_are_collected_first(tmp_path: Path) -> None:
    one = run(tmp_path / "a", [])
    (one / "batches.jsonl").write_text("")
    with pytest.raises(BadInput, match="collect them first"):
        merge([one], tmp_path / "out")


def test_which_shards_are_not_there_is_said(tmp_path: Path) -> None:
    request = Request(suites=("names",), models=("a/model",), size=4)
    folders = [
        run(tmp_path / f"{i}", [], second=i, request=replace(request, shard=Shard(i, 4))) for i in (1, 4)
    ]
    assert merge(folders, tmp_path / "out").absent == ("2/4", "3/4")
    assert merge([*folders, run(tmp_path / "w", [])], tmp_path / "more").absent == ()


@pytest.mark.usefixtures("sums", "adder")
def test_shards_make_the_run_that_one_machine_would_have_made(command: Command, tmp_path: Path) -> None:
    ask = ("run", "./sums", "-m", "./adder.py/m", "-n", 20, "--quiet")
    parts = [Path(command(*ask, "--shard", f"{i}/3").out.strip()) for i in (1, 2, 3)]
    short = command("merge", parts[2], parts[0], "--out", "short")
    assert short.status == 3
    assert "nothing is here of shard 2/3" in short.err
    done = command("merge", *parts, "--out", "merged")
    assert done.status == 0
    assert "40 of 40 replies, from 3 runs" in done.out
    assert len((tmp_path / "requests.txt").read_text().splitlines()) == 40
    there = len(log.read_run(Path("short")).replies)
    assert command("run", "--resume", "short", "--quiet").status == 0
    assert len((tmp_path / "requests.txt").read_text().splitlines()) == 40 + 40 - there
    alone = Path(command(*ask).out.strip())
    runs = [log.read_run(folder) for folder in (Path("merged"), Path("short"), alone)]
    said = [{each.key: (each.prompt, each.score) for each in one.replies} for one in runs]
    assert said[0] == said[1] == said[2]
    assert all(one.about.finished and one.about.request.shard is None for one in runs)
    assert "20 of 20 samples shared" in command("compare", alone, "merged").out
    assert "20 of 20 samples shared" in command("gate", "merged", "--baseline", alone).out
    assert "100 %" in command("report", "merged").out
