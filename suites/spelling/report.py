"""Spelling: what hidden letters, often-read words and joining the steps cost each model, told apart; and which letters."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd

from evals import words
from evals.measure import measure
from evals.suite import Suite
from evals.view import Row, Table, View, records, spread

from . import effects
from .items import BANDS
from .pictures import pictures
from .prompts import SPACED, WORD
from .tasks import TASKS

NAME = "spelling"
EMPTY: Mapping[str, str | float] = {
    **dict.fromkeys(("suite", "model", "arm", "finding", "by", "level"), ""),
    **dict.fromkeys(("value", "low", "high", "n", "n01", "n10", "p", "p_adjusted"), float("nan")),
    **dict.fromkeys(("unit", "method", "verdict", "sentence"), ""),
}
"""The columns, with what they hold where a finding has no such thing."""

MOST_CONFUSED = 12
"""So many edits of each model and arm are kept."""


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """One row a finding, of the suite spelling alone.

    Returns: suite, model, arm, finding (tokenisation, memorisation, word-likeness, composition, confusion; accuracy of arms
        by band), by (empty, task or band; of confusions the letter), level (of `by`; of confusions what it became), value, low, high (95 %),
        n (items; of confusions times), n01, n10, p (exact McNemar by task, where each word stands alone), p_adjusted,
        unit, method, verdict, sentence. Memorisation and composition are broken down for whole words alone.
    """
    found = [
        row
        for name, suite in suites.items()
        if suite.name == NAME
        for row in _findings(frame[frame["suite"] == name], suite)
    ]
    return pd.DataFrame([{**EMPTY, **row} for row in found], columns=list(EMPTY))


def _findings(rows: pd.DataFrame, suite: Suite) -> Iterator[dict[str, Any]]:
    declared = [partial(effects.declared, name) for name in effects.DECLARED]
    finders: list[Callable[..., pd.DataFrame]] = [*declared, effects.composition]
    for find in finders:
        for row in records(find(rows, suite)):
            yield _effect(row) | {"suite": suite.name}
        for by, levels in (("task", list(TASKS)), ("band", list(BANDS))):
            parts = records(find(rows, suite, (f"tag_{by}",)))
            whole = [row for row in parts if row["arm"] in ("", WORD)]
            for row in sorted(whole, key=lambda row: levels.index(row[f"tag_{by}"])):
                yield _effect(row, by) | {"suite": suite.name}
    yield from _accuracy(rows, suite)
    for (model, arm), group in effects.confusions(rows).groupby(["model", "arm"], sort=False):
        for row in records(group.head(MOST_CONFUSED)):
            label = {"suite": suite.name, "model": model, "arm": arm, "finding": "confusion"}
            yield label | {"by": row["letter"], "level": row["became"], "n": row["times"], "unit": "times"}


def _accuracy(rows: pd.DataFrame, suite: Suite) -> Iterator[dict[str, Any]]:
    """Right answers by length of the word, for whole words and for letters set apart."""
    asked = rows[rows["arm"].isin([WORD, SPACED])]
    found = measure(asked, {suite.name: suite}, ("arm", "tag_band"))
    for row in sorted(
        records(found[found["metric"] == "accuracy"]), key=lambda row: list(BANDS).index(row["tag_band"])
    ):
        same = ("suite", "model", "arm", "value", "low", "high", "n", "unit", "method")
        label = {"finding": "accuracy", "by": "band", "level": row["tag_band"]}
        yield label | {name: row[name] for name in same}


def _effect(row: Row, by: str = "") -> dict[str, Any]:
    same = (
        "model",
        "low",
        "high",
        "n",
        "n01",
        "n10",
        "p",
        "p_adjusted",
        "unit",
        "method",
        "verdict",
        "sentence",
    )
    return {
        "arm": row["arm"],
        "finding": row["contrast"],
        "by": by,
        "level": row[f"tag_{by}"] if by else "",
        "value": row["effect"],
        **{name: row[name] for name in same},
    }


# The view


def view(table: pd.DataFrame) -> View:
    """Each effect in words; a table of them by task and by length; the letters most often lost or taken for others.

    Tokenisation and memorisation are headlines of the suite, and as such in words already.
    """
    effects_ = table[~table["finding"].isin(["confusion", "accuracy"])]
    confused = _confused(table[table["finding"] == "confusion"])
    tables = [
        Table(
            f"Effects by {what}, in points of accuracy",
            spread(_parts(effects_, by), ["model", "finding"], "level", _cell),
            2,
        )
        for by, what in (("task", "task"), ("band", "length of the word"))
    ]
    whole = records(
        effects_[(effects_["by"] == "") & ~effects_["finding"].isin(["tokenisation", "memorisation"])]
    )
    lines, undecided = (
        tuple(
            f"{row['model']}, {_named(row)}: {row['sentence']}"
            for row in whole
            if (row["verdict"] == "undecided") is kind
        )
        for kind in (False, True)
    )
    return View(
        tuple(each for each in tables if len(each.rows)),
        lines,
        LEGEND if len(whole) else (),
        (confused,) if len(confused.rows) else (),
        pictures(table),
        undecided=undecided,
    )


def _confused(rows: pd.DataFrame) -> Table:
    cells = [
        {
            "model": row["model"],
            "arm": row["arm"],
            "letters": f"{row['by'] or '+'} → {row['level'] or '–'}",
            "times": str(row["n"]),
        }
        for row in records(rows)
    ]
    return Table(
        "Letters in wrong answers: what became of which (+ added, – lost)", pd.DataFrame(cells).astype(str), 3
    )


LEGEND = (
    "Tokenisation: the letters set apart against the whole word.",
    "Memorisation: common against made-up words of the same length and task. Word-likeness: those against random letters.",
    "Composition: the word spelled right and the task right on given letters, against the task itself.",
    "By task and length: * decided after correction for the number of comparisons (Holm).",
)


def _parts(table: pd.DataFrame, by: str) -> list[dict[str, Any]]:
    rows = records(table[(table["by"] == by) & (table["n"] > 0)])
    return [dict(row) | {"finding": _named(row)} for row in rows]


def _named(row: Row) -> str:
    return f"{row['finding']} ({row['arm']})" if row["arm"] else str(row["finding"])


def _cell(row: Row) -> str:
    mark = " *" if row["verdict"] in ("higher", "lower") else ""
    return words.interval(row["value"], row["low"], row["high"], "share").replace(" %", "") + mark
