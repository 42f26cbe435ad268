"""Views: a report as people read it: tables of texts, what models said side by side, lines, and pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evals import words
from evals.charts import Picture
from evals.measure import LOST

TOLERATED = 0.05
"""Where more than this share of the replies had nothing to judge, a number is marked."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        title: what it shows; empty where the section's title says it.
        rows: all columns are texts, or what the token lens has drawn; their names are the heads.
        keys: how many leading columns name the row.
        folded: where there is not room for all columns side by side, the rest is named and not shown.
    """

    title: str
    rows: pd.DataFrame
    keys: int = 1
    folded: bool = False


@dataclass(frozen=True)
class Said:
    """One reply, or several that are alike.

    Attributes:
        text: as the model wrote it, line breaks included.
        verdict: what is made of it, in words; empty where nothing is to be judged.
        good: whether that is good; None for neither.
        count: how many replies were so; 0 where only one was asked for.
    """

    text: str
    verdict: str = ""
    good: bool | None = None
    count: int = 0


@dataclass(frozen=True)
class Voice:
    """What one model said.

    Attributes:
        notice: what must be said beside its words here.
    """

    model: str
    said: tuple[Said, ...]
    notice: str = ""


@dataclass(frozen=True)
class Exchange:
    """One prompt and what models said to it, to be read side by side.

    Attributes:
        title: what it shows; empty where it belongs to the exchange before it.
        lines: sentences below the title.
        prompt: as it was sent, line breaks included; system: the system message, none if empty.
        how: how it was asked ("continued, 20 times"), and what would be right.
        voices: a model each.
    """

    title: str
    lines: tuple[str, ...]
    prompt: str
    how: str
    voices: tuple[Voice, ...]
    system: str = ""


@dataclass(frozen=True)
class View:
    """What is shown of a report.

    Attributes:
        tables: everywhere.
        lines: findings as sentences, everywhere.
        undecided: sentences of what was not decided, everywhere; where there is little room only their number.
        notes: legends of the tables, wherever these are.
        more: tables that only a page has room for.
        pictures: on a page, in files and in a notebook.
        exchanges: prompts and replies, everywhere; between the tables and the lines.
    """

    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    more: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """All sentences: findings, what is undecided, then legends."""
        return self.lines + self.undecided + self.notes

    def brief(self, name: str, more: str = "") -> "View":
        """What has room at the end of a run: findings in words, and what models said where that is the finding.

        Args: name: of the report. more: what to say of those undecided beside their number.
        """
        count = len(self.undecided)
        verb = " is" if count == 1 else "s are"
        counted = f"{count} comparison{verb} undecided{more}: evals report RUN --report {name}"
        return View(lines=self.lines + ((counted,) if count else ()), exchanges=self.exchanges)

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.tables or self.exchanges or self.said or self.more or self.pictures)


def plain(frame: pd.DataFrame) -> View:
    """Any frame as it is, its numbers to three digits."""
    rows = pd.DataFrame({str(name): [text(value) for value in frame[name]] for name in frame})
    return View((Table("", rows),))


def records(table: pd.DataFrame) -> list[Row]:
    """The rows as mappings from column to value."""
    return [
        dict(zip(map(str, table.columns), row, strict=True))
        for row in table.itertuples(index=False, name=None)
    ]


def in_order(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The rows brought together by these columns, values in the order in which they first occur."""
    places = [pd.factorize(table[column])[0] for column in reversed(columns)]
    return table.iloc[np.lexsort(places)].reset_index(drop=True)


def several(values: "pd.Series[Any]") -> bool:
    """Whether there is more than one different value."""
    return len(values.unique()) > 1


def text(value: Any) -> str:
    """Any value as people read it: a dash for none, three digits for a float."""
    if pd.isna(value):
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def spread(rows: Sequence[Row], keys: Sequence[str], column: str, cell: Callable[[Row], str]) -> pd.DataFrame:
    """Long rows made wide: one row a combination of the keys, one column a value of `column`, in order of occurrence."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    heads = dict.fromkeys(str(row[column]) for row in rows)
    for row in rows:
        label = tuple(text(row[key]) for key in keys)
        found.setdefault(label, dict(zip(keys, label, strict=True)))[str(row[column])] = cell(row)
    return pd.DataFrame(list(found.values()), columns=[*keys, *heads]).fillna("–").astype(str)


def metrics(table: pd.DataFrame, keys: Sequence[str], title: str = "") -> Table:
    """Rows of `measure` as a table: metrics side by side, each with its interval, and the number of items.

    A metric that no row has is left out, unless no row has any.
    """
    found = table.groupby("metric")["n"].transform("max") > 0
    rows = records(table[found] if found.any() else table)
    wide = spread(rows, keys, "metric", _metric_cell)
    most = spread(_most_items(rows, keys), keys, "what", lambda row: str(row["n"]))
    wide.insert(len(keys), "n", most["n"])
    return Table(title, unrepeated(wide, keys[0]), len(keys))


def _most_items(rows: Sequence[Row], keys: Sequence[str]) -> list[Row]:
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        label = tuple(text(row[key]) for key in keys)
        best = found.setdefault(label, {key: row[key] for key in keys} | {"what": "n", "n": 0})
        best["n"] = max(best["n"], row["n"])
    return list(found.values())


def _metric_cell(row: Row) -> str:
    shown = words.interval(row["value"], row["low"], row["high"], row["unit"])
    return shown + (" †" if row["lost"] > TOLERATED else "")


def legend(table: pd.DataFrame) -> tuple[str, ...]:
    """What the metrics of a `measure` table mean, and what the marks do."""
    rows = records(table.drop_duplicates(["suite", "metric"]))
    notes = ["In brackets: 95 % confidence intervals; n: items."]
    notes += [_meaning(row) for row in rows]
    if (table["lost"] > TOLERATED).any():
        notes.append(f"† more than 5 % of the replies had nothing to judge ({', '.join(sorted(LOST))}).")
    return tuple(notes)


def legend_in_brief(table: pd.DataFrame) -> tuple[str, ...]:
    """The same, a line a suite: "names: FR ↓ fabrication rate; ..."; without metrics that no row has."""
    found = table.groupby(["suite", "metric"])["n"].transform("max") > 0
    rows = records(table[found].drop_duplicates(["suite", "metric"]))
    arrows = {"higher": " ↑", "lower": " ↓"}
    said: dict[str, list[str]] = {}
    for row in rows:
        title = "" if row["title"] == row["metric"] else f" {row['title'].rstrip('.')}"
        unit = "" if row["unit"] in ("share", "points") else f", in {row['unit']}"
        arrow = arrows.get(row["better"], "") if isinstance(row["better"], str) else ""
        said.setdefault(row["suite"], []).append(f"{row['metric']}{arrow}{title}{unit}")
    notes = [f"{suite}: {'; '.join(each)}" for suite, each in said.items()]
    lost = f" † more than 5 % of the replies had nothing to judge ({', '.join(sorted(LOST))})."
    known = "In brackets: 95 % confidence intervals; n: items; ↑ more is better, ↓ less."
    return (*notes, known + (lost if (table["lost"] > TOLERATED).any() else ""))


def _meaning(row: Row) -> str:
    title = row["title"] if row["title"] != row["metric"] else ""
    if row["unit"] not in ("share", "points"):
        title = f"{title or row['metric']}, in {row['unit']}"
    better = f"{row['better']} is better" if isinstance(row["better"], str) else ""
    return (
        f"{row['metric']}: {title} ({better})" if title and better else f"{row['metric']}: {title or better}"
    )


def unrepeated(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """The table with a key shown only where it changes."""
    return table.assign(**{key: table[key].mask(table[key] == table[key].shift(), "")})
