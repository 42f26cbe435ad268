"""Resources: what two sides cost, how much they wrote and how long they took for the same items, with intervals."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from evals import contrast, stats
from evals.effect import touching
from evals.stats import Estimate, Floats
from evals.verdict.shared import ITEM, Shared

COLUMNS = (
    *("suite", "candidate", "baseline", "what", "unit", "statistic", "baseline_value", "value"),
    *("effect", "low", "high", "p", "p_adjusted", "ratio", "n", "clusters", "paired", "verdict", "method"),
)


@dataclass(frozen=True)
class Resource:
    """A column of the frame that costs something.

    Attributes:
        column, unit: as in the frame. name: in words.
        median: whether its median is told, for a few slow replies say nothing of the others.
        less, more: the verdicts.
    """

    column: str
    name: str
    unit: str
    less: str
    more: str
    median: bool = False


RESOURCES = (
    Resource("cost_usd", "cost a reply", "US dollars", "cheaper", "dearer"),
    Resource("tokens_in", "tokens in", "tokens", "fewer", "more"),
    Resource("tokens_out", "tokens out", "tokens", "fewer", "more"),
    Resource("tokens_reasoning", "tokens of reasoning", "tokens", "fewer", "more"),
    Resource("seconds", "median seconds", "s", "faster", "slower", median=True),
)


def resources(shared: Sequence[Shared]) -> pd.DataFrame:
    """What a candidate's replies took, less what its baseline's did, on the items of which both are known.

    Returns: one row a suite, candidate and resource: COLUMNS. Values and differences are means of a reply, the repeats of
        an item averaged first; seconds are medians, and so is their difference: of the items' differences where they are
        paired. The p values of a suite are corrected together, by Holm.
    """
    rows = [row for each in shared for row in _rows(each)]
    contrast.correct(rows)
    for row in rows:
        sure = (row["low"] > 0 or row["high"] < 0) and row["p_adjusted"] < 0.05
        row["verdict"] = (row["less"] if row["effect"] < 0 else row["more"]) if sure else "undecided"
        if row["low"] == row["high"] == 0:
            row["verdict"] = "same"
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(shared: Shared) -> Iterator[dict[str, Any]]:
    for each in RESOURCES:
        one, other = (_items(shared, label, each.column) for label in (shared.candidate, shared.baseline))
        if not (len(one) and len(other) and (one["value"].any() or other["value"].any())):
            continue
        if shared.paired:
            one, other = _paired(one, other)
        if len(one):
            yield {
                "suite": shared.suite.name,
                "candidate": shared.candidate,
                "baseline": shared.baseline,
                "what": each.name,
                "unit": each.unit,
                "less": each.less,
                "more": each.more,
                "paired": shared.paired,
                "family": "resources",
                **_measured(each, one, other, paired=shared.paired),
            }


def _items(shared: Shared, label: str, column: str) -> pd.DataFrame:
    """One row an item whose replies all tell: cluster, value."""
    rows = shared.rows[shared.rows["model"] == label]
    rows = rows.assign(value=rows[column].astype("float64")).dropna(subset="value")
    return rows.groupby(ITEM, dropna=False).agg(cluster=("cluster", "first"), value=("value", "mean"))


def _paired(one: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    both = one.index.intersection(other.index)
    return one.loc[both], other.loc[both]


def _measured(each: Resource, one: pd.DataFrame, other: pd.DataFrame, *, paired: bool) -> dict[str, Any]:
    x, y = (part["value"].to_numpy(float) for part in (one, other))
    middle = np.median if each.median else np.mean
    value, before = float(middle(x)), float(middle(y))
    if paired:
        found, p = _change(each, x - y, one["cluster"].to_numpy(str))
    else:
        estimates = [_estimate(each, part) for part in (one, other)]
        found = replace(stats.mover(estimates, [1.0, -1.0]), n=min(len(x), len(y)), method="MOVER, unpaired")
        p = touching(found)
    return {
        "statistic": "median" if each.median else "mean",
        "baseline_value": before,
        "value": value,
        "effect": found.value,
        "low": found.low,
        "high": found.high,
        "p": p,
        "ratio": value / before if before else math.nan,
        "n": found.n,
        "clusters": found.clusters,
        "method": found.method,
    }


def _estimate(each: Resource, items: pd.DataFrame) -> Estimate:
    values, clusters = items["value"].to_numpy(float), items["cluster"].to_numpy(str)
    return median(values, clusters) if each.median else stats.mean(values, clusters)


def _change(each: Resource, changes: Floats, clusters: Any) -> tuple[Estimate, float]:
    """The difference within items, and the p that there is none."""
    if each.median:
        middles = _cluster_medians(changes, clusters)
        return median(changes, clusters), stats.mcnemar(int((middles > 0).sum()), int((middles < 0).sum()))
    _, codes = np.unique(clusters, return_inverse=True)
    return stats.mean(changes, clusters), stats.sign_flip(np.bincount(codes, changes))


def median(values: Floats, clusters: Any, level: float = 0.95) -> Estimate:
    """The median of what clusters have in the middle, with the interval between two of them that needs no distribution.

    Between the k-th smallest and the k-th largest, for the greatest k with P(Binomial(G, 1/2) < k) <= (1 - level) / 2;
    no interval where there is no such k (5 clusters or fewer at 95 %).
    Source: Thompson (1936), On confidence ranges for the median; Conover (1999), 3.2, with one value a cluster.
    """
    middles = np.sort(_cluster_medians(values, clusters))
    count, k, tail = len(middles), 0, 0.0
    while k < count:
        tail += math.exp(_log_choose(count, k) - count * math.log(2))
        if tail > (1 - level) / 2:
            break
        k += 1
    value = float(np.median(middles)) if count else math.nan
    if not k:
        return Estimate(value, math.nan, math.nan, len(values), count, "too few clusters")
    return Estimate(value, float(middles[k - 1]), float(middles[-k]), len(values), count, "order statistics")


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _cluster_medians(values: Floats, clusters: Any) -> Floats:
    return np.asarray(pd.Series(values).groupby(np.asarray(clusters)).median(), float)
