"""Exporting: an arena's battles as a file that other tools read, and from which an import makes the same battles."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.arena import journal
from evals.arena.battle import Battle
from evals.arena.files.chatbot import OURS
from evals.arena.files.own import PACKED
from evals.arena.files.talk import conversation
from evals.arena.folder import Arena
from evals.errors import BadInput


def write(arena: Arena, path: Path) -> int:
    """Write an arena's battles, as the file's name says: .jsonl, .json (Chatbot Arena), .csv or .parquet.

    Returns: how many there are.
    Raises: BadInput: another name, or the file cannot be written. BadFile: the arena's log is damaged.
    """
    if path.suffix not in WRITERS:
        raise BadInput(f"--out {path} does not say as what", f"let it end in {', '.join(WRITERS)}")
    battles = arena.battles()
    try:
        WRITERS[path.suffix](arena, battles, path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}", "name another place") from None
    return len(battles)


def _jsonl(_: Arena, battles: Iterable[Battle], path: Path) -> None:
    path.write_bytes(b"".join(map(journal.line, battles)))


def _json(arena: Arena, battles: Iterable[Battle], path: Path) -> None:
    text = json.dumps([_record(arena, battle) for battle in battles], ensure_ascii=False, indent=1)
    path.write_text(text + "\n", "utf-8")


def _record(arena: Arena, battle: Battle) -> dict[str, Any]:
    """A battle as Chatbot Arena's files have it, the rest of it under `evals`."""
    turns = dict(_conversations(arena, battle))
    asked = [sum(turn["role"] == "user" for turn in each) for each in turns.values()]
    return {
        "question_id": battle.question,
        "model_a": battle.model_a,
        "model_b": battle.model_b,
        "winner": battle.winner,
        "judge": battle.judge,
        **turns,
        "turn": max(asked, default=1),
        "anony": battle.notes.get("anony", True),
        "language": battle.notes.get("language", "unknown"),
        "tstamp": _seconds(battle.at),
        "evals": _rest(arena, battle),
    }


def _rest(arena: Arena, battle: Battle) -> dict[str, Any]:
    """What the shape has no place for."""
    rest = {name: getattr(battle, name) for name in COLUMNS if name in OURS}
    question = arena.questions.get(battle.question)
    shared = question is not None and any(role == "assistant" for role, _ in question.before)
    return rest | {"shared": shared}


def _conversations(arena: Arena, battle: Battle) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Both conversations, where the arena knows question and answers."""
    question = arena.questions.get(battle.question)
    for side, model in (("a", battle.model_a), ("b", battle.model_b)):
        answer = arena.answers.get((battle.question, model))
        if question and answer:
            yield f"conversation_{side}", conversation(question.text, question.before, answer.text)


def _seconds(at: str) -> float | None:
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return None


def _csv(_: Arena, battles: Iterable[Battle], path: Path) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerows(_row(battle).values() for battle in battles)
    path.write_text(text.getvalue(), "utf-8", newline="")


def _parquet(_: Arena, battles: Iterable[Battle], path: Path) -> None:
    import pandas as pd

    from evals.duck import duckdb

    rows = [_row(battle) for battle in battles]
    table = pd.DataFrame({name: [row[name] for row in rows] for name in COLUMNS})
    table = table.astype({name: "float64" if name == "weight" else "str" for name in COLUMNS})
    target = str(path).replace("'", "''")
    engine = duckdb()
    with engine.connect() as base:
        base.register("battles", table)
        try:
            base.execute(
                f"COPY (SELECT * FROM battles) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608  its quotes doubled
            )
        except engine.IOException as error:
            raise BadInput(f"{path} cannot be written: {error}", "name another place") from None


COLUMNS = tuple(Battle.__dataclass_fields__)
"""Of a table: the fields of a battle."""


def _row(battle: Battle) -> dict[str, Any]:
    """A battle as a row: what is no scalar as JSON."""
    fields = {name: getattr(battle, name) for name in COLUMNS}
    return fields | {name: json.dumps(fields[name], ensure_ascii=False) for name in PACKED}


WRITERS: Mapping[str, Callable[[Arena, list[Battle], Path], None]] = {
    ".jsonl": _jsonl,
    ".json": _json,
    ".csv": _csv,
    ".parquet": _parquet,
}
"""How a file's name ends -> what writes it."""
