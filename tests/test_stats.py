"""The statistics equal independent implementations, keep their promises in simulations, and say NaN where they must."""

import math
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse, special
from scipy import stats as oracle
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from evals import stats
from evals.stats import Estimate, Floats

counts = st.integers(0, 500)
shares = st.floats(0, 1)


def clustered(p: float, clusters: int, size: int, alike: float, seed: int) -> tuple[Floats, Floats]:
    """0s and 1s in clusters whose own shares are beta distributed with intra-cluster correlation `alike`."""
    rng = np.random.default_rng(seed)
    more = (1 - alike) / alike if alike else 0
    own = rng.beta(p * more, (1 - p) * more, (clusters, 1)) if alike else np.full((clusters, 1), p)
    return (rng.random((clusters, size)) < own).astype(float).ravel(), np.repeat(np.arange(clusters), size)


def rounded_down(df: float) -> float:
    """To three digits, as quantiles are looked up; whole numbers stay."""
    unit = 10.0 ** (math.floor(math.log10(df)) - 2)
    return df if df == round(df) else math.floor(df / unit) * unit


# Quantiles


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("df", [1, 2, 3, 10, 59, 399, 10_000, 100_000])
def test_t_quantile_is_that_of_scipy(df: int, level: float) -> None:
    assert stats.t_quantile(df, level) == pytest.approx(oracle.t.ppf(0.5 + level / 2, df), rel=1e-9)


def test_t_without_degrees_of_freedom_is_unknown() -> None:
    assert math.isnan(stats.t_quantile(0))


@given(st.floats(0.1, 300), st.floats(0.1, 300), shares)
def test_incomplete_beta_is_that_of_scipy(a: float, b: float, x: float) -> None:
    assert stats.incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), abs=1e-11)


# One share, one mean


@given(counts, counts)
def test_wilson_is_that_of_statsmodels(successes: int, failures: int) -> None:
    n = successes + failures
    if n == 0:
        return
    found = stats.wilson(successes, n)
    assert (found.low, found.high) == pytest.approx(
        proportion_confint(successes, n, method="wilson"), abs=1e-12
    )
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(("n", "high"), [(100, 0.036994), (400, 0.009513)])
def test_nothing_seen_in_n_has_an_upper_limit_above_0(n: int, high: float) -> None:
    found = stats.share(np.zeros(n), np.arange(n))
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(high, abs=1e-6)


@given(st.lists(st.booleans(), min_size=1, max_size=80))
def test_a_share_of_independent_yes_or_no_items_is_wilson_itself(values: list[bool]) -> None:
    found = stats.share(values, np.arange(len(values)))
    plain = stats.wilson(sum(values), len(values))
    assert (found.low, found.high, found.n, found.clusters) == (
        plain.low,
        plain.high,
        len(values),
        len(values),
    )


def test_copies_of_items_are_worth_no_more_than_the_items() -> None:
    values = np.array([1.0] * 30 + [0.0] * 70)
    once = stats.share(values, np.arange(100))
    copied = stats.share(np.repeat(values, 5), np.repeat(np.arange(100), 5))
    assert (copied.n, copied.clusters) == (500, 100)
    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=0.02)


def test_clusters_that_all_agree_count_as_one_item_each() -> None:
    found = stats.share(np.ones(200), np.repeat(np.arange(40), 5))
    assert found.low == stats.wilson(40, 40).low


def test_a_share_never_rests_on_more_than_its_replies() -> None:
    halves = stats.share(np.full(40, 0.5), np.arange(40), replies=80)
    assert (halves.high - halves.low) / 2 == pytest.approx(0.1088, abs=2e-3)  # Wilson at 40 of 80, t for z


@pytest.mark.parametrize("estimate", [stats.share, stats.mean, stats.share_difference])
def test_no_items_and_one_cluster_give_no_interval(estimate: Callable[..., Estimate]) -> None:
    assert math.isnan(estimate([], []).value)
    single = estimate([1.0, 0.0, 0.0], ["a", "a", "a"])
    assert single.value == pytest.approx(1 / 3)
    assert math.isnan(single.low)
    assert math.isnan(single.high)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=40), st.data())
def test_clustered_standard_error_is_that_of_statsmodels(values: list[float], data: st.DataObject) -> None:
    labels = data.draw(st.lists(st.integers(0, 9), min_size=len(values), max_size=len(values)))
    if len(set(labels)) < 2:
        return
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": np.array(labels)})
    assert stats.cluster_se(values, labels) == pytest.approx(fit.bse[0], rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=40))
@example([1.0, 1.0, 1.0, 0.0, 1.0, 1.0])
def test_a_mean_of_independent_items_has_the_t_interval_of_its_kurtosis(values: list[float]) -> None:
    n = len(values)
    found = stats.mean(values, np.arange(n))
    if np.ptp(values) < 1e-6:
        return
    df = min(n - 1, 2 * n / (oracle.kurtosis(values, fisher=False) - 1 + 1e-15))
    ours = float(stats.freedom(stats.cluster_sums(values, np.arange(n))))
    assert ours == pytest.approx(df, rel=1e-6)
    # `ours`, not `df`: where a freedom lies on a step of the table, their last bits may fall on either side of it.
    half = oracle.t.ppf(0.975, rounded_down(ours)) * np.std(values, ddof=1) / math.sqrt(n)
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), abs=1e-7)


def test_a_mean_of_equal_values_is_not_taken_as_certain() -> None:
    found = stats.mean(np.zeros(20), np.arange(20), bounds=(-3.0, 1.0))
    unlike = 1 - stats.wilson(20, 20).low
    assert (found.value, found.low, found.high) == pytest.approx((0.0, -3 * unlike, unlike))


def test_design_effect_of_copies_is_the_number_of_copies() -> None:
    values = np.repeat(np.random.default_rng(1).random(200), 4)
    assert stats.design_effect(values, np.repeat(np.arange(200), 4)) == pytest.approx(4, rel=0.01)
    assert stats.design_effect(values, np.arange(800)) == pytest.approx(1)
    assert math.isnan(stats.design_effect(np.ones(10), np.arange(10)))


# Two conditions


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_items_that_hang_together_are_a_component_of_their_graph(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs, int).reshape(-1, 2).T
    graph = sparse.coo_matrix((np.ones(len(pairs)), (one, other + 10)), shape=(20, 20))
    _, component = sparse.csgraph.connected_components(graph, directed=False)
    found = stats.joined(one, other)
    assert ((found[:, None] == found) == (component[one][:, None] == component[one])).all()


def test_bonett_and_price_on_a_table_worked_by_hand() -> None:
    # 21 pairs, 1 against 7: p01 = 2/23, p10 = 8/23; their difference -6/23, variance (10/23 - 36/529) / 23.
    found = stats.bonett_price(1, 7, 21)
    half = stats.z_quantile() * math.sqrt((10 / 23 - 36 / 529) / 23)
    assert found.value == pytest.approx(-6 / 21)
    assert (found.low, found.high) == pytest.approx((-6 / 23 - half, -6 / 23 + half))


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_that_of_statsmodels_and_scipy(n01: int, n10: int) -> None:
    theirs = mcnemar([[5, n01], [n10, 5]], exact=True).pvalue
    assert stats.mcnemar(n01, n10) == pytest.approx(theirs, rel=1e-9)
    if n01 + n10:
        assert theirs == pytest.approx(oracle.binomtest(n01, n01 + n10).pvalue)


@given(st.integers(0, 13), st.integers(0, 13))
@settings(max_examples=30)
def test_sign_flips_of_yes_or_no_items_are_mcnemar(n01: int, n10: int) -> None:
    exact = stats.mcnemar(n01, n10)
    tolerance = 1e-9 if n01 + n10 <= 13 else 5 * math.sqrt(exact * (1 - exact) / 9_999) + 2e-4
    assert stats.sign_flip([1.0] * n01 + [-1.0] * n10 + [0.0] * 5) == pytest.approx(exact, abs=tolerance)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_sign_flips_are_those_of_scipy(scale: float) -> None:
    pulls = np.random.default_rng(4).normal(0.4, 1, 10)
    theirs = oracle.permutation_test((pulls,), np.sum, permutation_type="samples", n_resamples=np.inf)
    assert stats.sign_flip(pulls * scale) == pytest.approx(theirs.pvalue)


def test_sign_flips_are_seeded_and_never_0() -> None:
    strong = np.ones(200)
    assert stats.sign_flip(strong) == 1e-4
    mixed = np.random.default_rng(0).normal(0.1, 1, 200)
    assert stats.sign_flip(mixed, seed=1) == stats.sign_flip(mixed, seed=1) != stats.sign_flip(mixed, seed=2)


# Several metrics


@given(counts, counts, counts, counts)
def test_mover_of_a_difference_is_newcombes_interval(a: int, b: int, c: int, d: int) -> None:
    if not (a + b and c + d):
        return
    parts = [stats.wilson(a, a + b), stats.wilson(c, c + d)]
    found = stats.mover(parts, [1, -1])
    theirs = confint_proportions_2indep(a, a + b, c, c + d, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)


def test_an_index_keeps_lopsided_intervals_where_nothing_was_seen() -> None:
    nothing = stats.share(np.zeros(40), np.arange(40))
    found = stats.mover([nothing, nothing], [-1, -1], constant=1.0)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(1 - math.sqrt(2) * nothing.high)


def test_mover_of_one_part_is_that_part_and_unknown_stays_unknown() -> None:
    part = stats.wilson(3, 20)
    assert stats.mover([part], [1.0]) == part
    turned = stats.mover([part], [-1.0], constant=1.0)
    assert (turned.low, turned.high) == pytest.approx((1 - part.high, 1 - part.low))
    alone = stats.share([1.0, 0.0], ["a", "a"])
    assert math.isnan(stats.mover([part, alone], [1.0, 1.0]).low)


def test_correlation_of_independent_pairs_is_pearsons() -> None:
    rng = np.random.default_rng(2)
    a = rng.random(50)
    b = a + rng.random(50)
    items = np.arange(50)
    assert stats.correlation([a, b], [items, items])[0, 1] == pytest.approx(np.corrcoef(a, b)[0, 1])
    apart = stats.correlation([a, b], [items, items + 50])
    assert np.allclose(apart, np.eye(2))


def test_shared_clusters_narrow_a_difference_and_widen_a_sum() -> None:
    rng = np.random.default_rng(3)
    a = (rng.random(200) < 0.4).astype(float)
    b = np.where(rng.random(200) < 0.8, a, 1 - a)
    items = np.arange(200)
    parts = [stats.share(a, items), stats.share(b, items)]
    together = stats.correlation([a, b], [items, items])

    def width(weights: list[float], correlation: Floats | None) -> float:
        found = stats.mover(parts, weights, correlation=correlation)
        return found.high - found.low

    assert width([1, -1], together) < 0.8 * width([1, -1], None)
    assert width([1, 1], together) > 1.2 * width([1, 1], None)
    paired = stats.share_difference(b - a, items)
    assert width([1, -1], together) == pytest.approx(paired.high - paired.low, rel=0.05)


def test_bootstrap_is_seeded_and_agrees_with_the_sandwich() -> None:
    values, clusters = clustered(0.3, 100, 4, 0.3, seed=5)
    found = stats.bootstrap(values[:, None], clusters, lambda means: means[:, 0])
    again = stats.bootstrap(values[:, None], clusters, lambda means: means[:, 0])
    assert found == again
    half = 1.96 * stats.cluster_se(values, clusters)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.08)
    assert found.value == values.mean()


def test_bootstrap_of_an_index_agrees_with_mover() -> None:
    fabricated, names = clustered(0.3, 150, 2, 0.4, seed=6)
    abstained, people = clustered(0.1, 150, 2, 0.4, seed=7)
    values = np.full((600, 2), np.nan)
    values[:300, 0], values[300:, 1] = fabricated, abstained
    found = stats.bootstrap(
        values, np.concatenate([names, people + 150]), lambda means: 1 - means[:, 0] - means[:, 1]
    )
    parts = [stats.share(fabricated, names), stats.share(abstained, people)]
    direct = stats.mover(parts, [-1, -1], 1.0)
    assert found.value == pytest.approx(direct.value)
    assert (found.low, found.high) == pytest.approx((direct.low, direct.high), abs=0.02)


# Many tests, and how many items


@settings(max_examples=20)
@given(st.lists(shares, min_size=1, max_size=30))
@pytest.mark.parametrize(("ours", "theirs"), [(stats.holm, "holm"), (stats.benjamini_hochberg, "fdr_bh")])
def test_corrections_are_those_of_statsmodels(
    ours: Callable[[list[float]], Floats], theirs: str, p: list[float]
) -> None:
    assert ours(p) == pytest.approx(multipletests(p, method=theirs)[1], abs=1e-12)


def test_an_unknown_p_is_not_counted_and_stays_unknown() -> None:
    corrected = stats.holm([0.01, float("nan"), 0.04])
    assert corrected[[0, 2]] == pytest.approx([0.02, 0.04])
    assert math.isnan(corrected[1])


@pytest.mark.parametrize(
    ("delta", "discordant", "n"),
    [(0.10, 0.20, 155), (0.10, 0.30, 233), (0.10, 0.50, 390), (0.05, 0.20, 626), (0.05, 0.30, 940)],
)
def test_items_that_mcnemar_needs(delta: float, discordant: float, n: int) -> None:
    assert stats.needed_pairs(delta, discordant) == pytest.approx(n, rel=0.005)
    assert stats.needed_pairs(0, discordant) == math.inf


def test_items_needed_fall_with_the_square_of_the_effect() -> None:
    assert stats.needed_items(0.2, 0.1, 100) == pytest.approx(stats.needed_items(0.1, 0.1, 100) / 4)
    assert stats.needed_items(0.1, 0.1 / 2.8016, 100) == pytest.approx(100, rel=1e-3)
    assert stats.needed_items(0.0, 0.1, 100) == math.inf


# Promises


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5])
@pytest.mark.parametrize(("clusters", "size", "alike"), [(60, 1, 0.0), (40, 5, 0.1), (40, 5, 0.5)])
def test_the_interval_of_a_share_covers_it_nearly_always(
    p: float, clusters: int, size: int, alike: float
) -> None:
    found = [stats.share(*clustered(p, clusters, size, alike, seed)) for seed in range(400)]
    covered = np.mean([each.low <= p <= each.high for each in found])
    assert 0.91 <= covered <= 0.995


def test_where_nothing_differs_false_alarms_are_rare_even_in_clusters() -> None:
    rng = np.random.default_rng(8)
    alarms = 0
    for _ in range(300):
        kind = rng.random((30, 1)) < 0.4  # whole clusters change together
        turn = np.where(rng.random((30, 1)) < 0.5, 1.0, -1.0)
        change = (kind * turn * (rng.random((30, 5)) < 0.8)).ravel()
        labels = np.repeat(np.arange(30), 5)
        test = stats.sign_flip(stats.cluster_sums(change, labels) + change.mean() / 30, rounds=999)
        alarms += stats.share_difference(change, labels).decided and test < 0.05
    assert alarms / 300 <= 0.07


def test_statistics_need_numpy_alone() -> None:
    code = "import sys; from evals import stats; stats.share([1, 0], [0, 1]); print('\\n', *sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True).stdout
    assert not {"pandas", "scipy", "statsmodels", "pydantic"} & set(out.splitlines()[-1].split())
