"""Parquet files of battles, straight into a pool: DuckDB counts what is alike, and no battle becomes a thing of its own.

Columns: `model_a`, `model_b` and `winner` must be there; `id`, `question` (or `question_id`), `cluster`, `judge` and `weight`
count as those of `Battle`, and so do `categories`, as lists or as JSON, and `style`, as JSON,
where they matter; others are left alone.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import eq
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals import safe
from evals.arena.pool import Codes, Mask, Pool, alone
from evals.arena.winners import WINNERS
from evals.duck import compiled
from evals.errors import BadFile, NotFound
from evals.stats import Floats

NEEDED = ("model_a", "model_b", "winner")
UNITS = {"cluster": ("cluster", "question", "question_id"), "judge": ("judge",)}
"""What makes a unit -> the columns that may say so; in each row the first that does."""

Arrays = dict[str, NDArray[Any]]
Lists = dict[str, list[Any]]


class Table:
    """The battles of some Parquet files, as DuckDB sees them.

    Raises: NotFound: a file is not there. BadFile: it is no Parquet, or holds no battles. BadInput: DuckDB is not installed.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        engine = compiled()
        self._paths, self._failure, self._base = paths, engine.Error, engine.connect()
        self._files = f"FROM read_parquet([{_quoted(map(str, paths))}], union_by_name = true"
        self.columns = self._described()
        self.weight = "CAST(weight AS DOUBLE)" if "weight" in self.columns else "1.0"

    def _described(self) -> set[str]:
        for path in self._paths:
            if not path.is_file():
                raise NotFound(f"there is no file {path}", "name an arena, or a file of battles")
        names = self._listed(f"DESCRIBE {self._files})")["column_name"]
        for name in NEEDED:
            if name not in names:
                raise BadFile(
                    f"{self._paths[0]} has no column {name}, so that it holds no battles",
                    f"it has {', '.join(names)}",
                )
        return set(names)

    def select(self, columns: str, rest: str = "") -> Lists:
        """Columns, in SQL, as lists: of few rows, for which numpy would first have to load what it has for gaps."""
        return self._listed(f"{self._files}) SELECT {columns} {rest}")

    def arrays(self, columns: str) -> Arrays:
        """Columns, in SQL, of all rows."""
        found: Arrays = self._asked(f"{self._files}) SELECT {columns}").fetchnumpy()
        return found

    def weights(self) -> str:
        """The sums of weights and of their squares, in SQL; where all weigh the same, their count says it."""
        if "weight" not in self.columns:
            return ""
        sums = f"sum({self.weight}) AS weight, sum({self.weight} ** 2) AS square"
        return f", {sums}, bool_and({self.sound()}) AS sound"

    def sound(self) -> str:
        """Whether a row has a weight that one can count with, in SQL."""
        return f"coalesce(isfinite({self.weight}) AND {self.weight} > 0, false)"

    def know(self, models: Sequence[str]) -> None:
        """Make a type of the models' names: `enum_code(NAME::model)` is the place of each."""
        self._base.execute(f"CREATE TYPE model AS ENUM ({_quoted(models)})")

    def refuse(self, condition: str, says: str) -> None:
        """Raises: BadFile: a condition holds for some row; it names file and row, from 1."""
        found = self._listed(
            f"{self._files}, filename = '_file', file_row_number = true) WHERE {condition} ORDER BY _file, file_row_number LIMIT 1"
        )
        if found["_file"]:
            row = {name: values[0] for name, values in found.items()}
            where = f"{row['_file']}, row {row['file_row_number'] + 1}"
            raise BadFile(f"{where} is no battle: {says.format(**row)}", "mend or delete that row")

    def names(self, cell: str) -> list[str]:
        """The names in a cell of lists, which is given as JSON. Raises: BadFile: it holds no list of names."""
        try:
            found = json.loads(cell)
            found = json.loads(found) if isinstance(found, str) else found or []
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise BadFile(
                f"{self._paths[0]}: categories has {safe.line(cell, 60)}, which is no list of names",
                "write lists of texts there, or such lists as JSON",
            )
        return found

    def _listed(self, query: str) -> Lists:
        found = self._asked(query)
        names = [each[0] for each in found.description]
        rows = found.fetchall()
        return dict(
            zip(names, map(list, zip(*rows, strict=True)) if rows else ([] for _ in names), strict=True)
        )

    def _asked(self, query: str) -> Any:
        try:
            return self._base.execute(query)
        except self._failure as error:
            names = ", ".join(map(str, self._paths))
            raise BadFile(
                f"{names} cannot be read: {safe.line(error)}", "name a Parquet file of battles"
            ) from None


def pool(paths: Sequence[Path], *, units: bool = True, more: bool = False) -> Pool:
    """The battles of Parquet files, which count as one.

    Args:
        units: whether it matters which question and which judge a battle belongs to.
        more: whether judges' names, categories and style matter too.
    Raises: as `Table`; BadFile: a row that is no battle, named by number, or an id that occurs twice.
    """
    table = Table(paths)
    found = table.select(f"model_a, model_b, winner, count(*) AS count{table.weights()}", "GROUP BY ALL")
    _check(table, found)
    models = tuple(sorted({*found["model_a"], *found["model_b"]}))
    told = {kind: _told(names, table.columns) for kind, names in UNITS.items()}
    if more or (units and any(told.values())):
        return _by_row(table, models, told, more=more)
    places = {name: place for place, name in enumerate((*models, *WINNERS))}
    a, b, outcome = (np.array([places[name] for name in found[column]], np.int64) for column in NEEDED)
    names = ("count", "weight", "square") if "weight" in found else ("count",) * 3
    count, weight, square = (np.array(found[name], float) for name in names)
    return Pool(models, a, b, outcome - len(models), count, weight, square).cells()


def _told(names: Sequence[str], columns: set[str]) -> str:
    """What says which unit a row belongs to, in SQL; empty if nothing does."""
    there = [f"nullif(CAST({name} AS VARCHAR), '')" for name in names if name in columns]
    return f"coalesce({', '.join(there)})" if there else ""


def _by_row(table: Table, models: Sequence[str], told: dict[str, str], *, more: bool) -> Pool:
    """A row a battle. The units are told apart by DuckDB's hashes of their names, of 64 bits: among a million names two are
    taken for one with a chance of 3 in 100 million.
    """
    table.know(models)
    columns = [f"enum_code(model_{side}::model) AS {side}" for side in "ab"]
    columns += [f"list_position([{_quoted(WINNERS)}], winner) - 1 AS outcome", f"{table.weight} AS weight"]
    columns += [f"coalesce(hash({text}), 0) AS {kind}" for kind, text in told.items() if text]
    found = table.arrays(", ".join(columns))
    a, b, outcome = (found[name].astype(np.int64) for name in ("a", "b", "outcome"))
    weight = found["weight"].astype(float)
    cluster, judge = (_units(found[kind]) if kind in found else None for kind in UNITS)
    whole = Pool(tuple(models), a, b, outcome, np.ones(len(a)), weight, weight**2, cluster, judge)
    if not more:
        return whole
    return replace(
        whole, judges=_names(table, told["judge"]), categories=_categories(table), style=_style(table)
    )


def _names(table: Table, text: str) -> tuple[str, ...]:
    """The names of units, in the order of their hashes."""
    if not text:
        return ()
    found = table.select(
        f"DISTINCT {text} AS name, hash({text}) AS code", f"WHERE {text} IS NOT NULL ORDER BY code"
    )
    return tuple(found["name"])


def _categories(table: Table) -> dict[str, Mask]:
    """Board -> which rows it has, of a column that holds lists, or lists as JSON. Raises: BadFile: it holds others."""
    if "categories" not in table.columns:
        return {}
    texts, place = np.unique(
        table.arrays("coalesce(CAST(to_json(categories) AS VARCHAR), 'null') AS text")["text"].astype(str),
        return_inverse=True,
    )
    lists = [table.names(text) for text in texts.tolist()]
    names = sorted({name for each in lists for name in each})
    return {name: np.array([name in each for each in lists], bool)[place] for name in names}


def _style(table: Table) -> dict[str, Floats]:
    """Feature -> what it is of both answers, of a column that holds {feature: [a, b]} as JSON."""
    if "style" not in table.columns:
        return {}
    names = table.select("DISTINCT unnest(json_keys(style)) AS name", "ORDER BY name")["name"]
    found = {}
    for name in names:
        both = table.arrays(f"{_side(name, 0)} AS a, {_side(name, 1)} AS b")
        found[name] = np.column_stack([both["a"], both["b"]])
    return found


def _side(name: str, side: int) -> str:
    """One answer's feature, in SQL; NaN where it is not told."""
    place = '$."' + name.replace('"', '\\"') + f'"[{side}]'
    return f"coalesce(TRY_CAST(json_extract(style, {_quoted([place])}) AS DOUBLE), 'nan')"


def _units(hashes: NDArray[np.uint64]) -> Codes | None:
    """Hashes as whole numbers from 0, where 0 is a unit of its own; None where all are."""
    names, codes = np.unique(hashes, return_inverse=True)
    if not len(names) or names[0]:
        return codes
    return alone(codes - 1, len(names) - 1) if len(names) > 1 else None


def _check(table: Table, found: Lists) -> None:
    """Raises: BadFile: some row is no battle, or an id occurs twice."""
    table_is = {
        "winner IS NULL OR winner NOT IN (" + _quoted(WINNERS) + ")": (
            not set(found["winner"]) <= set(WINNERS),
            "{winner!r} is no winner, which are " + ", ".join(WINNERS),
        ),
        "coalesce(model_a, '') = '' OR coalesce(model_b, '') = ''": (
            not all(found["model_a"]) or not all(found["model_b"]),
            "a model has no name",
        ),
        "model_a = model_b": (any(map(eq, found["model_a"], found["model_b"])), "{model_a!r} meets itself"),
        f"NOT {table.sound()}": ("sound" in found and not all(found["sound"]), "its weight is {weight}"),
    }
    for condition, (holds, says) in table_is.items():
        if holds:
            table.refuse(condition, says)
    if "id" in table.columns:
        twice = table.select("id", "GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1")["id"]
        if len(twice):
            raise BadFile(
                f"the battle {twice[0]!r} occurs more than once",
                "leave one of them out: a battle counts once",
            )


def _quoted(texts: Iterable[str]) -> str:
    """Texts as SQL writes them, commas between."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
