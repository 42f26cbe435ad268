"""Results by the tokens of an item, and failures as the model read them."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evals import safe, stats, words
from evals.lens.draw import draw
from evals.lens.tokens import GIVE, pieces, unpack
from evals.measure import AnyMetric, Tally, measure, unit
from evals.suite import Suite
from evals.types import Index, Metric
from evals.view import Row, Table, View, in_order, legend, metrics, records, several, text

EXACT = 8
"""Up to so many tokens each number stands for itself; above, every doubling is one step."""

FAILURES, FIRST = 12, 4
"""So many failures of each model and arm are kept, and drawn where there is little room."""

NARROW, WIDE = (24, 12), (96, 60)
"""The most characters of an item's tokens and of an answer, where there is little room and on a page."""

METRICS = 3
"""So many of a suite's main metrics are shown by tokens, from the first; data have them all."""

SAME = "at the same length"


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a finding, of replies that keep the tokens of their item (`display_tokens`).

    Returns: suite, model, arm, finding, tokens, then the columns of `evals.measure`, and p, verdict, sentence, sample,
        display, cuts (bytes in each token), target, answer, outcome. Findings:
        by tokens    a metric among items of so many tokens (`tokens`: "3", "9–16").
        same length  by how much the first metric rises with every token more, among items of one length in characters and
                     alike in the suite's strata: a linear fit, see `evals.stats.slope`.
        failure      an item that went wrong, of the shortest to the longest in tokens.
        known        the share of replies that keep tokens (`value`), of n.
    """
    counted = {name: suite for name, suite in suites.items() if not suite.is_demonstration}
    rows = frame[frame["suite"].isin(list(counted))]
    seen = rows[rows["display_tokens"].notna()]
    parts = [
        _by_tokens(seen, counted),
        *(pd.DataFrame(list(find(seen, counted))) for find in (_same_length, _failures)),
        pd.DataFrame(list(_known(rows))),
    ]
    head = ["suite", "model", "arm", "finding", "tokens"]
    last = ["p", "verdict", "sentence", "sample", "display", "cuts", "target", "answer", "outcome"]
    names = [*head, *(name for name in parts[0].columns if name not in head), *last]
    found = pd.concat([part.astype(object) for part in parts if len(part)] or parts[:1], ignore_index=True)
    return found.reindex(columns=names)


def _by_tokens(rows: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    shown = rows.sort_values("display_tokens", kind="stable")
    shown = shown.assign(tokens=shown["display_tokens"].map(step))
    return measure(shown, suites, ("arm", "tokens")).assign(finding="by tokens")


def step(tokens: int) -> str:
    """The step in which a number of tokens is counted: "3", "9–16", "17–32".

    >>> step(40)
    '33–64'
    """
    if tokens <= EXACT:
        return str(tokens)
    high = 1 << (int(tokens) - 1).bit_length()
    return f"{high // 2 + 1}–{high}"


# Among items of one length


def _same_length(rows: pd.DataFrame, suites: Mapping[str, Suite]) -> Iterator[dict[str, Any]]:
    for name, suite in suites.items():
        metric = next(each for each in suite.metrics if not isinstance(each, Index))
        of_suite = rows[rows["suite"] == name]
        for (model, arm), group in of_suite.groupby(["model", "arm"], sort=False):
            found = _slope(group, suite, metric)
            if found is not None:
                yield {"suite": name, "model": model, "arm": arm, "finding": "same length", **found}


def _slope(rows: pd.DataFrame, suite: Suite, metric: AnyMetric) -> dict[str, Any] | None:
    """What a token more changes; None where tokens do not vary among items that are alike otherwise."""
    key = ["seed", "sample"]
    tally = Tally(rows, suite, key)
    items = tally.items(metric.name, np.arange(len(rows)))
    asked = tally.rows.drop_duplicates(key).iloc[items.item]
    strata = [f"tag_{tag}" for tag in suite.strata if f"tag_{tag}" in asked]
    factors: list[list[Any]] = [asked["display"].str.len().tolist()]
    factors += [asked[name].astype(object).map(str).tolist() for name in strata]
    found, p = stats.slope(items.value, asked["display_tokens"].astype(float), factors, items.cluster)
    if np.isnan(found.value):
        return None
    row = {
        "metric": metric.name,
        "title": metric.title,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "clusters": found.clusters,
        "unit": unit(metric),
        "better": metric.better,
        "main": True,
        "lost": items.lost,
        "method": found.method,
        "p": p,
    }
    decided = found.decided and p < 0.05
    verdict = ("higher" if found.value > 0 else "lower") if decided else "undecided"
    return row | {"verdict": verdict, "sentence": _sentence(row, verdict)}


def _sentence(row: Row, verdict: str) -> str:
    """A slope in words: "at the same length, every token more raises accuracy by 6 points (95 % CI 2 to 10, p 0.004)"."""
    scale = 100.0 if row["unit"] == "share" else 1.0
    of = {"share": " points", "points": ""}.get(row["unit"], f" {row['unit']}")
    turn = -1 if verdict == "lower" else 1
    low, high = sorted(turn * scale * row[end] for end in ("low", "high"))
    interval = f"(95 % CI {low:.2g} to {high:.2g}, p {row['p']:.2g})"
    size, title = scale * row["value"], row["title"]
    if verdict == "undecided":
        return f"{SAME}, every token more changes {title} by {size:+.2g}{of} {interval}: undecided on {row['n']:,} items"
    verb = "raises" if verdict == "higher" else "lowers"
    fail = "fewer" if (verdict == "higher") == (row["better"] != "lower") else "more"
    longer = "fewer and longer" if fail == "fewer" else "more and shorter"
    return f"{SAME}, every token more {verb} {title} by {abs(size):.2g}{of} {interval}: items in {longer} tokens fail more"


# Failures, as the model read them


def _failures(rows: pd.DataFrame, suites: Mapping[str, Suite]) -> Iterator[dict[str, Any]]:
    for name, suite in suites.items():
        failed = rows[(rows["suite"] == name) & rows["outcome"].isin(_worst(suite))]
        for (model, arm), group in failed.groupby(["model", "arm"], sort=False):
            ordered = group.drop_duplicates("display").sort_values("display_tokens", kind="stable")
            for row in records(_spread(ordered, FAILURES)):
                yield {
                    "suite": name,
                    "model": model,
                    "arm": arm,
                    "finding": "failure",
                    "tokens": str(row["display_tokens"]),
                    "cuts": row["display_cuts"],
                    **{each: row[each] for each in ("sample", "display", "target", "answer", "outcome")},
                }


def _worst(suite: Suite) -> set[str]:
    """The outcomes that count least in the suite's first metric."""
    first = next((metric for metric in suite.metrics if isinstance(metric, Metric)), None)
    if first is None:
        return {"wrong"}
    worst = (max if first.better == "lower" else min)(first.points.values())
    return {outcome for outcome, points in first.points.items() if points == worst}


def _spread(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many of the rows, evenly spread over all of them, the first and the last among them."""
    return rows.iloc[np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)]


def _known(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for (suite, model), group in rows.groupby(["suite", "model"], sort=False):
        share = float(group["display_tokens"].notna().mean())
        yield {"suite": suite, "model": model, "finding": "known", "value": share, "n": len(group)}


# The view


def view(table: pd.DataFrame) -> View:
    """A table a suite of its metrics by tokens; what a token more changes, in words; failures with their tokens drawn."""
    by_tokens, slopes, failures, known = (
        table[table["finding"] == name] for name in ("by tokens", "same length", "failure", "known")
    )
    lines = [f"{row['suite']}, {row['model']}, {row['arm']}: {row['sentence']}" for row in records(slopes)]
    groups = [rows for _, rows in failures.groupby(["suite", "model", "arm"], sort=False)]
    first = pd.concat([_spread(rows, FIRST) for rows in groups] or [failures])
    return View(
        tables=(*_tables(by_tokens), *_drawn(first, "failures as the model read them", NARROW)),
        lines=tuple(lines),
        notes=(*_unknown(known), *(legend(_main(by_tokens)) if len(by_tokens) else ()), *_notes(table)),
        more=tuple(_drawn(failures, "more failures, and more of each", WIDE)),
    )


def _tables(rows: pd.DataFrame) -> Iterator[Table]:
    for suite, group in _main(rows).groupby("suite", sort=False):
        shown = group[group.groupby(["model", "arm", "tokens"])["n"].transform("max") > 0]
        ordered = in_order(shown.sort_values("tokens", kind="stable", key=_places), "model", "arm")
        keys = [name for name in ("model", "arm") if several(ordered[name])]
        if len(ordered):
            yield metrics(ordered, [*keys, "tokens"], f"{suite} by tokens of the item")


def _main(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the metrics that are shown."""
    rows = rows[rows["main"].astype(bool)].infer_objects()
    first = {suite: set(names.unique()[:METRICS]) for suite, names in rows.groupby("suite")["metric"]}
    fits = [metric in first[suite] for suite, metric in zip(rows["suite"], rows["metric"], strict=True)]
    return rows[np.array(fits, bool)]


def _places(steps: "pd.Series[Any]") -> "pd.Series[Any]":
    """Where steps stand in their order."""
    return steps.map(lambda each: int(str(each).split("–")[0]))


def _drawn(rows: pd.DataFrame, what: str, room: tuple[int, int]) -> Iterator[Table]:
    for suite, group in rows.groupby("suite", sort=False):
        keys = [name for name in ("model", "arm", "outcome") if several(group[name])]
        cells = [{name: row[name] for name in keys} | _cells(row, *room) for row in records(group)]
        yield Table(f"{suite}: {what}", pd.DataFrame(cells), len(keys))


def _cells(row: Row, width: int, answer: int) -> dict[str, object]:
    parts = pieces(row["display"].encode(), unpack(row["cuts"]))
    texts = {name: safe.line(text(row[name]), answer) for name in ("target", "answer")}
    return {"tokens": row["tokens"], "item": draw(parts, width), **texts}


def _unknown(known: pd.DataFrame) -> Iterator[str]:
    """For which models, or replies, the tokens are not known."""
    for model, rows in known.groupby("model", sort=False):
        if not rows["value"].any():
            yield f"{model}: the tokens of its items are not known; {GIVE}"
            continue
        for row in records(rows[rows["value"] < 1]):
            yield f"{model}, {row['suite']}: tokens are known of {words.share(row['value'])} of {row['n']:,} replies"


def _notes(table: pd.DataFrame) -> Iterator[str]:
    if (table["finding"] == "by tokens").any():
        yield "Tokens: those of the item as it stands in the prompt."
    if (table["finding"] == "same length").any():
        yield (
            "At the same length: a linear fit on the number of tokens, with a term for each length in characters and each "
            "level of the suite's strata; intervals by clusters."
        )
    if (table["finding"] == "failure").any():
        yield (
            "A | or another colour begins a token, as the model read it; · is a blank, ⏎ a line break, \\x.. a byte of a character "
            "that is divided between tokens."
        )
