"""Parquet files of battles, straight into a pool: DuckDB counts what is alike, and no battle becomes a thing of its own.

Columns: `model_a`, `model_b` and `winner` must be there; `id`, `question` (or `question_id`), `cluster`, `judge` and `weight`
count as those of `Battle`; others are left alone.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals import safe
from evals.arena.pool import Codes, Pool, alone
from evals.arena.winners import WINNERS
from evals.duck import duckdb
from evals.errors import BadFile, NotFound

NEEDED = ("model_a", "model_b", "winner")
UNITS = {"cluster": ("cluster", "question", "question_id"), "judge": ("judge",)}
"""What makes a unit -> the columns that may say so; in each row the first that does."""

Arrays = dict[str, Any]


class Table:
    """The battles of some Parquet files, as DuckDB sees them.

    Raises: NotFound: a file is not there. BadFile: it is no Parquet, or holds no battles. BadInput: DuckDB is not installed.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        engine = duckdb()
        self._paths, self._failure, self._base = paths, engine.Error, engine.connect()
        self._files = f"FROM read_parquet([{_quoted(map(str, paths))}], union_by_name = true"
        self.columns = self._described()
        self.weight = "CAST(weight AS DOUBLE)" if "weight" in self.columns else "1.0"

    def _described(self) -> set[str]:
        for path in self._paths:
            if not path.is_file():
                raise NotFound(f"there is no file {path}", "name an arena, or a file of battles")
        found = self._asked(f"DESCRIBE {self._files})")
        names = found["column_name"].tolist()
        for name in NEEDED:
            if name not in names:
                raise BadFile(
                    f"{self._paths[0]} has no column {name}, so that it holds no battles",
                    f"it has {', '.join(names)}",
                )
        return set(names)

    def select(self, columns: str, rest: str = "") -> Arrays:
        """Columns, in SQL, as arrays."""
        return self._asked(f"{self._files}) SELECT {columns} {rest}")

    def weights(self) -> str:
        """The sums of weights and of their squares, in SQL; where all weigh the same, their count says it."""
        if "weight" not in self.columns:
            return ""
        return (
            f", sum({self.weight}) AS weight, sum({self.weight} ** 2) AS square, min({self.weight}) AS least"
        )

    def know(self, models: Sequence[str]) -> None:
        """Make a type of the models' names: `enum_code(NAME::model)` is the place of each."""
        self._base.execute(f"CREATE TYPE model AS ENUM ({_quoted(models)})")

    def refuse(self, condition: str, says: str) -> None:
        """Raises: BadFile: a condition holds for some row; it names file and row, from 1."""
        found = self._asked(
            f"{self._files}, filename = '_file', file_row_number = true) WHERE {condition} ORDER BY _file, file_row_number LIMIT 1"
        )
        if len(found["_file"]):
            row = {name: values[0] for name, values in found.items()}
            where = f"{row['_file']}, row {int(row['file_row_number']) + 1}"
            raise BadFile(f"{where} is no battle: {says.format(**row)}", "mend or delete that row")

    def _asked(self, query: str) -> Arrays:
        try:
            found: Arrays = self._base.execute(query).fetchnumpy()
        except self._failure as error:
            names = ", ".join(map(str, self._paths))
            raise BadFile(
                f"{names} cannot be read: {safe.line(error)}", "name a Parquet file of battles"
            ) from None
        return found


def pool(paths: Sequence[Path], *, units: bool = True) -> Pool:
    """The battles of Parquet files, which count as one.

    Args: units: whether it matters which question and which judge a battle belongs to.
    Raises: as `Table`; BadFile: a row that is no battle, named by number, or an id that occurs twice.
    """
    table = Table(paths)
    found = table.select(f"model_a, model_b, winner, count(*) AS count{table.weights()}", "GROUP BY ALL")
    _check(table, found)
    models = tuple(sorted({*found["model_a"].tolist(), *found["model_b"].tolist()}))
    told = {kind: _told(names, table.columns) for kind, names in UNITS.items()}
    if units and any(told.values()):
        return _by_unit(table, models, told)
    places = {name: place for place, name in enumerate((*models, *WINNERS))}
    a, b, outcome = (
        np.array([places[name] for name in found[column].tolist()], np.int64) for column in NEEDED
    )
    count, weight, square = (
        (found[name] if name in found else found["count"]).astype(float)
        for name in ("count", "weight", "square")
    )
    return Pool(models, a, b, outcome - len(models), count, weight, square).cells()


def _told(names: Sequence[str], columns: set[str]) -> str:
    """What says which unit a row belongs to, in SQL; empty if nothing does."""
    there = [f"nullif(CAST({name} AS VARCHAR), '')" for name in names if name in columns]
    return f"coalesce({', '.join(there)})" if there else ""


def _by_unit(table: Table, models: Sequence[str], told: dict[str, str]) -> Pool:
    """A row a battle. The units are told apart by DuckDB's hashes of their names, of 64 bits: among a million names two are
    taken for one with a chance of 3 in 100 million.
    """
    table.know(models)
    columns = [f"enum_code(model_{side}::model) AS {side}" for side in "ab"]
    columns += [f"list_position([{_quoted(WINNERS)}], winner) - 1 AS outcome", f"{table.weight} AS weight"]
    columns += [f"coalesce(hash({text}), 0) AS {kind}" for kind, text in told.items() if text]
    found = table.select(", ".join(columns))
    a, b, outcome = (found[name].astype(np.int64) for name in ("a", "b", "outcome"))
    weight = found["weight"].astype(float)
    cluster, judge = (_units(found[kind]) if kind in found else None for kind in UNITS)
    return Pool(tuple(models), a, b, outcome, np.ones(len(a)), weight, weight**2, cluster, judge)


def _units(hashes: NDArray[np.uint64]) -> Codes | None:
    """Hashes as whole numbers from 0, where 0 is a unit of its own; None where all are."""
    names, codes = np.unique(hashes, return_inverse=True)
    if not len(names) or names[0]:
        return codes
    return alone(codes - 1, len(names) - 1) if len(names) > 1 else None


def _check(table: Table, found: Arrays) -> None:
    """Raises: BadFile: some row is no battle, or an id occurs twice."""
    table_is = {
        "winner IS NULL OR winner NOT IN (" + _quoted(WINNERS) + ")": (
            not set(found["winner"].tolist()) <= set(WINNERS),
            "{winner!r} is no winner, which are " + ", ".join(WINNERS),
        ),
        "coalesce(model_a, '') = '' OR coalesce(model_b, '') = ''": (
            not all(found["model_a"].tolist()) or not all(found["model_b"].tolist()),
            "a model has no name",
        ),
        "model_a = model_b": (bool((found["model_a"] == found["model_b"]).any()), "{model_a!r} meets itself"),
        f"NOT coalesce(isfinite({table.weight}) AND {table.weight} > 0, false)": (
            "weight" in found and not (np.isfinite(found["weight"]).all() and (found["least"] > 0).all()),
            "its weight is {weight}",
        ),
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
