"""Prompts of a file as a suite: nothing but questions, to which no answer is the right one.

FILE.jsonl, FILE.csv: one a row, with `prompt` (or `input`, `question`, `instruction`) and, if given, `id`, `category`
(several with commas between) and `cluster`. Any other text: one prompt a line.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from evals.errors import BadFile, BadInput
from evals.suite import NoOptions, Suite
from evals.toml_suite import numbered
from evals.types import Arm, Response, Sample, Score, digest

NAMES = ("prompt", "input", "question", "instruction")
"""What the column may be called that holds the prompts."""

MAX_TOKENS = 2048

SUITE_FILE = '''"""Prompts to which no answer is the right one. Written by evals arena play."""

from pathlib import Path

from evals.arena.prompts import suite as load

suite = load(Path(__file__).parent)
'''


def folder(path: Path, place: Path) -> Path:
    """The prompts of a file as a suite's folder, named by what they are, in `place`; the same file gives the same folder.

    Raises: BadFile: the file holds no prompts; names the line that is wrong. BadInput: the folder cannot be written.
    """
    rows = list(_rows(path))
    _check_ids(path, rows)
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    name = re.sub(r"[^\w.-]+", "-", path.stem).strip("-.") or "prompts"
    made = place / f"{name}-{digest(text)[:8]}"
    try:
        made.mkdir(parents=True, exist_ok=True)
        (made / "prompts.jsonl").write_text(text, "utf-8")
        (made / "suite.py").write_text(SUITE_FILE, "utf-8")
    except OSError as error:
        raise BadInput(
            f"{made} cannot be written: {error.strerror}", "name another folder with --out"
        ) from None
    return made


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix in {".jsonl", ".csv"}:
        yield from (_row(path, number, row) for number, row in numbered(path))
        return
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"{path} cannot be read: {error}", "name a text, JSONL or CSV file of prompts"
        ) from None
    found = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise BadFile(f"{path} has no prompts", "write one a line")
    yield from ({"id": f"{number:05}", "prompt": line} for number, line in found)


def _row(path: Path, number: int, row: Mapping[str, Any]) -> dict[str, str]:
    text = next((row[name] for name in NAMES if row.get(name)), None)
    if not isinstance(text, str) or not text.strip():
        raise BadFile(f"{path}, line {number} has no prompt", f"give it one of: {', '.join(NAMES)}")
    categories = row.get("categories") or row.get("category") or ""
    told = {
        "id": str(row.get("id") or f"{number:05}"),
        "prompt": text,
        "category": ",".join(map(str, categories)) if isinstance(categories, list) else str(categories),
        "cluster": str(row.get("cluster") or ""),
    }
    return {key: value for key, value in told.items() if value}


def _check_ids(path: Path, rows: list[dict[str, str]]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise BadFile(f"{path} has two prompts of the id {row['id']!r}", "give each one of its own")
        seen.add(row["id"])


def suite(folder: Path) -> Suite:
    """The suite of such a folder."""
    samples = [_sample(row) for _, row in numbered(folder / "prompts.jsonl")]
    return Suite(
        name=folder.name.rpartition("-")[0],
        version="1",
        about="prompts to which no answer is the right one",
        samples=partial(_draw, samples),
        arms=(Arm("prompt", "{input}", max_tokens=MAX_TOKENS),),
        score=_unjudged,
        metrics=(),
        sizes={"quick": min(60, len(samples)), "standard": min(400, len(samples)), "full": len(samples)},
        solved=lambda _sample, _arm: None,
    )


def _sample(row: Mapping[str, str]) -> Sample:
    tags = {"category": row["category"]} if "category" in row else {}
    return Sample(row["id"], row["prompt"], tags=tags, cluster=row.get("cluster", ""))


def _draw(samples: list[Sample], seed: int, n: int, _options: NoOptions) -> list[Sample]:
    """The first n in an order that the seed decides; all of them in their own."""
    return samples if n >= len(samples) else Random(seed).sample(samples, n)


def _unjudged(_sample: Sample, _arm: str, _response: Response) -> Score:
    return Score("said")
