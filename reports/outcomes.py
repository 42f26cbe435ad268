"""How many replies ended in each outcome."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from evals import stats, words
from evals.charts import Bars, Picture
from evals.charts.picture import headline
from evals.suite import Suite
from evals.view import Row, Table, View, records, spread, unrepeated

COLUMNS = ("suite", "model", "arm", "outcome", "replies", "share", "low", "high")
SHOWN = 5
"""So many outcomes are drawn; a single further one is drawn too."""


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite, model, arm and outcome, the commonest first: replies (count), share (0 to 1, of that model's replies
    in that arm), low, high (95 %, by items and their clusters). An outcome that only others have is there with 0.

    Demonstrations are not counted.
    """
    found = [
        {"suite": name, "model": model, "arm": arm, **counted}
        for name, suite in suites.items()
        if not suite.is_demonstration
        for rows in [frame[frame["suite"] == name]]
        for (model, arm), own in rows.groupby(["model", "arm"], sort=False)
        for counted in _counted(own, rows["outcome"])
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _counted(rows: pd.DataFrame, outcomes: "pd.Series[str]") -> Iterator[Row]:
    """The outcomes of one model's replies in one arm."""
    item = rows.groupby(["seed", "sample"], sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(item, return_index=True)
    clusters = rows["cluster"].to_numpy()[first]
    counts = rows["outcome"].value_counts().reindex(outcomes.unique(), fill_value=0)
    for outcome, count in counts.sort_values(ascending=False, kind="stable").items():
        shares = np.bincount(item, weights=rows["outcome"] == outcome) / np.bincount(item)
        found = stats.share(shares, clusters, len(rows))
        ends = {"low": found.low, "high": found.high}
        yield {"outcome": outcome, "replies": int(count), "share": count / len(rows), **ends}


def view(table: pd.DataFrame) -> View:
    """A table a suite: a row a model and arm, a column an outcome, the commonest first; the same as a picture."""
    tables, pictures = [], []
    for suite, rows in table.groupby("suite", sort=False):
        wide = spread(records(rows), ["model", "arm"], "outcome", _cell)
        shown = unrepeated(wide[["model", "arm", *_commonest(rows)]], "model")
        tables.append(Table(str(suite), shown, 2))
        pictures.append(_picture(str(suite), rows))
    return View(tuple(tables), pictures=tuple(pictures))


def brief(table: pd.DataFrame) -> View:
    """A line a suite and model, over all arms."""
    groups = table.groupby(["suite", "model"], sort=False)
    return View(lines=tuple(f"{suite}, {model}: {', '.join(_said(rows))}" for (suite, model), rows in groups))


def _cell(row: Row) -> str:
    return f"{row['replies']} ({words.share(row['share'])})" if row["replies"] else "0"


def _commonest(rows: pd.DataFrame) -> list[str]:
    totals = rows.groupby("outcome", sort=False)["replies"].sum()
    return [str(name) for name in totals.sort_values(ascending=False, kind="stable").index]


# The picture


def _picture(suite: str, rows: pd.DataFrame) -> Picture:
    """The share of each outcome with its interval: a panel an outcome, a bar an arm and model; rare outcomes are left out."""
    outcomes = _commonest(rows)
    shown = outcomes[: SHOWN if len(outcomes) > SHOWN + 1 else None]
    names = {"arm": "bar", "model": "series", "outcome": "panel", "share": "value"}
    data = rows[rows["outcome"].isin(shown)].rename(columns=names)
    data = data.sort_values("panel", key=lambda found: found.map(shown.index), kind="stable")
    said = {str(model): _said(own) for model, own in rows.groupby("model", sort=False)}
    most = {model: f"most often {shares[0]}" for model, shares in said.items()}
    every = "; ".join(f"{model}: {', '.join(shares)}" for model, shares in said.items())
    rare = f" Not drawn: {', '.join(outcomes[len(shown) :])}." if len(shown) < len(outcomes) else ""
    return Picture(
        f"{suite}-outcomes",
        headline(f"How replies to {suite} ended", most),
        f"Bars with 95 % intervals: the share of replies by outcome, for each arm and model. In all arms, {every}.{rare}",
        Bars(data, "share of replies"),
    )


def _said(rows: pd.DataFrame) -> list[str]:
    """A model's outcomes over all arms, the commonest first: "right (57 %)"."""
    totals = rows.groupby("outcome", sort=False)["replies"].sum()
    shares = (totals[totals > 0] / totals.sum()).sort_values(ascending=False, kind="stable")
    return [f"{outcome} ({words.share(float(share))})" for outcome, share in shares.items()]
