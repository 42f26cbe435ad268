"""Tools: a model's call is checked against the tool's schema and answered by the suite's pure function.

What is wrong with a call is told to the model, which may go on; only a function that fails otherwise is the suite's fault.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evals.errors import ProviderError
from evals.types import Tool, ToolCall

QUOTED = 200
"""Characters of a call's own words that an answer quotes."""

KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
"""JSON schema's types, as `json` reads them."""


def carry_out(offered: Sequence[Tool], call: ToolCall) -> ToolCall:
    """The call with its result, or with what is wrong with it.

    Raises: ProviderError: the tool's function raised something else than a ValueError; a fault of the suite.
    """
    tool = next((tool for tool in offered if tool.name == call.name), None)
    if tool is None or tool.answer is None:
        names = ", ".join(tool.name for tool in offered)
        return refused(call, f"there is no tool {call.name[:QUOTED]!r}; there is: {names}")
    fault, arguments = _read(tool, call)
    if fault:
        return refused(call, fault)
    try:
        return replace(call, result=str(tool.answer(**arguments)))
    except ValueError as error:
        return refused(call, str(error))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise ProviderError(
            "tool", f"the suite's tool {tool.name} failed: {said}", "mend its function"
        ) from error


def refused(call: ToolCall, why: str) -> ToolCall:
    """The call, not carried out; the model is told why."""
    return replace(call, result=f"error: {why}", failed=True)


def _read(tool: Tool, call: ToolCall) -> tuple[str, dict[str, Any]]:
    """What is wrong with a call's arguments, if anything, and the arguments."""
    try:
        given = json.loads(call.arguments)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return f"the arguments are not a JSON object: {call.arguments[:QUOTED]}", {}
    return next(_faults(tool, given), ""), given


def _faults(tool: Tool, given: Mapping[str, Any]) -> Iterator[str]:
    """What of a call's arguments goes against the schema: names and types; what lies deeper is the function's to judge."""
    known = tool.parameters.get("properties", {})
    for name in tool.parameters.get("required", known):
        if name not in given:
            yield f"the argument {name!r} is missing"
    for name, value in given.items():
        if name not in known:
            yield f"there is no argument {name[:QUOTED]!r}; there is: {', '.join(known)}"
        elif not _fits(value, known[name].get("type")):
            yield f"the argument {name!r} must be of type {known[name]['type']}"


def _fits(value: Any, wanted: str | Sequence[str] | None) -> bool:
    """Whether a value is of one of the types that a schema names; any is where it names none."""
    if wanted is None:
        return True
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(
        isinstance(value, KINDS[name]) and (name == "boolean" or not isinstance(value, bool))
        for name in names
    )
