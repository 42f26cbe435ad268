"""What the replies have taken: tokens, time and money."""

from collections.abc import Iterator, Mapping

import pandas as pd

from evals.money.prices import dollars
from evals.suite import Suite
from evals.view import Row, Table, View, records, text, unrepeated

COLUMNS = (
    "suite",
    "model",
    "replies",
    "cached",
    "tokens_in",
    "tokens_out",
    "tokens_reasoning",
    "seconds",
    "cost_usd",
    "right",
    "cost_per_right",
)
SUMMED = ("tokens_in", "tokens_out", "tokens_reasoning")


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite and model, of the replies that came: replies (count), cached (those of them from the cache), tokens_in, tokens_out, tokens_reasoning (sums;
    NA where one is not known), seconds (median), cost_usd (sum over what was asked; NaN where one is not known), right (count; NA in a suite
    where none can be), cost_per_right (US dollars; NaN where undefined).
    """
    came = frame[frame["suite"].isin(list(suites)) & frame["text"].notna()]
    rows = [
        {"suite": suite, "model": model, **_taken(own, suites[str(suite)])}
        for (suite, model), own in came.groupby(["suite", "model"], sort=False)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _taken(rows: pd.DataFrame, suite: Suite) -> Row:
    cached = rows["cached"].fillna(value=False).astype(bool)
    worth, cost = (float(each["cost_usd"].sum(skipna=False)) for each in (rows, rows[~cached]))
    right = int((rows["outcome"] == "right").sum())
    judged = not suite.is_demonstration
    return {
        "replies": len(rows),
        "cached": int(cached.sum()),
        **{name: rows[name].sum(skipna=False) for name in SUMMED},
        "seconds": rows["seconds"].median(),
        "cost_usd": cost,
        "right": right if judged else pd.NA,
        "cost_per_right": worth / right if judged and right else float("nan"),
    }


def view(table: pd.DataFrame) -> View:
    """A row a suite and model."""
    rows = pd.DataFrame(list(map(dict, map(_shown, records(table)))))
    notes = (
        "Of the replies that came; seconds: the median. What is not known of every reply is not known of the sum.",
        "a right one: US dollars for each right reply, the others' cost included.",
        *_about_cache(table),
    )
    return View((Table("", unrepeated(rows, "suite"), 2),), notes=notes)


def _about_cache(table: pd.DataFrame) -> Iterator[str]:
    """What the cache has spared, if there was one."""
    if count := int(table["cached"].sum()):
        yield (
            f"{count:,} of the replies came from the cache: their tokens, seconds and what a right one costs are those of "
            "when they were asked; the cost is without them."
        )


def _shown(row: Row) -> Iterator[tuple[str, str]]:
    yield from (("suite", row["suite"]), ("model", row["model"]), ("replies", f"{row['replies']:,}"))
    for name, head in zip(SUMMED, ("tokens in", "out", "reasoning"), strict=True):
        yield head, "unknown" if pd.isna(row[name]) else f"{row[name]:,}"
    yield "seconds", text(row["seconds"])
    yield "cost", dollars(row["cost_usd"])
    yield (
        "a right one",
        dollars(row["cost_per_right"]) if row["cost_per_right"] == row["cost_per_right"] else "–",
    )
