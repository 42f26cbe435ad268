"""Do models miss the same items? Failures of every two models side by side."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evals import stats, words
from evals.misses import matrix, misses
from evals.suite import Suite
from evals.view import Row, Table, View, records

Flags = NDArray[np.bool_]
COLUMNS = (
    *("suite", "model", "other", "n", "clusters", "both", "model_only", "other_only", "neither"),
    *("expected", "kappa", "follows", "follows_low", "follows_high", "else", "else_low", "else_high"),
)


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite and pair of models, on the items that all models were judged on (a sample in an arm).

    Returns: suite, model, other, n (items), clusters; how many are missed by both, by one alone (model_only, other_only)
        and by neither; expected: how many both would miss if they missed independently; kappa: their agreement beyond
        chance (Cohen 1960), 0 for none, 1 for the same items; follows: of the items that the model misses, the share that
        the other misses too, else: of those that it gets, each with its 95 % interval by clusters. What is missed:
        `evals.misses`.
    """
    found = [
        row
        for name, rows in misses(frame, suites).groupby("suite", sort=False)
        for row in _pairs(str(name), matrix(rows))
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _pairs(suite: str, judged: pd.DataFrame) -> Iterator[dict[str, Any]]:
    clusters = pd.factorize(judged.index.get_level_values("cluster"))[0]
    for model, other in combinations(judged.columns, 2):
        pair = judged[model].to_numpy(bool), judged[other].to_numpy(bool)
        if len(clusters):
            yield {"suite": suite, "model": model, "other": other, **_overlap(*pair, clusters)}


def _overlap(one: Flags, other: Flags, clusters: NDArray[np.intp]) -> dict[str, Any]:
    n = len(one)
    chance = one.mean() * other.mean() + (~one).mean() * (~other).mean()
    follows, otherwise = (stats.share(other[part].astype(float), clusters[part]) for part in (one, ~one))
    return {
        "n": n,
        "clusters": len(np.unique(clusters)),
        "both": int((one & other).sum()),
        "model_only": int((one & ~other).sum()),
        "other_only": int((~one & other).sum()),
        "neither": int((~one & ~other).sum()),
        "expected": float(n * one.mean() * other.mean()),
        "kappa": float(((one == other).mean() - chance) / (1 - chance)) if chance < 1 else float("nan"),
        "follows": follows.value,
        "follows_low": follows.low,
        "follows_high": follows.high,
        "else": otherwise.value,
        "else_low": otherwise.low,
        "else_high": otherwise.high,
    }


def view(table: pd.DataFrame) -> View:
    """A table a suite, a row a pair."""
    tables = [
        Table(str(suite), pd.DataFrame([_cells(row) for row in records(rows)]), 2)
        for suite, rows in table.groupby("suite", sort=False)
    ]
    notes = (
        "Items all models were judged on; expected: missed by both if they missed independently; kappa: agreement beyond chance.",
        "If the first misses, if it does not: the share of such items that the other misses, with 95 % intervals.",
    )
    return View(tuple(tables), notes=notes)


def _cells(row: Row) -> dict[str, str]:
    share = {
        name: words.interval(row[name], row[f"{name}_low"], row[f"{name}_high"], "share")
        for name in ("follows", "else")
    }
    return {
        "model": row["model"],
        "other": row["other"],
        "items": f"{row['n']:,}",
        "both miss": f"{row['both']:,}",
        "expected": f"{row['expected']:.0f}",
        "kappa": words.number(row["kappa"], "points"),
        "if the first misses": share["follows"],
        "if it does not": share["else"],
    }
