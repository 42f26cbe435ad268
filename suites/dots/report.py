"""Dots: how far each model counts, what layout and glyph change, and what its wrong answers are like."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from evals import words
from evals.stats import Estimate
from evals.suite import Suite
from evals.view import Row, Table, View, records, spread

from . import effects
from .effects import Step
from .pictures import pictures
from .staircase import capacity

NAME = "dots"
EMPTY: Mapping[str, str | float] = {
    **dict.fromkeys(("suite", "model", "arm", "layout", "finding", "level"), ""),
    **dict.fromkeys(("value", "low", "high", "n", "p", "marks"), float("nan")),
    **dict.fromkeys(("unit", "method", "verdict", "sentence"), ""),
}
"""The columns, with what they hold where a finding has no such thing."""


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a finding, of the suite dots alone.

    Returns: suite, model, arm, layout (of ladder, C90 and n50), finding, level, value, low, high (95 %), n (items; of slips
        wrong replies), p, marks (of ladder: where the rungs stand, their geometric mean), unit, method, verdict, sentence. Findings, with what `level` says and the unit of `value`:
        ladder (rungs; share), curve (a and b of logit P(right) = a + b log2 n; log odds), C90 (marks), n50 (marks), fall (odds ratio of a doubling), layout gap (the layout; share), glyph gap (the glyph; share), picture gap (the arrangement; share),
        heaping (5 or 10; times chance), last digit (0 to 9; share of wrong counts from 20 on), relative error (share of n), slip (which; share of wrong replies).
    """
    found = [
        row
        for name, suite in suites.items()
        if suite.name == NAME
        for row in _findings(frame[frame["suite"] == name], suite)
    ]
    return pd.DataFrame([{**EMPTY, **row} for row in found], columns=list(EMPTY))


def _findings(rows: pd.DataFrame, suite: Suite) -> Iterator[dict[str, Any]]:
    rows = effects.as_seen(rows)
    cut = _steps(rows)
    for (model, arm), group in rows.groupby(["model", "arm"], sort=False):
        label = {"suite": suite.name, "model": model, "arm": arm}
        for layout, shown in effects.counted(group).groupby("layout", sort=False):
            yield from ({**label, "layout": layout, **found} for found in _ladder(shown, cut))
        for layout, trials in effects.climbed(group).items():
            yield {**label, "layout": layout, **_reach(layout, capacity(trials))}
        if (group["tag_kind"] == "ladder").any():
            yield label | _fall(effects.counted(group))
            yield from ({**label, **found} for found in _errors(group))
    for row in records(effects.gaps(rows, suite)):
        yield _gap(row) | {"suite": suite.name}


def _reach(layout: str, found: Estimate) -> dict[str, Any]:
    """How far a staircase found that a layout is counted."""
    ends = f"95 % credible interval {_marks(found.low)} to {_marks(found.high)}, {found.n} calls"
    sentence = f"marks in the layout {layout} are counted up to C90 {_marks(found.value)} ({ends})"
    return {"finding": "C90", "unit": "marks", "sentence": sentence, **_numbers(found)}


def _steps(rows: pd.DataFrame) -> list[Step]:
    """The steps that every model, arm and layout can fill, by the items asked."""
    asked = rows[rows["tag_kind"] == "ladder"].drop_duplicates(["seed", "sample"])
    sizes = asked.groupby("tag_layout")["tag_rung"].value_counts()
    layouts, rungs = asked["tag_layout"].unique(), asked["tag_rung"].unique()
    return effects.steps(
        {int(rung): min(int(sizes.get((layout, rung), 0)) for layout in layouts) for rung in rungs}
    )


def _ladder(items: pd.DataFrame, cut: list[Step]) -> Iterator[dict[str, Any]]:
    """One layout's accuracy by step, its capacity and its n50."""
    climbed = [(step, effects.accuracy(items, step)) for step in cut]
    for step, found in climbed:
        place = {"level": str(step), "marks": effects.middle(items, step)}
        yield {"finding": "ladder", "unit": "share", **place, **_numbers(found)}
    if curve := effects.curve(items):
        for name, value in (("a", curve.a), ("b", curve.b)):
            yield {"finding": "curve", "level": name, "unit": "log odds", "value": value, "n": len(items)}
    yield {"finding": "C90", "unit": "marks", **_numbers(effects.capacity(climbed))}
    yield {"finding": "n50", "unit": "marks", **_numbers(effects.n50(items))}


def _fall(items: pd.DataFrame) -> dict[str, Any]:
    """Whether fewer are right where there is more to count, over all layouts."""
    found, p = effects.fall(items)
    decided = p < 0.05 and (found.low > 1 or found.high < 1)
    verdict = ("lower" if found.value < 1 else "higher") if decided else "undecided"
    said = {"lower": "fall as n grows", "higher": "rise as n grows"}.get(
        verdict, "may not depend on n: undecided"
    )
    figures = (
        f"; a doubling multiplies their odds by {found.value:.2g}"
        f" (95 % CI {found.low:.2g} to {found.high:.2g}, p {p:.2g})"
    )
    sentence = f"exact counts {said}{figures if found.n else ', as no count could be read'}"
    return {
        "finding": "fall",
        "unit": "odds ratio",
        "p": p,
        "verdict": verdict,
        "sentence": sentence,
        **_numbers(found),
    }


def _errors(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """What one arm's wrong answers are like."""
    for base in (10, 5):
        found = effects.heaping(rows, base)
        yield {"finding": "heaping", "level": str(base), "unit": "times chance", **_numbers(found)}
    for digit, found in effects.last_digits(rows).items():
        yield {"finding": "last digit", "level": str(digit), "unit": "share", **_numbers(found)}
    yield {"finding": "relative error", "unit": "share of n", **_numbers(effects.relative_error(rows))}
    for slip in records(effects.slips(rows)):
        share = {"value": slip["share"], "n": slip["replies"]}
        yield {"finding": "slip", "level": slip["slip"], "unit": "share of wrong replies", **share}


def _numbers(found: Estimate) -> dict[str, Any]:
    return {"value": found.value, "low": found.low, "high": found.high, "n": found.n, "method": found.method}


def _gap(row: Row) -> dict[str, Any]:
    same = ("model", "low", "high", "n", "unit", "method", "verdict", "sentence")
    return {
        "arm": row["arm"],
        "finding": row["gap"],
        "level": row["contrast"],
        "value": row["effect"],
        "p": row["p_adjusted"],
        **{name: row[name] for name in same},
    }


# The view


def view(table: pd.DataFrame) -> View:
    """The ladder as a table a model; layouts compared in words, glyphs where decided; what the errors are like."""
    tables = [_ladder_table(str(model), rows) for model, rows in table.groupby("model", sort=False)]
    errors = spread(_of(table, "heaping", "relative error"), ["model", "arm"], "shown", _cell)
    slips = spread(
        _of(table, "slip"), ["model", "arm"], "level", lambda row: f"{row['n']} ({words.share(row['value'])})"
    )
    tables += [
        Table("Wrong answers: multiples of 10 and 5 against chance; median error", errors, 2),
        Table("Wrong answers that are the count of something else", slips, 2),
    ]
    return View(
        tuple(each for each in tables if len(each.rows)),
        tuple(_sentences(table, decided=True)),
        NOTES,
        pictures=pictures(table),
        undecided=tuple(_sentences(table, decided=False)),
    )


NOTES = (
    "C90: the highest rung up to which at least 90 % are surely counted right. n50: where half are, by a logistic curve.",
    "Heaping 1 is what chance gives. An answer that is the count of something else may be so by chance.",
)


def _ladder_table(model: str, table: pd.DataFrame) -> Table:
    rows = [
        row | {"rungs": row["shown"], "column": f"{row['arm']}, {row['layout']}"}
        for row in _of(table, "ladder", "C90", "n50")
    ]
    return Table(f"{model}: exact counts by rung", spread(rows, ["rungs"], "column", _cell))


def _of(table: pd.DataFrame, *findings: str) -> list[dict[str, Any]]:
    """The rows of these findings, with how each is named."""
    return [
        dict(row) | {"shown": " ".join(part for part in (_named(row["finding"]), row["level"]) if part)}
        for row in records(table[table["finding"].isin(findings)])
    ]


def _named(finding: str) -> str:
    return "" if finding == "ladder" else finding


def _cell(row: Row) -> str:
    if row["unit"] == "share":
        return words.interval(row["value"], row["low"], row["high"], "share")
    if pd.isna(row["value"]):
        return "–"
    show = _marks if row["unit"] == "marks" else (lambda value: words.number(value, "points"))
    if pd.isna(row["low"]):
        return show(row["value"])
    return f"{show(row['value'])} ({show(row['low'])} to {show(row['high'])})"


def _marks(value: float) -> str:
    """A number of marks; off the ladder where it does not reach."""
    if value == float("inf"):
        return "beyond"
    return f"{value:.0f}" if value else "none"


def _sentences(table: pd.DataFrame, *, decided: bool) -> Iterator[str]:
    """What is decided, or what is not; of glyphs only the decided ones are told apart, and the rest counted."""
    gaps = records(table[table["finding"].isin(["fall", "glyph gap", "picture gap"])])
    reached = records(table[(table["finding"] == "C90") & (table["sentence"] != "")])
    for row in (*reached, *gaps):
        kept = row["finding"] != "glyph gap" or row["verdict"] in ("higher", "lower")
        if kept and (row["verdict"] != "undecided") is decided:
            yield f"{row['model']}, {row['arm']}: {row['sentence']}"
    glyphs = [row for row in gaps if row["finding"] == "glyph gap"]
    if glyphs and decided:
        found = sum(row["verdict"] in ("higher", "lower") for row in glyphs)
        yield f"{found} of {len(glyphs)} comparisons of glyphs are decided, corrected for their number."
