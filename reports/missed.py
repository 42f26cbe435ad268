"""Items that every model misses: too hard for all, or wrong themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evals import safe, words
from evals.misses import matrix, misses
from evals.suite import Suite
from evals.view import Row, Table, View, records, several, text

SHOWN, MORE = 10, 300
"""So many items of a suite are shown everywhere, and on a page."""

WIDE = 36
"""Characters of an answer or a prompt where people read them."""

COLUMNS = (
    "suite",
    "seed",
    "sample",
    "arm",
    "models",
    "cluster",
    "target",
    "answers",
    "prompt",
    "items",
    "expected",
)


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row an item (a sample in an arm) that all models miss, by the suite's first metric with a least and a most.

    Returns: suite, seed, sample, arm, models (how many, all of them), cluster, target, answers (what each read as its
        answer, in the order of the models, alike ones once), prompt, and of the suite: items (those all models were judged
        on), expected (how many of these all would miss if each missed its share of each arm independently of the others;
        NaN of one model).
    """
    found = [
        row
        for name, rows in misses(frame, suites).groupby("suite", sort=False)
        for row in _of(str(name), rows)
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _of(suite: str, rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    judged = matrix(rows)
    key = ["sample", "arm"]
    common = {"suite": suite, "models": judged.shape[1], "items": len(judged), "expected": expected(judged)}
    all_missed = set(judged[judged.all(axis=1)].reset_index().set_index(key).index)
    chosen = rows[[each in all_missed for each in zip(rows["sample"], rows["arm"], strict=True)]]
    for _, item in chosen.groupby(["seed", *key], sort=False, dropna=False):
        first = item.iloc[0]
        answers = " | ".join(dict.fromkeys(text(each) for each in item["answer"]))
        yield {
            **common,
            **{name: first[name] for name in ("seed", "sample", "arm", "cluster", "target", "prompt")},
            "answers": answers,
        }


def expected(judged: pd.DataFrame) -> float:
    """How many items all models would miss by chance alone, each at its own rate in each arm."""
    if judged.shape[1] < 2:
        return float("nan")
    arms = judged.groupby(level="arm", sort=False)
    return float((arms.mean().prod(axis=1) * arms.size()).sum())


def view(table: pd.DataFrame) -> View:
    """A table a suite, what the models answered beside what is right; how many there are, in a sentence."""
    suites = list(table.groupby("suite", sort=False))
    return View(
        tables=tuple(_table(str(suite), rows, SHOWN) for suite, rows in suites),
        lines=tuple(_sentence(records(rows)[0], len(rows)) for _, rows in suites),
        more=tuple(
            _table(f"{suite}, more of them", rows, MORE) for suite, rows in suites if len(rows) > SHOWN
        ),
    )


def _table(title: str, rows: pd.DataFrame, most: int) -> Table:
    names = [
        "sample",
        *(["arm"] if several(rows["arm"]) else []),
        *(["target"] if rows["target"].notna().any() else []),
        "answers",
    ]
    cells = [{name: safe.line(text(row[name]), WIDE) for name in names} for row in records(rows.head(most))]
    return Table(title, pd.DataFrame(cells, columns=names), 1)


def _sentence(row: Row, count: int) -> str:
    share = words.share(count / row["items"])
    if np.isnan(row["expected"]):
        return f"{row['suite']}: {count:,} of {row['items']:,} items are missed ({share})"
    whom = "both models" if row["models"] == 2 else f"all {row['models']} models"
    chance = f"about {row['expected']:.0f} would be if models missed independently of each other"
    return f"{row['suite']}: {count:,} of {row['items']:,} items are missed by {whom} ({share}); {chance}"
