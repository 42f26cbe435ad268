"""Records: a file of JSON, JSON lines, CSV or Parquet taken apart, each record with the place to name if it is wrong."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from evals.errors import BadFile

KNOWN = "name a file of battles: .json, .jsonl, .csv or .parquet; see docs/arena-files.md"
MANY = 10_000
"""Rows that are taken from a Parquet file at once."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        path: the file.
        kind: what its parts are called: line, record or row.
        number: which one it is, from 1 on.
        fields: name -> value; None of a cell of CSV that is empty.
    """

    path: Path
    kind: str
    number: int
    fields: Mapping[str, Any]

    def bad(self, what: str, fix: str = "mend or delete it") -> BadFile:
        """What is wrong with it, by file and line, to be raised."""
        return BadFile(f"{self.path}, {self.kind} {self.number}: {what}", fix)


def whole(path: Path) -> bytes:
    """The bytes of a file. Raises: BadFile: it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}", KNOWN) from None


def records(path: Path, data: bytes) -> Iterator[Record]:
    """The records of a file, in their order. Raises: BadFile: it is damaged, or none of the four."""
    if data[:4] == b"PAR1":
        return _rows(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} is no text of UTF-8: {error.reason} at byte {error.start}", KNOWN) from None
    begin = text.lstrip()[:1]
    if begin == "[":
        return _array(path, text)
    return _lines(path, text) if begin == "{" else _cells(path, text)


def _array(path: Path, text: str) -> Iterator[Record]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{path}, line {error.lineno} is not JSON: {error.msg}", "write or fetch it again"
        ) from None
    except RecursionError:
        raise BadFile(f"{path} is nested too deeply", KNOWN) from None
    for number, fields in enumerate(found, 1):
        yield _record(path, "record", number, fields)


def _lines(path: Path, text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise BadFile(
                    f"{path}, line {number} is not JSON: {error}", "one object a line, or a list of them"
                ) from None
            yield _record(path, "line", number, fields)


def _record(path: Path, kind: str, number: int, fields: Any) -> Record:
    if isinstance(fields, dict):
        return Record(path, kind, number, fields)
    raise Record(path, kind, number, {}).bad(f"it is {json.dumps(fields)[:40]}, not an object")


def _cells(path: Path, text: str) -> Iterator[Record]:
    csv.field_size_limit(2**31 - 1)  # answers are longer than what a table's cell usually holds
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    heads: list[str] | None = None
    try:
        for row in reader:
            record = Record(path, "line", before + 1, {})
            before = reader.line_num
            if heads is None:
                heads = [head.strip() for head in row]
            elif len(row) == len(heads):
                named = {head: cell or None for head, cell in zip(heads, row, strict=True)}
                yield Record(path, "line", record.number, named)
            elif row:
                raise record.bad(f"it has {len(row)} cells, and the head has {len(heads)}")
    except csv.Error as error:
        raise BadFile(f"{path}, line {before + 1} is no CSV: {error}", KNOWN) from None


def _rows(path: Path) -> Iterator[Record]:
    from evals.duck import duckdb

    engine = duckdb()
    try:
        with engine.connect() as base:
            found = base.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
            heads = [head[0] for head in found.description]
            numbers = count(1)
            while rows := found.fetchmany(MANY):
                for row in rows:
                    yield Record(path, "row", next(numbers), dict(zip(heads, row, strict=True)))
    except engine.Error as error:
        raise BadFile(f"{path} is damaged: {str(error).splitlines()[0]}", "write or fetch it again") from None
