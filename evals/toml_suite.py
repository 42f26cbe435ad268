"""Suites that are only data: a `suite.toml` beside samples in a CSV or JSONL file."""

import csv
import io
import json
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evals import scorer
from evals.errors import BadFile, NotFound, fault
from evals.suite import NoOptions, Suite, check
from evals.types import Arm, Sample


class TomlArm(BaseModel):
    """An arm of a data-only suite."""

    model_config = ConfigDict(extra="forbid")

    name: str
    prompt: str
    system: str = ""
    max_tokens: int = 512
    temperature: float | None = 0.0


class TomlSuite(BaseModel):
    """`suite.toml`: a suite that is only data."""

    model_config = ConfigDict(extra="forbid")

    name: str
    version: str = "1"
    about: str = ""
    data: str
    scorer: str
    arms: list[TomlArm]


def from_toml(path: Path) -> Suite:
    """A data-only suite: a CSV or JSONL of `input` and `target` (other columns become tags), a scorer by name.

    Raises: BadFile: names the file, and the key or line that is wrong.
    """
    try:
        spec = TomlSuite.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} is not TOML: {error}", "correct that line") from None
    except ValidationError as error:
        raise BadFile(f"{path}: {fault(error)}", "see docs/suites.md") from None
    if spec.scorer not in scorer.SCORERS:
        raise NotFound.among(f"scorer ({path})", spec.scorer, scorer.SCORERS)
    rows = read_rows(path.parent / spec.data)
    suite = Suite(
        name=spec.name,
        version=spec.version,
        about=spec.about,
        samples=partial(_draw, rows),
        arms=tuple(
            Arm(a.name, a.prompt, system=a.system, max_tokens=a.max_tokens, temperature=a.temperature)
            for a in spec.arms
        ),
        score=scorer.SCORERS[spec.scorer],
        sizes={"quick": min(60, len(rows)), "standard": min(400, len(rows)), "full": len(rows)},
    )
    return check(suite, path)


def read_rows(path: Path) -> list[Sample]:
    """Samples from a CSV or JSONL file with `input` and `target`, one a row; `id` and `cluster` if given.

    Raises: BadFile: names the file and the line.
    """
    return [_sample(path, number, row) for number, row in numbered(path)]


def numbered(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a CSV or JSONL file, with the numbers of their lines.

    Raises: BadFile: it cannot be read, holds none, or a line is not one; names file and line.
    """
    try:
        text = path.read_text("utf-8-sig")  # spreadsheets begin their CSV with a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}", "name a CSV or JSONL file") from None
    rows = list((_read_jsonl if path.suffix == ".jsonl" else _read_csv)(path, text))
    if not rows:
        raise BadFile(f"{path} has no rows", "give it at least one")
    return rows


def _read_jsonl(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects; only a line feed ends a line, as JSON strings may hold Unicode's other breaks."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadFile(
                f"{path}, line {number} is not JSON: {error}", "write one JSON object a line"
            ) from None
        if not isinstance(row, dict):
            raise BadFile(f"{path}, line {number} is not a JSON object", "write one JSON object a line")
        yield number, row


def _read_csv(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers of the lines on which rows end, and the rows; a quoted cell may hold line breaks."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        if None in row or None in row.values():
            raise BadFile(
                f"{path}, line {reader.line_num} has not as many cells as the first line",
                "give every row one cell a column; put quotes round a cell that holds a comma",
            )
        yield reader.line_num, row


def _sample(path: Path, number: int, row: dict[str, Any]) -> Sample:
    if row.get("input") in (None, "") or "target" not in row:
        raise BadFile(f"{path}, line {number} has no input or no target", "give every row both")
    target = row["target"]
    extra = {key: value for key, value in row.items() if key not in ("id", "input", "target", "cluster")}
    return Sample(
        id=str(row.get("id") or f"{number:05}"),
        input=str(row["input"]),
        target=None if target is None else str(target),
        tags={key: value for key, value in extra.items() if isinstance(value, str | int | float | bool)},
        cluster=str(row.get("cluster") or ""),
        fields={key: str(value) for key, value in extra.items()},
    )


def _draw(rows: list[Sample], seed: int, n: int, _options: NoOptions) -> list[Sample]:
    """The first n rows in an order that the seed decides."""
    return Random(seed).sample(rows, min(n, len(rows)))
