"""Groups that share no items, raters that err, quantiles, and the two exact intervals, against scipy and statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats as oracle
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from evals import stats

counts = st.integers(0, 200)


@settings(max_examples=40)
@given(counts, counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_jeffreys_and_clopper_pearson_are_those_of_statsmodels(x: int, rest: int, level: float) -> None:
    n = x + rest
    assume(n)
    for found, method in (
        (stats.clopper_pearson(x, n, level), "beta"),
        (stats.jeffreys(x, n, level), "jeffreys"),
    ):
        low, high = proportion_confint(x, n, 1 - level, method=method)
        if method == "jeffreys":  # with Brown, Cai and DasGupta's ends
            low, high = low if x else 0.0, high if rest else 1.0
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@settings(max_examples=40)
@given(st.floats(0.001, 0.999), st.floats(0.5, 300), st.floats(0.5, 300))
def test_a_beta_quantile_is_that_of_scipy(share: float, a: float, b: float) -> None:
    assert stats.beta_quantile(share, a, b) == pytest.approx(oracle.beta.ppf(share, a, b), abs=1e-9)


@given(counts, counts, counts, counts)
def test_a_difference_of_shares_of_different_items_is_newcombes(a: int, b: int, c: int, d: int) -> None:
    assume(a + b and c + d)
    found = stats.unpaired_shares(stats.wilson(a, a + b), stats.wilson(c, c + d))
    theirs = confint_proportions_2indep(a, a + b, c, c + d, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)
    assert found.method == "Newcombe"


def test_a_difference_of_means_of_different_items_is_welchs() -> None:
    """Evenly spread values: their kurtosis is below that of a bell, so the degrees of freedom are Welch's own."""
    one, other = np.linspace(0, 1, 20), np.linspace(0.1, 3, 30)
    found = stats.unpaired_means((one, np.arange(20)), (other, np.arange(30)))
    theirs = oracle.ttest_ind(one, other, equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=2e-3)
    assert found.value == pytest.approx(one.mean() - other.mean())


def test_a_difference_of_means_needs_two_clusters_in_each_group() -> None:
    two = ([1.0, 2.0], ["a", "b"])
    assert math.isnan(stats.unpaired_means(two, ([], [])).value)
    alone = stats.unpaired_means(two, ([1.0, 5.0], ["c", "c"]))
    assert (alone.value, alone.n) == (-1.5, 4)
    assert math.isnan(alone.low)
    assert math.isnan(stats.unpaired_means(([1.0, 1.0], [0, 1]), ([0.0, 0.0], [0, 1])).high)


@given(counts, counts, counts, counts)
def test_odds_of_different_items_are_those_of_statsmodels_with_halves(a: int, b: int, c: int, d: int) -> None:
    assume(a + b and c + d)
    found = stats.unpaired_odds((a, b), (c, d))
    theirs = Table2x2(np.array([[a, b], [c, d]]) + 0.5)
    assert found.value == pytest.approx(theirs.oddsratio)
    assert (found.low, found.high) == pytest.approx(theirs.oddsratio_confint())


@pytest.mark.parametrize("seed", range(3))
def test_shuffling_groups_is_scipys_permutation_test(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.normal(0.9, 1, 7), rng.normal(0, 1, 6)
    theirs = oracle.permutation_test(
        (one, other), lambda x, y: abs(x.mean() - y.mean()), alternative="greater", n_resamples=np.inf
    ).pvalue
    found = stats.shuffle((one, np.arange(7)), (other, np.arange(6)))
    assert found == pytest.approx(theirs, abs=5 * math.sqrt(theirs / 9_999) + 1e-4)


def test_whole_clusters_are_shuffled_together() -> None:
    """Ten copies of each item prove no more than the items."""
    one, other = np.array([1.0, 1, 1, 0]), np.array([0.0, 0, 0, 1])
    plain = stats.shuffle((one, np.arange(4)), (other, np.arange(4)))
    copied = stats.shuffle(
        (one.repeat(10), np.arange(4).repeat(10)), (other.repeat(10), np.arange(4).repeat(10))
    )
    assert copied == pytest.approx(plain, abs=0.03)
    assert plain > 0.2
    assert math.isnan(stats.shuffle((one, np.arange(4)), ([], [])))


# Raters that err


def test_an_observed_share_is_freed_of_the_raters_errors_as_worked_by_hand() -> None:
    """Of 30 % seen, at sensitivity .9 and specificity .8: (.3 + .8 - 1) / .7 = 1/7."""
    observed = np.array([1.0] * 300 + [0.0] * 700)
    found = stats.rogan_gladen(observed, np.arange(1000), (90, 100), (80, 100))
    assert found.value == pytest.approx(1 / 7)
    assert found == stats.rogan_gladen(observed, np.arange(1000), (90, 100), (80, 100))


def test_its_bootstrap_agrees_with_the_delta_method_where_samples_are_large() -> None:
    n, labelled, p, se, sp = 20_000, 5_000, 0.3, 0.9, 0.8
    observed = np.repeat([1.0, 0.0], [int(n * p), int(n * (1 - p))])
    found = stats.rogan_gladen(observed, np.arange(n), (4_500, labelled), (4_000, labelled))
    better, truth = se + sp - 1, (p + sp - 1) / (se + sp - 1)
    variance = (
        p * (1 - p) / n + truth**2 * se * (1 - se) / labelled + (1 - truth) ** 2 * sp * (1 - sp) / labelled
    )
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * math.sqrt(variance) / better, rel=0.04)


def test_a_rater_who_never_erred_in_fifty_may_still_err() -> None:
    observed = np.array([1.0] * 30 + [0.0] * 70)
    found = stats.rogan_gladen(observed, np.arange(100), (50, 50), (50, 50))
    plain = stats.wilson(30, 100)
    assert found.value == pytest.approx(0.3)
    assert found.low < plain.low


@pytest.mark.parametrize(
    ("caught", "cleared"), [((5, 10), (5, 10)), ((2, 10), (7, 10)), ((0, 0), (9, 10)), ((9, 10), (0, 0))]
)
def test_nothing_follows_from_a_rater_no_better_than_chance(
    caught: tuple[int, int], cleared: tuple[int, int]
) -> None:
    assert math.isnan(stats.rogan_gladen([1.0, 0.0], [0, 1], caught, cleared).value)


def test_the_freed_share_is_held_by_its_interval() -> None:
    rng, truth, held = np.random.default_rng(5), 0.2, 0
    for _ in range(200):
        yes = rng.random(150) < truth
        said = np.where(yes, rng.random(150) < 0.85, rng.random(150) < 0.1).astype(float)
        caught, cleared = rng.binomial(60, 0.85), rng.binomial(60, 0.9)
        found = stats.rogan_gladen(said, np.arange(150), (caught, 60), (cleared, 60), rounds=500)
        held += found.low <= truth <= found.high
    assert 180 <= held <= 199


# Quantiles of values


@pytest.mark.parametrize("q", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("n", [6, 20, 61, 400])
def test_a_quantiles_interval_is_scipys(n: int, q: float) -> None:
    values = np.random.default_rng(n).exponential(size=n)
    found = stats.quantile(values, np.arange(n), q)
    theirs = oracle.quantile_test(values, p=q).confidence_interval()
    assert [found.low, found.high] == pytest.approx([theirs.low, theirs.high], nan_ok=True)
    assert found.value == pytest.approx(np.quantile(values, q))


def test_a_median_of_copies_is_no_surer_than_that_of_the_values() -> None:
    values = np.random.default_rng(1).exponential(size=100)
    once = stats.quantile(values, np.arange(100))
    copied = stats.quantile(values.repeat(5), np.arange(100).repeat(5))
    assert copied.method == "Woodruff"
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high), rel=0.15)


def test_a_median_of_too_few_values_has_no_interval() -> None:
    found = stats.quantile([1.0, 2.0, 3.0], [0, 1, 2])
    assert found.value == 2
    assert math.isnan(found.low)
    assert math.isnan(stats.quantile([], []).value)
    assert math.isnan(stats.quantile([1.0, 2.0], ["a", "a"]).low)


# Whatever can be computed


def test_resampling_items_agrees_with_resampling_their_means() -> None:
    rng = np.random.default_rng(7)
    values, clusters = rng.random(200) + rng.random(50).repeat(4), np.arange(50).repeat(4)
    found = stats.resample(clusters, lambda drawn: float(values[drawn].mean()), rounds=2_000)
    means = stats.bootstrap(values[:, None], clusters, lambda each: each[:, 0])
    assert found.value == pytest.approx(means.value)
    assert found.high - found.low == pytest.approx(means.high - means.low, rel=0.08)


def test_resampling_keeps_pairs_together_and_needs_two_clusters() -> None:
    one = np.random.default_rng(8).random(60)
    pairs = np.stack([one, one + 0.25])
    found = stats.resample(
        np.arange(60), lambda at: float(np.median(pairs[1, at] - pairs[0, at])), rounds=200
    )
    assert (found.low, found.value, found.high) == pytest.approx((0.25, 0.25, 0.25))
    assert math.isnan(stats.resample(["a", "a"], lambda at: float(len(at))).value)
