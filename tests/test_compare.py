"""Models are held against one another on what both were asked; what is shared is said, and verdicts are earned."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import quantile_test
from statsmodels.stats.proportion import confint_proportions_2indep

from evals import words
from evals.contrast import differences
from evals.errors import BadInput, EvalsError, NotFound
from evals.foreign import keep, read
from evals.frame import frame
from evals.framing import framed, unframed
from evals.show import Format, render
from evals.types import Message, Prompt
from evals.verdict.compare import compared
from evals.verdict.comparison import comparison
from evals.verdict.flips import exchanges, flips
from evals.verdict.margin import limit, margin
from evals.verdict.resources import median, resources
from evals.verdict.shared import Shared, share
from evals.verdict.side import labelled
from evals.verdict.sides import of_run, sides
from evals.view import Row, records
from tests.conftest import Done
from tests.kept import OURS, asked, kept, run_of
from tests.made import NAMES

FORMATS: tuple[Format, ...] = ("table", "md", "csv", "json", "html")
DATA = Path(__file__).parent / "data" / "foreign"
OTHER = "b/model"


def held(folder: Path, before: str, after: str, *, paired: bool = True, **changes: Any) -> tuple[Shared, ...]:
    """Two models of which the replies ended so; `changes` to the run.json of the second."""
    one, other = run_of(folder, before), run_of(folder, after, OTHER, **changes)
    return share(*labelled([of_run(one), of_run(other)]), paired=paired)


def row(shared: tuple[Shared, ...], size: float = 0.05, metric: str = "FR") -> Row:
    return next(each for each in records(compared(shared, size)) if each["metric"] == metric)


@pytest.mark.parametrize(
    ("before", "after", "size", "verdict"),
    [
        ("f" * 30 + "a" * 30, "f" * 10 + "a" * 50, 0.05, "better"),
        ("f" * 10 + "a" * 50, "f" * 30 + "a" * 30, 0.05, "worse"),
        ("f" * 30 + "a" * 30, "f" * 31 + "a" * 29, 0.05, "undecided"),
        ("f" * 100 + "a" * 100, "f" * 100 + "a" * 100, 0.05, "no difference"),
        ("f" * 100 + "a" * 100, "f" * 104 + "a" * 96, 0.05, "no difference"),
        ("f" * 100 + "a" * 100, "f" * 104 + "a" * 96, 0.03, "undecided"),
        ("f" * 100 + "a" * 300, "f" * 112 + "a" * 288, 0.2, "worse"),
        ("e" * 20, "f" * 20, 0.05, "not measured"),
    ],
)
def test_a_verdict_is_earned(before: str, after: str, size: float, verdict: str, tmp_path: Path) -> None:
    found = row(held(tmp_path, before, after), size)
    assert found["verdict"] == verdict
    assert (found["verdict"] == "undecided") == (not pd.isna(found["more"]))


def test_no_difference_is_two_one_sided_tests_at_five_per_cent(tmp_path: Path) -> None:
    found = row(held(tmp_path, "f" * 100 + "a" * 100, "f" * 104 + "a" * 96))
    assert found["low"] < found["low_90"] < found["effect"] < found["high_90"] < found["high"]
    assert (
        row(held(tmp_path, "f" * 100 + "a" * 100, "f" * 104 + "a" * 96), found["high_90"])["verdict"]
        == "undecided"
    )
    beyond = found["high_90"] + 1e-9
    assert (
        row(held(tmp_path, "f" * 100 + "a" * 100, "f" * 104 + "a" * 96), beyond)["verdict"] == "no difference"
    )


def test_the_numbers_are_those_of_a_report(tmp_path: Path) -> None:
    patterns = ("f" * 30 + "a" * 30, "a" * 12 + "f" * 8 + "a" * 40)
    table = compared(held(tmp_path, *patterns), 0.05)
    rows = [*asked(patterns[0]), *asked(patterns[1], OTHER)]
    reported = differences(frame(rows, seed=7), {"names": NAMES}).set_index("metric")
    mine = table[table["arm"] == "all"][table["stratum"] == ""].set_index("metric")
    same = ["effect", "low", "high", "p", "n", "n01", "n10"]
    pd.testing.assert_frame_equal(mine.loc[reported.index, same], reported[same], check_exact=True)
    heads = reported.index[reported["headline"]]
    assert mine.loc[heads, "p_adjusted"].equals(reported.loc[heads, "p_adjusted"])


def test_values_are_of_the_items_that_both_have(tmp_path: Path) -> None:
    found = row(held(tmp_path, "ffaaee", "faaaff"))
    assert (found["n"], found["baseline_value"], found["value"]) == (4, 0.5, 0.25)
    index = row(held(tmp_path, "f" * 10 + "a" * 10, "f" * 5 + "a" * 15), metric="J")
    assert (index["baseline_value"], index["value"], index["margin"]) == pytest.approx((0.5, 0.75, 0.1))


def test_an_unpaired_difference_has_newcombes_interval(tmp_path: Path) -> None:
    found = row(held(tmp_path, "f" * 30 + "a" * 30, "f" * 12 + "a" * 38, paired=False))
    low, high = confint_proportions_2indep(12, 50, 30, 60, method="newcomb", compare="diff")
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert (found["p"] < 0.05) == (high < 0)
    assert pd.isna(found["n01"])


def test_further_items_are_fewer_where_the_margin_is_wider(tmp_path: Path) -> None:
    both = held(tmp_path, "f" * 20 + "a" * 20, "f" * 20 + "a" * 20)
    more = [row(both, size)["more"] for size in (0.03, 0.04, 0.05)]
    assert more[0] > more[1] > more[2]


def test_who_falls_silent_is_seen_beside_the_rates(tmp_path: Path) -> None:
    both = held(tmp_path, "fa" * 150, "fa" * 75 + "u" * 150)
    assert row(both)["verdict"] == "no difference"
    silent = row(both, metric="counted")
    assert (silent["verdict"], silent["value"], silent["p"]) == ("worse", 170 / 320, silent["p_adjusted"])
    assert "is worse than a/model in names counted" in words.compared(silent)


def test_items_that_no_metric_is_about_have_no_verdict(tmp_path: Path) -> None:
    rows = [[replace(each, tags={}) for each in asked("", model, "rr")] for model in (OURS, OTHER)]
    suite_of_two = sides([str(kept(tmp_path, each)) for each in rows])
    text = render(comparison(suite_of_two, 0.05), "table")
    assert "No metric of the suites is about what is shared." in text


def test_strata_and_arms_are_broken_down_for_the_headlines_alone(tmp_path: Path) -> None:
    table = compared(held(tmp_path, "f" * 30 + "a" * 30, "a" * 60), 0.05)
    strata = table[table["stratum"] == "tier"]
    assert set(strata["level"]) == {"A", "B"}
    assert set(strata["metric"]) == {"FR", "J"}
    assert not strata["headline"].any()
    assert (strata["p_adjusted"] >= strata["p"]).all()


# What is shared


def test_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="version 3 of names, b/model version 4"):
        held(tmp_path, "ff", "ff", suites={"names": "4"})


def test_other_seeds_share_nothing_and_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="none of 22 and 23 samples is shared: seed 7 here, 8 there") as raised:
        held(tmp_path, "ff", "fff", seed=8)
    assert "--unpaired" in raised.value.fix
    (unpaired,) = held(tmp_path, "ff", "fff", paired=False, seed=8)
    assert unpaired.said[-1] == "names: the rates are compared unpaired, as of different items"


def test_what_only_one_was_asked_is_said(tmp_path: Path) -> None:
    (found,) = held(tmp_path, "f" * 3, "f" * 9)
    assert found.said == (
        "names 3: 23 of 29 samples shared, in 1 arm, seed 7; b/model alone was asked 6 more",
    )
    assert len(found.rows) == 2 * 23


def test_items_that_ask_other_words_are_left_out(tmp_path: Path) -> None:
    rows = asked("f" * 10, OTHER)
    changed = [replace(rows[0], prompt=Prompt((Message("user", "something else"),))), *rows[1:]]
    one, other = run_of(tmp_path, "f" * 10), kept(tmp_path, changed)
    (found,) = share(*labelled([of_run(one), *sides([str(other)])]))
    assert found.said[1] == "names: 1 item ask different words under one id and are left out"
    assert len(found.rows) == 2 * 29


def test_a_model_that_continues_texts_was_asked_the_same_words() -> None:
    asked = Prompt((Message("system", "Be brief."), Message("user", "Who is Ada?")))
    assert (
        unframed(framed(asked, [("Who is Bob?", "A man.")] * 4))
        == unframed(asked)
        == ("Be brief.", "Who is Ada?")
    )
    plain = Prompt((Message("user", "Two\n\nparagraphs"),))
    assert unframed(framed(plain, [("One?", "1")] * 4)) == unframed(plain)


# Naming


def test_sides_are_runs_models_patterns_and_each_is_told_from_the_others(tmp_path: Path) -> None:
    run = kept(tmp_path, [*asked("ff"), *asked("aa", OTHER)])
    later = kept(tmp_path, asked("fa"), seed=8)
    assert [side.label for side in sides([str(run)])] == [OURS, OTHER]
    assert [side.label for side in sides([f"{run}#{OTHER}", str(later)])] == [OTHER, OURS]
    assert [side.label for side in sides([str(run)], [OTHER])] == [OTHER]
    twice = sides([f"{run}#{OURS}", str(later)])
    assert all(side.label.startswith(f"{OURS} @ ") for side in twice)
    assert len({side.label for side in twice}) == 2
    together = sides([f"{tmp_path}/runs/*"], [OURS])
    assert (len(together), len(together[0].rows)) == (1, 2 * 22)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["RUN", "RUN"], "is named twice"),
        (["RUN#b/modle"], "there is no model in .* called 'b/modle'"),
        (["nowhere"], "neither a run nor a baseline"),
        (["../*"], "neither a run nor a baseline"),
        (["RUNS/*#a/model"], "the same items of names more than once"),
    ],
)
def test_a_side_that_is_not_there_is_one_sentence(texts: list[str], said: str, tmp_path: Path) -> None:
    run = kept(tmp_path, [*asked("ff"), *asked("aa", OTHER)])
    kept(tmp_path, asked("ff"))
    with pytest.raises(EvalsError, match=said):
        sides([text.replace("RUNS", str(run.parent)).replace("RUN", str(run)) for text in texts])


def test_a_run_without_replies_is_said(tmp_path: Path) -> None:
    run = kept(tmp_path, asked("f"))
    (run / "replies.jsonl").write_text("")
    with pytest.raises(BadInput, match="holds no reply yet"):
        sides([str(run)])


# Resources and flips


@pytest.mark.parametrize("n", [6, 9, 40, 401])
def test_the_interval_of_a_median_is_between_order_statistics(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    found = median(values, np.arange(n))
    expected = quantile_test(values, p=0.5).confidence_interval()
    assert (found.low, found.high) == (expected.low, expected.high)
    assert found.value == np.median(values)


def test_five_clusters_have_no_interval_for_their_median() -> None:
    assert math.isnan(median(np.arange(10.0), np.arange(10) // 2).low)


def test_tokens_and_seconds_are_compared_within_items(tmp_path: Path) -> None:
    slow = [
        replace(each, response=replace(each.response, seconds=0.25 + i / 100, tokens_out=9))
        for i, each in enumerate(asked("f" * 20, OTHER))
        if each.response
    ]
    one, other = run_of(tmp_path, "f" * 20), kept(tmp_path, slow)
    table = resources(share(*labelled([of_run(one), *sides([str(other)])]))).set_index("what")
    tokens, seconds = table.loc["tokens out"], table.loc["median seconds"]
    assert (tokens["effect"], tokens["ratio"], tokens["verdict"]) == (2, pytest.approx(9 / 7), "more")
    assert seconds["effect"] == pytest.approx(0.195)
    assert seconds["verdict"] == "slower"
    assert "cost a reply" not in table.index


def test_flips_are_the_items_that_changed_with_what_both_said(tmp_path: Path) -> None:
    both = held(tmp_path, "f" * 30 + "a" * 30, "a" * 5 + "f" * 28 + "a" * 27)
    found, counts = flips(both), row(both)
    assert list(found["flip"]) == ["worse"] * counts["n01"] + ["better"] * counts["n10"]
    assert found["sample"].iloc[0] == "made-up-30"
    assert (found["baseline_text"].iloc[0], found["text"].iloc[0]) == (
        "so it is abstained",
        "so it is fabricated",
    )
    shown = exchanges(found, 1)
    assert [each.title for each in shown] == [
        "b/model against a/model: worse, 3 items, 1 shown",
        "b/model against a/model: better, 5 items, 1 shown",
    ]
    assert [voice.said[0].good for voice in shown[0].voices] == [True, False]


# Shown


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_the_verdict_and_is_safe(form: Format, tmp_path: Path) -> None:
    hostile = [
        replace(each, response=replace(each.response, text="<script>\x1b[31m"))
        for each in asked("f" * 60, OTHER)
        if each.response
    ]
    found = sides([str(kept(tmp_path, asked("a" * 60))), str(kept(tmp_path, hostile))])
    text = render(comparison(found, 0.05), form)
    assert "worse" in text
    assert "\x1b" not in text
    assert form not in {"md", "html"} or "<script>\\x1b" not in text


def test_json_and_csv_hold_every_flip(tmp_path: Path) -> None:
    found = sides([str(kept(tmp_path, asked("a" * 60))), str(kept(tmp_path, asked("f" * 60, OTHER)))])
    whole = json.loads(render(comparison(found, 0.05), "json"))
    assert len(whole["reports"]["flips"]) == 60
    assert {"verdicts", "spent", "flips", "strata"} <= set(whole["reports"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"verdict": "better"},
            "B is better than A in names FR: 23 % against 46 %, 23 points lower (95 % CI 17 to 29, p 0.001), 60 items",
        ),
        (
            {"verdict": "no difference", "effect": 0.01, "low_90": -0.02, "high_90": 0.04},
            "names FR: no difference beyond ±5 points between B and A: +1 points (90 % CI -2 to 4), 60 items",
        ),
        (
            {"verdict": "undecided", "effect": 0.02, "low": -0.03, "high": 0.07, "more": 123},
            "names FR is +2 points for B against A (95 % CI -3 to 7): undecided on 60 items; about 130 more would decide",
        ),
        (
            {"verdict": "worse", "effect": 0.02, "low": 0.01, "high": 0.03, "low_90": 0.012, "high_90": 0.028},
            "B is worse than A in names FR: 23 % against 46 %, 2 points higher (95 % CI 1 to 3, p 0.001), 60 items; the difference is within ±5 points",
        ),
    ],
)  # fmt: skip
def test_a_comparison_in_words(changes: dict[str, object], sentence: str) -> None:
    told = {
        "suite": "names", "metric": "FR", "candidate": "B", "baseline": "A", "value": 0.23, "baseline_value": 0.46,
        "effect": -0.23, "low": -0.29, "high": -0.17, "low_90": -0.28, "high_90": -0.18, "p": 0.001, "p_adjusted": 0.001,
        "n": 60, "unit": "share", "margin": 0.05, "more": None, "better": "lower",
    }  # fmt: skip
    assert words.compared(told | changes) == sentence.replace("+1 points", "+1 point")


@pytest.mark.parametrize(
    ("text", "size"), [("5pp", 0.05), ("0.5 pp", 0.005), ("5 points", 0.05), ("0.05", 0.05), (0.1, 0.1)]
)
def test_a_margin_is_read(text: str | float, size: float) -> None:
    assert margin(text) == pytest.approx(size)


@pytest.mark.parametrize("text", ["5%", "-5pp", "0", "five", "", "1e3x", "nan", True])
def test_what_is_no_margin_is_said(text: str | float) -> None:
    with pytest.raises(BadInput, match="--margin"):
        margin(text)


def test_a_limit_is_a_value_and_no_difference() -> None:
    assert (limit("40%", "floor"), limit(-0.5, "floor"), limit("-1.5", "floor")) == (0.4, -0.5, -1.5)
    with pytest.raises(BadInput, match="no value that a metric has"):
        limit("5pp", "floor")


# With other tools' logs, and as a process


@pytest.mark.parametrize(
    "name", ["samples_toy_choice_2026-11-23T05-04-18.593449.jsonl", "capitals.eval", "greetings.json"]
)
def test_logs_of_other_tools_are_compared(name: str, tmp_path: Path) -> None:
    folders = [str(keep(read(DATA / name), tmp_path)) for _ in range(2)]
    found = comparison(sides(folders), 0.05)
    assert {"undecided", "no difference"} >= set(found.sections[0].table["verdict"]) - {"not measured"}
    assert (found.sections[0].table["effect"].dropna() == 0).all()
    assert "samples shared" in "\n".join(found.about)


def test_models_of_one_run_are_compared_by_a_command(command: Callable[..., Done]) -> None:
    run = command(
        "run", "arithmetic", "-m", "scripted/right", "-m", "scripted/wrong", "-n", "40", "--quiet"
    ).out.strip()
    done = command("compare", run, "--flips", "1")
    assert "scripted/wrong is worse than scripted/right in arithmetic accuracy" in " ".join(done.out.split())
    assert max(map(len, done.out.splitlines())) <= 80
    with pytest.raises(BadInput, match="only scripted/wrong is named, and a comparison needs two"):
        command("compare", run, "-m", "scripted/wrong")


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no model in"):
        sides([f"{kept(tmp_path, asked('f'))}#c/model"])
