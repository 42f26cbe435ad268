"""A document as data: CSV for one table, JSON for all of them, numbers in full precision."""

import json as standard
import math
from typing import Any

import pandas as pd

from evals import safe
from evals.document import Document


def csv(document: Document) -> str:
    """The reports' frames as one CSV table; of several reports, a leading column `report` says which a row is from.

    Texts are without control characters, for the table may be printed in a terminal.
    """
    frames = [section.table for section in document.sections]
    if len(frames) == 1:
        return _csv(frames[0])
    named = [section.table.assign(report=section.name) for section in document.sections if len(section.table)]
    if not named:
        return "report\n"
    table = pd.concat([each.astype(object) for each in named], ignore_index=True)
    return _csv(table[["report", *table.columns.drop("report")]])


def _csv(table: pd.DataFrame) -> str:
    cleaned = {name: table[name].map(_cleaned) for name in table}
    return pd.DataFrame(cleaned, columns=table.columns).to_csv(index=False, lineterminator="\n")


def _cleaned(value: Any) -> Any:
    return safe.clean(value) if isinstance(value, str) else value


def json(document: Document) -> str:
    """The reports' frames as JSON: {"about": [...], "notices": {...}, "reports": {name: [row, ...]}}; null for NaN."""
    reports = {section.name: _rows(section.table) for section in document.sections}
    whole = {"about": document.about, "notices": document.notices, "reports": reports}
    return safe.json_text(standard.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {str(name): [_plain(value) for value in table[name].astype(object)] for name in table}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if pd.isna(value) or (isinstance(value, float) and math.isinf(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
