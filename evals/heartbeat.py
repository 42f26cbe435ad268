"""The heartbeat of a run: a small file in its folder that says, every two seconds, how fast its process asks just now.

All else that is to be known of a run stands in its log.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pydantic

from evals import whole

NAME = "now.json"
EVERY = 2.0
"""Seconds between two beats."""


@dataclass(frozen=True, slots=True)
class Load:
    """Requests of one model's account: how many may be at work at a time, and how many are."""

    limit: int
    at_work: int


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat.

    Attributes:
        pid: of the process.
        since, at: when it began to ask, and when this was written: UTC, ISO 8601.
        loads: model -> load.
    """

    pid: int
    since: str
    at: str
    loads: Mapping[str, Load]


BEAT = pydantic.TypeAdapter(Beat)


def read(folder: Path) -> Beat | None:
    """The last beat of a run's process, if one has left any. What is no beat is none: it is replaced in a moment."""
    try:
        return BEAT.validate_json((folder / NAME).read_bytes())
    except (OSError, pydantic.ValidationError):
        return None


@asynccontextmanager
async def beating(folder: Path, loads: Callable[[], Mapping[str, Load]]) -> AsyncIterator[None]:
    """Beats while the block lasts; what was written is taken away at its end."""
    task = asyncio.create_task(_beat(folder, loads))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        with suppress(OSError):
            (folder / NAME).unlink()


async def _beat(folder: Path, loads: Callable[[], Mapping[str, Load]]) -> None:
    since = _now()
    while True:
        with suppress(OSError):  # no room, or no folder any more: the log says so in its time
            whole.write(folder / NAME, BEAT.dump_json(Beat(os.getpid(), since, _now(), loads())))
        await asyncio.sleep(EVERY)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
