"""Shards: every item is asked by exactly one of them, whole, in the words of the whole run."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import log
from evals.errors import BadInput
from evals.plan import Plan, Request, plan
from evals.shard import Shard, deal, parse
from tests.conftest import Done

Command = Callable[..., Done]


def shards(request: Request, count: int, framed: tuple[str, ...] = ()) -> list[Plan]:
    """What each of so many shards asks."""
    parts = (replace(request, shard=Shard(i, count)) for i in range(1, count + 1))
    return [plan(part).framing(framed).cut() for part in parts]


@given(st.sets(st.text(max_size=5), min_size=1), st.data())
def test_every_unit_is_dealt_to_one_shard_and_no_shard_gets_two_more_than_another(
    units: set[str], data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, len(units)))
    dealt = [deal("names", units, Shard(i, count)) for i in range(1, count + 1)]
    assert Counter(unit for each in dealt for unit in each) == Counter(units)
    sizes = [len(each) for each in dealt]
    assert max(sizes) - min(sizes) <= 1


def test_a_pattern_in_a_suite_is_none_in_its_shards() -> None:
    alternating = [f"{'made-up' if i % 2 else 'real'}-{i:03}" for i in range(100)]
    for shard in (Shard(1, 2), Shard(2, 2)):
        assert 15 < sum(unit.startswith("real") for unit in deal("names", alternating, shard)) < 35


@pytest.mark.parametrize(
    ("suite", "models", "framed"),
    [
        ("hallucination", ("pocket/bluff", "pocket/honest"), ()),
        ("arithmetic", ("pocket/bluff",), ()),
        ("arithmetic", ("pocket/base",), ("pocket/base",)),
    ],
)
def test_shards_ask_what_the_whole_run_asks_each_item_in_one_of_them(
    suite: str, models: tuple[str, ...], framed: tuple[str, ...]
) -> None:
    request = Request(suites=(suite,), models=models, size=24, repeat=2)
    whole = plan(request).framing(framed)
    parts = shards(request, 3, framed)
    for model in models:
        asked = [job for part in parts for job in part.jobs(model)]
        assert {job.key: job.prompt for job in asked} == {job.key: job.prompt for job in whole.jobs(model)}
        assert len(asked) == whole.size(model)
    of_cluster = [{sample.cluster for sample in part.parts[0].samples} for part in parts]
    assert not of_cluster[0] & of_cluster[1] | of_cluster[1] & of_cluster[2] | of_cluster[0] & of_cluster[2]


def test_an_adaptive_track_is_walked_by_one_shard_from_end_to_end() -> None:
    request = Request(suites=("dots",), models=("pocket",), options={"mode": "adaptive"})
    whole = plan(request)
    names = [track.name for track in whole.parts[0].tracks]
    assert len(names) > 1
    parts = shards(request, 2)
    assert sorted(track.name for part in parts for track in part.parts[0].tracks) == sorted(names)
    assert sum(map(len, parts)) == len(whole)


@pytest.mark.parametrize("text", ["", "3", "0/3", "4/3", "1/0", "a/b", "-1/3", "1/3/5"])
def test_what_is_no_shard_is_said(text: str) -> None:
    with pytest.raises(BadInput, match="is no part"):
        parse(text)


def test_more_shards_than_items_are_refused_by_each_of_them() -> None:
    for shard in (Shard(1, 9), Shard(9, 9)):
        with pytest.raises(BadInput, match="8 items to share out, fewer than 9 shards"):
            deal("names", map(str, range(8)), shard)


@pytest.mark.usefixtures("sums", "adder")
class TestCommand:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--seed", "fresh"), "--seed fresh draws another seed for every shard"),
            (("--until", "2pp"), "--until goes by all answers"),
            (("--on", "ray"), "is no engine"),
            (("--on", "dask="), "is no engine"),
            (("--workers", 2), "this run is on none"),
            (("--on", "dask", "--batch"), "give one of them"),
        ],
    )
    def test_what_does_not_go_together_is_said(
        self, command: Command, options: tuple[object, ...], said: str
    ) -> None:
        with pytest.raises(BadInput, match=said):
            command("run", "./sums", "-m", "./adder.py/m", "--shard", "1/2", *options)

    def test_a_shard_is_a_run_that_says_which_and_goes_on_by_the_same_command(
        self, command: Command, tmp_path: Path
    ) -> None:
        shard = ("run", "./sums", "-m", "./adder.py/m?fail=3", "-n", 30, "--quiet", "--shard")
        assert command(*shard, "2/3").status == 3
        first = Path(command(*shard, "2/3").out.strip())
        assert [*(tmp_path / "runs").iterdir()] == [tmp_path / first]
        told = json.loads((first / "run.json").read_text())
        assert told["request"]["shard"] == {"index": 2, "count": 3}
        assert told["planned"] == 20
        other = Path(command(*shard, "1/3").out.strip())
        assert other != first
        keys = [{reply.key for reply in log.read_run(folder).replies} for folder in (first, other)]
        assert not keys[0] & keys[1]
