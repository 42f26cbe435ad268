"""Values: fields of foreign records as what a battle holds; what is none of it is an error at its place."""

import hashlib
import json
import math
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pydantic

from evals.arena import journal
from evals.arena.battle import WINNERS, Battle, Winner
from evals.arena.files.records import Record
from evals.errors import fault
from evals.types import Tag

LABELS: Mapping[str, Winner] = {**{winner: winner for winner in WINNERS}, "both_bad": "tie (bothbad)"}
"""Chatbot Arena's words for who won; `both_bad` is what its later files write."""

NOBODY = frozenset({"", "nan", "none", "null"})
"""What tools write where there is no name."""


def model(record: Record, name: str) -> str:
    """A model's name. Raises: BadFile: there is none."""
    found = record.fields.get(name)
    if not isinstance(found, str) or found.strip().lower() in NOBODY:
        raise record.bad(f"{name} is {shown(found)}, which names no model")
    return found


def winner(record: Record, labels: Mapping[str, Winner]) -> Winner:
    """Who won. Raises: BadFile: another word than the known ones; it is never taken for a tie."""
    found = record.fields.get("winner")
    known = {**LABELS, **labels}
    if not isinstance(found, str) or found not in known:
        fix = f"say what it means: --label {found}=model_a" if isinstance(found, str) else "delete it"
        raise record.bad(f"the winner is {shown(found)}, which is none of {', '.join(known)}", fix)
    return known[found]


def number(record: Record, name: str, value: Any) -> float:
    """A finite number. Raises: BadFile: it is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found) or isinstance(value, bool):
        raise record.bad(f"{name} is {shown(value)}, which is no number")
    return found


def moment(record: Record, name: str) -> str:
    """A time as ISO 8601, UTC: from seconds since 1970, or a date; empty where there is none. Raises: BadFile: it is neither."""
    found = record.fields.get(name)
    if found is None or found == "":
        return ""
    try:
        at = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        seconds = number(record, name, found)
        try:
            at = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise record.bad(f"{name} is {shown(found)}, which is no time in seconds since 1970") from None
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def told(value: Any) -> str:
    """A name or id as text: a judge of several parts with slashes, as MT-bench's are; empty for none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)


def notes(fields: Mapping[str, Any], used: frozenset[str]) -> dict[str, Tag]:
    """The fields that nobody knows, kept: scalars as they are, others as JSON; those without a value are left out."""
    found: dict[str, Tag] = {}
    for name, value in fields.items():
        if name in used or value is None or (isinstance(value, float) and not math.isfinite(value)):
            continue
        plain = isinstance(value, str | int | float | bool)
        found[name] = value if plain else json.dumps(value, ensure_ascii=False, default=str)
    return found


def checked(record: Record, fields: Mapping[str, Any]) -> Battle:
    """A battle of these fields. Raises: BadFile: they are none, or a model meets itself."""
    try:
        battle = journal.BATTLE.validate_python(dict(fields))
    except pydantic.ValidationError as error:
        raise record.bad(fault(error)) from None
    if battle.model_a == battle.model_b:
        raise record.bad(f"{battle.model_a!r} meets itself")
    return battle


def alike(text: str) -> str:
    """A name for all prompts that differ in nothing but case, spaces and the forms of characters."""
    return digest(" ".join(unicodedata.normalize("NFKC", text).casefold().split()))


def digest(text: str) -> str:
    """A name for a prompt by its very words."""
    return f"prompt#{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}"


def shown(value: Any) -> str:
    """A value in a sentence."""
    return "missing" if value is None else repr(value)[:60]
