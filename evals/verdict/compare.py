"""Comparing: one side's metrics against a baseline's, over all arms, in each arm and in each stratum, each with a verdict.

better, worse       the interval excludes 0, and the test agrees after correction
higher, lower       the same, of a metric of which neither is better
no difference       the 90 % interval lies within the margin: two one-sided tests at 5 % say so
undecided           none of these, and about how many more items would decide
not measured        no item counts
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from evals import contrast, stats, words
from evals.effect import apart, effect, gap, gap_apart
from evals.measure import ALL_ARMS, Codes, Tally
from evals.verdict.counting import COUNTED, counting, headlines, judged
from evals.verdict.margin import fitted
from evals.verdict.shared import Shared
from evals.view import several

HEAD = ("suite", "candidate", "baseline", "arm", "stratum", "level", "metric", "title")
COLUMNS = (
    *HEAD,
    *("baseline_value", "value", "effect", "low", "high", "low_90", "high_90", "p", "p_adjusted"),
    *("n", "clusters", "n01", "n10", "odds_ratio", "unit", "better", "margin", "lost"),
    *("paired", "headline", "verdict", "more", "method", "sentence"),
)
WHOLE: Mapping[str, str] = {"arm": ALL_ARMS, "stratum": "", "level": ""}
DETECTS = 0.8
"""The power at which further items are said to decide."""


def compared(shared: Sequence[Shared], margin: float) -> pd.DataFrame:
    """Every metric of a candidate less the same of its baseline, on the items they share.

    Args: margin: of shares, 0 to 1, and as it fits indexes of them; for other metrics no difference is taken for none.
    Returns: one row a suite, candidate, group and metric: HEAD (`arm` is "all" and `stratum` empty where nothing is
        broken down), baseline_value, value, effect, low, high (95 %), low_90, high_90, all in `unit`; p, p_adjusted, n
        (items), clusters, n01, n10 (items that rose and fell), odds_ratio (n01 / n10), unit, better, margin, lost,
        paired, headline, verdict, more (items that would decide, NA where it is decided or more than a million), method,
        sentence. Headlines, the first metric and the indexes over all arms, are corrected by Holm for the number of
        candidates, each metric apart, and so are the replies that count; all further rows of a suite together.
    """
    rows = [row for each in shared for row in _rows(each, margin)]
    contrast.correct(rows)
    for row in rows:
        row["verdict"] = _verdict(row)
        row["more"] = _more(row)
        row["sentence"] = words.compared(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(("n01", "n10", "more"), "Int64") | {"odds_ratio": "float64"})


def _rows(shared: Shared, margin: float) -> Iterator[dict[str, Any]]:
    tally, heads = shared.tally(), headlines(shared.suite)
    for place, (rows, other) in _groups(tally, shared):
        whole = place == WHOLE
        for name in tally.metrics if whole else heads:
            if not any(tally.concerns(name, each) for each in (rows, other)):
                continue
            headline = whole and name in heads
            yield {
                **_named(shared),
                **place,
                **_measured(tally, name, (rows, other), margin, paired=shared.paired),
                "headline": headline,
                "family": name if headline else "further",
            }
    yield from _counted(shared, margin)


def _counted(shared: Shared, margin: float) -> Iterator[dict[str, Any]]:
    """How many replies count for the headlines at all."""
    counts = counting(shared, judged(shared.suite))
    tally = counts.tally()
    models = {model: rows for (model,), rows in tally.groups(("model",))}
    if {shared.candidate, shared.baseline} <= set(models):
        pair = models[shared.candidate], models[shared.baseline]
        found = _measured(tally, COUNTED.name, pair, margin, paired=shared.paired)
        yield {**_named(shared), **WHOLE, **found, "headline": False, "family": COUNTED.name}


def _named(shared: Shared) -> dict[str, Any]:
    return {"suite": shared.suite.name, "candidate": shared.candidate, "baseline": shared.baseline}


def _groups(tally: Tally, shared: Shared) -> Iterator[tuple[dict[str, Any], tuple[Codes, Codes]]]:
    """Candidate's and baseline's rows: all, then within each arm where there are several, then within each stratum."""
    breakdowns = [
        *(["arm"] if several(tally.rows["arm"]) else []),
        *(f"tag_{tag}" for tag in shared.suite.strata),
    ]
    for column in ["", *(each for each in breakdowns if each in tally.rows)]:
        by = (column,) if column else ()
        for key, models in contrast.nested(tally, by, "model"):
            if {shared.candidate, shared.baseline} <= set(models):
                yield _place(column, *key), (models[shared.candidate], models[shared.baseline])


def _place(column: str, value: Any = "") -> dict[str, Any]:
    stratum = column.removeprefix("tag_") if column != "arm" else ""
    return {
        "arm": value if column == "arm" else ALL_ARMS,
        "stratum": stratum,
        "level": str(value) if stratum else "",
    }


def _measured(
    tally: Tally, name: str, pair: tuple[Codes, Codes], margin: float, *, paired: bool
) -> dict[str, Any]:
    found = (effect if paired else apart)(tally, name, *pair)
    inner = (gap if paired else gap_apart)(tally, name, *pair, level=0.9)
    metric = tally.metrics[name]
    return {
        "metric": name,
        "title": metric.title,
        "baseline_value": found.control,
        "value": found.treatment,
        **contrast.effect_columns(metric, found),
        "low_90": inner.low,
        "high_90": inner.high,
        "margin": fitted(margin, name, tally.metrics),
        "paired": paired,
        "se": found.se,
    }


def _verdict(row: Mapping[str, Any]) -> str:
    found = contrast.verdict(row)
    if found in {"higher", "lower"} and row["better"]:
        return "better" if found == row["better"] else "worse"
    if found == "undecided" and -row["margin"] < row["low_90"] and row["high_90"] < row["margin"]:
        return "no difference"
    return found


def _more(row: Mapping[str, Any]) -> int | None:
    """About how many items more would decide: that there is a difference, or that there is none beyond the margin."""
    if row["verdict"] != "undecided":
        return None
    enough = [row["needed"] or math.inf, _needed_for_none(row)]
    beyond = [count for count in enough if math.isfinite(count) and count < 1_000_000]
    return max(1, math.ceil(min(beyond)) - row["n"]) if beyond else None


def _needed_for_none(row: Mapping[str, Any]) -> float:
    """How many items show that a difference of this size lies within the margin, by two one-sided tests at 5 %.

    n ((z_.95 + z_.9) se / (margin - |d|))^2: each of the two tests may fail in 10 % of the cases, so that both
    succeed in at least 80 %.
    Source: Chow, Shao and Wang (2008), Sample size calculations in clinical research, 3.1.
    """
    room = row["margin"] - abs(row["effect"])
    if not room > 0:
        return math.inf
    reach = stats.z_quantile(0.9) + stats.z_quantile(DETECTS)
    return float(row["n"] * (reach * row["se"] / room) ** 2)
