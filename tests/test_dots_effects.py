"""The numbers of the suite dots: curves through known ones, effects against simulated counters of known behaviour."""

import math
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evals import reporting, shelf
from evals.charts.paint import svg
from evals.frame import frame
from evals.stats import Estimate, wilson
from evals.types import Key, Prompt, Reply, Response, Sample
from suites.dots import effects
from suites.dots.curve import half_point, odds_ratio, trend
from suites.dots.effects import Step
from suites.dots.items import Options, samples
from suites.dots.metrics import LAYOUT_WORDS
from suites.dots.report import report, view
from suites.dots.suite import suite


def row(table: pd.DataFrame, **where: str) -> dict[str, Any]:
    """The one row of a table in which these columns have these values."""
    for column, value in where.items():
        table = table[table[column] == value]
    (found,) = table.to_dict("records")
    return {str(name): value for name, value in found.items()}


Counter = Callable[[Sample, str, Random], str]


def ask(
    counter: Counter, size: int = 400, arms: Iterable[str] = ("direct",), **options: object
) -> pd.DataFrame:
    """What a simulated counter answers to the suite's items, judged by the suite."""
    replies = []
    for sample in samples(7, size, Options(**options)):  # type: ignore[arg-type]
        for arm in arms:
            text = counter(sample, arm, Random(f"{sample.id} {arm}"))
            key = Key("simulated", suite.name, sample.id, arm)
            response = Response(text)
            verdict = suite.score(sample, arm, response)
            replies.append(
                Reply(
                    *(key, Prompt(text=sample.id + arm), response, verdict, None),
                    *(sample.target, sample.cluster, sample.tags, 1, ""),
                )
            )
    return frame(replies, versions={"dots": suite.version}, seed=7)


def soft(n50: dict[str, float], slope: float = 2.0) -> Counter:
    """Right with a chance that falls with n, half at this n of a layout; else 3 % too many, and at least one."""

    def count(sample: Sample, _arm: str, rng: Random) -> str:
        n, middle = int(sample.target or 0), n50[str(sample.tags["layout"])]
        chance = 1 / (1 + (max(n, 0.5) / middle) ** slope)
        return str(n if rng.random() < chance else n + max(1, n * 3 // 100))

    return count


# Curves


@pytest.mark.parametrize("limit", [3, 17, 200])
def test_a_counter_that_is_right_up_to_a_limit_has_its_n50_there(limit: int) -> None:
    n = np.unique(np.geomspace(1, 1000, 60).round())
    found = half_point(n, 6.0 * (n <= limit), np.full(len(n), 6.0), rounds=200)
    below, above = n[n <= limit].max(), n[n > limit].min()
    assert below / 1.05 <= found.value <= above * 1.05
    assert found.low <= below * 1.05
    assert found.high >= above / 1.05


def test_n50_is_off_the_ladder_where_all_or_none_are_right() -> None:
    n, total = np.array([1, 10, 100.0]), np.full(3, 20.0)
    assert half_point(n, total, total, rounds=50).value == math.inf
    assert half_point(n, 0 * total, total, rounds=50).value == 0


def test_one_count_alone_has_no_curve() -> None:
    assert half_point([5], [1], [2]).n == 0


def test_the_interval_of_n50_holds_it_nearly_always() -> None:
    rng = np.random.default_rng(3)
    n = np.unique(np.geomspace(1, 1000, 90).round())
    total, chance = np.full(len(n), 2.0), 1 / (1 + (n / 24) ** 1.2)
    held = 0
    for _ in range(60):
        found = half_point(n, rng.binomial(2, chance), total, rounds=200)
        held += found.low <= 24 <= found.high
    assert 53 <= held <= 60


def test_the_odds_ratio_of_a_doubling_is_the_slope_and_its_interval_holds() -> None:
    n = np.unique(np.geomspace(1, 1000, 60).round())
    total = np.full(len(n), 50.0)
    rng, held = np.random.default_rng(4), 0
    for _ in range(40):
        found = odds_ratio(n, rng.binomial(50, 1 / (1 + (n / 24) ** 2)), total, rounds=200)
        held += found.low <= 0.25 <= found.high
        assert found.value == pytest.approx(0.25, rel=0.2)
    assert 34 <= held <= 40


def test_a_trend_is_as_rare_among_counters_without_one_as_its_p_says() -> None:
    rng = np.random.default_rng(5)
    n, total = np.arange(1, 41), rng.integers(1, 9, 40)
    p = [trend(n, rng.binomial(total, 0.6), total, rounds=199, seed=seed) for seed in range(200)]
    assert 0.01 < np.mean([value < 0.05 for value in p]) < 0.1
    assert 0.4 < np.mean(p) < 0.6


def test_a_trend_that_is_there_is_found() -> None:
    n, total = np.arange(1, 41), np.full(40, 3.0)
    assert trend(n, total * (n < 15), total) == pytest.approx(1e-4)
    assert trend(n, total, total) == 1
    assert math.isnan(trend([], [], []))


# How far it counts


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ({}, []),
        ({1: 40, 2: 40}, [Step(1, 1), Step(2, 2)]),
        ({1: 20, 2: 20, 3: 40}, [Step(1, 2), Step(3, 3)]),
        ({1: 20, 2: 20, 3: 10}, [Step(1, 3)]),
        ({1: 35, 2: 10}, [Step(1, 2)]),
        ({1: 3}, [Step(1, 1)]),
        ({3: 40, 1: 40}, [Step(1, 1), Step(3, 3)]),
    ],
)
def test_rungs_are_taken_together_until_a_step_is_large_enough(
    sizes: dict[int, int], found: list[Step]
) -> None:
    assert effects.steps(sizes) == found


def test_thirty_five_of_thirty_five_are_the_fewest_that_pass() -> None:
    assert wilson(35, 35).low > 0.9 > wilson(34, 34).low


def of(*shares: tuple[float, int]) -> list[tuple[Step, Estimate]]:
    return [(Step(10 * i, 10 * i + 9), wilson(right * n, n)) for i, (right, n) in enumerate(shares, 1)]


@pytest.mark.parametrize(
    ("ladder", "value", "high"),
    [
        (of((1, 35), (1, 35), (0.2, 35)), 29, 29),
        (of((1, 35), (0.9, 35), (1, 35), (0, 35)), 19, 39),
        (of((1, 34), (1, 34)), 0, math.inf),
        (of((1, 40), (1, 40)), 29, math.inf),
        (of((0, 40), (1, 40)), 0, 0),
        ([], 0, math.inf),
    ],
    ids=["falls", "unsure in the middle", "too few", "never falls", "fails at once", "nothing asked"],
)
def test_capacity(ladder: list[tuple[Step, Estimate]], value: float, high: float) -> None:
    found = effects.capacity(ladder)
    assert (found.value, found.low, found.high) == (value, value, high)


def test_repeats_of_an_item_are_averaged_first() -> None:
    rows = ask(lambda sample, *_: sample.target or "", size=20)
    wrong = rows.assign(repeat=1, outcome="wrong")
    found = effects.counted(pd.concat([rows, wrong], ignore_index=True))
    assert len(found) == (rows["tag_kind"] == "ladder").sum()
    assert set(found["right"]) == {0.5}


def test_controls_and_unread_replies_are_not_counted() -> None:
    rows = ask(lambda sample, _arm, rng: rng.choice([sample.target or "", "I cannot count."]), size=100)
    found = effects.counted(rows)
    assert len(found) == ((rows["outcome"] == "right") & (rows["tag_kind"] == "ladder")).sum()


# What layout and glyph change


def test_the_gap_between_layouts_is_found_on_the_same_units() -> None:
    rows = ask(soft({"run": 12, "spaced": 60, "noise": 60}))
    gap = row(effects.gaps(rows, suite), contrast="spaced")
    assert gap["verdict"] == "higher"
    assert gap["p"] < 0.01
    assert gap["n"] == ((rows["tag_kind"] == "ladder") & (rows["tag_layout"] == "spaced")).sum()
    assert "putting spaces between the marks raises exact counts by" in gap["sentence"]
    items = effects.counted(rows)
    means = items[items["n"] > 1].groupby("layout")["right"].mean()
    assert gap["effect"] == pytest.approx(means["spaced"] - means["run"])


def test_no_gap_is_found_where_there_is_none() -> None:
    gap = row(effects.gaps(ask(soft({"run": 30, "spaced": 30, "noise": 30})), suite), contrast="spaced")
    assert gap["verdict"] == "undecided"


def test_every_layout_asked_is_compared_with_the_run() -> None:
    rows = ask(soft(dict.fromkeys(LAYOUT_WORDS, 60.0) | {"run": 12.0}), 800, layouts="all")
    found = effects.gaps(rows, suite)
    found = found[found["headline"]]
    assert set(found["contrast"]) == set(LAYOUT_WORDS)
    assert set(found["verdict"]) == {"higher"}


def test_a_glyph_that_is_harder_is_found_and_the_others_are_not() -> None:
    def count(sample: Sample, arm: str, rng: Random) -> str:
        return soft({"run": 8 if sample.tags["glyph"] == "stop" else 100, "spaced": 100, "noise": 100})(
            sample, arm, rng
        )

    found = effects.gaps(ask(count, 1200, layouts="run"), suite)
    stop = row(found, contrast="stop")
    assert stop["verdict"] == "lower"
    assert 'counting "." instead of "•"' in stop["sentence"]
    assert row(found, contrast="asterisk")["verdict"] == "undecided"


def test_one_glyph_alone_is_compared_with_nothing() -> None:
    rows = ask(soft({"run": 30, "spaced": 30, "noise": 30}), 60, glyphs="x")
    assert set(effects.gaps(rows, suite)["contrast"]) == {"spaced"}


# What wrong answers are like


@pytest.mark.parametrize(("to", "heaped", "halved"), [(10, 10, 5), (5, 5, 5)])
def test_heaping_is_as_often_as_the_counter_rounds(to: int, heaped: float, halved: float) -> None:
    def count(sample: Sample, *_: object) -> str:
        n = int(sample.target or 0)
        return str(n // to * to + (to if n % to == 0 else 0))

    rows = ask(count, 800)
    assert effects.heaping(rows, 5).value == pytest.approx(5 if to in (5, 10) else halved)
    if to == 10:
        assert effects.heaping(rows, 10).value == pytest.approx(heaped)


def test_a_counter_that_does_not_round_does_not_heap() -> None:
    rows = ask(lambda sample, _arm, rng: str(int(sample.target or 0) + rng.randint(-9, 9)), 1600)
    for base in (5, 10):
        found = effects.heaping(rows, base)
        assert found.low < 1 < found.high


def test_the_relative_error_is_a_median_of_all_counts_read() -> None:
    rows = ask(lambda sample, *_: str(int(sample.target or 0) * 2), 200)
    found = effects.relative_error(rows)
    assert (found.value, found.low, found.high) == (1, 1, 1)
    silent = ask(lambda *_: "many", 20)
    assert effects.relative_error(silent).n == 0


def test_slips_are_shares_of_wrong_replies() -> None:
    rows = ask(lambda sample, *_: str(len(sample.input)), 400, layouts="spaced", largest=100)
    found = row(effects.slips(rows), slip="all characters")
    wrong = (rows["outcome"] == "wrong").sum()
    assert found["replies"] / wrong == found["share"] > 0.7


# The report


def test_the_report_says_how_far_it_counts_and_what_changes_it() -> None:
    rows = ask(soft({"run": 12, "spaced": 60, "noise": 60}), arms=("direct", "tally"))
    table = report(rows, {"dots": suite})
    assert set(table["finding"]) == {
        *("ladder", "curve", "C90", "n50", "fall", "layout gap", "glyph gap"),
        *("heaping", "last digit", "relative error", "slip"),
    }
    for layout, half in (("run", 12), ("spaced", 60)):
        found = row(table, finding="n50", arm="direct", layout=layout)
        assert found["low"] < half < found["high"]
    shown = view(table)
    assert shown.tables[0].title == "simulated: exact counts by rung"
    assert not any("putting spaces" in line for line in shown.lines), "a declared contrast is said there"
    made = reporting.report("contrasts", {"dots": suite})
    lines = shelf.load(shelf.find("report", "contrasts")).view(made(rows)).lines
    said = "simulated, arm direct: putting spaces between the marks raises exact counts by"
    assert any(line.startswith(said) for line in lines)


def test_the_report_of_no_reply_and_of_other_suites_is_empty() -> None:
    rows = ask(soft({"run": 12, "spaced": 60, "noise": 60}), 20)
    assert not len(report(rows.iloc[:0], {"dots": suite}))
    assert not len(report(rows, {}))


def test_the_report_stands_replies_without_a_single_count() -> None:
    table = report(ask(lambda *_: "I cannot count.", 40), {"dots": suite})
    assert view(table).lines


def test_the_ladder_is_drawn_with_its_curve_and_told_in_figures() -> None:
    table = report(ask(soft({"run": 12, "spaced": 60, "noise": 60})), {"dots": suite})
    ladder, heaping = view(table).pictures
    half = {each["layout"]: each["value"] for each in table[table["finding"] == "n50"].to_dict("records")}
    run, spaced = f"{half['run']:.0f} marks (run)", f"{half['spaced']:.0f} marks (spaced)"
    assert ladder.title == f"How far counting goes: half are right at {run}, {spaced}"
    for step in table[table["finding"] == "ladder"].to_dict("records"):
        assert f"at {step['level']}" in ladder.alt
    image = svg(ladder)
    assert all(f"n50 {value:.0f}" in image for value in half.values())
    assert "marks shown (n)" in image
    assert "chance gives 20 %" in heaping.title


def test_last_digits_are_all_of_the_wrong_counts_that_could_heap() -> None:
    rows = ask(soft({"run": 12, "spaced": 60, "noise": 60}))
    found = effects.last_digits(rows)
    assert sum(each.value for each in found.values()) == pytest.approx(1)
    assert found[0].value * 10 == pytest.approx(effects.heaping(rows, 10).value)


def test_nothing_is_drawn_of_replies_without_a_single_count() -> None:
    assert not view(report(ask(lambda *_: "I cannot count.", 40), {"dots": suite})).pictures
