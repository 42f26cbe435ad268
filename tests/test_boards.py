"""Models side by side: what all miss, whether they miss the same, and places that hold at once with 95 %."""

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from evals import report
from evals.frame import frame
from evals.misses import misses
from evals.suite import ACCURACY, Suite
from evals.types import Index, Key, Metric, Reply
from evals.view import View, records
from reports.leaderboard import view as board_view
from reports.missed import view as missed_view
from tests.made import NAMES, reply

SUMS = replace(NAMES, name="sums", metrics=(ACCURACY,), contrasts=())
OTHER = replace(SUMS, name="other")


def asked(ends: dict[str, str], suite: str = "sums", arm: str = "a", seed: int = 0) -> list[Reply]:
    """Replies by model: the i-th letter is how item i ended, r right, w wrong, u unparsed."""
    named = {"r": "right", "w": "wrong", "u": "unparsed"}
    return [
        reply(Key(model, suite, f"{seed}-{i}", arm), named[end], text=f"{model} says {i}")
        for model, each in ends.items()
        for i, end in enumerate(each)
    ]


def found(name: str, rows: list[Reply], *suites: Suite) -> pd.DataFrame:
    known = {suite.name: suite for suite in suites or (SUMS,)}
    table: pd.DataFrame = report(name, known)(frame(rows, seed=7))
    return table


def test_an_item_is_missed_where_its_mean_lies_in_the_worse_half() -> None:
    rows = [
        reply(Key("m", "sums", sample, "a", repeat), end)
        for sample, ends in {
            "1": ("right", "wrong", "wrong"),
            "2": ("right", "wrong"),
            "3": ("wrong",),
        }.items()
        for repeat, end in enumerate(ends)
    ]
    table = misses(frame(rows), {"sums": SUMS})
    assert dict(zip(table["sample"], table["missed"], strict=True)) == {"1": True, "2": False, "3": True}


def test_where_less_is_better_much_is_missed() -> None:
    suite = replace(SUMS, metrics=(Metric("e", "errors", {"wrong": 1, "right": 0}, better="lower"),))
    assert misses(frame(asked({"m": "rw"})), {"sums": suite})["missed"].tolist() == [False, True]


def test_items_that_all_models_miss_are_listed_with_what_each_answered_and_what_chance_would_give() -> None:
    ends = {"a": "wwwwrrrr", "b": "wwrrwwrr", "c": "wwwwwwwu"}
    table = found("missed", asked(ends))
    assert table["sample"].tolist() == ["0-0", "0-1"]
    assert set(table["items"]) == {7}, "the item that c could not be judged on is no common one"
    assert table["expected"].iloc[0] == pytest.approx(7 * 4 / 7 * 4 / 7 * 7 / 7)
    assert table["answers"].tolist() == ["wrong"] * 2
    shown: View = missed_view(table)
    assert shown.lines == (
        "sums: 2 of 7 items are missed by all 3 models (29 %); about 2 would be if models missed independently of each other",
    )


def test_of_one_model_all_its_misses_are_listed() -> None:
    table = found("missed", asked({"a": "wrw"}))
    assert len(table) == 2
    assert missed_view(table).lines == ("sums: 2 of 3 items are missed (67 %)",)


def test_overlap_counts_pairs_and_agrees_with_statsmodels() -> None:
    rng = Random(3)
    ends = {model: "".join(rng.choice("rw") for _ in range(60)) for model in "abc"}
    ends["b"] = "".join(
        one if rng.random() < 0.7 else other for one, other in zip(ends["a"], ends["b"], strict=True)
    )
    table = found("overlap", asked(ends))
    assert list(zip(table["model"], table["other"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    for row in records(table):
        one, other = (np.array(list(ends[row[name]])) == "w" for name in ("model", "other"))
        counts = [[int((one & other).sum()), int((one & ~other).sum())]]
        counts += [[int((~one & other).sum()), int((~one & ~other).sum())]]
        assert counts == [[row["both"], row["model_only"]], [row["other_only"], row["neither"]]]
        assert row["kappa"] == pytest.approx(cohens_kappa(np.array(counts)).kappa, abs=1e-12)
        assert row["expected"] == pytest.approx(60 * one.mean() * other.mean())
        assert row["follows"] == pytest.approx((one & other).sum() / one.sum())
        assert row["follows_low"] < row["follows"] < row["follows_high"]


def test_models_that_miss_nothing_have_no_overlap_to_speak_of() -> None:
    (row,) = records(found("overlap", asked({"a": "rrr", "b": "rrr"})))
    assert (row["both"], row["expected"]) == (0, 0.0)
    assert np.isnan(row["kappa"])
    assert np.isnan(row["follows"])


# Places


def test_a_place_is_the_range_of_ranks_that_no_comparison_rules_out() -> None:
    rng = Random(1)
    ends = {"best": "r" * 80, "b": "rw" * 40, "c": "".join(rng.choice("rw") for _ in range(80))}
    table = found("leaderboard", asked(ends)).set_index("model")
    places = dict(zip(table.index, zip(table["rank_low"], table["rank_high"], strict=True), strict=True))
    assert places == {"best": (1, 1), "b": (2, 3), "c": (2, 3)}
    assert table["rank"].iloc[0] == 1
    assert board_view(table.reset_index()).lines == ("sums: best is first of 3",)


def test_where_less_is_better_the_least_is_first() -> None:
    suite = replace(SUMS, metrics=(Metric("e", "errors", {"wrong": 1, "right": 0}, better="lower"),))
    table = found("leaderboard", asked({"bad": "w" * 60, "good": "r" * 60}), suite)
    assert table["model"].tolist() == ["good", "bad"]
    assert table["rank_high"].tolist() == [1, 2]


def test_an_index_ranks_before_the_first_metric() -> None:
    index = Index("X", "turned", {"accuracy": -1.0}, 1.0, better="higher")
    suite = replace(SUMS, metrics=(ACCURACY, index))
    table = found("leaderboard", asked({"a": "r" * 60, "b": "w" * 60}), suite)
    assert (table["metric"].tolist(), table["model"].tolist()) == (["X", "X"], ["b", "a"])


def test_over_all_suites_scores_are_averaged_and_places_are_narrower() -> None:
    rng = Random(5)

    def ends(share: float) -> str:
        return "".join("r" if rng.random() < share else "w" for _ in range(70))

    rows = [each for suite in ("sums", "other") for each in asked({"a": ends(0.85), "b": ends(0.55)}, suite)]
    table = found("leaderboard", rows, SUMS, OTHER)
    parts = table[table["suite"] != "all suites"]
    whole = table[table["suite"] == "all suites"].set_index("model")
    for model, row in whole.iterrows():
        own = parts[parts["model"] == model]
        assert row["score"] == pytest.approx(own["score"].mean())
        assert row["high"] - row["low"] < (own["high"] - own["low"]).min()
    assert whole.loc["a", "rank_high"] == 1


def test_a_suite_that_not_every_model_was_asked_is_left_out_of_the_whole() -> None:
    rows = asked({"a": "rw" * 20, "b": "wr" * 20}) + asked({"a": "rw" * 20}, "other")
    assert set(found("leaderboard", rows, SUMS, OTHER)["suite"]) == {"sums"}


def test_one_model_has_no_place() -> None:
    assert len(found("leaderboard", asked({"a": "rw"}))) == 0


def test_of_equal_models_all_places_stay_open_in_19_of_20_runs() -> None:
    rng = Random(11)
    wrong = 0
    for _ in range(60):
        ends: Any = {model: "".join(rng.choice("rw") for _ in range(40)) for model in "abc"}
        table = found("leaderboard", asked(ends))
        wrong += bool((table["rank_low"] > 1).any() or (table["rank_high"] < 3).any())
    assert wrong <= 7, "5 % of 60, and what chance adds to it in 1 of 50"
