"""Intervals that may be looked at again and again keep their promise, and levels for planned looks are Pocock's."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize
from scipy import stats as oracle

from evals import stats
from evals.stats import anytime
from evals.stats.estimate import Floats

# Planned looks


@pytest.mark.parametrize(
    ("looks", "z"), [(1, 1.960), (2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413), (10, 2.555), (20, 2.672)]
)
def test_equal_steps_have_pococks_constants(looks: int, z: float) -> None:
    """Jennison and Turnbull (2000), Group sequential methods, table 2.1."""
    level = stats.look_level(range(1, looks + 1))
    assert stats.z_quantile(level) == pytest.approx(z, abs=6e-4)


def test_two_unequal_looks_are_a_bivariate_normal() -> None:
    level = stats.look_level([400, 500], 0.9)
    z = stats.z_quantile(level)
    cover = oracle.multivariate_normal(cov=[[1, math.sqrt(0.8)], [math.sqrt(0.8), 1]])
    assert cover.cdf([z, z], lower_limit=[-z, -z]) == pytest.approx(0.9, abs=1e-4)


@settings(max_examples=12)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True))
def test_a_look_costs_something_but_less_than_its_share(sizes: list[int]) -> None:
    level = stats.look_level(sorted(sizes))
    assert 0.95 - 1e-9 <= level <= stats.spent(0.95, len(sizes)) + 1e-9


@pytest.mark.parametrize("sizes", [[], [0, 10], [10, 10], [20, 10]])
def test_looks_that_do_not_grow_are_refused(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="must rise from above 0"):
        stats.look_level(sizes)


def test_a_level_is_spent_over_gates() -> None:
    assert stats.spent(0.95, 1) == 0.95
    assert stats.spent(0.95, 100) == pytest.approx(0.9995)


# Every look


def exact_lower(values: Floats, least: float, level: float) -> float:
    """The lower limit for independent values, by plain products and scipy's root."""

    def over(mean: float) -> float:
        capital = [np.prod(1 + bet * (values - mean) / (mean - least)) for bet in anytime.BETS]
        return float(np.mean(capital)) - 2 / (1 - level)

    return float(optimize.brentq(over, least + 0.1, values.mean()))


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_limits_are_where_the_stakes_have_won_enough(level: float) -> None:
    values = np.random.default_rng(0).choice([-1.0, 0.0, 1.0], size=90, p=[0.1, 0.6, 0.3])
    found = stats.anytime_mean(values, np.arange(90), (-1, 1), level)
    assert found.low == pytest.approx(exact_lower(values, -1, level), abs=1e-9)
    assert found.high == pytest.approx(-exact_lower(-values, -1, level), abs=1e-9)
    assert (found.value, found.n, found.clusters) == (values.mean(), 90, 90)


@settings(max_examples=40)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30))
def test_it_holds_the_mean_within_the_bounds_whatever_the_order(values: list[float]) -> None:
    found = stats.anytime_mean(values, range(len(values)), (-1, 1))
    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    turned = stats.anytime_mean([-each for each in reversed(values)], range(len(values)), (-1, 1))
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-9)


def test_units_do_not_matter() -> None:
    values = np.random.default_rng(1).choice([0.0, 1.0], size=120, p=[0.9, 0.1])
    share = stats.anytime_mean(values, np.arange(120), (0, 1))
    points = stats.anytime_mean(3 + 5 * values, np.arange(120), (3, 8))
    assert (points.low, points.high) == pytest.approx((3 + 5 * share.low, 3 + 5 * share.high))


def test_it_narrows_as_items_come_and_is_wider_than_one_look() -> None:
    rng = np.random.default_rng(2)
    values = rng.choice([-1.0, 0.0, 1.0], size=1_600, p=[0.15, 0.7, 0.15])
    widths = []
    for n in (100, 400, 1_600):
        found, once = (
            stats.anytime_mean(values[:n], np.arange(n), (-1, 1)),
            stats.share_difference(values[:n], range(n)),
        )
        widths.append(found.high - found.low)
        assert 1.5 < widths[-1] / (once.high - once.low) < 1.8
    assert widths == sorted(widths, reverse=True)


def test_copies_of_items_are_worth_no_more_than_the_items() -> None:
    values = np.random.default_rng(3).choice([-1.0, 0.0, 1.0], size=100)
    once = stats.anytime_mean(values, np.arange(100), (-1, 1))
    copied = stats.anytime_mean(values.repeat(4), np.arange(100).repeat(4), (-1, 1))
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))
    assert (copied.n, copied.clusters) == (400, 100)


def test_what_it_cannot_promise_is_refused() -> None:
    with pytest.raises(ValueError, match="finite bounds"):
        stats.anytime_mean([0.0, 1.0], [0, 1], (0, math.inf))
    with pytest.raises(ValueError, match=r"values from 0 to 2 lie beyond the bounds \(0, 1\)"):
        stats.anytime_mean([0.0, 2.0], [0, 1], (0, 1))
    with pytest.raises(ValueError, match="a cluster stands in two batches"):
        stats.anytime_mean([0.0, 1.0, 1.0], ["a", "b", "a"], (0, 1), batches=[1, 1, 2])
    kept = stats.anytime_mean([0.0, 1.0, 1.0], ["a", "b", "a"], (0, 1), batches=[1, 1, 1])
    assert kept.clusters == 2
    assert math.isnan(stats.anytime_mean([], [], (0, 1)).low)


@pytest.mark.parametrize("shares", [(0.025, 0.95, 0.025), (0.2, 0.6, 0.2), (0.05, 0.9, 0.05)])
def test_in_fifty_looks_it_misses_the_truth_in_at_most_one_of_twenty(
    shares: tuple[float, float, float],
) -> None:
    rng, looks, rounds = np.random.default_rng(4), np.arange(1, 51) * 40, 1_000
    values = rng.choice([-1.0, 0.0, 1.0], size=(rounds, looks[-1]), p=shares)
    times = np.stack(
        [np.cumsum(values == each, axis=1)[:, looks - 1] for each in (-1, 0, 1)], axis=-1
    ).astype(float)
    up = anytime.log_capital(np.array([[-1.0, 0, 1], [1, 1, 1]]), times, 0.0, -1.0)
    down = anytime.log_capital(np.array([[1.0, 0, -1], [1, 1, 1]]), times, 0.0, -1.0)
    assert (np.maximum(up, down) >= math.log(40)).any(axis=1).mean() <= 0.05


def test_unlike_strata_drawn_evenly_do_no_harm() -> None:
    """Half of the items always better, half always worse, in turn: no change, and none is found at any look."""
    values = np.tile([1.0, -1.0], 400)
    for n in range(2, 800, 14):
        found = stats.anytime_mean(values[:n], np.arange(n), (-1, 1))
        assert found.low < 0 < found.high


def test_a_density_integrates_to_one_minus_what_crossed() -> None:
    """Two looks by scipy's quadrature."""
    z, step = 2.0, 0.5
    within, _ = integrate.dblquad(
        lambda y, x: (
            oracle.norm.pdf(x, scale=math.sqrt(step)) * oracle.norm.pdf(y - x, scale=math.sqrt(step))
        ),
        -z * math.sqrt(step),
        z * math.sqrt(step),
        -z,
        z,
    )
    from evals.stats.looks import _within

    assert _within((step, 1.0), z) == pytest.approx(within, abs=1e-8)
