"""What an interval says of a margin, and how many items it takes, against statsmodels and published tables."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as oracle
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep
from statsmodels.stats.weightstats import ttost_paired

from evals import stats
from evals.stats import NAN, Estimate


def interval(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, 100, 100, "made")


@pytest.mark.parametrize(
    ("low", "high", "gate", "compared"),
    [
        (0.01, 0.20, "pass", "better"),
        (-0.04, 0.20, "pass", "undecided"),
        (-0.04, 0.04, "pass", "equivalent"),
        (-0.04, -0.01, "pass", "worse"),
        (-0.05, 0.02, "undecided", "undecided"),
        (-0.09, 0.00, "undecided", "undecided"),
        (-0.09, -0.01, "regress", "worse"),
        (-0.30, -0.10, "regress", "worse"),
        (-0.30, 0.30, "undecided", "undecided"),
        (NAN, NAN, "undecided", "undecided"),
    ],
)
def test_an_interval_and_a_margin_of_5_points_give_a_verdict(
    low: float, high: float, gate: str, compared: str
) -> None:
    assert stats.non_inferior(interval(low, high), 0.05) == gate
    assert stats.compared(interval(low, high), 0.05) == compared


@given(st.floats(-1, 1), st.floats(0, 0.5), st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_a_greater_margin_never_turns_a_pass(middle: float, half: float, margin: float, more: float) -> None:
    found = interval(middle - half, middle + half)
    if stats.non_inferior(found, margin) == "pass":
        assert stats.non_inferior(found, margin + more) == "pass"


@pytest.mark.parametrize("margin", [0.2, 0.5, 1.0])
def test_two_one_sided_tests_are_those_of_statsmodels(margin: float) -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(0, 1, 40)
    other = one + rng.normal(0.1, 0.8, 40)
    d = other - one
    p, _, _ = ttost_paired(other, one, -margin, margin)
    assert stats.tost(d.mean(), d.std(ddof=1) / math.sqrt(40), 39, margin) == pytest.approx(p, abs=1e-9)


def test_without_a_standard_error_equivalence_has_no_p() -> None:
    assert math.isnan(stats.tost(0.0, 0.0, 10, 0.1))
    assert math.isnan(stats.tost(0.0, NAN, 10, 0.1))


# How many items


def test_unpaired_items_of_the_published_tables() -> None:
    """Fleiss, Levin and Paik (2003), table A.4 less its continuity correction: .6 against .5 and .6 against .55."""
    assert stats.needed_unpaired(0.6, 0.5) == pytest.approx(387.3, abs=0.5)
    assert stats.needed_unpaired(0.6, 0.6) == math.inf


@pytest.mark.parametrize(("one", "other"), [(0.6, 0.5), (0.05, 0.15), (0.9, 0.85)])
def test_unpaired_items_have_the_power_that_statsmodels_says(one: float, other: float) -> None:
    n = stats.needed_unpaired(one, other, power=0.8)
    theirs = power_proportions_2indep(one - other, other, n, return_results=False)
    assert theirs == pytest.approx(0.8, abs=2e-3)


@given(st.floats(0.01, 0.3), st.floats(0, 0.5), st.floats(0.5, 0.99))
def test_needed_pairs_have_the_power_asked_for(delta: float, more: float, power: float) -> None:
    n = stats.needed_pairs(delta, delta + more, power)
    assert stats.power_pairs(delta, delta + more, n + 1e-9) == pytest.approx(
        power if more or delta < 1 else 1.0, abs=1e-6
    )


@pytest.mark.parametrize("truth", [0.0, 0.02, -0.02])
def test_items_for_non_inferiority_are_those_of_statsmodels(truth: float) -> None:
    theirs = NormalIndPower(ddof=0).solve_power(
        (0.05 + truth) / 0.5, alpha=0.025, power=0.8, ratio=0, alternative="larger"
    )
    n = stats.needed_non_inferior(0.5, 0.05, truth)
    assert n == pytest.approx(theirs, rel=1e-6)
    assert stats.power_non_inferior(0.5 / math.sqrt(n), 0.05, truth) == pytest.approx(0.8)
    assert stats.needed_non_inferior(0.5, 0.05, -0.05) == math.inf


def test_items_for_equivalence_are_the_closed_form_where_nothing_differs() -> None:
    n = stats.needed_equivalent(0.5, 0.05)
    assert n == pytest.approx(((1.959964 + oracle.norm.ppf(0.9)) * 0.5 / 0.05) ** 2, rel=1e-6)
    assert stats.needed_equivalent(0.5, 0.05, 0.02) == pytest.approx(
        stats.needed_equivalent(0.5, 0.05, -0.02)
    )
    assert stats.needed_equivalent(0.5, 0.05, 0.05) == math.inf


@given(st.floats(0.005, 0.2), st.floats(0.01, 0.3), st.floats(-0.3, 0.3))
def test_power_of_equivalence_is_the_chance_of_an_interval_within(
    se: float, margin: float, truth: float
) -> None:
    z = stats.z_quantile()
    low, high = -margin + z * se, margin - z * se
    chance = oracle.norm.cdf(high, truth, se) - oracle.norm.cdf(low, truth, se) if low < high else 0.0
    assert stats.power_equivalent(se, margin, truth) == pytest.approx(chance, abs=1e-9)


def test_clusters_multiply_the_items_needed() -> None:
    assert stats.inflation(10, 0.3) == pytest.approx(3.7)
    assert stats.inflation(1, 0.9) == 1


# Promises


def gates(drop: float, n: int = 400, rounds: int = 1_000) -> dict[str, Any]:
    """How 1,000 gates of a margin of 5 points end: 25 % of the items change, and so many points are lost."""
    rng = np.random.default_rng(2)
    shares = [(0.25 - drop) / 2, 0.75, (0.25 + drop) / 2]
    changes = rng.choice([1.0, 0.0, -1.0], size=(rounds, n), p=shares)
    value, low, high = stats.share_differences(changes, np.arange(n))
    verdicts = [
        stats.non_inferior(Estimate(*each, n, n, ""), 0.05) for each in zip(value, low, high, strict=True)
    ]
    return {verdict: verdicts.count(verdict) / rounds for verdict in ("pass", "regress", "undecided")}


def test_a_gate_raises_few_false_alarms_and_sees_ten_points() -> None:
    assert gates(0.0)["regress"] <= 0.05
    assert gates(0.10)["regress"] >= 0.8
    assert gates(0.10)["pass"] <= 0.005
    assert gates(0.05)["pass"] <= 0.05
