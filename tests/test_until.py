"""Runs that ask in rounds: they stop when enough is known, go on where they were, and looking often misleads nobody."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals import log, stats
from evals.errors import BadInput, EvalsError
from evals.frame import read
from evals.plan import Request, plan
from evals.rounds import Round, Until, content, known, looks, seed_of
from evals.verdict.sequence import decided, narrow
from tests.conftest import Done

Command = Callable[..., Done]
PAIR = "scripted/right,scripted/wrong"


def only_run(folder: Path) -> Path:
    (found,) = (folder / "runs").iterdir()
    return found


@pytest.mark.parametrize(
    ("first", "most", "sizes"),
    [
        (60, 240, (60, 120, 180, 240)),
        (60, 400, (60, 120, 180, 270, 400)),
        (60, 61, (60, 61)),
        (60, 60, (60,)),
        (60, 10, (60,)),
        (1, 5, (1, 2, 3, 4, 5)),
    ],
)
def test_looks_grow_to_the_most(first: int, most: int, sizes: tuple[int, ...]) -> None:
    assert looks(first, most) == sizes


def test_a_request_without_rounds_is_known_by_what_it_was_known_by_before() -> None:
    one = Request(suites=("sums",), models=("m",))
    assert one.digest == replace(one, until=None).digest
    assert len({one.digest, replace(one, until=Until(width=0.02)).digest}) == 2


def test_seeds_of_rounds_are_all_different() -> None:
    assert len({seed_of(seed, number) for seed in range(20) for number in range(2, 12)}) == 200


# On the command line


def test_two_models_that_differ_wholly_are_told_apart_after_the_first_round(
    sums: Path, command: Command
) -> None:
    done = command("run", sums, "--until-decided", PAIR, "-n", 40, "--most", 1600)
    folder = only_run(sums.parent)
    assert done.status == 0
    assert "sums accuracy, scripted/wrong less scripted/right: by -100 points" in done.out
    assert "sums: enough after 40 of at most 1,600 samples, 98 % fewer" in done.out
    assert "95 % for all" in done.out
    about = log.read_about(folder)
    assert about.finished
    assert about.rounds == ()
    assert about.request.models == ("scripted/right", "scripted/wrong")


def test_rounds_ask_fresh_items_until_the_interval_is_narrow(sums: Path, command: Command) -> None:
    done = command("run", sums, "-m", "scripted/right", "--until", "±6pp", "-n", 20, "--most", 400)
    folder = only_run(sums.parent)
    about, rows = log.read_about(folder), read(folder).frame
    assert done.status == 0
    assert "narrow enough" in done.out
    assert "look 1 of at most 8" in done.err
    assert len(about.rounds) >= 2
    assert about.planned == len(rows) == 2 * rows["sample"].nunique()
    assert not rows.duplicated(["seed", "sample", "arm"]).any()
    of_prompt = rows.groupby("prompt")["cluster"].nunique()
    assert set(of_prompt) == {1}, "who is asked twice is of one cluster"
    assert {name[:3] for name in rows["sample"]} >= {"000", "r2-", "r3-"}
    assert rows["sample"].nunique() < 400
    assert "20 items" not in command("report", folder).out


def test_a_run_that_was_cut_short_goes_on_with_the_rounds_that_it_had(sums: Path, command: Command) -> None:
    asked = ("run", sums, "-m", "scripted/right", "--until", "0.1", "-n", 20, "--most", 200)
    command(*asked)
    folder = only_run(sums.parent)
    whole = read(folder).frame
    lines = (folder / "replies.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "replies.jsonl").write_bytes(b"".join(lines[:-5]))
    log.write_about(folder, replace(log.read_about(folder), finished=""))
    assert command(*asked).status == 0
    again = read(only_run(sums.parent))
    assert set(again.frame["sample"]) == set(whole["sample"])
    assert again.about.finished
    assert len(json.loads((folder / "run.json").read_bytes())["rounds"]) == len(again.about.rounds)


def test_the_rule_goes_on_when_a_run_is_resumed_between_two_rounds(sums: Path, command: Command) -> None:
    command("run", sums, "-m", "scripted/right", "--until", "0.1", "-n", 20, "--most", 200)
    folder = only_run(sums.parent)
    about, first = log.read_about(folder), read(folder).frame["sample"].nunique()
    lines = (folder / "replies.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "replies.jsonl").write_bytes(b"".join(lines[:40]))
    log.write_about(folder, replace(about, finished="", rounds=(), planned=40))
    done = command("run", "--resume", folder)
    assert done.status == 0
    assert read(folder).frame["sample"].nunique() == first
    assert log.read_about(folder).rounds == about.rounds


def test_a_suite_without_fresh_items_ends_undecided(sums: Path, command: Command) -> None:
    path = sums / "suite.py"
    path.write_text(path.read_text().replace("rng = Random(seed)", "rng = Random(1)"))
    done = command("run", sums, "-m", "scripted/right", "--until", "1pp", "-n", 20, "--most", 40)
    assert "not enough after" in done.out
    assert read(only_run(sums.parent)).frame["sample"].nunique() == 20


def test_where_no_item_counts_nothing_more_is_asked(sums: Path, command: Command) -> None:
    done = command("run", sums, "-m", "scripted/idk", "--until", "1pp", "-n", 20, "--most", 400)
    assert read(only_run(sums.parent)).frame["sample"].nunique() == 20
    assert "no item counts" in done.out


def test_as_json_the_saving_is_told_beside_it(sums: Path, command: Command) -> None:
    done = command("run", sums, "--until-decided", PAIR, "-n", 40, "--most", 400, "--json")
    assert json.loads(done.out)
    assert "90 % fewer" in done.err


def test_a_forecast_says_that_more_may_follow(sums: Path, command: Command) -> None:
    done = command("run", sums, "--until", "2pp", "-n", 40, "--most", 400, "--dry-run")
    assert "asked in rounds" in done.out
    assert not (sums.parent / "runs").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--until", "5%"), "percentage points"),
        (("--until", "wide"), "no number"),
        (("--until", "±0pp"), "no difference"),
        (("--until-decided", "scripted/right"), "not two models"),
        (("--until-decided", "a/b,a/b"), "not two models"),
        (("--until-decided", PAIR, "-m", "scripted/idk"), "no model of this run"),
        (("--margin", "5pp"), "asking in rounds"),
        (("--most", "10"), "asking in rounds"),
        (("--until", "2pp", "--margin", "5pp"), "difference of two models"),
        (("--until", "2pp", "-n", "50", "--most", "50"), "all that may be asked"),
    ],
)
def test_what_cannot_be_asked_in_rounds_is_refused(
    args: tuple[str, ...], said: str, sums: Path, command: Command
) -> None:
    with pytest.raises(EvalsError) as error:
        command("run", sums, *args)
    assert said in str(error.value)
    assert not (sums.parent / "runs").exists()


def test_an_adaptive_test_is_not_asked_in_rounds(command: Command) -> None:
    with pytest.raises(BadInput, match="chooses its items"):
        command("run", "dots", "--set", "mode=adaptive", "--until", "2pp")


# The plan


@pytest.mark.parametrize("suite", ["dots", "spelling"])
def test_a_grown_plan_asks_what_it_asked_and_fresh_items(suite: str) -> None:
    request = Request(suites=(suite,), models=("m",), size=30)
    seed = int(request.seed)
    rounds = [Round(seed_of(seed, number), {suite: 30}) for number in (2, 3)]
    before, after = plan(request), plan(request, seed, rounds)
    (small,), (large,) = before.parts, after.parts
    assert large.samples == small.samples
    assert len(large.fresh) == 60
    of_content = known(large.certain)
    assert all(of_content[content(sample)] == sample.cluster for sample in large.certain)
    assert len({sample.id for sample in large.pool}) == len(large.pool)
    assert all(sample.id.startswith(("r2-", "r3-")) for sample in large.fresh)
    assert plan(request, seed, rounds[:1]).parts[0].fresh == large.fresh[:30]


def test_models_that_continue_texts_meet_the_same_examples_in_every_round_and_are_never_asked_them() -> None:
    request = Request(suites=("spelling",), models=("m",), size=30)
    seed = int(request.seed)
    rounds = [Round(seed_of(seed, number), {"spelling": 60}) for number in (2, 3, 4)]
    before, after = (plan(request, seed, more).framing(["m"]) for more in ([], rounds))
    asked = {job.key: job.prompt for job in after.candidates("m")}
    assert all(asked[job.key] == job.prompt for job in before.candidates("m"))
    shown = {question for found in after.parts[0].shots.values() for question, _ in found}
    assert shown
    bare = {
        job.prompt.messages[-1].content
        for job in plan(request, seed, rounds).candidates("m")
        if job.prompt.messages
    }
    assert not shown & bare


# How often it misleads


def rises(rng: np.random.Generator, runs: int, most: int, up: float, down: float) -> stats.Floats:
    """Changes of yes-or-no items, shape (runs, most)."""
    return rng.choice([1.0, -1.0, 0.0], (runs, most), p=[up, down, 1 - up - down])


def stopped(changes: stats.Floats, sizes: tuple[int, ...], margin: float) -> tuple[list[str], list[int]]:
    """How each run ends that stops once its difference is decided, and after how many items."""
    level, ends, asked = stats.look_level(sizes), [], []
    for each in changes:
        for size in sizes:
            found = stats.share_difference(each[:size], np.arange(size), level=level)
            if end := decided(found, margin):
                break
        ends.append(end)
        asked.append(size)
    return ends, asked


def test_a_difference_that_is_not_there_is_decided_in_at_most_5_percent_of_runs() -> None:
    sizes = looks(40, 640)
    ends, _ = stopped(rises(np.random.default_rng(1), 400, sizes[-1], 0.15, 0.15), sizes, 0.001)
    assert np.isin(ends, ["decided, higher", "decided, lower"]).mean() <= 0.05


def test_a_difference_of_10_points_is_decided_with_fewer_items_than_all() -> None:
    sizes = looks(100, 1600)
    ends, asked = stopped(rises(np.random.default_rng(2), 200, sizes[-1], 0.05, 0.15), sizes, 0.05)
    assert ends.count("decided, lower") >= 0.98 * len(ends)
    assert np.mean(asked) < 0.35 * sizes[-1]


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_interval_at_which_a_run_stops_holds_the_truth(p: float) -> None:
    sizes, rng, holds = looks(40, 640), np.random.default_rng(3), 0
    level = stats.look_level(sizes)
    for right in rng.random((300, sizes[-1])) < p:
        for size in sizes:
            found = stats.share(right[:size].astype(float), np.arange(size), size, level)
            if narrow(found, 0.06):
                break
        holds += found.low <= p <= found.high
    assert holds / 300 >= 0.95
