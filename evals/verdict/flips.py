"""Flips: the items whose points changed from one side to the other, with what both were asked and said."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evals.measure import Codes, Tally
from evals.verdict.counting import judged
from evals.verdict.shared import Shared
from evals.view import Exchange, Row, Said, Voice, records

COLUMNS = (
    *(
        "suite",
        "candidate",
        "baseline",
        "metric",
        "arm",
        "seed",
        "sample",
        "flip",
        "baseline_points",
        "points",
    ),
    *(
        "baseline_outcome",
        "outcome",
        "target",
        "system",
        "prompt",
        "baseline_text",
        "text",
        "baseline_rule",
        "rule",
    ),
)
NO_TEXT = "(a baseline holds no texts)"


def flips(shared: Sequence[Shared]) -> pd.DataFrame:
    """The items that count differently for the two sides, by the first metric and those that the indexes are made of.

    Returns: one row an item and metric: COLUMNS; `flip` is better or worse (up or down where neither is better), points
        are means over repeats, the outcome is every repeat's, texts are of the first. Worse ones first.
    """
    rows: list[dict[str, Any]] = [row for each in shared if each.paired for row in _rows(each)]
    order = {"worse": 0, "down": 1, "up": 2, "better": 3}
    rows.sort(key=lambda row: order[row["flip"]])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(shared: Shared) -> Iterator[dict[str, Any]]:
    tally = shared.tally()
    mine, others = (
        np.flatnonzero((tally.rows["model"] == label).to_numpy())
        for label in (shared.candidate, shared.baseline)
    )
    for name in judged(shared.suite):
        here, there = tally.items(name, mine), tally.items(name, others)
        both, one, other = np.intersect1d(here.item, there.item, assume_unique=True, return_indices=True)
        points = list(zip(both, here.value[one], there.value[other], strict=True))
        for item, after, before in points:
            if after != before:
                yield {
                    "suite": shared.suite.name,
                    "candidate": shared.candidate,
                    "baseline": shared.baseline,
                    "metric": name,
                    "flip": _flip(after > before, tally.metrics[name].better),
                    "baseline_points": float(before),
                    "points": float(after),
                    **_said(tally, mine[tally.item[mine] == item], others[tally.item[others] == item]),
                }


def _flip(rose: Any, better: str | None) -> str:
    if better is None:
        return "up" if rose else "down"
    return "better" if bool(rose) == (better == "higher") else "worse"


def _said(tally: Tally, mine: Codes, others: Codes) -> dict[str, Any]:
    """What both were asked and said: of the first repeat, with the outcomes of all."""
    one, other = (tally.rows.iloc[rows[0]] for rows in (mine, others))
    outcomes = [" + ".join(tally.rows["outcome"].iloc[rows]) for rows in (mine, others)]
    asked = one if one["prompt"] else other
    return {
        "arm": one["arm"],
        "seed": one["seed"],
        "sample": one["sample"],
        "outcome": outcomes[0],
        "baseline_outcome": outcomes[1],
        "target": asked["target"],
        "system": asked["system"],
        "prompt": asked["prompt"],
        "text": one["text"],
        "baseline_text": other["text"],
        "rule": one["rule"],
        "baseline_rule": other["rule"],
    }


def exchanges(table: pd.DataFrame, most: int) -> tuple[Exchange, ...]:
    """The flips as prompts with both replies side by side, at most so many of each direction and candidate."""
    found = []
    for (candidate, baseline, flip), part in table.groupby(["candidate", "baseline", "flip"], sort=False):
        named = f"{candidate} against {baseline}: {flip}"
        count = len(part)
        shown = "" if count <= most else f", {most} shown"
        title = f"{named}, {count} item{'' if count == 1 else 's'}{shown}"
        for row in records(part.head(most)):
            found.append(_exchange(row, title))
            title = ""
    return tuple(found)


def _exchange(row: Row, title: str) -> Exchange:
    target = f"; right: {row['target']}" if isinstance(row["target"], str) else ""
    better = {"better": True, "worse": False}.get(str(row["flip"]))
    return Exchange(
        title=title,
        lines=(),
        prompt=str(row["prompt"]),
        how=f"{row['suite']} {row['sample']}, {row['arm']}, counts for {row['metric']}{target}",
        voices=(
            _voice(row, "baseline", None if better is None else not better),
            _voice(row, "candidate", better),
        ),
        system=str(row["system"]),
    )


def _voice(row: Row, who: str, good: bool | None) -> Voice:
    ahead = "baseline_" if who == "baseline" else ""
    text = row[f"{ahead}text"]
    said = text if isinstance(text, str) else NO_TEXT
    return Voice(str(row[who]), (Said(said, str(row[f"{ahead}outcome"]), good),))
