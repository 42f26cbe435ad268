"""Contrasts: two arms, strata or models on the same items: how far apart they are, and whether that is decided."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from evals import stats, words
from evals.measure import (
    AnyMetric,
    Codes,
    Items,
    Tally,
    bounds,
    combine,
    is_two_valued,
    stretched,
    unit,
)
from evals.stats import Estimate
from evals.suite import Suite
from evals.types import Contrast, Index

ITEM = ("seed", "sample")
COLUMNS = (
    *("effect", "low", "high", "p", "p_adjusted", "n", "clusters", "n01", "n10", "odds_ratio"),
    *("unit", "better", "lost", "headline", "verdict", "needed", "method", "sentence"),
)


@dataclass(frozen=True)
class Effect:
    """A paired difference, treatment minus control.

    Attributes:
        estimate: in the metric's points, with its 95 % interval; n are the items that count in both.
        p: two-sided, of no difference: exact McNemar where every item is one yes-or-no, else by sign flips of clusters.
        n01, n10: items that are yes under the treatment alone, and under the control alone; None unless yes-or-no.
        needed: about how many items would decide an effect of this size (80 % power); inf for none.
        lost: as in Items, the greater of the two.
        unit: how to show it: share (as percentage points), points or what is counted.
    """

    estimate: Estimate
    p: float
    n01: int | None
    n10: int | None
    needed: float
    lost: float
    unit: str


def effect(tally: Tally, name: str, treatment: Codes, control: Codes) -> Effect:
    """How far a metric lies apart in two groups of rows, on the items that they share."""
    weights = tally.parts(name)
    pairs = [_pair(tally.items(part, treatment), tally.items(part, control)) for part in weights]
    parts = [_difference(tally.metrics[part], *pair) for part, pair in zip(weights, pairs, strict=True)]
    changes = [change for change, _ in pairs]
    found = combine(parts, changes, weights, 0.0)
    lost = max(change.lost for change in changes)
    shown = unit(tally.metrics[name])
    if len(pairs) == 1 and (flips := _flips(tally.metrics[name], *pairs[0])):
        n01, n10 = flips
        share = (n01 + n10) / found.n
        needed = stats.needed_pairs((n01 - n10) / found.n, share)
        return Effect(found, stats.mcnemar(n01, n10), n01, n10, needed, lost, shown)
    se = (found.high - found.low) / 2 / stats.z_quantile()
    p = stats.sign_flip(_pulls(changes, list(weights.values()))) if found.n else stats.NAN
    return Effect(found, p, None, None, stats.needed_items(found.value, se, found.n), lost, shown)


def _pair(treatment: Items, control: Items) -> tuple[Items, stats.Floats]:
    """The changes of the items that both have, and every value that either has, by which the metric is judged."""
    both, there, here = np.intersect1d(treatment.item, control.item, assume_unique=True, return_indices=True)
    repeats = min(
        (each.replies / len(each.item) for each in (treatment, control) if len(each.item)), default=1.0
    )
    change = Items(
        item=both,
        cluster=treatment.cluster[there],
        value=treatment.value[there] - control.value[here],
        replies=round(len(both) * repeats),
        lost=max(treatment.lost, control.lost),
    )
    return change, np.concatenate([treatment.value, control.value])


def _difference(metric: AnyMetric, change: Items, values: stats.Floats) -> Estimate:
    """The mean change: Tango where only two values are possible, t otherwise; both by clusters."""
    low, high = bounds(metric)
    width = high - low
    if not is_two_valued(metric, values):
        return stats.mean(change.value, change.cluster, (-width, width))
    return stretched(stats.share_difference(change.value / width, change.cluster, change.replies), 0.0, width)


def _flips(metric: AnyMetric, change: Items, values: stats.Floats) -> tuple[int, int] | None:
    """How many items changed to yes, and to no; None unless each is one yes-or-no that stands alone."""
    low, high = bounds(metric)
    n = len(change.item)
    alone = len(np.unique(change.cluster)) == n == change.replies
    if not n or not alone or not is_two_valued(metric, values):
        return None
    return int((change.value == high - low).sum()), int((change.value == low - high).sum())


def _pulls(changes: Sequence[Items], weights: Sequence[float]) -> stats.Floats:
    """What each cluster contributes to the difference; they add up to it."""
    count = max(int(change.cluster.max(initial=-1)) + 1 for change in changes)
    pulls = np.zeros(count)
    for change, weight in zip(changes, weights, strict=True):
        if len(change.value):
            pulls += np.bincount(change.cluster, weight * change.value / len(change.value), minlength=count)
    return pulls


# The tables


def contrasts(frame: pd.DataFrame, suites: Mapping[str, Suite], by: Sequence[str] = ()) -> pd.DataFrame:
    """Every declared contrast of the suites, for every model: arm against arm on the same samples, or strata in each arm.

    Args:
        frame: replies, as from `evals.frame.frame`. suites: name -> suite.
        by: columns of the frame, such as `tag_tier`, to break the contrasts down by.
    Returns: one row a suite, model, group and contrast: suite, model, the `by` columns, contrast, metric, arm (within
        which strata are compared, else empty), treatment, control, then COLUMNS: effect, low, high (95 %, in `unit`), p, p_adjusted, n (items), clusters, n01, n10,
        odds_ratio (n01 / n10), unit, better, lost, headline, verdict (higher, lower, undecided, not measured), needed
        (items that would decide, NA where more than a million), method, sentence. Headlines
        are not corrected; other contrasts, and all broken down, are corrected together, by Holm, within their suite.
    """
    rows = [row for name, suite in suites.items() for row in _contrasts(frame, name, suite, by)]
    head = ("suite", "model", *by, "contrast", "metric", "arm", "treatment", "control")
    return _table(rows, head)


def _contrasts(frame: pd.DataFrame, name: str, suite: Suite, by: Sequence[str]) -> list[dict[str, Any]]:
    rows = frame[frame["suite"] == name]
    tallies: dict[tuple[str, ...], Tally] = {}
    found: list[dict[str, Any]] = []
    for declared in suite.contrasts:
        kind = (declared.by, *declared.match)
        tally = tallies[kind] = tallies.get(kind) or _pairable(rows, suite, declared)
        found += ({"suite": name, **row} for row in _declared(tally, declared, by))
    models = {model: place for place, model in enumerate(rows["model"].unique())}
    return sorted(found, key=lambda row: models[row["model"]])


def _pairable(rows: pd.DataFrame, suite: Suite, declared: Contrast) -> Tally:
    """The replies in which what a contrast pairs counts as one item, and items that hang together as one cluster."""
    if not declared.match:
        return Tally(rows, suite, ITEM)
    key = ["seed", *(f"tag_{tag}" for tag in declared.match)]
    if not set(key) <= set(rows.columns):
        return Tally(rows.iloc[:0], suite, ITEM)
    rows = rows.dropna(subset=key[1:])
    pairs = rows.groupby(key, sort=False, dropna=False).ngroup()
    return Tally(rows.assign(cluster=stats.joined(rows["cluster"].to_numpy(str), pairs)), suite, key)


def _declared(tally: Tally, declared: Contrast, by: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A contrast for each model, for each arm where it compares strata, and for each group."""
    strata = declared.by != "arm"
    inner = f"tag_{declared.by}" if strata else "arm"
    if inner not in tally.rows or inner in by:
        return
    outer = ("model", "arm", *by) if strata else ("model", *by)
    for key, levels in _nested(tally, outer, inner):
        pair = [levels[level] for level in (declared.treatment, declared.control) if level in levels]
        if len(pair) == 2 and (not strata or all(tally.concerns(declared.metric, rows) for rows in pair)):
            headline = declared.headline and not by
            yield {
                "arm": "",
                **dict(zip(outer, key, strict=True)),
                "contrast": declared.name,
                "metric": declared.metric,
                "treatment": str(declared.treatment),
                "control": str(declared.control),
                **_effect_columns(tally.metrics[declared.metric], effect(tally, declared.metric, *pair)),
                "headline": headline,
                "family": None if headline else "further",
                "say": _contrast_sentence(declared),
            }


def differences(frame: pd.DataFrame, suites: Mapping[str, Suite], by: Sequence[str] = ()) -> pd.DataFrame:
    """Every metric of the suites, between every two models, on the items that both answered.

    Args: as in `contrasts`; `by` may also be `arm`.
    Returns: one row a suite, group, metric and pair: suite, the `by` columns, metric, title, model, baseline (the one
        named earlier), then COLUMNS as in `contrasts`, the effect being model minus baseline. The first metric and
        the indexes, over all arms, are headlines: each is corrected by Holm for its number of pairs. All further rows
        of a suite are corrected together.
    """
    rows = [row for name, suite in suites.items() for row in _differences(frame, name, suite, by)]
    return _table(rows, ("suite", *by, "metric", "title", "model", "baseline"))


def _differences(frame: pd.DataFrame, name: str, suite: Suite, by: Sequence[str]) -> Iterator[dict[str, Any]]:
    tally = Tally(frame[frame["suite"] == name], suite)
    for key, models in _nested(tally, tuple(by), "model"):
        for metric in suite.metrics:
            headline = not by and (isinstance(metric, Index) or metric is suite.metrics[0])
            for baseline, model in combinations(models, 2):
                found = effect(tally, metric.name, *_in_shared_arms(tally, models[model], models[baseline]))
                yield {
                    "suite": name,
                    **dict(zip(by, key, strict=True)),
                    "metric": metric.name,
                    "title": metric.title,
                    "model": model,
                    "baseline": baseline,
                    **_effect_columns(metric, found),
                    "headline": headline,
                    "family": metric.name if headline else "further",
                    "say": words.difference,
                }


def _in_shared_arms(tally: Tally, one: Codes, other: Codes) -> tuple[Codes, Codes]:
    """The rows of two groups in the arms that both have: a model may not have been asked in all of them."""
    arms = tally.rows["arm"]
    shared = arms.isin(set(arms.iloc[one]) & set(arms.iloc[other])).to_numpy()
    return one[shared[one]], other[shared[other]]


def _nested(
    tally: Tally, by: tuple[str, ...], inner: str
) -> Iterator[tuple[tuple[Any, ...], dict[str, Codes]]]:
    """For each combination of the columns: the rows of each value of one more column."""
    found: dict[tuple[Any, ...], dict[str, Codes]] = {}
    for (*key, value), rows in tally.groups((*by, inner)):
        found.setdefault(tuple(key), {})[value] = rows
    yield from found.items()


def _contrast_sentence(declared: Contrast) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: words.contrast(row, declared)


def _effect_columns(metric: AnyMetric, found: Effect) -> dict[str, Any]:
    n01, n10 = found.n01, found.n10
    return {
        "effect": found.estimate.value,
        "low": found.estimate.low,
        "high": found.estimate.high,
        "p": found.p,
        "n": found.estimate.n,
        "clusters": found.estimate.clusters,
        "n01": n01,
        "n10": n10,
        "odds_ratio": None if n01 is None or not n10 else n01 / n10,
        "unit": found.unit,
        "better": metric.better,
        "lost": found.lost,
        "needed": round(found.needed) if found.needed < 1_000_000 else None,
        "method": found.estimate.method,
    }


def _table(rows: list[dict[str, Any]], head: Sequence[str]) -> pd.DataFrame:
    """The rows with corrected p, verdict and sentence."""
    families: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        row["p_adjusted"] = row["p"]
        if row["family"] is not None:
            families.setdefault((row["suite"], row["family"]), []).append(place)
    for places in families.values():
        for place, p in zip(places, stats.holm([rows[place]["p"] for place in places]), strict=True):
            rows[place]["p_adjusted"] = float(p)
    for row in rows:
        row["verdict"] = _verdict(row)
        row["sentence"] = row["say"](row)
    table = pd.DataFrame(rows, columns=[*head, *COLUMNS])
    return table.astype(dict.fromkeys(("n01", "n10", "needed"), "Int64") | {"odds_ratio": "float64"})


def _verdict(row: Mapping[str, Any]) -> str:
    """Decided where the interval excludes 0 and the test, corrected where there are many, agrees."""
    if not row["n"]:
        return "not measured"
    if (row["low"] > 0 or row["high"] < 0) and row["p_adjusted"] < 0.05:
        return "higher" if row["effect"] > 0 else "lower"
    return "undecided"
