"""Two shares on the same items: intervals and odds against published examples and independent computation."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as oracle
from statsmodels.stats.proportion import proportion_confint

from evals import stats
from evals.stats.quantiles import t_quantiles

counts = st.integers(0, 60)


def score(delta: float, n01: int, n10: int, n: int) -> float:
    """Tango's statistic of a difference, its nuisance share found by maximising the likelihood numerically."""
    alike = n - n01 - n10

    def loss(p10: float) -> float:
        shares = (p10 + delta, p10, 1 - 2 * p10 - delta)
        return -sum(k * math.log(max(p, 1e-300)) for k, p in zip((n01, n10, alike), shares, strict=True) if k)

    least, most = max(0.0, -delta), (1 - delta) / 2
    p10 = optimize.minimize_scalar(loss, bounds=(least, most), method="bounded", options={"xatol": 1e-12}).x
    return float((n01 - n10 - n * delta) / math.sqrt(n * (2 * p10 + delta * (1 - delta))))


# Tables in Fagerland, Lydersen and Laake (2014): airway hyper-responsiveness before and after a transplantation.


def test_tango_and_bonett_price_on_the_published_example() -> None:
    found = stats.tango(1, 7, 21)
    assert (found.low, found.high) == pytest.approx((-0.517, -0.026), abs=5e-4)
    simple = stats.bonett_price(1, 7, 21)
    assert (simple.low, simple.high) == pytest.approx((-0.508, -0.013), abs=5e-4)


@pytest.mark.parametrize(
    ("n01", "n10", "n"), [(1, 7, 21), (6, 16, 161), (40, 20, 160), (0, 9, 30), (12, 3, 15)]
)
def test_tangos_limits_are_where_the_score_reaches_the_quantile(n01: int, n10: int, n: int) -> None:
    found = stats.tango(n01, n10, n)
    z = stats.z_quantile()
    for limit, reached in ((found.low, z), (found.high, -z)):
        assert score(limit, n01, n10, n) == pytest.approx(reached, abs=1e-5)


@given(counts, counts, counts)
def test_tango_is_symmetrical_and_holds_the_difference(n01: int, n10: int, alike: int) -> None:
    n = n01 + n10 + alike
    assume(n)
    found, turned = stats.tango(n01, n10, n), stats.tango(n10, n01, n)
    assert (found.low, found.high) == pytest.approx((-turned.high, -turned.low), abs=1e-12)
    assert -1 <= found.low <= found.value <= found.high <= 1


@given(counts, counts, counts)
def test_tango_excludes_0_where_mcnemars_chi_square_rejects(n01: int, n10: int, alike: int) -> None:
    assume(n01 + n10)
    chi = (n01 - n10) ** 2 / (n01 + n10)
    assume(abs(chi - stats.z_quantile() ** 2) > 1e-6)
    assert stats.tango(n01, n10, n01 + n10 + alike).decided == (chi > stats.z_quantile() ** 2)


@pytest.mark.parametrize("n", [10, 60, 400])
def test_where_nothing_changed_the_difference_may_be_z2_over_n_plus_z2(n: int) -> None:
    found, z2 = stats.tango(0, 0, n), stats.z_quantile() ** 2
    assert (found.low, found.high) == pytest.approx((-z2 / (n + z2), z2 / (n + z2)))


def test_where_everything_changed_the_limit_is_the_end() -> None:
    assert stats.tango(9, 0, 9).high == 1
    assert stats.tango(0, 9, 9).low == -1
    assert math.isnan(stats.tango(0, 0, 0).low)


def test_many_differences_are_each_as_alone() -> None:
    rng = np.random.default_rng(3)
    values, labels = rng.choice([-1.0, -0.5, 0.0, 1.0], size=(40, 60)), rng.integers(0, 20, 60)
    values[0], values[1] = 0.0, 1.0
    together = np.stack(stats.share_differences(values, labels, 120), axis=1)
    alone = [stats.share_difference(row, labels, 120) for row in values]
    assert together == pytest.approx(
        np.array([[each.value, each.low, each.high] for each in alone]), abs=1e-12
    )


def test_many_shares_and_means_are_each_as_alone() -> None:
    rng = np.random.default_rng(4)
    values, labels = rng.choice([0.0, 0.5, 1.0], size=(40, 60), p=[0.8, 0.1, 0.1]), rng.integers(0, 20, 60)
    values[0], values[1] = 0.0, 1.0
    for many, one in ((stats.shares, stats.share), (stats.means, stats.mean)):
        together = np.stack(many(values, labels), axis=1)
        alone = [one(row, labels) for row in values]
        assert together == pytest.approx(np.array([[each.value, each.low, each.high] for each in alone]))


def test_the_quantile_of_many_degrees_of_freedom_is_never_too_small() -> None:
    df = np.array([2.0, 2.3456, 7.777, 39, 123.456, 399])
    found, exact = t_quantiles(df), oracle.t.ppf(0.975, df)
    assert (found >= exact - 1e-9).all()
    assert found == pytest.approx(exact, rel=3e-3)
    assert found[[0, 3, 5]] == pytest.approx(exact[[0, 3, 5]], rel=1e-9)


def test_degrees_of_freedom_are_few_where_few_clusters_differ() -> None:
    pulls = np.zeros(50)
    pulls[:3] = (2.0, 2.0, 2.0)
    pulls -= pulls.mean()
    assert stats.freedom(pulls) == pytest.approx(2 * 50 / (oracle.kurtosis(pulls, fisher=False) - 1))
    assert stats.freedom(pulls) < 8
    assert stats.freedom(np.array([1.0, -1.0] * 10)) == 19
    assert stats.freedom(np.zeros(8)) == 7
    assert stats.freedom(pulls * 1e-160) == pytest.approx(stats.freedom(pulls))


@given(counts, counts)
def test_paired_odds_are_the_share_of_changes_as_odds(n01: int, n10: int) -> None:
    assume(n01 + n10)
    found = stats.paired_odds(n01, n10)
    low, high = proportion_confint(n01, n01 + n10, method="wilson")
    assert found.value == (pytest.approx(n01 / n10) if n10 else math.inf)
    assert found.low == pytest.approx(low / (1 - low), abs=1e-9)
    assert found.high == (pytest.approx(high / (1 - high)) if n10 else math.inf)


def test_odds_where_nothing_changed_are_unknown() -> None:
    assert math.isnan(stats.paired_odds(0, 0).value)
