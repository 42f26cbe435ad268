"""Runs: work through a plan, many requests at a time, and write down each reply as it is answered and judged."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial

from evals import events, log, retry
from evals.converse import converse
from evals.display import Looker
from evals.errors import ProviderError
from evals.money.purse import Purse
from evals.pacing.deadline import Deadline
from evals.pacing.limiter import FIRST, Change, Drained, Limiter
from evals.pacing.pace import Pace
from evals.plan import Course, Job, LeftOut, Plan
from evals.provider import Provider, addressed, lack, recalled, settled, submitted
from evals.suite import Suite
from evals.types import Display, Failure, Key, Outcome, Prompt, Reply, Sample, Score

Observer = Callable[[Reply], None]
"""Is told of each reply once it is on disk; draws the progress bar."""


@dataclass
class Stopper:
    """How a run is asked to stop.

    Attributes:
        draining: whether the user has asked for it.
        halted: whether nothing new is sent, for that or any other reason; what is in flight is finished.
    """

    draining: bool = False
    halted: bool = False
    limiters: list[Limiter] = field(default_factory=list)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def press(self) -> None:
        """Ctrl-C: once drains, twice stops."""
        if self.draining:
            self.leave()
        self.draining = True
        self.halt()

    def leave(self) -> None:
        """Wait for nothing more."""
        for task in self.tasks:
            task.cancel()

    def halt(self) -> None:
        """Send nothing new."""
        self.halted = True
        for limiter in self.limiters:
            limiter.drain()


@dataclass(frozen=True)
class Runner:
    """What a run needs beside its plan.

    Attributes:
        suites: name -> suite, for the scorers.
        write: puts one reply on disk.
        observe: is told of it.
        done: keys that are answered already.
        before: what earlier processes wrote, in the order of first answers.
        kept: what was said to keys that are asked no more and only judged, because their scorer failed.
        say: is told in a sentence of what is left out.
        warn: is told a model and its first failure of each kind, before it is tried again.
        leave_out: is told of an arm that a host refuses.
        concurrency: the most requests at a time for each account of a host; None leaves it to the provider.
        rate: requests a minute for each account; None for no fixed rate.
        patience: bounds of trying again.
        purse: has room for a reply or not.
    """

    suites: Mapping[str, Suite]
    write: Observer
    observe: Observer
    done: frozenset[Key] = frozenset()
    before: tuple[Reply, ...] = ()
    kept: Mapping[Key, retry.Tried] = field(default_factory=dict)
    say: Callable[[str], None] = lambda _text: None
    warn: Callable[[str, ProviderError], None] = lambda _model, _error: None
    concurrency: int | None = None
    rate: float | None = None
    leave_out: Callable[[LeftOut], None] = lambda _: None
    patience: retry.Patience = field(default_factory=retry.Patience)
    purse: Purse = field(default_factory=Purse)


def lines(plan: Plan, providers: Mapping[str, Provider], runner: Runner) -> dict[str, retry.Line]:
    """A line to every model; models of one account share what it lets through at a time."""
    limiters: dict[Hashable, Limiter] = {}
    found = {}
    for model, provider in providers.items():
        account = getattr(provider, "account", model)
        if account not in limiters:
            limiters[account] = _limiter(provider, runner)
            limiters[account].heard = partial(_paced, model)
        host = _host(plan, model, runner)
        found[model] = retry.Line(provider, limiters[account], host, runner.patience)
    return found


def _paced(model: str, change: Change) -> None:
    """Tell that a model's account is sent more requests at a time, or fewer."""
    events.event(events.INFO, "concurrency changed", model=model, limit=change.limit, why=change.why)


def _limiter(provider: Provider, runner: Runner) -> Limiter:
    """Requests that leave this process begin modestly; a model within it takes what suits it at once.

    Such a model may be slow, and does not hang: what were taken from it would go on computing in the way of the next.
    """
    most = runner.concurrency or provider.concurrency
    modest = (
        FIRST if runner.concurrency is None else max(FIRST, runner.concurrency // 4)
    )  # as the user says, it stands more
    first = modest if hasattr(provider, "account") else most
    deadline = Deadline(never=getattr(provider, "in_process", False))
    return Limiter(most, first, Pace(runner.rate), deadline=deadline)


async def run(
    plan: Plan, lines: Mapping[str, retry.Line], runner: Runner, stopper: Stopper
) -> tuple[str, ...]:
    """Ask every model what it has not answered yet, all models side by side.

    Gives a sentence for each model that is asked no more, since its host fails in the same way everywhere or is gone (see
    retry.Breaker): its replies are missing.
    Raises: ProviderError: the user must mend something, such as a key or a scorer. BadInput: the log cannot be written. What
        was answered before is on disk.
    """
    scorers = {name: retry.Breaker() for name in runner.suites}
    stopper.limiters += {id(line.limiter): line.limiter for line in lines.values()}.values()
    askers = {
        model: Asker(model, plan, line, Looker(model, line.provider, runner.say), runner, stopper, scorers)
        for model, line in lines.items()
    }
    try:
        async with asyncio.TaskGroup() as group:
            for model, asker in askers.items():
                stopper.tasks.update(group.create_task(work) for work in _works(plan, model, asker))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    for breaker in (*(line.host for line in lines.values()), *scorers.values()):
        if breaker.reason and breaker.is_for_the_user:
            raise breaker.reason
    return tuple(f"{model}: {line.host.why}" for model, line in lines.items() if line.host.reason)


@dataclass
class Asker:
    """Asks one model, so many requests at a time, until the run is to stop, the budget is used up or there is no chance.

    Attributes:
        model: as typed.
        line: the line to it.
        looker: sees the items as the model does.
        scorers: suite -> opens when its scorer fails on everything.
        left: (suite, arm) that the host has refused: not asked any more.
    """

    model: str
    plan: Plan
    line: retry.Line
    looker: Looker
    runner: Runner
    stopper: Stopper
    scorers: Mapping[str, retry.Breaker]
    left: set[tuple[str, str]] = field(default_factory=set)

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be asked."""
        hopeless = self.line.host.reason or any(one.reason for one in self.scorers.values())
        return self.stopper.halted or bool(hopeless) or self.model in self.runner.purse.refused

    async def answer(self, job: Job) -> Reply | None:
        """The reply to a job, judged and on disk; None if it is not asked any more."""
        if not self._wants(job):
            return None
        job = _settled(self.line.provider, job)
        suite = self.runner.suites[job.key.suite]
        display = await self.looker.look(suite.arm(job.key.arm), job)
        tried = self.runner.kept.get(job.key)  # after looking: nothing comes between a reply and the disk
        if tried is None:
            tried = await self._ask(job)
            if tried is None:
                return None
            if tried.error is not None and tried.error.kind == "unsupported":
                self._leave_out(job, tried)
                return None
            self.line.host.see(tried.error, _length(job.prompt))
        reply = judge(job, tried, suite, display)
        if reply.response is not None:
            self.scorers[job.key.suite].see(_scorer_error(reply))
        self.runner.write(reply)
        self.runner.observe(reply)
        return reply

    async def _ask(self, job: Job) -> retry.Tried | None:
        """What came of asking, within the budget; None if it is not asked any more."""
        line, purse = self._line(job.key), self.runner.purse
        if purse.meters and (known := _known(line.provider, job.prompt)):
            await asyncio.sleep(0)  # nothing is waited for, and others want to be heard
            return known
        paid = purse.meters and submitted(line.provider, job.prompt)
        while held := await purse.hold(job.key, job.prompt, lambda: self._wants(job), paid=bool(paid)):
            tried = None
            try:
                tried = await converse(line, job.prompt, lambda: self._wants(job) and (paid or held.fits))
            except Drained:
                if not self._wants(job):
                    return None
            finally:
                held.end(*(tried.response, tried.lost) if tried else ())
            if tried:
                return tried
        return None

    def _line(self, key: Key) -> retry.Line:
        """The line, as a provider is asked for one reply to which that matters."""
        asked = addressed(self.line.provider, key)
        return self.line if asked is self.line.provider else replace(self.line, provider=asked)

    def _wants(self, job: Job) -> bool:
        return not self.stopped and (job.key.suite, job.key.arm) not in self.left

    def _leave_out(self, job: Job, tried: retry.Tried) -> None:
        """Ask no more in an arm that the host refuses; what it says is written down once."""
        key = job.key
        if (key.suite, key.arm) in self.left:
            return
        self.left.add((key.suite, key.arm))
        self.runner.write(judge(job, tried, self.runner.suites[key.suite]))
        arms = {(part.suite.name, arm.name): arm for part in self.plan.of(key.model) for arm in part.arms}
        why = lack(self.line.provider, arms[key.suite, key.arm]) or "cannot take it"
        self.runner.leave_out(LeftOut(key.model, key.suite, key.arm, f"{why}, says its host"))
        if self.left.issuperset(arms):
            self.line.host.reason = tried.error


def _known(provider: Provider, prompt: Prompt) -> retry.Tried | None:
    """What a cache answers to a prompt of one turn: it takes nothing, so it needs no room in a budget."""
    if prompt.followups or prompt.tools:
        return None
    known = recalled(provider, prompt)
    if known is None or known.response is None or not known.response.cached:
        return None
    return retry.Tried(known.response, None, known.requests)


def _settled(provider: Provider, job: Job) -> Job:
    """The job with the prompt that is really sent."""
    prompt = settled(provider, job.prompt)
    return job if prompt is job.prompt else replace(job, prompt=prompt)


def _host(plan: Plan, model: str, runner: Runner) -> retry.Breaker:
    """A model's breaker, which can find out how long the shortest prompt is that it may be asked."""

    @cache
    def shortest() -> int:
        missing = (job for job in plan.candidates(model) if job.key not in runner.done)
        return min((_length(job.prompt) for job in missing), default=0)

    return retry.Breaker(shortest, partial(runner.warn, model), name=model)


def _length(prompt: Prompt) -> int:
    return len(prompt.text) + sum(len(turn.content) for turn in prompt.messages)


def _works(plan: Plan, model: str, asker: Asker) -> Iterator[Coroutine[None, None, None]]:
    """What is to be done with one model, side by side: as many workers as may ask at a time, and the courses."""
    jobs = plan.jobs(model, asker.left, asker.runner.done)
    for _ in range(asker.line.limiter.most):
        yield _work(jobs, asker)
    for course in plan.courses(model):
        yield _walk(course, asker)


async def _work(jobs: Iterator[Job], asker: Asker) -> None:
    """One of a model's workers: takes the next job until there is none."""
    while not asker.stopped and (job := next(jobs, None)):
        await asker.answer(job)


async def _walk(course: Course, asker: Asker) -> None:
    """One course, from where an earlier process left it; a failure ends it, since the next step would need the outcome."""
    told = _told(course, asker.runner.before)
    while (job := course.next(told)) and (reply := await asker.answer(job)) and reply.answered:
        told.append((job.sample, reply.outcome))


def _told(course: Course, before: Iterable[Reply]) -> list[tuple[Sample, Outcome]]:
    """What was answered on a course already."""
    samples = {sample.id: sample for sample in course.track.pool}
    return [
        (samples[reply.key.sample], reply.outcome)
        for reply in before
        if reply.answered and reply.key.sample in samples and course.leads(reply.key)
    ]


def _scorer_error(reply: Reply) -> ProviderError | None:
    """What to say if it is every reply that the scorer fails on."""
    if reply.failure is None:
        return None
    return ProviderError(
        "scorer",
        f"the scorer of suite {reply.key.suite} fails on every reply: {reply.failure.message}",
        "mend its score, then go on with the run: what was said is kept and only judged again",
    )


def judge(job: Job, tried: retry.Tried, suite: Suite, display: Display | None = None) -> Reply:
    """The log line of one job. A scorer that raises is a failure of that reply, whose text is kept."""
    score: Score | None = None
    failure: Failure | None = None
    if tried.response is None:
        error = tried.error or ProviderError("server", "no answer")
        failure = Failure(error.kind, error.message)
    else:
        try:
            score = suite.score(job.sample, job.key.arm, tried.response)
        except Exception as error:  # noqa: BLE001  a suite is the user's code; its fault must not end the run
            failure = Failure("scorer", f"{type(error).__name__}: {error}")
    return Reply(
        key=job.key,
        prompt=job.prompt,
        response=tried.response,
        score=score,
        failure=failure,
        target=job.sample.target,
        cluster=job.sample.cluster,
        tags=job.sample.tags,
        attempts=tried.attempts,
        at=log.now(),
        display=display,
        lost=tried.lost,
    )


@asynccontextmanager
async def closing(providers: Mapping[str, Provider]) -> AsyncIterator[None]:
    """Closes every provider at the end, however it comes."""
    try:
        yield
    finally:
        await asyncio.gather(*(provider.close() for provider in providers.values()))
