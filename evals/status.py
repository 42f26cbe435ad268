"""How a run stands, whatever process works on it or has worked on it: from its log, its lock and its heartbeat."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pydantic_core
from filelock import FileLock, Timeout

from evals import appended, heartbeat, log
from evals.errors import FINAL, BadFile
from evals.heartbeat import Load
from evals.types import Key

State = Literal["running", "finished", "stopped"]
WINDOW = 60.0
"""Seconds over which the rate is taken."""


@dataclass
class Model:
    """How one model stands.

    Attributes:
        answered: replies that need not be asked again.
        failures: kind -> replies that have failed with it and were not answered since.
        cached: replies that came from the cache.
        cost_usd: what its replies have cost, those from the cache left out.
        unpriced: replies whose cost is not known.
        load: requests at a time, where a process is at work.
    """

    answered: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    cached: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    load: Load | None = None


@dataclass(frozen=True)
class Status:
    """How a run stands.

    Attributes:
        folder: the run's.
        state: a process is at work; nothing is missing; or neither.
        planned, missing: replies.
        rate: replies a second, of late; None where no process is at work.
        left: seconds that the rest will take at that rate; None where that cannot be told.
        last: when the last reply was written, UTC; None if there is none.
        models: by name.
    """

    folder: Path
    state: State
    planned: int
    missing: int
    rate: float | None
    left: float | None
    last: datetime | None
    models: dict[str, Model]


class Follower:
    """Reads a run as it grows: each look reads only what was added since the last.

    Raises: NotFound, BadFile: there is no run, or it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        log.read_about(folder)
        self.folder = folder
        self._place = self._line = 0
        self._last: dict[Key, str] = {}  # of each reply the kind of its failure, empty if it was answered
        self._models: dict[str, Model] = {}
        self._recent: deque[datetime] = deque(maxlen=100_000)

    def look(self, now: datetime | None = None) -> Status:
        """How it stands now. Raises: BadFile: a line of the log is damaged, named by number."""
        about = log.read_about(self.folder)
        working = held(self.folder)  # first: what a process writes before it ends is then seen
        self._read()
        out = {(each.model, each.suite, each.arm) for each in about.left_out}
        answered = sum(
            not kind and (key.model, key.suite, key.arm) not in out for key, kind in self._last.items()
        )
        missing = about.planned - answered
        beat = heartbeat.read(self.folder) if working else None
        for name in about.request.models:
            model = self._models.setdefault(name, Model())
            model.load = beat.loads.get(name) if beat else None
        rate = self._rate(now or datetime.now(UTC), beat.since) if beat else None
        left = missing / rate if rate else None
        state: State = "running" if working else "finished" if about.finished else "stopped"
        last = self._recent[-1] if self._recent else None
        return Status(self.folder, state, about.planned, missing, rate, left, last, self._models)

    def _read(self) -> None:
        """Count the replies that were added since the last look."""
        path = self.folder / "replies.jsonl"
        if not path.exists():
            return
        with path.open("rb") as lines:
            lines.seek(self._place)
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                self._place += len(line)
                self._line += 1
                try:
                    self._count(pydantic_core.from_json(line))
                except (ValueError, KeyError, TypeError, AttributeError):
                    raise BadFile(
                        f"{path}, line {self._line} is damaged",
                        "delete that line and resume the run: only what it held is asked again",
                    ) from None

    def _count(self, reply: Any) -> None:
        key = Key(**reply["key"])
        model = self._models.setdefault(key.model, Model())
        kind = (reply["failure"] or {}).get("kind", "")
        kind = "" if kind in FINAL else kind
        before = self._last.get(key)
        if before:
            model.failures -= Counter([before])
        model.answered += (not kind) - (before == "")
        if kind:
            model.failures[kind] += 1
        self._last[key] = kind
        self._spend(model, reply["response"])
        self._recent.append(datetime.fromisoformat(reply["at"]))

    def _spend(self, model: Model, response: Any) -> None:
        if response is None:
            return
        if response.get("cached"):
            model.cached += 1
        elif (cost := response.get("cost_usd")) is None:
            model.unpriced += 1
        else:
            model.cost_usd += cost

    def _rate(self, now: datetime, since: str) -> float | None:
        span = min(WINDOW, (now - datetime.fromisoformat(since)).total_seconds())
        recent = sum((now - at).total_seconds() < span for at in self._recent)
        return recent / span if span > 0 and recent else None


def held(folder: Path) -> bool:
    """Whether a process writes the run now.

    That is tried out, in an instant for which writers and others that look wait (appended.MOMENT).
    """
    path = folder / "lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=appended.MOMENT / 4, poll_interval=appended.MOMENT / 20):
            return False
    except Timeout:
        return True
    except OSError:  # another's folder: who may not write it cannot tell, but a beat can
        return heartbeat.read(folder) is not None
