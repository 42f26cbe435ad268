"""Three columns for who won (`winner_model_a`, `winner_model_b`, `winner_tie`) and texts in lists, as the Arena's set of 55,000 has it.

Source: the published set lmsys-arena-human-preference-55k, of the competition LMSYS Chatbot Arena Human Preference Predictions.
"""

import json
from dataclasses import replace
from typing import Any

from evals.arena.battle import Winner
from evals.arena.files.records import Record

WON: dict[str, Winner] = {"winner_model_a": "model_a", "winner_model_b": "model_b", "winner_tie": "tie"}
WORDS = ("prompt", "response_a", "response_b")


def usual(record: Record) -> Record:
    """The record with `winner` and two conversations in their place. Raises: BadFile: not exactly one of them won."""
    marked = [winner for name, winner in WON.items() if str(record.fields[name]) in {"1", "1.0", "True"}]
    plain = all(str(record.fields[name]) in {"0", "0.0", "False", "1", "1.0", "True"} for name in WON)
    if len(marked) != 1 or not plain:
        said = ", ".join(f"{name} {record.fields[name]!r}" for name in WON)
        raise record.bad(f"{said}: exactly one must be 1, the others 0")
    asked, one, other = (_turns(record.fields.get(name)) for name in WORDS)
    fields = {name: value for name, value in record.fields.items() if name not in WON}
    if asked is not None:
        talks = {"conversation_a": _talk(asked, one), "conversation_b": _talk(asked, other)}
        fields = {name: value for name, value in fields.items() if name not in WORDS} | talks
    return replace(record, fields=fields | {"winner": marked[0]})


def _turns(value: Any) -> list[Any] | None:
    """A list of turns, which tables hold as JSON; None for anything else."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _talk(asked: list[Any], said: list[Any] | None) -> list[dict[str, Any]]:
    """Turns and replies one after the other; none where their numbers differ."""
    if said is None or len(said) != len(asked):
        return []
    return [
        {"role": role, "content": text}
        for pair in zip(asked, said, strict=True)
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
