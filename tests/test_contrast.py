"""Arms and models are compared on the same items, decided only where interval and test agree, and said in words."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from evals import stats, words
from evals.contrast import contrasts, differences
from evals.frame import frame
from evals.types import Contrast, Key, Metric, Reply
from evals.view import records
from tests.made import NAMES, replies, reply

SUITES = {"names": NAMES}
BLUFF, HONEST = "pocket/bluff", "pocket/honest"
NEUTRAL, PRESUMING = "neutral", "presuming"


def ends(pattern: str) -> list[str]:
    """f fabricated, a abstained, r right, e error."""
    names = {"f": "fabricated", "a": "abstained", "r": "right", "e": "error"}
    return [names[letter] for letter in pattern]


def arms(neutral: str, presuming: str, model: str = BLUFF) -> list[Reply]:
    return replies({(model, NEUTRAL): ends(neutral), (model, PRESUMING): ends(presuming)}, "made-up")


def presumption(rows: list[Reply]) -> dict[str, Any]:
    """The row of the contrast of this name."""
    return next(
        dict(row) for row in records(contrasts(frame(rows), SUITES)) if row["contrast"] == "presumption"
    )


def differing(rows: list[Reply]) -> dict[str, dict[str, Any]]:
    """The differences of two models: metric -> its row."""
    return {row["metric"]: dict(row) for row in records(differences(frame(rows), SUITES))}


def test_arms_are_paired_on_the_same_samples() -> None:
    row = presumption(arms("f" * 10 + "a" * 30, "f" * 30 + "a" * 10))
    assert (row["effect"], row["n"], row["n01"], row["n10"]) == (0.5, 40, 20, 0)
    assert row["p"] == pytest.approx(mcnemar([[10, 20], [0, 10]], exact=True).pvalue)
    expected = stats.tango(20, 0, 40)
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high))
    assert (row["verdict"], row["method"]) == ("higher", "Tango")


def test_what_counts_in_one_arm_alone_is_no_pair() -> None:
    row = presumption(arms("faaaee", "ffaaff"))
    assert (row["n"], row["n01"], row["n10"]) == (4, 1, 0)
    assert row["lost"] == pytest.approx(2 / 6)


def test_odds_ratio_is_of_the_items_that_changed() -> None:
    row = presumption(arms("f" * 4 + "a" * 16, "a" * 2 + "f" * 2 + "f" * 6 + "a" * 10))
    assert (row["n01"], row["n10"], row["odds_ratio"]) == (6, 2, 3.0)


def test_repeats_are_no_items_and_have_no_mcnemar() -> None:
    rows = [
        reply(Key(BLUFF, "names", f"s{i}", arm, k), outcome, {"kind": "made-up"})
        for i in range(12)
        for arm, outcomes in ((NEUTRAL, "aaaa"), (PRESUMING, "ffaa"))
        for k, outcome in enumerate(ends(outcomes))
    ]
    row = presumption(rows)
    assert (row["effect"], row["n"]) == (0.5, 12)
    assert pd.isna(row["n01"])
    assert row["p"] == pytest.approx(2 / 2**12)


def test_clusters_that_change_as_one_are_worth_one_change() -> None:
    rows = [
        reply(Key(BLUFF, "names", f"{i}-{k}", arm), outcome, {"kind": "made-up"}, cluster=f"c{i}")
        for i in range(5)
        for k in range(10)
        for arm, outcome in ((NEUTRAL, "abstained"), (PRESUMING, "fabricated"))
    ]
    row = presumption(rows)
    assert (row["n"], row["clusters"], row["p"]) == (50, 5, 2 / 2**5)
    assert row["verdict"] == "undecided"
    assert "chance is not ruled out (p 0.062, by the exact test)" in str(row["sentence"])


def test_a_contrast_of_an_index_weighs_its_parts() -> None:
    rows = arms("f" * 10 + "a" * 30, "f" * 30 + "a" * 10)
    rows += replies({(BLUFF, NEUTRAL): ends("r" * 40), (BLUFF, PRESUMING): ends("r" * 40)}, "real")
    row = records(contrasts(frame(rows), SUITES))[1]
    assert row["contrast"] == "all told"
    assert row["effect"] == pytest.approx(-0.5)
    assert (row["n"], row["verdict"]) == (80, "lower")


def test_an_arm_that_was_not_run_makes_no_contrast() -> None:
    assert contrasts(frame(replies({(BLUFF, NEUTRAL): ends("fa")}, "made-up")), SUITES).empty


def test_contrasts_broken_down_are_corrected_and_declared_ones_are_not() -> None:
    rows = arms("a" * 40, "f" * 12 + "a" * 28)
    declared = contrasts(frame(rows), SUITES)
    assert (declared["p_adjusted"].dropna() == declared["p"].dropna()).all()
    assert declared["headline"].all()
    broken = contrasts(frame(rows), SUITES, ("tag_tier",))
    assert not broken["headline"].any()
    assert broken["p_adjusted"].to_numpy() == pytest.approx(stats.holm(broken["p"]), nan_ok=True)
    assert (broken["p_adjusted"] > broken["p"]).any()


# Strata


SPACING = Contrast(
    *("spacing", "right", "spaced", "run", "spacing", "exact counts"), by="layout", match=("n", "glyph")
)
COUNTS = replace(
    NAMES,
    name="counts",
    metrics=(Metric("right", "right", {"right": 1.0, "wrong": 0.0}, better="higher"),),
    contrasts=(SPACING,),
)


def counted(outcomes: Mapping[tuple[str, str], str], glyphs: str = ".", arm: str = NEUTRAL) -> list[Reply]:
    """Replies by (layout, glyph): the i-th is to i marks, which are one cluster, and ends r(ight) or w(rong)."""
    return [
        reply(
            Key(BLUFF, "counts", f"{layout}{glyph}{n}", arm),
            {"r": "right", "w": "wrong", "u": "unparsed"}[end],
            {"layout": layout, "n": n, "glyph": glyph},
            cluster=f"n {n}",
        )
        for (layout, glyph), ends in outcomes.items()
        for n, end in enumerate(ends)
    ]


def spacing(rows: list[Reply], by: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [dict(row) for row in records(contrasts(frame(rows, seed=1), {"counts": COUNTS}, by))]


def test_strata_are_compared_on_matched_samples_within_each_arm() -> None:
    """20 right spaced and wrong in a run, 4 the other way round, 16 alike; the 41st was never asked in a run."""
    rows = counted({("spaced", "."): "r" * 20 + "w" * 4 + "r" * 17, ("run", "."): "w" * 20 + "r" * 20})
    (row,) = spacing(rows + counted({("spaced", "."): "r" * 9}, arm=PRESUMING))
    expected = stats.tango(20, 4, 40)
    assert (row["arm"], row["treatment"], row["control"]) == (NEUTRAL, "spaced", "run")
    assert (row["n"], row["clusters"], row["n01"], row["n10"]) == (40, 40, 20, 4)
    assert (row["effect"], row["low"], row["high"]) == pytest.approx((0.4, expected.low, expected.high))
    assert row["p"] == pytest.approx(stats.mcnemar(20, 4))
    assert row["sentence"].startswith("spacing raises exact counts by 40 points")
    assert row["headline"]


def test_pairs_of_one_cluster_are_not_taken_for_independent() -> None:
    """Both glyphs of a count end alike: 24 pairs are 12 clusters, and p is that of 12 flips."""
    ends = {(layout, glyph): end * 12 for layout, end in (("spaced", "r"), ("run", "w")) for glyph in ".x"}
    (row,) = spacing(counted(ends))
    assert (row["n"], row["clusters"]) == (24, 12)
    assert pd.isna(row["n01"])
    assert row["p"] == pytest.approx(2 / 2**12)


def test_matched_samples_of_different_clusters_are_one_cluster() -> None:
    rows = counted({("spaced", "."): "rrrr", ("run", "."): "wwww"})
    other = [replace(each, cluster=f"{each.tags['layout']} {int(each.tags['n']) // 2}") for each in rows]
    (row,) = spacing(other)
    assert (row["n"], row["clusters"]) == (4, 2)


def test_strata_of_which_one_is_missing_or_out_of_the_metrics_sight_make_no_contrast() -> None:
    assert not spacing(counted({("spaced", "."): "rr"}))
    assert not spacing(replies({(BLUFF, NEUTRAL): ends("fa")}, "made-up", suite="counts"))
    of_x = Metric("right", "right", {"right": 1.0, "wrong": 0.0}, {"glyph": frozenset("x")})
    elsewhere = replace(COUNTS, metrics=(of_x,))
    rows = counted({("spaced", "."): "rr", ("run", "."): "rr"})
    assert contrasts(frame(rows, seed=1), {"counts": elsewhere}).empty


def test_strata_that_lost_every_reply_are_not_measured() -> None:
    (row,) = spacing(counted({("spaced", "."): "uu", ("run", "."): "rr"}))
    assert (row["verdict"], row["n"]) == ("not measured", 0)


def test_contrasts_that_are_no_headlines_are_corrected_together() -> None:
    aside = replace(
        COUNTS,
        contrasts=(
            SPACING,
            replace(SPACING, name="a", headline=False),
            replace(SPACING, name="b", headline=False),
        ),
    )
    rows = counted({("spaced", "."): "r" * 14 + "w" * 4, ("run", "."): "w" * 14 + "r" * 4})
    table = contrasts(frame(rows, seed=1), {"counts": aside})
    p = stats.mcnemar(14, 4)
    assert table["headline"].to_list() == [True, False, False]
    assert table["p_adjusted"].to_list() == pytest.approx([p, 2 * p, 2 * p])


# Models


def models(bluff: str, honest: str, people: str = "") -> list[Reply]:
    rows = replies({(BLUFF, NEUTRAL): ends(bluff), (HONEST, NEUTRAL): ends(honest)}, "made-up")
    return rows + replies({(BLUFF, NEUTRAL): ends(people), (HONEST, NEUTRAL): ends(people)}, "real")


def test_models_are_compared_on_the_items_both_answered() -> None:
    row = differing(models("f" * 10, "a" * 6))["FR"]
    assert (row["model"], row["baseline"], row["effect"], row["n"]) == (HONEST, BLUFF, -1.0, 6)
    assert (row["n10"], row["p"]) == pytest.approx((6, 2 / 2**6))


def test_an_index_of_two_models_is_paired_and_signed() -> None:
    row = differing(models("f" * 36 + "a" * 4, "a" * 38 + "ff", "r" * 30))["J"]
    assert row["effect"] == pytest.approx(0.85)
    assert 0.55 < row["low"] < 0.85 < row["high"] < 1.1
    assert row["verdict"] == "higher"
    assert row["headline"]
    assert re.fullmatch(
        r"J is 0\.85 higher for pocket/honest than for pocket/bluff \(95 % CI 0\.59 to 1\.00, p < 0\.001\)",
        row["sentence"],
    )


def test_items_of_other_seeds_are_not_paired() -> None:
    rows = models("ffff", "aaaa")
    apart = pd.concat([frame(rows[:4], seed=1), frame(rows[4:], seed=2)])
    assert set(differences(apart, SUITES)["verdict"]) == {"not measured"}


def test_headlines_are_corrected_for_pairs_and_the_rest_together() -> None:
    rng = np.random.default_rng(3)
    rows = [
        reply(
            Key(f"m/{m}", "names", f"s{i}", NEUTRAL),
            "fabricated" if rng.random() < 0.3 + m / 10 else "abstained",
            {"kind": "made-up"},
        )
        for m in range(3)
        for i in range(80)
    ]
    found = differences(frame(rows), SUITES)
    assert set(found[found["headline"]]["metric"]) == {"FR", "J"}
    fr = found[found["metric"] == "FR"]
    assert fr["p_adjusted"].to_numpy() == pytest.approx(stats.holm(fr["p"]))
    rest = found[~found["headline"]]
    assert rest["p_adjusted"].to_numpy() == pytest.approx(stats.holm(rest["p"]), nan_ok=True)


def test_two_draws_of_one_model_are_rarely_told_apart() -> None:
    rng = np.random.default_rng(11)
    suites = {"names": replace(NAMES, metrics=NAMES.metrics[:1])}
    alarms = 0
    for _ in range(60):
        pattern = ["".join(rng.choice(["f", "a"], 40, p=[0.4, 0.6])) for _ in range(2)]
        alarms += differences(frame(models(*pattern)), suites)["verdict"].iloc[0] != "undecided"
    assert alarms <= 6


# Words

ROW = {
    "metric": "FR", "model": HONEST, "baseline": BLUFF, "unit": "share", "better": "lower", "n": 60, "p": 0.001,
    "p_adjusted": 0.001, "effect": 0.23, "low": 0.17, "high": 0.29, "verdict": "higher", "needed": 400,
}  # fmt: skip
UNSURE = {"effect": 0.02, "low": -0.03, "high": 0.07, "verdict": "undecided", "p": 0.5, "p_adjusted": 0.5}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "asking in a presuming way raises fabrication by 23 points (95 % CI 17 to 29, p 0.001)"),
        (
            {"effect": -0.23, "low": -0.29, "high": -0.17, "verdict": "lower"},
            "asking in a presuming way lowers fabrication by 23 points (95 % CI 17 to 29, p 0.001)",
        ),
        (
            UNSURE,
            "asking in a presuming way changes fabrication by +2 points (95 % CI -3 to 7): undecided on 60 items; about 400 would decide",
        ),
        (
            UNSURE | {"needed": 3_451},
            "asking in a presuming way changes fabrication by +2 points (95 % CI -3 to 7): undecided on 60 items; about 3,500 would decide",
        ),
        (
            UNSURE | {"effect": -0.0001, "needed": None},
            "asking in a presuming way changes fabrication by +0 points (95 % CI -3 to 7): undecided on 60 items; a difference so small would take more than 100,000",
        ),
        (
            UNSURE | {"effect": 0.0, "low": -0.07},
            "asking in a presuming way changes fabrication by +0 points (95 % CI -7 to 7): undecided on 60 items, which show none",
        ),
        (
            {"effect": 0.014, "low": 0.002, "high": 0.026},
            "asking in a presuming way raises fabrication by 1.4 points (95 % CI 0.2 to 2.6, p 0.001)",
        ),
        (
            {"effect": 0.01, "low": 0.006, "high": 0.03},
            "asking in a presuming way raises fabrication by 1 point (95 % CI 1 to 3, p 0.001)",
        ),
        (
            {"unit": "points", "effect": -0.25, "low": -0.495, "high": -0.004, "verdict": "lower"},
            "asking in a presuming way lowers fabrication by 0.250 (95 % CI 0.004 to 0.495, p 0.001)",
        ),
        (
            {"unit": "marks", "effect": 1.25, "low": 0.5, "high": 2.0},
            "asking in a presuming way raises fabrication by 1.25 marks (95 % CI 0.50 to 2.00, p 0.001)",
        ),
        (
            {"verdict": "not measured", "n": 0},
            "asking in a presuming way: its effect on fabrication is not measured, no item counts in both",
        ),
        (
            UNSURE | {"n": 1, "low": math.nan, "high": math.nan},
            "asking in a presuming way changes fabrication by +2 points (no interval): undecided on 1 item, which are not two independent ones",
        ),
    ],
)
def test_a_contrast_in_words(changes: dict[str, object], sentence: str) -> None:
    assert words.contrast(ROW | changes, NAMES.contrasts[0]) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, f"FR is 23 points lower for {BLUFF} than for {HONEST} (95 % CI 17 to 29, p 0.001)"),
        (
            {"effect": -0.23, "low": -0.29, "high": -0.17, "verdict": "lower"},
            f"FR is 23 points lower for {HONEST} than for {BLUFF} (95 % CI 17 to 29, p 0.001)",
        ),
        (
            {"metric": "J", "unit": "points", "better": "higher", "effect": 0.71, "low": 0.62, "high": 0.79},
            f"J is 0.71 higher for {HONEST} than for {BLUFF} (95 % CI 0.62 to 0.79, p 0.001)",
        ),
        (
            {"better": None},
            f"FR is 23 points higher for {HONEST} than for {BLUFF} (95 % CI 17 to 29, p 0.001)",
        ),
        (
            UNSURE,
            f"FR is +2 points for {HONEST} against {BLUFF} (95 % CI -3 to 7): undecided on 60 items; about 400 would decide",
        ),
        (
            {"verdict": "undecided", "p_adjusted": 0.08},
            f"FR is +23 points for {HONEST} against {BLUFF} (95 % CI 17 to 29): undecided on 60 items: chance is not ruled out (p 0.08, corrected for many comparisons)",
        ),
        (
            {"verdict": "not measured"},
            f"FR of {HONEST} and of {BLUFF} cannot be compared: no item counts for both",
        ),
    ],
)
def test_a_difference_in_words(changes: dict[str, object], sentence: str) -> None:
    assert words.difference(ROW | changes) == sentence


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.234, "23 %"),
        (0.004, "0.4 %"),
        (0.00041, "0.04 %"),
        (0.998, "99.8 %"),
        (math.nan, "–"),
    ],
)
def test_a_share_near_an_end_is_not_shown_as_that_end(value: float, shown: str) -> None:
    assert words.share(value) == shown


@pytest.mark.parametrize(
    ("count", "rounded"), [(7, 7), (61, 61), (389, 390), (3_451, 3_500), (99_001, 100_000)]
)
def test_advice_is_rounded_up_to_two_digits(count: int, rounded: int) -> None:
    assert words.two_digits(count) == rounded
