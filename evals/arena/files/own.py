"""Our own records: the fields of a battle, one a line of the battle log, or one a row of a table."""

import json
from typing import Any

from evals.arena.files import values
from evals.arena.files.records import Record
from evals.arena.files.shapes import Hints, Made

PACKED = ("categories", "style", "notes")
"""The fields that a table holds as JSON."""


def made(record: Record, hints: Hints, source: str) -> Made:  # noqa: ARG001  as every reader is called
    """A record's battle. Raises: BadFile: it is none."""
    fields: dict[str, Any] = {name: value for name, value in record.fields.items() if value is not None}
    for name in PACKED:
        if isinstance(text := fields.get(name), str):
            try:
                fields[name] = json.loads(text)
            except ValueError as error:
                raise record.bad(f"{name} is not JSON: {error}") from None
    values.model(record, "model_a")
    values.model(record, "model_b")
    fields["winner"] = values.winner(record, hints.labels)
    if hints.kind != "unknown":
        fields["kind"] = hints.kind
    return Made((values.checked(record, fields),))
