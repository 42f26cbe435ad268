"""Frames: replies as a table, one row a reply, for pandas. `COLUMNS` says what each column holds and in which unit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pydantic_core

from evals import log
from evals.appended import whole_lines
from evals.columns import Line, Lists, taken_apart, together
from evals.errors import FINAL
from evals.log import Run, RunFile
from evals.types import Reply, Tag
from evals.undisturbed import undisturbed


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the frame.

    Attributes:
        name: as in the frame.
        dtype: its pandas dtype. `str` and `float64` hold NaN, `Int64` NA where nothing is known.
        unit: of a number; empty for texts.
        meaning: one line.
    """

    name: str
    dtype: str
    unit: str
    meaning: str


COLUMNS = (
    Column("run", "str", "", "the run's folder name; empty if none was given"),
    Column("suite", "str", "", "the suite's name"),
    Column("suite_version", "str", "", "its version: rows of different versions are not compared"),
    Column(
        "seed",
        "Int64",
        "",
        "from what the items were made: items of two runs are the same only if seed and sample are",
    ),
    Column("model", "str", "", "the model as it was named: provider/model?options"),
    Column("sample", "str", "", "the item's id"),
    Column("arm", "str", "", "the way it was asked"),
    Column("repeat", "int64", "", "0 for the first time this was asked, then 1, 2, ..."),
    Column("cluster", "str", "", "what is statistically one unit with others: a name, a word, a template"),
    Column("target", "str", "", "the right answer; NaN where none exists"),
    Column("outcome", "str", "", "the verdict; without one, `too_long` or `error`"),
    Column("answer", "str", "", "the answer as the scorer read it; NaN if it read none"),
    Column("value", "float64", "0 to 1", "partial credit; NaN where the suite gives none"),
    Column("rule", "str", "", "the rule that decided the verdict"),
    Column(
        "failure", "str", "", "why there is no verdict: rate_limit, timeout, scorer, ...; NaN if there is one"
    ),
    Column("failure_message", "str", "", "the same in one sentence"),
    Column("text", "str", "", "the visible reply, exactly as sent; NaN if none came"),
    Column("earlier", "str", "", "the replies of earlier turns, a blank line between; empty in one turn"),
    Column("calls", "str", "", "the tools it called, one a line: name(arguments) = result; empty if none"),
    Column("reasoning", "str", "", "hidden working, never scored; empty if none"),
    Column("stop", "str", "", "why the reply ended: stop, length, filter, tool"),
    Column("tokens_in", "Int64", "tokens", "of the prompt, as the provider counts"),
    Column("tokens_out", "Int64", "tokens", "of the reply"),
    Column("tokens_reasoning", "Int64", "tokens", "of the reasoning"),
    Column("seconds", "float64", "s", "from request to last byte"),
    Column("cost_usd", "float64", "US dollars", "NaN where the price is not known"),
    Column(
        "cached", "boolean", "", "whether it came from the cache: the cost is what it took when it was asked"
    ),
    Column("served_model", "str", "", "the model that the host says has answered"),
    Column("attempts", "int64", "requests", "how often it was tried"),
    Column("system", "str", "", "the system message; empty if none"),
    Column("prompt", "str", "", "the user's turns, a blank line between; the whole text for a base model"),
    Column(
        "images", "str", "", "the pictures shown with it: the names of their files, one a line; empty if none"
    ),
    Column("prompt_hash", "str", "", "16 hexadecimal digits of the exact prompt and its settings"),
    Column("display", "str", "", "the item as it stands in the prompt; NaN where its tokens are not known"),
    Column("display_tokens", "Int64", "tokens", "of the display, as the model reads the prompt"),
    Column("display_cuts", "str", "bytes", "of the display in each token, equal neighbours counted: `2 3*5`"),
    Column("display_route", "str", "", "by what the tokens are known"),
    Column("at", "datetime64[us, UTC]", "", "when the reply was judged"),
)
"""Every frame has these columns in this order, then `tag_NAME` for each tag and `note_NAME` for each scorer's note."""


SPREAD = ("tag_", "note_")
"""How the columns begin that not every frame has."""

BATCH = 50
"""So many replies at a time are data of their own while a log is read: few enough to stay in the processor's cache."""


def frame(
    replies: Iterable[Reply],
    run: str = "",
    versions: Mapping[str, str] | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Replies as a table, one row each, in the order given.

    Args:
        run: what to call the run they are from.
        versions: suite name -> version.
        seed: from what the items were made.
    Returns: the columns of `COLUMNS`, then one `tag_NAME` a tag and one `note_NAME` a note of the scorer: `boolean`,
        `Int64`, `Float64` or `str` where all its values are of that kind, else `object`; missing where a reply has none.
    """
    return _table(taken_apart([log.plain(reply) for reply in replies]), run, versions or {}, seed)


@dataclass(frozen=True)
class Rows:
    """A run as reports need it: what was asked, and the last reply of each key as a row of a frame."""

    folder: Path
    about: RunFile
    frame: pd.DataFrame

    @classmethod
    def of(cls, run: Run) -> "Rows":
        """A run that is in memory already."""
        about = run.about
        return cls(run.folder, about, frame(run.replies, run.folder.name, about.suites, about.seed))

    @property
    def missing(self) -> int:
        """As of a Run: how many replies the plan has and the log has not."""
        failure = self.frame["failure"]
        answered = self.frame[failure.isna() | failure.isin(FINAL)]
        out = {(each.model, each.suite, each.arm) for each in self.about.left_out}
        keys = zip(answered["model"], answered["suite"], answered["arm"], strict=True)
        return self.about.planned - sum(key not in out for key in keys)


def read(folder: Path) -> Rows:
    """A run's replies, straight from its log, in little more memory than their frame needs.

    What the columns show is checked by column. Where one is not of its kind, every line is read as a reply, which
    names the one that is damaged.
    Raises: NotFound, BadFile: as `log.read_run`.
    """
    about = log.read_about(folder)
    try:
        with undisturbed():
            lists = _last_of_each_key(together(_batches(whole_lines(folder / "replies.jsonl"))))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Rows.of(log.read_run(folder))
    if not all(_is_sound(column, lists[column.name]) for column in COLUMNS if column.name in lists):
        return Rows.of(log.read_run(folder))
    return Rows(folder, about, _table(lists, folder.name, about.suites, about.seed))


def _batches(lines: Iterator[bytes]) -> Iterator[list[Line]]:
    while batch := [pydantic_core.from_json(line) for line in islice(lines, BATCH)]:
        yield batch


def _last_of_each_key(lists: Lists) -> Lists:
    """The rows without those that a later one of the same key replaces; it stands where the first one stood."""
    keys = zip(*(lists[name] for name in ("model", "suite", "sample", "arm", "repeat")), strict=True)
    last = {key: place for place, key in enumerate(keys)}
    if len(last) == len(lists["model"]):
        return lists
    kept = {name: [values[place] for place in last.values()] for name, values in lists.items()}
    lost = {name for name, values in kept.items() if name.startswith(SPREAD) and set(values) == {None}}
    return {name: values for name, values in kept.items() if name not in lost}


KINDS = {
    "str": {"string"},
    "boolean": {"boolean"},
    "int64": {"integer"},
    "Int64": {"integer"},
    "float64": {"floating", "integer", "mixed-integer-float"},
    "datetime64[us, UTC]": {"string"},
}
"""dtype -> what pandas may call the values of which such a column is made, as they stand in a log."""


ALWAYS = {"model", "suite", "sample", "arm", "repeat", "cluster", "outcome", "attempts", "at"}
"""Columns in which nothing is missing."""


def _is_sound(column: Column, values: list[Any]) -> bool:
    found = pd.api.types.infer_dtype(values, skipna=column.name not in ALWAYS)
    return found == "empty" or found in KINDS[column.dtype]


def _table(lists: Lists, run: str, versions: Mapping[str, str], seed: int | None) -> pd.DataFrame:
    """The lists as a frame."""
    count = len(lists["suite"])
    known: dict[str, Any] = {
        **lists,
        "run": [run] * count,
        "seed": [seed] * count,
        "suite_version": [versions.get(suite, "") for suite in lists["suite"]],
        "at": pd.to_datetime(lists["at"], utc=True, format="ISO8601", errors="coerce"),
    }
    columns = {column.name: pd.Series(known[column.name], dtype=column.dtype) for column in COLUMNS}
    for prefix in SPREAD:
        columns |= {name: _series(values) for name, values in lists.items() if name.startswith(prefix)}
    return pd.DataFrame(columns)


LARGEST = 2**53
"""Whole numbers beyond this would lose digits as floats, or not fit at all."""

TAGS: tuple[tuple[str, set[type]], ...] = (
    ("boolean", {bool}),
    ("Int64", {int}),
    ("Float64", {int, float}),
    ("str", {str}),
)


def _series(values: list[Tag | None]) -> "pd.Series[Any]":
    """A column of the narrowest dtype that keeps every value as it is."""
    kinds = set(map(type, values)) - {type(None)}
    dtype = next((name for name, fitting in TAGS if kinds <= fitting), "object")
    if int in kinds and any(isinstance(value, int) and abs(value) > LARGEST for value in set(values)):
        dtype = "object"
    return pd.Series(values, dtype=dtype)
