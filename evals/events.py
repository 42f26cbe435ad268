"""Events: what a run does, told on standard error as it does it, by the standard library's logging.

Nothing is told unless it was asked for, and then an event costs a look at a level. A program that runs us as a library
sets the level of the logger "evals" and hears the same events, with their fields in `record.fields`.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from evals.safe import json_text, line
from evals.terms import Watching

DEBUG, INFO, WARNING, ERROR = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR
OFF = logging.CRITICAL + 1

LOG = logging.getLogger("evals")
LOG.addHandler(logging.NullHandler())  # or logging would tell warnings that nobody has asked for
LOG.setLevel(OFF)

LONGEST = 300
"""Characters of a field's value that a line for people shows."""


def event(level: int, what: str, **fields: Any) -> None:
    """Tell what has happened, in words that are always the same, and its particulars."""
    if LOG.isEnabledFor(level):
        LOG.log(level, what, extra={"fields": fields})


def heard(level: int) -> bool:
    """Whether anybody hears events of this level."""
    return LOG.isEnabledFor(level)


@contextmanager
def told(watching: Watching) -> Iterator[None]:
    """Events are told on standard error, as is wished, while the block lasts."""
    if watching.level is None:
        yield
        return
    handler = _Told()
    handler.setFormatter(_Json() if watching.form == "json" else _Text())
    before, passes_on = LOG.level, LOG.propagate
    LOG.addHandler(handler)
    LOG.setLevel(watching.level.upper())
    LOG.propagate = False
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(before)
        LOG.propagate = passes_on


class _Told(logging.Handler):
    """Writes to what is standard error now: a progress bar puts something else there."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)  # noqa: T201  this is what the class is for


class _Text(logging.Formatter):
    """For people: 12:00:01.123 warning request failed  model=openai/x kind=rate_limit."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")[11:23]
        fields = "  ".join(f"{name}={_shown(value)}" for name, value in _fields(record).items())
        return f"{time} {record.levelname.lower():7} {line(record.getMessage())}  {fields}".rstrip()


class _Json(logging.Formatter):
    """For programs: one object a line, with `time` (UTC), `level`, `event`, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        whole = {
            "time": time,
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **_fields(record),
        }
        return json_text(json.dumps(whole, ensure_ascii=False, default=str))


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    given: Mapping[str, Any] = getattr(record, "fields", {})
    return {name: value for name, value in given.items() if value is not None}


def _shown(value: Any) -> str:
    text = line(f"{value:.4g}" if isinstance(value, float) else value, LONGEST)
    return json.dumps(text, ensure_ascii=False) if " " in text or not text else text
