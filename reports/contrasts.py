"""What differs between arms, strata and models on the same items, in words."""

from collections.abc import Mapping

import pandas as pd

from evals import contrast, words
from evals.measure import ALL_ARMS
from evals.suite import Suite
from evals.view import Row, Table, View, records, several, text


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """Declared contrasts of arms and strata, then differences of models: over all arms, and within each where there are several.

    One row a comparison: suite, compared (arms, strata or models), name, metric, model, arm, treatment, control, then the
    columns of `evals.contrast`; the effect is treatment minus control.
    """
    arms = contrast.contrasts(frame, suites).rename(columns={"contrast": "name"}).assign(compared="arms")
    arms.loc[arms["arm"] != "", "compared"] = "strata"
    many = {name: suite for name, suite in suites.items() if several(frame["arm"][frame["suite"] == name])}
    models = [
        contrast.differences(frame, suites).assign(arm=ALL_ARMS),
        contrast.differences(frame, many, ("arm",)),
    ]
    renamed = [
        found.rename(columns={"model": "treatment", "baseline": "control"}).assign(
            compared="models", name=found["metric"], model=""
        )
        for found in models
    ]
    head = ["suite", "compared", "name", "metric", "model", "arm", "treatment", "control"]
    filled = [found for found in (arms, *renamed) if len(found)] or [arms]
    return pd.concat(filled, ignore_index=True)[[*head, *contrast.COLUMNS]]


def view(table: pd.DataFrame) -> View:
    """Headlines as sentences, the decided ones first; on a page, every comparison as a table."""
    rows = records(table[table["headline"]])
    named = several(table["control"])
    said: dict[str, list[str]] = {"decided": [], "undecided": [], "not measured": []}
    for row in rows:
        kind = row["verdict"] if row["verdict"] in said else "decided"
        said[kind].append(": ".join(filter(None, (_whose(row, named=named), row["sentence"]))))
    lines = said["decided"]
    if unmeasured := len(said["not measured"]):
        lines.append(
            f"{unmeasured} declared comparison{'' if unmeasured == 1 else 's'}: no item counts in both."
        )
    further = table[~table["headline"]]
    if len(further):
        decided = int(further["verdict"].isin(["higher", "lower"]).sum())
        lines.append(
            f"{len(further)} further comparison{'' if len(further) == 1 else 's'}, {decided} of them decided after correction for their number."
        )
    return View(lines=tuple(lines), undecided=tuple(said["undecided"]), more=(_all(table),))


def brief(table: pd.DataFrame) -> View:
    """What is decided, and how many of the headlines are not: about how many items would decide the first of them."""
    needed = table[table["headline"] & (table["verdict"] == "undecided")]["needed"].dropna()
    near = (
        f"; about {words.two_digits(needed.min()):,} items would decide the first of them"
        if len(needed)
        else ""
    )
    return view(table).brief("contrasts", near)


def _whose(row: Row, *, named: bool) -> str:
    """Whose contrast it is: the model's if there are several to tell apart, and the arm's if it compares strata."""
    if row["compared"] == "models":
        return ""
    return ", ".join(filter(None, (row["model"] if named else "", f"arm {row['arm']}" if row["arm"] else "")))


def _all(table: pd.DataFrame) -> Table:
    cells = [
        {
            "metric": row["metric"],
            "compared": f"{row['treatment']} − {row['control']}",
            "of": _whose(row, named=True) or (f"arm {row['arm']}" if row["arm"] != ALL_ARMS else "all arms"),
            "difference": text(row["effect"]),
            "95 % CI": f"{text(row['low'])} to {text(row['high'])}",
            "n": str(row["n"]),
            "p": text(row["p"]),
            "corrected p": text(row["p_adjusted"]),
            "n01": text(row["n01"]),
            "n10": text(row["n10"]),
            "verdict": row["verdict"],
        }
        for row in records(table)
    ]
    return Table("Every comparison", pd.DataFrame(cells).astype(str), 3)
