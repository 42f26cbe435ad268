"""Logistic curves against statsmodels, and intervals that hold what they should."""

import math
import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from evals.logistic import PRIOR, estimate, fit, fit_each


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 9), st.floats(0, 1)), min_size=2, max_size=40),
    st.sampled_from(["any", "separated"]),
)
def test_a_curve_is_what_statsmodels_finds_with_the_two_added_items(
    rows: list[tuple[int, int, float]], kind: str
) -> None:
    rows = list({row[0]: row for row in rows}.values())
    x, total = np.log2([row[0] for row in rows]), np.array([row[1] for row in rows], float)
    right = total * (x < np.median(x)) if kind == "separated" else np.round(total * [row[2] for row in rows])
    if len(x) < 2:
        return
    found = fit(x, right, total)
    design = np.column_stack([np.append(np.ones_like(x), [1, 0]), np.append(x - x.mean(), [0, 1])])
    counts = np.concatenate([np.column_stack([right, total - right]), np.full((2, 2), PRIOR / 2)])
    with warnings.catch_warnings(action="ignore"):  # "perfect separation", at one step of its own
        oracle = sm.GLM(counts, design, family=sm.families.Binomial()).fit(tol=1e-12, maxiter=200)
    a, b = oracle.params
    assert found.b == pytest.approx(b, rel=1e-5, abs=1e-6)
    assert found.a == pytest.approx(a - b * x.mean(), rel=1e-5, abs=1e-5)


def test_with_many_items_the_added_ones_weigh_nothing() -> None:
    x = np.arange(2.0, 8.0)
    total = np.full(6, 10_000.0)
    right = np.round(total / (1 + np.exp(1.5 * (x - 4.3))))
    counts = np.column_stack([right, total - right])
    oracle = sm.GLM(counts, sm.add_constant(x), family=sm.families.Binomial()).fit()
    found = fit(x, right, total)
    assert [found.a, found.b] == pytest.approx(oracle.params, rel=1e-3)
    assert found.chance([4.3]) == pytest.approx([0.5], abs=0.01)


def test_several_curves_are_fitted_as_each_alone() -> None:
    x = np.arange(1.0, 7.0)
    right, total = np.array([[9, 8, 6, 5, 2, 1], [5, 5, 5, 4, 4, 4.0]]), np.full((2, 6), 10.0)
    alone = [fit(x, one, of) for one, of in zip(right, total, strict=True)]
    assert fit_each(x, right, total) == pytest.approx(np.array([[curve.a, curve.b] for curve in alone]))


def test_a_curve_needs_two_different_x() -> None:
    with pytest.raises(ValueError, match="two different x"):
        fit([5, 6], [1, 0], [2, 0])


def test_an_estimate_needs_two_clusters_and_two_x() -> None:
    for right, total in (([[1, 0]], [[2, 2]]), ([[1, 0], [1, 0]], [[2, 0], [2, 0]])):
        assert math.isnan(estimate([1, 2], right, total, lambda curves: curves[:, 1]).value)


def test_the_interval_knows_that_the_items_of_a_cluster_are_alike() -> None:
    """16 templates, some hard and some easy throughout; taken for independent items they would seem far surer."""
    rng, x = np.random.default_rng(8), np.arange(1.0, 7.0)
    held, narrow = 0, 0
    for _ in range(40):
        ease = rng.normal(0, 1.5, (16, 1))
        total = np.full((16, 6), 20.0)
        right = rng.binomial(20, 1 / (1 + np.exp(-(2 + ease - 0.7 * x)))).astype(float)
        truth = fit(x, (1 / (1 + np.exp(-(2 + ease - 0.7 * x)))).mean(axis=0) * 1e6, np.full(6, 1e6)).b
        found = estimate(x, right, total, lambda curves: curves[:, 0], rounds=200)
        alone = estimate(
            x, np.diag(right.sum(0)), np.diag(total.sum(0)), lambda curves: curves[:, 0], rounds=200
        )
        narrow += alone.high - alone.low < found.high - found.low
        slope = estimate(x, right, total, lambda curves: curves[:, 1], rounds=200)
        held += slope.low <= truth <= slope.high
    assert narrow >= 36
    assert held >= 34


def test_the_interval_of_many_independent_items_is_that_of_statsmodels() -> None:
    rng, x = np.random.default_rng(9), np.arange(1.0, 7.0)
    place = np.repeat(np.arange(6), 100)
    right = rng.random(600) < 1 / (1 + np.exp(-(2.5 - 0.7 * x[place])))
    total = np.zeros((600, 6))
    total[np.arange(600), place] = 1
    found = estimate(x, total * right[:, None], total, lambda curves: curves[:, 1])
    design = sm.add_constant(x[place])
    low, high = sm.GLM(right.astype(float), design, family=sm.families.Binomial()).fit().conf_int()[1]
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.03)
