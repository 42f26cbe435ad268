"""Progress of a run on standard error: a live bar on a terminal, a plain line now and then elsewhere."""

import sys
from collections import Counter
from contextlib import AbstractContextManager
from time import monotonic
from types import TracebackType
from typing import Protocol, Self

from evals import events
from evals.types import Reply

EVERY = 10.0
"""Seconds between two plain lines."""


class Progress(AbstractContextManager["Progress"], Protocol):
    """Is told of each reply, and of how many there will be if that changes."""

    def see(self, reply: Reply) -> None: ...
    def expect(self, total: int) -> None: ...
    def say(self, text: str) -> None: ...


def progress(total: int, done: int, *, quiet: bool, told: bool = False) -> Progress:
    """The kind that fits: none if quiet, a bar on a terminal, plain lines elsewhere.

    Args: told: standard error is for programs, and holds events alone.
    """
    if told:
        return Told()
    if quiet:
        return Silent()
    return Bar(total, done) if sys.stderr.isatty() else Lines(total, done)


def tally(outcomes: Counter[str]) -> str:
    """Outcome counts, commonest first: "fabricated 31, right 18"."""
    return ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())


class Silent(Progress):
    """Shows nothing."""

    def see(self, reply: Reply) -> None:
        pass

    def expect(self, total: int) -> None:
        pass

    def say(self, text: str) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Told(Silent):
    """Says what must be said as events, among the others."""

    def say(self, text: str) -> None:
        events.event(events.INFO, "note", text=text)


class Lines(Progress):
    """A line at the start, one every ten seconds, one at the end: for files and CI."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done, self._before = total, done, done
        self._counts: Counter[str] = Counter()
        self._start = self._last = monotonic()

    def __enter__(self) -> Self:
        kept = f", {self._done} of them answered before" if self._done else ""
        self.say(f"{self._total} replies planned{kept}")
        return self

    def see(self, reply: Reply) -> None:
        self._done += 1
        self._counts[reply.outcome] += 1
        if monotonic() - self._last >= EVERY:
            self._last = monotonic()
            self._line()

    def expect(self, total: int) -> None:
        self._total = total

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201  this is what the class is for

    def _line(self) -> None:
        rate = (self._done - self._before) / max(monotonic() - self._start, 1e-3)
        left = (self._total - self._done) / rate if rate else 0
        self.say(f"{self._done}/{self._total}  {rate:.1f}/s  {left:.0f} s left  {tally(self._counts)}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._done > self._before:
            self._line()


class Bar(Progress):
    """A bar with rate, time left and outcome counts."""

    def __init__(self, total: int, done: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Rich

        self._counts: Counter[str] = Counter()
        self._start = monotonic()
        self._fresh = 0
        self._bar = Rich(
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("", total=total, completed=done, rate="", counts="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def see(self, reply: Reply) -> None:
        self._fresh += 1
        self._counts[reply.outcome] += 1
        rate = self._fresh / max(monotonic() - self._start, 1e-3)
        self._bar.update(self._task, advance=1, rate=f"{rate:.0f}/s", counts=tally(self._counts))

    def expect(self, total: int) -> None:
        self._bar.update(self._task, total=total)

    def say(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
