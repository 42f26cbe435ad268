"""Which model is best, and how sure that is: a place is the range of ranks that no comparison rules out."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import NormalDist
from typing import Any

import pandas as pd

from evals import contrast, stats, words
from evals.measure import AnyMetric, measure, unit
from evals.suite import Suite
from evals.types import Index
from evals.view import Row, Table, View, records

ALL = "all suites"
COLUMNS = (
    *("suite", "model", "metric", "score", "low", "high", "n", "rank", "rank_low", "rank_high"),
    *("better", "unit"),
)


@dataclass(frozen=True)
class Pair:
    """How far one model lies above another in one suite, or in all.

    Attributes:
        effect, se: model minus other, in points that count upwards, and its standard error.
        p: two-sided, of no difference, corrected for the number of pairs.
    """

    model: str
    other: str
    effect: float
    se: float
    p: float


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite and model, then one a model for all suites together, where there are several models.

    Returns: suite ("all suites" for all), model, metric (the suite's first index, else its first metric), score, low, high
        (95 %), n (items), rank (by score alone, ties share the better one), rank_low, rank_high, better, unit.
        A model's range of ranks leaves out a place only if a paired comparison on the same items says so: below it stand
        those that it decidedly beats, above it those by which it is decidedly beaten, all pairs of a table corrected
        together by Holm, so that all ranges hold at once with 95 % (Mogstad, Romano, Shaikh and Wilhelm 2024, Inference
        for ranks, Review of Economic Studies 91). All suites: the mean of the scores, those where less is better taken
        from 1, of suites that every model was asked and whose score is a share or an index; suites count alike.
    """
    boards = {
        name: board
        for name, suite in suites.items()
        if not suite.is_demonstration
        and (board := _board(frame[frame["suite"] == name], name, suite)) is not None
    }
    rows = [row for scores, pairs in boards.values() for row in _ranked(scores, pairs)]
    return pd.DataFrame([*rows, *_together(list(boards.values()))], columns=list(COLUMNS))


Board = tuple[list[dict[str, Any]], list[Pair]]
"""What each model has, and how every two compare."""


def headline(suite: Suite) -> AnyMetric:
    """The metric that ranks: the first index, which weighs several against each other, else the first metric."""
    return next((each for each in suite.metrics if isinstance(each, Index)), suite.metrics[0])


def _board(rows: pd.DataFrame, name: str, suite: Suite) -> Board | None:
    metric = headline(suite)
    needed = {*getattr(metric, "weights", {}), metric.name}
    alone = {
        name: replace(
            suite, metrics=tuple(each for each in suite.metrics if each.name in needed), contrasts=()
        )
    }
    scores = records(measure(rows, alone, ()).query("metric == @metric.name and n > 0"))
    if len(scores) < 2 or metric.better is None:
        return None
    up = -1 if metric.better == "lower" else 1
    found = contrast.differences(rows, alone).query("metric == @metric.name")
    known = {row["model"] for row in scores}
    pairs = [_pair(row, up) for row in records(found) if {row["model"], row["baseline"]} <= known]
    return [{"suite": name, "metric": metric.name, **_shown(row, metric)} for row in scores], pairs


def _shown(row: Row, metric: AnyMetric) -> dict[str, Any]:
    kept = {name: row[name] for name in ("model", "low", "high", "n")}
    return {**kept, "score": row["value"], "better": metric.better, "unit": unit(metric)}


def _pair(row: Row, up: int) -> Pair:
    decided = row["verdict"] in {"higher", "lower"}
    se = (row["high"] - row["low"]) / 2 / stats.z_quantile()
    p = row["p_adjusted"] if decided else 1.0  # what the sentence of the contrasts calls undecided is so here
    return Pair(row["model"], row["baseline"], up * row["effect"], se, p)


def _ranked(scores: Sequence[dict[str, Any]], pairs: Iterable[Pair]) -> Iterator[dict[str, Any]]:
    """The rows, best first, with the ranks that are not ruled out."""
    beaten = [
        (pair.model, pair.other) if pair.effect > 0 else (pair.other, pair.model)
        for pair in pairs
        if pair.p < 0.05
    ]
    up = -1 if scores and scores[0]["better"] == "lower" else 1
    for row in sorted(scores, key=lambda row: -up * row["score"]):
        above = sum(loser == row["model"] for _, loser in beaten)
        below = sum(winner == row["model"] for winner, _ in beaten)
        rank = 1 + sum(up * other["score"] > up * row["score"] for other in scores)
        yield {**row, "rank": rank, "rank_low": 1 + above, "rank_high": len(scores) - below}


# All suites


def _together(boards: Sequence[Board]) -> Iterator[dict[str, Any]]:
    """The mean over suites: they share no items, so their errors are independent."""
    models = list(dict.fromkeys(row["model"] for scores, _ in boards for row in scores))
    fit = [
        (scores, pairs)
        for scores, pairs in boards
        if len(scores) == len(models) and scores[0]["unit"] in {"share", "points"}
    ]
    if len(fit) < 2:
        return
    rows = [_mean([row for scores, _ in fit for row in scores if row["model"] == model]) for model in models]
    pairs = [_mean_pair(one, other, [pairs for _, pairs in fit]) for other, one in combinations(models, 2)]
    adjusted = stats.holm([pair.p for pair in pairs])
    yield from _ranked(rows, [replace(pair, p=float(p)) for pair, p in zip(pairs, adjusted, strict=True)])


def _mean(rows: Sequence[Row]) -> dict[str, Any]:
    scores = [1 - row["score"] if row["better"] == "lower" else row["score"] for row in rows]
    half = math.sqrt(sum(((row["high"] - row["low"]) / 2) ** 2 for row in rows)) / len(rows)
    score = sum(scores) / len(scores)
    more = {"score": score, "low": score - half, "high": score + half, "n": sum(row["n"] for row in rows)}
    return {
        "suite": ALL,
        "model": rows[0]["model"],
        "metric": "mean",
        **more,
        "better": "higher",
        "unit": "points",
    }


def _mean_pair(model: str, other: str, boards: Sequence[Sequence[Pair]]) -> Pair:
    own = [pair for pairs in boards for pair in pairs if {pair.model, pair.other} == {model, other}]
    effects = [pair.effect if pair.model == model else -pair.effect for pair in own]
    effect = sum(effects) / len(own)
    se = math.sqrt(sum(pair.se**2 for pair in own)) / len(own)
    p = 2 * NormalDist().cdf(-abs(effect) / se) if se > 0 else 1.0
    return Pair(model, other, effect, se, 1.0 if math.isnan(p) else p)


# The view


def view(table: pd.DataFrame) -> View:
    """All suites together first, then a table a suite; who is decidedly first, in words."""
    groups = {str(suite): rows for suite, rows in table.groupby("suite", sort=False)}
    order = sorted(groups, key=lambda suite: suite != ALL)
    tables = tuple(
        Table(_title(suite, groups[suite]), pd.DataFrame(map(_cells, records(groups[suite]))), 2)
        for suite in order
    )
    note = (
        "Place: the ranks that no paired comparison on the same items rules out, all pairs of a table corrected together; "
        "models whose places overlap are not told apart."
    )
    return View(tables, tuple(_first(suite, groups[suite]) for suite in order), (note,))


def _title(suite: str, rows: pd.DataFrame) -> str:
    return f"{suite}, by {rows['metric'].iloc[0]}" if suite != ALL else f"{suite}: the mean of their scores"


def _cells(row: Row) -> dict[str, str]:
    low, high = row["rank_low"], row["rank_high"]
    return {
        "place": str(low) if low == high else f"{low} to {high}",
        "model": row["model"],
        "score": words.interval(row["score"], row["low"], row["high"], row["unit"]),
        "n": f"{row['n']:,}",
    }


def _first(suite: str, rows: pd.DataFrame) -> str:
    first = rows[rows["rank_low"] == 1]["model"].to_list()
    if len(first) == 1:
        return f"{suite}: {first[0]} is first of {len(rows)}"
    return f"{suite}: {', '.join(first[:-1])} and {first[-1]} are not told apart at the top of {len(rows)}"
