"""Frames: replies as a table, one row a reply, for pandas. `COLUMNS` says what each column holds and in which unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pandas as pd

from evals.lens.tokens import extent
from evals.types import Prompt, Reply, Response, Tag


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the frame.

    Attributes:
        name: as in the frame.
        dtype: its pandas dtype. `str` and `float64` hold NaN, `Int64` NA where nothing is known.
        unit: of a number; empty for texts.
        meaning: one line.
    """

    name: str
    dtype: str
    unit: str
    meaning: str


COLUMNS = (
    Column("run", "str", "", "the run's folder name; empty if none was given"),
    Column("suite", "str", "", "the suite's name"),
    Column("suite_version", "str", "", "its version: rows of different versions are not compared"),
    Column(
        "seed",
        "Int64",
        "",
        "from what the items were made: items of two runs are the same only if seed and sample are",
    ),
    Column("model", "str", "", "the model as it was named: provider/model?options"),
    Column("sample", "str", "", "the item's id"),
    Column("arm", "str", "", "the way it was asked"),
    Column("repeat", "int64", "", "0 for the first time this was asked, then 1, 2, ..."),
    Column("cluster", "str", "", "what is statistically one unit with others: a name, a word, a template"),
    Column("target", "str", "", "the right answer; NaN where none exists"),
    Column("outcome", "str", "", "the verdict; without one, `too_long` or `error`"),
    Column("answer", "str", "", "the answer as the scorer read it; NaN if it read none"),
    Column("value", "float64", "0 to 1", "partial credit; NaN where the suite gives none"),
    Column("rule", "str", "", "the rule that decided the verdict"),
    Column(
        "failure", "str", "", "why there is no verdict: rate_limit, timeout, scorer, ...; NaN if there is one"
    ),
    Column("failure_message", "str", "", "the same in one sentence"),
    Column("text", "str", "", "the visible reply, exactly as sent; NaN if none came"),
    Column("earlier", "str", "", "the replies of earlier turns, a blank line between; empty in one turn"),
    Column("calls", "str", "", "the tools it called, one a line: name(arguments) = result; empty if none"),
    Column("reasoning", "str", "", "hidden working, never scored; empty if none"),
    Column("stop", "str", "", "why the reply ended: stop, length, filter, tool"),
    Column("tokens_in", "Int64", "tokens", "of the prompt, as the provider counts"),
    Column("tokens_out", "Int64", "tokens", "of the reply"),
    Column("tokens_reasoning", "Int64", "tokens", "of the reasoning"),
    Column("seconds", "float64", "s", "from request to last byte"),
    Column("cost_usd", "float64", "US dollars", "NaN where the price is not known"),
    Column("served_model", "str", "", "the model that the host says has answered"),
    Column("attempts", "int64", "requests", "how often it was tried"),
    Column("system", "str", "", "the system message; empty if none"),
    Column("prompt", "str", "", "the user's turns, a blank line between; the whole text for a base model"),
    Column("prompt_hash", "str", "", "16 hexadecimal digits of the exact prompt and its settings"),
    Column("display", "str", "", "the item as it stands in the prompt; NaN where its tokens are not known"),
    Column("display_tokens", "Int64", "tokens", "of the display, as the model reads the prompt"),
    Column("display_cuts", "str", "bytes", "of the display in each token, equal neighbours counted: `2 3*5`"),
    Column("display_route", "str", "", "by what the tokens are known"),
    Column("at", "datetime64[us, UTC]", "", "when the reply was judged"),
)
"""Every frame has these columns in this order, then `tag_NAME` for each tag and `note_NAME` for each scorer's note."""


def frame(
    replies: Iterable[Reply],
    run: str = "",
    versions: Mapping[str, str] | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Replies as a table, one row each, in the order given.

    Args:
        run: what to call the run they are from.
        versions: suite name -> version.
        seed: from what the items were made.
    Returns: the columns of `COLUMNS`, then one `tag_NAME` a tag and one `note_NAME` a note of the scorer: `boolean`,
        `Int64`, `Float64` or `str` where all its values are of that kind, else `object`; missing where a reply has none.
    """
    rows = list(replies)
    known = versions or {}
    lists: dict[str, Any] = {
        "run": [run] * len(rows),
        "seed": [seed] * len(rows),
        "suite_version": [known.get(reply.key.suite, "") for reply in rows],
        **_of_key(rows),
        **_of_score(rows),
        **_of_response(rows),
        **{name: [getattr(reply, name) for reply in rows] for name in ("cluster", "target", "attempts")},
        **_of_prompt(rows),
        **_of_display(rows),
        "at": pd.to_datetime([reply.at for reply in rows], utc=True, format="ISO8601", errors="coerce"),
    }
    columns = {column.name: pd.Series(lists[column.name], dtype=column.dtype) for column in COLUMNS}
    columns |= _spread("tag_", [reply.tags for reply in rows])
    columns |= _spread("note_", [reply.score.notes if reply.score else {} for reply in rows])
    return pd.DataFrame(columns)


def _of_key(rows: list[Reply]) -> dict[str, list[Any]]:
    return {
        name: [getattr(reply.key, name) for reply in rows]
        for name in ("suite", "model", "sample", "arm", "repeat")
    }


def _of_score(rows: list[Reply]) -> dict[str, list[Any]]:
    scores = [reply.score for reply in rows]
    failures = [reply.failure for reply in rows]
    return {
        "outcome": [reply.outcome for reply in rows],
        "answer": _each(scores, "answer"),
        "value": _each(scores, "value"),
        "rule": _each(scores, "rule"),
        "failure": _each(failures, "kind"),
        "failure_message": _each(failures, "message"),
    }


def _of_response(rows: list[Reply]) -> dict[str, list[Any]]:
    responses = [reply.response for reply in rows]
    same = ("text", "reasoning", "stop", "tokens_in", "tokens_out", "tokens_reasoning", "seconds", "cost_usd")
    return {
        **{name: _each(responses, name) for name in same},
        "earlier": ["\n\n".join(response.earlier) if response else None for response in responses],
        "calls": [_called(response) if response else None for response in responses],
        "served_model": _each(responses, "model"),
    }


def _called(response: Response) -> str:
    return "\n".join(f"{call.name}({call.arguments}) = {call.result}" for call in response.calls)


def _each(nouns: Sequence[object | None], name: str) -> list[Any]:
    get = attrgetter(name)
    return [None if noun is None else get(noun) for noun in nouns]


def _of_prompt(rows: list[Reply]) -> dict[str, list[Any]]:
    prompts = [reply.prompt for reply in rows]
    return {
        "system": [_turns(prompt, "system") for prompt in prompts],
        "prompt": [_asked(prompt) for prompt in prompts],
        "prompt_hash": [prompt.hash for prompt in prompts],
    }


def _of_display(rows: list[Reply]) -> dict[str, list[Any]]:
    displays = [reply.display for reply in rows]
    extents = [extent(display.cuts) if display else (None, 0) for display in displays]
    return {
        "display": [_shown(reply, length) for reply, (_, length) in zip(rows, extents, strict=True)],
        "display_tokens": [tokens for tokens, _ in extents],
        "display_cuts": _each(displays, "cuts"),
        "display_route": _each(displays, "route"),
    }


def _shown(reply: Reply, length: int) -> str | None:
    """What stands in the prompt where the item does, so many bytes long."""
    if reply.display is None:
        return None
    start = reply.display.start
    return reply.prompt.turn.encode()[start : start + length].decode()


def _asked(prompt: Prompt) -> str:
    said = [text for text in (prompt.text, _turns(prompt, "user"), *prompt.followups) if text]
    return "\n\n".join(said)


def _turns(prompt: Prompt, role: str) -> str:
    return "\n\n".join(turn.content for turn in prompt.messages if turn.role == role)


def _spread(prefix: str, rows: list[Mapping[str, Tag]]) -> dict[str, "pd.Series[Any]"]:
    """One column a name, in the order the names first occur."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {prefix + name: _series([row.get(name) for row in rows]) for name in names}


LARGEST = 2**53
"""Whole numbers beyond this would lose digits as floats, or not fit at all."""

KINDS: tuple[tuple[str, set[type]], ...] = (
    ("boolean", {bool}),
    ("Int64", {int}),
    ("Float64", {int, float}),
    ("str", {str}),
)


def _series(values: list[Tag | None]) -> "pd.Series[Any]":
    """A column of the narrowest dtype that keeps every value as it is."""
    kinds = {type(value) for value in values if value is not None}
    dtype = next((name for name, fitting in KINDS if kinds <= fitting), "object")
    if int in kinds and any(isinstance(value, int) and abs(value) > LARGEST for value in values):
        dtype = "object"
    return pd.Series(values, dtype=dtype)
