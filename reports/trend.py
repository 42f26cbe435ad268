"""Over time: each metric from run to run, and from when on it is another."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from evals import words
from evals.charts import Picture, Timeline
from evals.suite import Suite
from evals.verdict import trend
from evals.verdict.trend import TRACK
from evals.view import TOLERATED, Row, Table, View, records, several, text

NEWEST = 10
"""So many of the newest runs are in the short table, with the first and those where something changes."""

READING = (
    "In brackets and after ±: 95 % confidence intervals; n: items. Change: against the run before, paired where both have "
    "one seed; since first: against the first run. Of shares in percentage points."
)
DECIDING = (
    "A verdict is of the level that begins with the run; steady: no change is decided. Where nothing changes, one is decided by "
    "mistake with a chance of at most 5 % in 100 runs, over all tables together."
)


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a suite, version, model, headline metric and run, oldest first: see `evals.verdict.trend.trends`."""
    return trend.trends(frame, suites)


def view(table: pd.DataFrame) -> View:
    """A table a track; changes, served models and unfinished runs in words; a picture a metric."""
    tracks = [rows for _, rows in table.groupby(TRACK, sort=False)]
    tables = tuple(_table(rows, _title(rows, table)) for rows in tracks)
    more = tuple(Table(f"{_title(rows, table)}, in full", _full(rows), 2) for rows in tracks)
    lines = (
        *dict.fromkeys(table["sentence"][table["sentence"] != ""]),
        *_steady(tracks, table),
        *_apart(table),
    )
    return View(
        tables,
        lines,
        notes=(*_switches(table), *_unfinished(table), READING, DECIDING, *_marks(table)),
        more=more,
        pictures=tuple(_pictures(table)),
    )


def _title(rows: pd.DataFrame, table: pd.DataFrame) -> str:
    """What the table is of: suite, version, model and metric; options and arms where they tell tracks apart."""
    row = records(rows.head(1))[0]
    same = table[table["suite"] == row["suite"]]
    more = [
        f"{name} {row[name] or 'none'}" if name == "arms" else row[name] or "no options"
        for name in ("options", "arms")
        if several(same[name])
    ]
    return ", ".join([f"{row['suite']} {row['suite_version']}", *more, row["model"], row["metric"]])


def _table(rows: pd.DataFrame, title: str) -> Table:
    """The first run, those where something changes, and the newest; on a page another table has all."""
    kept = (rows["verdict"] != "steady") | rows["switched"]
    kept.iloc[-NEWEST:] = True
    shown = rows[kept]
    left = "" if len(shown) == len(rows) else f", {len(shown)} of {len(rows)} runs"
    days = rows["at"].dt.date
    named = not all(trend.short(run)[:8].isdigit() for run in rows["run"])
    when = "%Y-%m-%d" if days.is_unique else "%Y-%m-%d %H:%M"
    return Table(
        title + left, pd.DataFrame([_cell(row, when, named=named) for row in records(shown)]).astype(str)
    )


def _cell(row: Row, when: str, *, named: bool) -> dict[str, str]:
    """A run as a row that fits a terminal: by its time, and by its name where that is not the time."""
    return {
        "date": f"{row['at']:{when}}",
        **({"run": row["run"]} if named else {}),
        "n": str(row["n"]),
        "value": words.interval(row["value"], row["low"], row["high"], row["unit"])
        + (" †" if row["lost"] > TOLERATED else ""),
        "change": _change(row),
        "since first": _step(row, "since_first").split(" (")[0],
        "verdict": row["verdict"] + (" ‡" if row["switched"] else ""),
    }


def _full(rows: pd.DataFrame) -> pd.DataFrame:
    cells = [
        {
            "date": f"{row['at']:%Y-%m-%d %H:%M}",
            "run": row["run"],
            "seed": text(row["seed"]),
            "served model": row["served"] or "–",
            "n": str(row["n"]),
            "value": words.interval(row["value"], row["low"], row["high"], row["unit"]),
            "change": _step(row, "change"),
            "paired": "yes" if row["paired"] else "no",
            "since first": _step(row, "since_first"),
            "level": str(row["level"]),
            "verdict": row["verdict"],
            "decided with": row["decided"] or "–",
            "missing": text(row["missing"]),
        }
        for row in records(rows)
    ]
    return pd.DataFrame(cells).astype(str)


def _step(row: Row, what: str) -> str:
    """A difference with its interval, "+2 (-3 to 7)"; a dash for the first run."""
    told = {"effect": row[what], "low": row[f"{what}_low"], "high": row[f"{what}_high"], "unit": row["unit"]}
    return words.signed({**told, "verdict": "undecided"})


def _change(row: Row) -> str:
    """The difference from the run before, "+2 ± 5": its interval is symmetric."""
    half = (row["change_high"] - row["change_low"]) / 2
    shown = _step(row, "change").split(" (")[0]
    return shown if pd.isna(half) else f"{shown} ± {words.number(half, row['unit']).removesuffix(' %')}"


def _day(row: Row) -> str:
    return f"{row['at']:%Y-%m-%d}"


# In words


def _steady(tracks: list[pd.DataFrame], table: pd.DataFrame) -> Iterator[str]:
    """Of tracks without a change."""
    for rows in tracks:
        whose, counted = _title(rows, table), int(rows["counted"].sum())
        if counted == 1 and len(rows) == 1:
            yield f"{whose}: there is one run, and a trend needs two"
        elif counted < 2:
            yield f"{whose}: {counted} of {len(rows)} runs count, and a trend needs two"
        elif not (rows["sentence"] != "").any():
            yield f"{whose}: no change is decided in {counted} runs"


def _apart(table: pd.DataFrame) -> Iterator[str]:
    for suite, rows in table.groupby("suite", sort=False):
        for name, what in (("suite_version", "versions"), ("options", "options"), ("arms", "arms")):
            if several(rows[name]):
                found = " and ".join(value or "none" for value in rows[name].unique())
                yield f"{suite}: runs of different {what} ({found}) are shown apart"


def _switches(table: pd.DataFrame) -> Iterator[str]:
    """Where the host has begun to serve another model, once a track of runs."""
    said: dict[str, None] = {}
    for _, rows in table.groupby(TRACK, sort=False):
        known = records(rows[rows["served"] != ""])
        for before, row in pairwise(known):
            if row["switched"]:
                change = f"{row['served']} instead of {before['served']}"
                said[
                    f"‡ {row['model']}: the host serves {change} since {_day(row)} ({trend.short(row['run'])})"
                ] = None
    yield from said


def _unfinished(table: pd.DataFrame) -> Iterator[str]:
    once = table[table["missing"].fillna(0) > 0].drop_duplicates("run")
    for row in records(once):
        counts = "" if row["counted"] else ": it is shown, and does not count"
        yield f"{trend.short(row['run'])} is unfinished, {row['missing']} of {row['planned']} replies are missing or failed{counts}"


def _marks(table: pd.DataFrame) -> Iterator[str]:
    if (table["lost"] > TOLERATED).any():
        yield "† more than 5 % of the replies had nothing to judge."


# Pictures


def _pictures(table: pd.DataFrame) -> Iterator[Picture]:
    """One a suite and metric, of the version, options and arms of the newest run; models tell its series."""
    for (suite, metric), rows in table.groupby(["suite", "metric"], sort=False):
        way = ["suite_version", "options", "arms"]
        newest = rows[(rows[way] == rows[way].iloc[0]).all(axis=1) & (rows["n"] > 0)]
        if several(newest["run"]):
            yield _picture(str(suite), str(metric), newest)


def _picture(suite: str, metric: str, rows: pd.DataFrame) -> Picture:
    changes = [row for row in records(rows) if row["sentence"]]
    said = [row["sentence"] for row in changes]
    title = f"{suite}: {metric} " + (
        "; ".join(f"{row['verdict']} since {_day(row)} ({row['model']})" for row in changes)
        if 0 < len(changes) < 3
        else f"changes {len(changes)} times"
        if changes
        else f"without a decided change over {rows['run'].nunique()} runs"
    )
    ends = [records(rows[rows["model"] == model].iloc[[0, -1]]) for model in rows["model"].unique()]
    told = [
        f"{first['model']}: {words.number(first['value'], first['unit'])} on {_day(first)}, "
        f"{words.number(last['value'], last['unit'])} on {_day(last)}"
        for first, last in ends
    ]
    return Picture(
        f"{suite}-{metric}-trend".lower().replace(" ", "-"),
        title,
        f"Points with 95 % intervals, run by run. {'; '.join(told)}. {' '.join(f'{each}.' for each in said)}".strip(),
        Timeline(_drawn(rows), rows["title"].iloc[0], rows["unit"].iloc[0]),
    )


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as a drawing needs them, with the mean of each level."""
    sized = rows.assign(weight=rows["n"].where(rows["counted"], 0), weighed=rows["value"] * rows["n"])
    levels: Any = sized[sized["counted"]].groupby(["model", "level"])[["weighed", "weight"]].sum()
    mean = levels["weighed"] / levels["weight"]
    keys = pd.MultiIndex.from_frame(rows[["model", "level"]])
    return pd.DataFrame(
        {
            "at": rows["at"].dt.tz_localize(None).to_numpy(),
            **{name: rows[name].to_numpy() for name in ("value", "low", "high", "level")},
            "mean": mean.reindex(keys).to_numpy(),
            "series": rows["model"].to_numpy(),
            "counted": rows["counted"].to_numpy(),
            "change": rows["verdict"].where(rows["sentence"] != "", "").to_numpy(),
            "served": rows["served"].where(rows["switched"], "").to_numpy(),
        }
    )
