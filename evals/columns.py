"""Columns: replies as plain data, which is what a line of the log holds, taken apart into one list a column of the frame.

A hundred thousand replies are read so in the time that making their nouns would take several times over. What a line
leaves out has its default value, and the nouns in `evals/types.py` say which.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING
from functools import lru_cache
from itertools import chain
from typing import Any, get_args

import pydantic

from evals.lens.tokens import extent
from evals.types import (
    CANONICAL,
    Display,
    Failure,
    Key,
    Prompt,
    Reply,
    Response,
    Role,
    Score,
    Tag,
    ToolCall,
    digest,
    without_verdict,
)

Line = Mapping[str, Any]
"""A reply, or a part of one, as plain data."""

Lists = dict[str, list[Any]]

PROMPT = pydantic.TypeAdapter(Prompt)
ROLES = {role: CANONICAL.encode(role) for role in get_args(Role)}


def taken_apart(lines: Sequence[Line]) -> Lists:
    """The columns that replies themselves fill: `tag_NAME` for each of their tags and `note_NAME` for each note among them.

    Raises: KeyError, TypeError, AttributeError: one is no reply.
    """
    return {
        **_of(Key, [line["key"] for line in lines], "model", "suite", "sample", "arm", "repeat"),
        **_of(Reply, lines, "cluster", "target", "attempts", "at"),
        **_of_score(lines),
        **_of_response([line["response"] for line in lines]),
        **_of_prompt([line["prompt"] for line in lines]),
        **_of_display(lines),
        **_spread("tag_", [line["tags"] for line in lines]),
    }


def together(batches: Iterable[Sequence[Line]]) -> Lists:
    """The columns of all batches; where one has not a tag or note, there is None.

    Raises: as `taken_apart`.
    """
    found, count = taken_apart([]), 0
    for batch in batches:
        part = taken_apart(batch)
        found |= {name: [None] * count for name in part if name not in found}
        for name, values in found.items():
            values.extend(part.get(name) or [None] * len(batch))
        count += len(batch)
    return found


def _of(noun: type, parts: Sequence[Line | None], *names: str) -> Lists:
    """Fields of one noun, a list each; None where there is no such noun."""
    return {name: _field(noun, parts, name) for name in names}


def _field(noun: type, parts: Sequence[Line | None], name: str) -> list[Any]:
    field = noun.__dataclass_fields__[name]  # type: ignore[attr-defined]  # every noun is a dataclass
    if field.default is MISSING:
        return [None if part is None else part[name] for part in parts]
    return [None if part is None else part.get(name, field.default) for part in parts]


def _of_score(lines: Sequence[Line]) -> Lists:
    scores, failures = [line["score"] for line in lines], [line["failure"] for line in lines]
    failed = _of(Failure, failures, "kind", "message")
    outcomes = _field(Score, scores, "outcome")
    return {
        **_of(Score, scores, "answer", "value", "rule"),
        "outcome": [
            without_verdict(kind) if score is None else outcome
            for score, outcome, kind in zip(scores, outcomes, failed["kind"], strict=True)
        ],
        "failure": failed["kind"],
        "failure_message": failed["message"],
        **_spread("note_", [score.get("notes", {}) if score else {} for score in scores]),
    }


def _spread(prefix: str, rows: Sequence[Mapping[str, Tag]]) -> Lists:
    """One column a name, in the order the names first occur."""
    names = dict.fromkeys(chain.from_iterable(rows))
    return {prefix + name: [row.get(name) for row in rows] for name in names}


def _of_response(responses: Sequence[Line | None]) -> Lists:
    counted = ("tokens_in", "tokens_out", "tokens_reasoning", "seconds", "cost_usd")
    return {
        **_of(Response, responses, "text", "reasoning", "stop", "cached", *counted),
        "earlier": _listed(responses, "earlier", "\n\n".join),
        "calls": _listed(responses, "calls", _called),
        "served_model": _field(Response, responses, "model"),
    }


def _listed(parts: Sequence[Line | None], name: str, told: Callable[[Any], str]) -> list[Any]:
    """A field that lists things, as a text; None where there is no such noun."""
    return [None if part is None else told(part[name]) if name in part else "" for part in parts]


def _called(calls: Sequence[Line]) -> str:
    said = _of(ToolCall, calls, "name", "arguments", "result")
    return "\n".join(
        f"{name}({given}) = {result}" for name, given, result in zip(*said.values(), strict=True)
    )


def _of_prompt(prompts: Sequence[Line]) -> Lists:
    return {
        "system": [_turns(prompt, "system") for prompt in prompts],
        "prompt": [_asked(prompt) for prompt in prompts],
        "images": [_shown(prompt) for prompt in prompts],
        "prompt_hash": [_hash(prompt) for prompt in prompts],
    }


def _turns(prompt: Line, role: str) -> str:
    return "\n\n".join([turn["content"] for turn in prompt.get("messages", ()) if turn["role"] == role])


def _asked(prompt: Line) -> str:
    said = (prompt.get("text", ""), _turns(prompt, "user"), *prompt.get("followups", ()))
    return "\n\n".join([text for text in said if text])


def _shown(prompt: Line) -> str:
    if not any("images" in turn for turn in prompt.get("messages", ())):
        return ""
    return "\n".join(image.file for image in PROMPT.validate_python(prompt).images)


def _hash(prompt: Line) -> str:
    """As `Prompt.hash`: the JSON of messages that are only texts is put into that of the settings, made once for all."""
    messages = prompt.get("messages", ())
    settings = tuple([pair for pair in prompt.items() if pair[0] != "messages"])
    if all(len(turn) == 2 for turn in messages):
        with suppress(TypeError):  # settings that hold lists have no hash, and are rare
            before, after = _around(settings)
            return digest(before + ",".join(map(_said, messages)) + after)
    return PROMPT.validate_python(prompt).hash


@lru_cache(1_000)
def _around(settings: tuple[tuple[str, Any], ...]) -> tuple[str, str]:
    """The canonical JSON of a prompt of these settings, before and after its messages."""
    whole = CANONICAL.encode(PROMPT.validate_python(dict(settings)).plain())
    before, mark, after = whole.partition('"messages":[')
    return before + mark, after


def _said(turn: Line) -> str:
    """The canonical JSON of a message that is only text."""
    return f'{{"content":{CANONICAL.encode(turn["content"])},"role":{ROLES[turn["role"]]}}}'


def _of_display(lines: Sequence[Line]) -> Lists:
    displays = [line.get("display") for line in lines]
    seen = _of(Display, displays, "start", "cuts", "route")
    extents = [(None, 0) if cuts is None else _extent(cuts) for cuts in seen["cuts"]]
    return {
        "display": [
            None if start is None else _part(line["prompt"], start, length)
            for line, start, (_, length) in zip(lines, seen["start"], extents, strict=True)
        ],
        "display_tokens": [tokens for tokens, _ in extents],
        "display_cuts": seen["cuts"],
        "display_route": seen["route"],
    }


_extent = lru_cache(10_000)(extent)  # few cuts, of many replies


def _part(prompt: Line, start: int, length: int) -> str:
    """What stands in the prompt where the item does, so many bytes long."""
    messages = prompt.get("messages")
    turn: str = messages[-1]["content"] if messages else prompt.get("text", "")
    return turn.encode()[start : start + length].decode()
