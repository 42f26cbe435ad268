"""Metrics count what the suite declares, items and not replies, and say how sure they are."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evals import stats
from evals.errors import BadInput
from evals.frame import frame
from evals.measure import AnyMetric, measure
from evals.suite import Suite
from evals.types import Index, ItemMetric, Key, Metric, Reply, Score
from evals.view import legend, metrics, records
from tests.made import MADE_UP, NAMES, replies, reply

SUITES = {"names": NAMES}
M, A = "pocket/bluff", "neutral"


def measured(
    rows: list[Reply], by: tuple[str, ...] = ("arm",), suite: Suite = NAMES
) -> dict[str, dict[str, Any]]:
    """The measures of made-up replies: metric -> its row."""
    return {row["metric"]: dict(row) for row in records(measure(frame(rows, seed=1), {"names": suite}, by))}


def counting(*metrics: AnyMetric) -> Suite:
    """The suite with other metrics."""
    return replace(NAMES, metrics=metrics, contrasts=())


@pytest.fixture
def simple() -> list[Reply]:
    """20 made-up names, 15 of them fabricated; 10 real people, 1 abstained."""
    made_up = {(M, A): ["fabricated"] * 15 + ["abstained"] * 5}
    return replies(made_up, "made-up") + replies({(M, A): ["abstained"] + ["right"] * 9}, "real")


def test_a_rate_is_the_share_of_the_replies_it_is_about(simple: list[Reply]) -> None:
    found = measured(simple)
    expected = stats.wilson(15, 20)
    row = found["FR"]
    assert (row["value"], row["low"], row["high"], row["n"]) == (0.75, expected.low, expected.high, 20)
    assert found["OA"]["value"] == pytest.approx(0.1)
    assert [row["unit"] for row in found.values()] == ["share", "share", "points", "points", "share"]


def test_an_index_adds_its_parts_by_mover(simple: list[Reply]) -> None:
    row = measured(simple)["J"]
    parts = [stats.wilson(15, 20), stats.wilson(1, 10)]
    expected = stats.mover(parts, [-1, -1], 1.0)
    assert (row["value"], row["low"], row["high"]) == pytest.approx((0.15, expected.low, expected.high))
    assert (row["n"], row["clusters"], row["method"]) == (30, 30, "MOVER")


def test_points_that_are_not_a_share_have_a_t_interval_within_their_range(simple: list[Reply]) -> None:
    row = measured(simple)["P"]
    values = [-3.0] * 15 + [0.0] * 6 + [1.0] * 9
    assert row["value"] == pytest.approx(np.mean(values))
    expected = stats.mean(values, range(30))
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high))


def test_outcomes_without_points_leave_the_denominator_and_what_was_lost_is_said() -> None:
    ends = ["fabricated"] * 6 + ["abstained"] * 2 + ["hedged", "error", "truncated", "unparsed"]
    row = measured(replies({(M, A): ends}, "made-up"))["FR"]
    assert (row["value"], row["n"]) == (0.75, 8)
    assert row["lost"] == pytest.approx(3 / 12)


def test_a_metric_that_nothing_counts_for_is_unknown_and_so_is_its_index(simple: list[Reply]) -> None:
    found = measured(simple[:20])
    for name in ("OA", "J"):
        assert found[name]["n"] == 0
        assert math.isnan(found[name]["value"])


def test_repeats_are_averaged_within_the_item_first() -> None:
    rows = [
        reply(Key(M, "names", f"s{i}", A, repeat), outcome, {"kind": "made-up"})
        for i, ends in enumerate([["fabricated"] * 4, ["abstained"], ["abstained"], ["abstained"]])
        for repeat, outcome in enumerate(ends)
    ]
    row = measured(rows)["FR"]
    assert (row["value"], row["n"]) == (0.25, 4)


def test_repeats_narrow_the_interval_less_than_items_would() -> None:
    rng = np.random.default_rng(1)

    def width(items: int, repeats: int) -> float:
        rows = [
            reply(
                Key(M, "names", f"s{i}", A, k),
                "fabricated" if rng.random() < p else "abstained",
                {"kind": "made-up"},
            )
            for i, p in enumerate(rng.beta(0.5, 0.5, items))
            for k in range(repeats)
        ]
        row = measured(rows)["FR"]
        return float(row["high"] - row["low"])

    once, repeated, more = width(60, 1), width(60, 5), width(300, 1)
    assert more < repeated < once


def test_arms_put_together_are_clustered_by_what_they_share() -> None:
    ends = ["fabricated"] * 20 + ["abstained"] * 20
    alike = replies({(M, "neutral"): ends, (M, "presuming"): ends}, "made-up")
    row = measured(alike, ())["FR"]
    single = measured(alike[:40])["FR"]
    assert (row["n"], row["clusters"]) == (80, 40)
    assert row["high"] - row["low"] == pytest.approx(single["high"] - single["low"], rel=0.06)


def test_strata_are_columns_of_the_frame(simple: list[Reply]) -> None:
    found = measure(frame(simple), SUITES, ("tag_tier",))
    fr = found[found["metric"] == "FR"].set_index("tag_tier")["n"]
    assert fr.to_dict() == {"A": 10, "B": 10}


def test_models_and_suites_are_measured_apart(simple: list[Reply]) -> None:
    other = replies({("pocket/honest", A): ["abstained"] * 20}, "made-up")
    foreign = replies({(M, A): ["fabricated"]}, "made-up", suite="elsewhere")
    found = measure(frame(simple + other + foreign), SUITES)
    fr = found[found["metric"] == "FR"].set_index("model")["value"]
    assert fr.to_dict() == {M: 0.75, "pocket/honest": 0.0}
    assert set(found["suite"]) == {"names"}


def test_items_of_two_seeds_are_two_items_though_their_ids_are_one() -> None:
    rows = replies({(M, A): ["fabricated"] * 10}, "made-up")
    both = pd.concat([frame(rows, seed=1), frame(rows, seed=2)])
    row = records(measure(both, SUITES))[0]
    assert (row["metric"], row["n"], row["clusters"]) == ("FR", 20, 10)


@pytest.mark.parametrize("tag", [True, 1, 2.5, "x"])
def test_where_admits_tags_of_every_kind(tag: bool | float | str) -> None:
    rows = [reply(Key(M, "names", f"s{i}", A), "right", {"t": t}) for i, t in enumerate([tag, tag, "other"])]
    metric = Metric("acc", "accuracy", {"right": 1, "wrong": 0}, {"t": frozenset({tag})})
    assert measured(rows, suite=counting(metric))["acc"]["n"] == 2
    unknown = Metric("acc", "accuracy", {"right": 1, "wrong": 0}, {"nowhere": frozenset({tag})})
    assert measured(rows, suite=counting(unknown))["acc"]["n"] == 0


def test_an_item_metric_sees_the_scores_as_they_were_in_the_order_of_repeats() -> None:
    seen: list[list[Score]] = []

    def spy(scores: list[Score]) -> float | None:
        seen.append(scores)
        return None if len(scores) < 2 else float(len(scores))

    rows = [
        reply(
            Key(M, "names", sample, A, repeat), outcome, notes={"repeat": repeat, "flat": True, "label": "x"}
        )
        for repeat, sample, outcome in [
            (1, "s", "right"),
            (0, "s", "wrong"),
            (2, "s", "error"),
            (0, "t", "right"),
        ]
    ]
    row = measured(rows, suite=counting(ItemMetric("k", "k", spy)))["k"]
    assert [[score.notes["repeat"] for score in scores] for scores in seen] == [[0, 1], [0]]
    assert seen[0] == [rows[1].score, rows[0].score]
    assert (row["value"], row["n"]) == (2.0, 1)


def test_an_item_metric_of_yes_and_no_is_a_share() -> None:
    rows = [
        reply(Key(M, "names", f"s{i}", A, repeat), outcome, {"kind": "made-up"})
        for i, ends in enumerate([("fabricated", "abstained"), ("abstained", "abstained"), ("fabricated",)])
        for repeat, outcome in enumerate(ends)
    ]
    row = measured(rows)["CH"]
    expected = stats.wilson(1, 2)
    assert (row["value"], row["low"], row["n"], row["unit"]) == (0.5, expected.low, 2, "share")


def test_an_item_metric_in_marks_is_no_share_even_where_every_item_is_0_or_1() -> None:
    """Seven of ten replies are one off: 0.7 marks, not 70 %, and nothing keeps the next from being two off."""
    off = ItemMetric(
        "MAE", "mean error", lambda scores: float(scores[0].outcome == "fabricated"), unit="marks"
    )
    ends = ["fabricated"] * 7 + ["abstained"] * 3
    table = measure(frame(replies({(M, A): ends}, "made-up"), seed=1), {"names": counting(off)}, ("arm",))
    (row,) = records(table)
    expected = stats.mean([1.0] * 7 + [0.0] * 3, range(10))
    assert (row["value"], row["low"], row["high"]) == pytest.approx((0.7, expected.low, expected.high))
    assert expected.high > 1
    assert row["unit"] == "marks"
    assert "MAE: mean error, in marks" in legend(table)
    assert metrics(table, ["arm"]).rows["MAE"][0] == "0.70 (0.35 to 1.05)"


def test_an_index_whose_parts_share_clusters_takes_them_together() -> None:
    """FR and 1 - FR of the same items cancel exactly: their sum is certain."""
    metrics = (
        Metric("F", "fabricated", {"fabricated": 1, "abstained": 0}, {"kind": MADE_UP}),
        Metric("N", "not", {"fabricated": 0, "abstained": 1}, {"kind": MADE_UP}),
        Index("S", "sum", {"F": 1, "N": 1}),
    )
    row = measured(
        replies({(M, A): ["fabricated"] * 7 + ["abstained"] * 7}, "made-up"), suite=counting(*metrics)
    )["S"]
    assert (row["value"], row["low"], row["high"], row["n"]) == pytest.approx((1.0, 1.0, 1.0, 14))


def test_an_index_agrees_with_the_bootstrap_of_whole_clusters() -> None:
    rng = np.random.default_rng(5)
    rows = []
    for i in range(120):
        p = rng.beta(1, 1)
        for k, kind in enumerate(("made-up", "real")):  # one cluster holds both kinds
            outcome = (
                ("fabricated" if rng.random() < p else "abstained")
                if k == 0
                else ("abstained" if rng.random() < p else "right")
            )
            rows.append(reply(Key(M, "names", f"{kind}{i}", A), outcome, {"kind": kind}, cluster=f"c{i}"))
    row = measured(rows)["J"]
    table = frame(rows)
    kinds, outcomes = table["tag_kind"].to_numpy(), table["outcome"].to_numpy()
    values = np.column_stack(
        [
            np.where(kinds == "made-up", outcomes == "fabricated", np.nan),
            np.where(kinds == "real", outcomes == "abstained", np.nan),
        ]
    )
    again = stats.bootstrap(
        values, table["cluster"].to_numpy(str), lambda means: 1 - means.sum(axis=1), rounds=4_000
    )
    assert (row["low"], row["high"]) == pytest.approx((again.low, again.high), abs=0.03)


def test_an_index_of_indexes_is_refused() -> None:
    metrics = (*NAMES.metrics, Index("K", "k", {"J": 2}))
    with pytest.raises(BadInput, match="index K is made of index J"):
        measured(replies({(M, A): ["fabricated"]}, "made-up"), suite=counting(*metrics))
