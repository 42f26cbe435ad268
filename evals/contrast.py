"""Contrasts: two arms, strata or models on the same items: how far apart they are, and whether that is decided."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from evals import stats, words
from evals.effect import Effect, effect
from evals.measure import AnyMetric, Codes, Tally
from evals.suite import Suite
from evals.types import Contrast, Index

ITEM = ("seed", "sample")
COLUMNS = (
    *("effect", "low", "high", "p", "p_adjusted", "n", "clusters", "n01", "n10", "odds_ratio"),
    *("unit", "better", "lost", "headline", "verdict", "needed", "method", "sentence"),
)


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
    for key, levels in nested(tally, outer, inner):
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
                **effect_columns(tally.metrics[declared.metric], effect(tally, declared.metric, *pair)),
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
    for key, models in nested(tally, tuple(by), "model"):
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
                    **effect_columns(metric, found),
                    "headline": headline,
                    "family": metric.name if headline else "further",
                    "say": words.difference,
                }


def _in_shared_arms(tally: Tally, one: Codes, other: Codes) -> tuple[Codes, Codes]:
    """The rows of two groups in the arms that both have: a model may not have been asked in all of them."""
    arms = tally.rows["arm"]
    shared = arms.isin(set(arms.iloc[one]) & set(arms.iloc[other])).to_numpy()
    return one[shared[one]], other[shared[other]]


def nested(
    tally: Tally, by: tuple[str, ...], inner: str
) -> Iterator[tuple[tuple[Any, ...], dict[str, Codes]]]:
    """For each combination of the columns: the rows of each value of one more column."""
    found: dict[tuple[Any, ...], dict[str, Codes]] = {}
    for (*key, value), rows in tally.groups((*by, inner)):
        found.setdefault(tuple(key), {})[value] = rows
    yield from found.items()


def _contrast_sentence(declared: Contrast) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: words.contrast(row, declared)


def effect_columns(metric: AnyMetric, found: Effect) -> dict[str, Any]:
    """An effect as the columns of a table that say what was measured; what is made of it is still to come."""
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


def correct(rows: Sequence[dict[str, Any]]) -> None:
    """Add `p_adjusted` to the rows: by Holm within a suite's rows of one `family`, as it is where that is None."""
    families: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        row["p_adjusted"] = row["p"]
        if row["family"] is not None:
            families.setdefault((row["suite"], row["family"]), []).append(place)
    for places in families.values():
        for place, p in zip(places, stats.holm([rows[place]["p"] for place in places]), strict=True):
            rows[place]["p_adjusted"] = float(p)


def _table(rows: list[dict[str, Any]], head: Sequence[str]) -> pd.DataFrame:
    """The rows with corrected p, verdict and sentence."""
    correct(rows)
    for row in rows:
        row["verdict"] = verdict(row)
        row["sentence"] = row["say"](row)
    table = pd.DataFrame(rows, columns=[*head, *COLUMNS])
    return table.astype(dict.fromkeys(("n01", "n10", "needed"), "Int64") | {"odds_ratio": "float64"})


def verdict(row: Mapping[str, Any]) -> str:
    """Decided where the interval excludes 0 and the test, corrected where there are many, agrees."""
    if not row["n"]:
        return "not measured"
    if (row["low"] > 0 or row["high"] < 0) and row["p_adjusted"] < 0.05:
        return "higher" if row["effect"] > 0 else "lower"
    return "undecided"
