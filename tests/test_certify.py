"""What is certified is what reports count and compute, and the tables in the documentation are what the code gives."""

import json
import math
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from evals import stats
from evals.certify import Settings, World, certify
from evals.certify.design import Design, of_arms, of_contrast, of_metric
from evals.certify.intervals import Part, parts_of
from evals.contrast import contrasts
from evals.frame import frame
from evals.measure import Items, combine, estimate, measure
from evals.plan import Planned, Request, plan
from evals.types import Index, ItemMetric, Key, Metric, Reply
from evals.view import records
from tests.conftest import Evals
from tests.made import NAMES, reply
from tools import coverage_tables

PAGE = coverage_tables.PAGE.read_text("utf-8")


def planned(suite: str, **more: Any) -> Planned:
    (part,) = plan(Request(suites=(suite,), models=(), **more)).parts
    return part


def answered(part: Planned) -> list[Reply]:
    """Every reply of one model, each one right or fabricated, whichever counts."""
    return [
        reply(
            Key("m", part.suite.name, sample.id, arm.name, repeat),
            "right" if part.suite.name != "hallucination" else "abstained",
            sample.tags,
            cluster=sample.cluster,
        )
        for sample, arm in part.pairs()
        for repeat in range(arm.repeat)
    ]


# Designs


@pytest.mark.parametrize("suite", ["dots", "spelling", "arithmetic", "decimals", "hallucination"])
def test_the_items_that_are_certified_are_those_that_reports_count(suite: str) -> None:
    part = planned(suite)
    table = frame(answered(part), seed=1)
    found = {
        (row["metric"], row["arm"]): (row["n"], row["clusters"])
        for row in records(measure(table, {suite: part.suite}))
    }
    checked = 0
    for metric in part.suite.metrics:
        if not isinstance(metric, Metric) or not {"right", "abstained"} & set(metric.points):
            continue
        for arms, design in of_arms(part, metric.name, 1):
            for arm in arms:
                counted = found[metric.name, arm]
                if counted[0]:
                    assert (design.n, design.clusters) == counted, (metric.name, arm)
                    checked += 1
    assert checked


@pytest.mark.parametrize("suite", ["dots", "spelling", "arithmetic", "decimals", "hallucination"])
def test_the_pairs_that_are_certified_are_those_of_the_contrasts(suite: str) -> None:
    part = planned(suite)
    table = frame(answered(part), seed=1)
    rows = [row for row in records(contrasts(table, {suite: part.suite})) if row["n"]]
    assert rows
    for row in rows:
        (declared,) = (each for each in part.suite.contrasts if each.name == row["contrast"])
        design = of_contrast(part, declared, 1)
        if row["clusters"] > 1:
            assert design is not None
            assert (design.n, design.clusters) == (row["n"], row["clusters"]), row["contrast"]


def test_repeats_are_counted_and_arms_of_one_shape_are_one() -> None:
    part = planned("spelling")
    ((arms, design),) = of_arms(part, "accuracy", 3)
    assert set(arms) == {arm.name for arm in part.arms}
    assert design.repeats == 3
    together = of_metric(part, "accuracy", part.arms, 1)
    assert (together.n, together.clusters) == (len(arms) * design.n, design.clusters)


def test_an_index_has_the_items_of_its_parts() -> None:
    part = planned("hallucination")
    one, other, both = (of_metric(part, name, part.arms[:1], 1) for name in ("FR", "OA", "J"))
    assert both.n == one.n + other.n
    assert both.shape != one.shape


# Worlds


@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("p", [0.05, 0.5])
def test_simulated_replies_have_the_share_and_the_correlation_that_are_stated(
    p: float, correlation: float
) -> None:
    world, clusters = World(correlation=correlation), np.arange(20_000) // 2
    found = world.replies(world.rng(1), p, clusters, 1, 5)[..., 0].astype(float)
    assert found.mean() == pytest.approx(p, abs=0.01)
    one, other = found[:, ::2].ravel(), found[:, 1::2].ravel()
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(correlation, abs=0.04)


def test_repeated_replies_to_an_item_are_more_alike_than_items() -> None:
    world = World(correlation=0.2, within=0.5)
    found = world.replies(world.rng(2), 0.5, np.arange(8_000) // 2, 2, 2).astype(float)
    same = np.corrcoef(found[:, :, 0].ravel(), found[:, :, 1].ravel())[0, 1]
    beside = np.corrcoef(found[:, ::2, 0].ravel(), found[:, 1::2, 0].ravel())[0, 1]
    assert same == pytest.approx(0.2 + 0.8 * 0.5, abs=0.05)
    assert beside == pytest.approx(0.2, abs=0.05)


def test_a_second_model_loses_what_is_stated_and_repeats_half() -> None:
    world, clusters = World(), np.arange(4_000)
    lost = world.changes(world.rng(3), 0.8, 0.1, clusters, 1, 20)
    assert lost.mean() == pytest.approx(-0.1, abs=0.01)
    still = world.changes(world.rng(3), 0.8, 0.0, clusters, 1, 20)
    assert (still != 0).mean() == pytest.approx(0.5 * 2 * 0.8 * 0.2, abs=0.01)
    with pytest.raises(ValueError, match="differ by too much"):
        world.changes(world.rng(3), 0.05, 0.1, clusters, 1, 1)


def test_values_without_bounds_are_normal_and_go_together_in_clusters() -> None:
    found = World(correlation=0.4).numbers(np.random.default_rng(4), np.arange(20_000) // 2, 2)
    assert found.std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(found[:, ::2].ravel(), found[:, 1::2].ravel())[0, 1] == pytest.approx(0.4, abs=0.03)


# The same statistics as in reports


@pytest.mark.parametrize(
    "metric", [each for each in NAMES.metrics if not isinstance(each, Index)], ids=lambda m: m.name
)
def test_an_interval_that_is_certified_is_that_of_a_report(metric: Metric | ItemMetric) -> None:
    (part,) = parts_of(NAMES.metrics, metric)
    clusters = np.arange(60) // 3
    values, _ = part.draw(World(), np.random.default_rng(5), 0.3, clusters, 1, 8)
    limits = part.limits(values, clusters, 1)
    for row, found in zip(values, limits.T, strict=True):
        theirs = estimate(metric, Items(np.arange(60), clusters, row, 60, 0.0))
        assert found == pytest.approx([theirs.value, theirs.low, theirs.high])


def test_an_index_that_is_certified_is_that_of_a_report() -> None:
    parts = (Part(-1, (0.0, 1.0)), Part(-1, (0.0, 1.0)))
    codes = (np.arange(40) // 2, np.arange(30))  # they share twenty clusters
    rng = np.random.default_rng(6)
    values = [part.draw(World(), rng, 0.3, each, 1, 5)[0] for part, each in zip(parts, codes, strict=True)]
    limits = np.stack(
        [part.limits(x, each, 1) for part, x, each in zip(parts, values, codes, strict=True)], axis=-1
    )
    found = np.stack(stats.movers(limits, [-1, -1], stats.correlations(values, codes)), axis=-1)
    for place in range(5):
        items = [
            Items(np.arange(len(each)), each, x[place], len(each), 0.0)
            for each, x in zip(codes, values, strict=True)
        ]
        theirs = combine(
            [estimate(NAMES.metrics[0], each) for each in items], items, {"FR": -1, "OA": -1}, 0.0
        )
        assert found[place] == pytest.approx([theirs.value, theirs.low, theirs.high])


def test_rates_are_seeded_and_add_up() -> None:
    part, larger = planned("spelling", size=40), planned("spelling", size=80)
    settings = Settings(rounds=60, looks=2)
    rates = list(certify(part, larger, settings))
    assert rates == list(certify(part, larger, settings))
    ends: dict[tuple[str, str], float] = {}
    for rate in rates:
        if rate.kind == "gate":
            ends[rate.where, rate.case] = ends.get((rate.where, rate.case), 0) + rate.rate
    assert set(ends) == {
        (where, case)
        for where in ("one look", "2 looks")
        for case in ("no change", "5 points worse", "10 points worse")
    }
    assert all(total == pytest.approx(1) for total in ends.values())


def test_rounds_are_cut_where_they_would_not_fit_in_memory() -> None:
    design = Design((np.arange(100_000),), 10)
    portions = [rounds for _, rounds in Settings(rounds=10).chunks(design, 0)]
    assert portions == [4, 4, 2]


# The command


def test_the_command_prints_three_tables_of_a_users_suite(sums: Path, evals: Evals) -> None:
    done = evals("certify", sums, "-n", 40, "--rounds", 50, "--looks", 2)
    assert done.returncode == 0, done.stderr
    for said in (
        "sums 1: 40 samples, 2 arms",
        "How often the 95 % interval holds the truth",
        "How often a contrast is decided",
        "How the gate ends",
        "50 simulated runs",
    ):
        assert said in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_as_json_every_rate_is_an_object(sums: Path, evals: Evals) -> None:
    done = evals("certify", sums, "-n", 30, "--rounds", 20, "--json", "--looks", 1, "--margin", 3)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["kind"] for row in rows} == {"interval", "contrast", "gate"}
    assert {row["case"] for row in rows if row["kind"] == "gate"} == {
        "no change",
        "3 points worse",
        "6 points worse",
    }
    assert all(
        0 <= row["rate"] <= 1 and row["items"] == (60 if row["kind"] == "gate" else 30) for row in rows
    )


def test_a_suite_that_has_no_more_items_is_looked_at_once(tmp_path: Path, evals: Evals) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "suite.toml").write_text(
        'name = "few"\nversion = "1"\nabout = "few"\ndata = "few.csv"\nscorer = "exact"\n\n'
        '[[arms]]\nname = "plain"\nprompt = "{input}"\n'
    )
    (folder / "few.csv").write_text("input,target\n" + "".join(f"{i},{i}\n" for i in range(30)))
    done = evals("certify", folder, "--rounds", 20, "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["where"] for row in rows if row["kind"] == "gate"} == {"one look"}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("talk",), "is a demonstration"),
        (("dots", "--set", "mode=adaptive"), "chooses its items as answers come"),
        (("spelling", "--size", "quick", "-n", "9"), "both say how many samples"),
        (("nowhere",), "there is no suite called 'nowhere'"),
        (("hallucination", "-n", "1"), "no metric of suite hallucination has two clusters here"),
    ],
)
def test_what_cannot_be_certified_is_one_sentence(evals: Evals, args: tuple[str, ...], said: str) -> None:
    done = evals("certify", *args)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# The page


@pytest.mark.parametrize("name", list(coverage_tables.INTERVALS))
def test_the_coverage_in_the_documentation_is_what_the_code_gives(name: str) -> None:
    table = PAGE.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]
    for row in coverage_tables.interval_rows(name, items=(50,)):
        assert row in table, "run: just coverage"


def test_the_rows_of_small_shares_and_of_tails_are_what_the_code_gives() -> None:
    for row in (
        *coverage_tables.few_rows(designs=((16, 15),)),
        *coverage_tables.tail_rows(items=(60,)),
        *coverage_tables.gate_rows(),
    ):
        assert row in PAGE, "run: just coverage"


def test_the_documented_gates_keep_their_promise() -> None:
    """At most 5 % false alarms and passes of what has lost the margin, at least 80 % of ten points seen, over 100 days too."""
    gates = [row.strip("| \n").split(" | ") for row in coverage_tables.gate_rows(rounds=500)]
    for _, _, lost, passed, regress, _ in gates:
        if lost == "nothing":
            assert float(regress) <= 5
        if lost == "5 points":
            assert float(passed) <= 5
        if lost == "10 points":
            assert float(regress) >= 80
    (_, strict) = (row.strip("| \n").split(" | ") for row in coverage_tables.daily_rows(rounds=60, days=100))
    assert float(strict[2]) <= 5
    assert float(strict[4]) >= 80


def test_every_statistic_is_on_the_page() -> None:
    named = [
        name
        for name in stats.__all__
        if isinstance(getattr(stats, name), FunctionType) or name == "t_quantile"
    ]
    assert len(named) > 40
    assert not [name for name in named if f"`{name}`" not in PAGE]
    assert math.isnan(stats.NOTHING.value)
