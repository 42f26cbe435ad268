"""Working through an open session, until all is asked, the user or the clock ends it, or a host is no use; and how it ended."""

import asyncio
import math
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from evals import events, log, run
from evals.around import within
from evals.batch.batched import Batched
from evals.carried import carried, tell
from evals.errors import Lost
from evals.heartbeat import Load, beating
from evals.money.prices import dollars
from evals.money.purse import Purse
from evals.plan import LeftOut, sentences
from evals.progress import Progress
from evals.provider import Provider
from evals.retry import Line, Patience
from evals.session import Opened, Session, note
from evals.types import Reply

FINISHING = "finishing what is in flight; Ctrl-C again stops at once"
LEAVING = "no longer waiting; batches that were submitted go on at their host"


@dataclass(frozen=True)
class End:
    """How working through a session ended.

    Attributes:
        missing: how many replies are missing, failed ones included.
        interrupted: whether Ctrl-C did it.
        waiting: the batches that have not ended, a sentence each.
        failed: the kinds of failures among them, and how many of each.
        why: why nothing more was asked, a sentence each: the budget is used up, or a host is no use.
        idle: whether nothing was missing to begin with.
    """

    missing: int
    interrupted: bool
    waiting: tuple[str, ...] = ()
    failed: Mapping[str, int] = field(default_factory=dict)
    why: tuple[str, ...] = ()
    idle: bool = False

    @property
    def status(self) -> int:
        """The exit status: 0 complete, 3 incomplete, 130 interrupted."""
        if self.missing == 0:
            return 0
        return 130 if self.interrupted else 3


@dataclass(frozen=True)
class _Control:
    """What ends a run before all is asked: the user, or the clock. Batches are left to their host then."""

    stopper: run.Stopper
    purse: Purse
    say: Callable[[str], None]
    batch: bool

    def press(self) -> None:
        """Ctrl-C, or SIGTERM."""
        if not self.stopper.draining:
            self.say(LEAVING if self.batch else FINISHING)
        self.stopper.press()
        if self.batch:
            self.stopper.leave()

    def late(self) -> None:
        """The minutes of the budget are over."""
        self.purse.late = True
        self.stopper.halt()
        if self.batch:
            self.stopper.leave()


def work(opened: Opened, shown: Progress) -> End:
    """Work through an opened session, and mark its folder finished if nothing is missing or to follow at the end.

    Ctrl-C (and SIGTERM) once lets what is in flight finish, twice stops at once; batches are left to their host at the
    first. `shown` is told each reply, and says in a sentence the first Ctrl-C, each model's first failure of a kind when
    it is tried again, and what is left out since a host has refused it.
    Raises: ProviderError, BadInput: see run.run.
    """
    session, say = opened.session, shown.say
    terms = session.terms
    planned, ended = session.plan, {reply.key: _failed(reply) for reply in opened.before}
    control = _Control(run.Stopper(), opened.purse, say, terms.batch)

    def count(reply: Reply) -> None:
        ended[reply.key] = _failed(reply)
        shown.see(reply)
        if events.heard(events.DEBUG):
            tell(reply)

    def leave_out(out: LeftOut) -> None:
        nonlocal planned
        planned = planned.without(out)
        note(session, planned)
        shown.expect(len(planned))
        for sentence in sentences([out]):
            say(sentence)

    runner = run.Runner(
        suites={part.suite.name: part.suite for part in session.plan.parts},
        write=opened.writer.append,
        observe=count,
        done=opened.done,
        before=opened.before,
        kept=opened.kept,
        say=say,
        leave_out=leave_out,
        warn=lambda model, error: say(f"{model}: {error.message}; trying again"),
        concurrency=terms.concurrency,
        rate=terms.rate,
        patience=Patience(seconds=math.inf) if terms.batch else Patience(),
        purse=opened.purse,
    )
    _began(session, len(opened.done))
    with carried(opened, say) as providers:
        why = asyncio.run(_work(replace(session, providers=providers), runner, control))
    kinds = Counter(kind for key, kind in ended.items() if planned.asks(key))
    missing = len(planned) - kinds.pop("", 0)
    if missing == 0 and session.plan.request.until is None:  # else there may be a further round
        log.finish(session.folder)
    why = (*opened.purse.said(), *why) if missing else ()
    interrupted = control.stopper.draining
    about = {"missing": missing, "interrupted": interrupted, "why": list(why) or None}
    events.event(events.INFO, "run ended", run=str(session.folder), **about)
    if missing == 0:
        return End(0, interrupted, idle=len(opened.done) >= len(session.plan))
    log.note_end(session.folder, why)
    return End(missing, interrupted, _standing(providers), kinds, why)


def _began(session: Session, answered: int) -> None:
    """Tell that the session is worked through now."""
    events.event(
        events.INFO,
        "run began",
        run=str(session.folder),
        models=list(session.providers),
        suites=[part.suite.name for part in session.plan.parts],
        planned=len(session.plan),
        answered=answered,
    )


def _failed(reply: Reply) -> str:
    """The kind of failure for which it is missing; empty where it is not."""
    return "" if reply.answered or reply.failure is None else reply.failure.kind


def _standing(providers: dict[str, Provider]) -> tuple[str, ...]:
    """The batches of all models that have not ended, a sentence each."""
    innermost = map(within, providers.values())
    offices = [provider.office for provider in innermost if isinstance(provider, Batched)]
    return tuple(sentence for office in offices for sentence in office.watch.standing)


async def _work(session: Session, runner: run.Runner, control: _Control) -> tuple[str, ...]:
    with ExitStack() as restore:
        _on_signals(restore, control.press)
        _on_time(restore, runner.purse.budget.seconds_left, control.late)
        lines = run.lines(session.plan, session.providers, runner)
        try:
            async with run.closing(session.providers), beating(session.folder, partial(_loads, lines)):
                return await run.run(session.plan, lines, runner, control.stopper)
        finally:
            log.note_pace(session.folder, {model: line.limiter.history for model, line in lines.items()})
            for sentence in _retried(lines):
                runner.say(sentence)


def _loads(lines: dict[str, Line]) -> dict[str, Load]:
    """How many requests at a time each model's account is sent now."""
    return {model: Load(line.limiter.limit, line.limiter.at_work) for model, line in lines.items()}


def _retried(lines: dict[str, Line]) -> Iterator[str]:
    """How many requests were sent again, and why, a sentence a model."""
    for model, line in lines.items():
        if total := line.again.kinds.total():
            kinds = ", ".join(f"{kind} {count}" for kind, count in line.again.kinds.most_common())
            times = "request was" if total == 1 else "requests were"
            yield (
                f"{model}: {total:,} {times} sent again ({kinds}), after {line.again.seconds:,.0f} s of waiting in all"
                f"{_lost(line.again.lost)}"
            )


def _lost(lost: Lost) -> str:
    """What they took in vain, as far as hosts told."""
    cost = f" ({dollars(lost.cost_usd)})" if lost.cost_usd else ""
    return f"; they took {lost.tokens:,} tokens{cost} in vain" if lost.tokens else ""


def _on_time(restore: ExitStack, seconds: float, late: Callable[[], None]) -> None:
    """Have it told once so many seconds are over, if that is before the end; at once if they are over already."""
    if seconds <= 0:
        late()
    elif seconds < math.inf:
        restore.callback(asyncio.get_running_loop().call_later(seconds, late).cancel)


def _on_signals(restore: ExitStack, press: Callable[[], None]) -> None:
    """Take over SIGINT and SIGTERM while the run lasts, where the system lets a loop do so."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, press)
        except (NotImplementedError, ValueError, RuntimeError):
            return  # Windows, or not the main thread: Ctrl-C then stops at once, and resuming loses nothing
        restore.callback(loop.remove_signal_handler, number)
