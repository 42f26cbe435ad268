"""A comparison as a document: verdicts, arms, strata, what was spent, and the items that flipped, ready to be shown."""

from collections.abc import Sequence
from itertools import chain

import pandas as pd

from evals import words
from evals.document import Document, Section
from evals.measure import ALL_ARMS
from evals.verdict.compare import compared
from evals.verdict.counting import COUNTED
from evals.verdict.flips import exchanges, flips
from evals.verdict.resources import resources
from evals.verdict.shared import share
from evals.verdict.side import Side
from evals.view import Row, Table, View, records, several, text

NOTE = "In brackets: 95 % confidence intervals of the difference; n: items; p corrected for the number of comparisons."
COUNTS = f"{COUNTED.name}: the share of replies that count for these metrics; what was silent or unreadable may not."
SPENT = "A reply's mean, and the median of its seconds; the difference is within items. Seconds depend on the load at the time."


def comparison(
    sides: Sequence[Side], margin: float, *, paired: bool = True, most: int | None = None
) -> Document:
    """The first side is the baseline, the others are held against it.

    Args: margin: of shares, 0 to 1. paired: within items, else as rates of different ones. most: flips shown of each
        direction; None for all.
    Raises: BadInput: two sides of which nothing can be compared.
    """
    baseline, *candidates = sides
    shared = [each for side in candidates for each in share(baseline, side, paired=paired)]
    table = compared(shared, margin)
    sections = [_verdicts(table), _arms(table), _strata(table), _spent(resources(shared))]
    if paired:
        sections.append(_flipped(flips(shared), most))
    about = [f"baseline: {_about(baseline)}", *(f"against it: {_about(side)}" for side in candidates)]
    said = dict.fromkeys(sentence for each in shared for sentence in each.said)
    return Document(
        about=(*about, *said, *_unfinished(sides)),
        notices=dict(chain.from_iterable(side.notices.items() for side in sides)),
        sections=tuple(sections),
        replies=pd.concat([side.rows for side in sides], ignore_index=True),
    )


def _about(side: Side) -> str:
    """What a side is and where it lies; the host's name for the model where it is another."""
    served = [name for name in side.served if name not in side.model]
    return f"{side.label}{', served as ' + ', '.join(served) if served else ''} ({side.place})"


def _unfinished(sides: Sequence[Side]) -> list[str]:
    return [
        f"{side.label} is unfinished: {side.missing:,} replies are missing or failed"
        for side in sides
        if side.missing
    ]


def _verdicts(table: pd.DataFrame) -> Section:
    """The headlines, and how many replies count for them, which is told in words where it differs."""
    every = table[(table["arm"] == ALL_ARMS) & (table["stratum"] == "")]
    counts = every["metric"] == COUNTED.name
    told = every[every["headline"] | (counts & every["verdict"].isin(["better", "worse"]))]
    if not every["headline"].any():
        return Section(
            "verdicts", "Verdicts", every, View(lines=("No metric of the suites is about what is shared.",))
        )
    view = View(
        tables=(_table(every[every["headline"] | counts], "", ()),),
        lines=tuple(row["sentence"] for row in records(told)),
        notes=(NOTE, COUNTS),
        more=(_table(every, "Every metric", ()),),
    )
    return Section("verdicts", "Verdicts", every, view)


def _arms(table: pd.DataFrame) -> Section:
    rows = table[table["arm"] != ALL_ARMS]
    shown = (_table(rows, "", ("arm",)),) if len(rows) else ()
    return Section("arms", "In each arm", rows, View(tables=shown))


def _strata(table: pd.DataFrame) -> Section:
    rows = table[table["stratum"] != ""]
    shown = (_table(rows, "Every stratum", ("stratum", "level")),) if len(rows) else ()
    return Section("strata", "In each stratum", rows, View(more=shown))


def _table(rows: pd.DataFrame, title: str, places: tuple[str, ...]) -> Table:
    """The rows as people read them; what all of them agree in is left out."""
    keys = [each for each in ("suite", "candidate") if several(rows[each])] + [*places, "metric"]
    cells = [
        {
            **{key: text(row[key]) for key in keys},
            "verdict": row["verdict"],
            "baseline": words.number(row["baseline_value"], row["unit"]),
            "now": words.number(row["value"], row["unit"]),
            "difference": words.signed(row),
            "n": f"{row['n']:,}",
            **({} if places else {"p": words.p(row["p_adjusted"])}),
        }
        for row in records(rows)
    ]
    return Table(title, pd.DataFrame(cells).astype(str), len(keys))


def _spent(table: pd.DataFrame) -> Section:
    keys = [each for each in ("suite", "candidate") if several(table[each])] + ["what"]
    cells = [
        {
            **{key: str(row[key]) for key in keys},
            "verdict": row["verdict"],
            "baseline": _amount(row["baseline_value"]),
            "now": _amount(row["value"]),
            "difference": _amounts(row),
            "ratio": "–" if pd.isna(row["ratio"]) else f"× {row['ratio']:.2f}",
        }
        for row in records(table)
    ]
    shown = (Table("", pd.DataFrame(cells).astype(str), len(keys)),) if cells else ()
    return Section(
        "spent", "Cost, tokens and time", table, View(tables=shown, notes=(SPENT,) if cells else ())
    )


def _amount(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"


def _amounts(row: Row) -> str:
    sign = "+" if row["effect"] > 0 else ""
    if pd.isna(row["low"]):
        return f"{sign}{_amount(row['effect'])}"
    return f"{sign}{_amount(row['effect'])} ({_amount(row['low'])} to {_amount(row['high'])})"


def _flipped(table: pd.DataFrame, most: int | None) -> Section:
    shown = exchanges(table, len(table) if most is None else most)
    lines = () if len(table) else ("No item counts differently.",)
    return Section("flips", "Items that flipped", table, View(exchanges=shown, lines=lines))
