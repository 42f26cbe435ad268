"""Runs: work through a plan, many requests at a time, and write down each reply as it is answered and judged."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from evals import log, retry
from evals.converse import converse
from evals.errors import ProviderError
from evals.plan import Course, Job, Plan
from evals.provider import Provider
from evals.suite import Suite
from evals.types import Failure, Key, Outcome, Reply, Sample, Score

Observer = Callable[[Reply], None]
"""Is told of each reply once it is on disk; draws the progress bar."""


@dataclass
class Stopper:
    """How a run is asked to stop: `drain` lets what is in flight finish, `cancel` does not."""

    draining: bool = False
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def press(self) -> None:
        """Ctrl-C: once drains, twice stops."""
        if self.draining:
            for task in self.tasks:
                task.cancel()
        self.draining = True


@dataclass(frozen=True)
class Runner:
    """What a run needs beside its plan.

    Attributes:
        suites: name -> suite, for the scorers.
        write: puts one reply on disk.
        observe: is told of it.
        done: keys that are answered already.
        before: what earlier processes wrote, in the order of first answers.
        concurrency: requests at a time for each model; None leaves it to the provider.
        patience: bounds of trying again.
    """

    suites: Mapping[str, Suite]
    write: Observer
    observe: Observer
    done: frozenset[Key] = frozenset()
    before: tuple[Reply, ...] = ()
    concurrency: int | None = None
    patience: retry.Patience = field(default_factory=retry.Patience)


async def run(plan: Plan, providers: Mapping[str, Provider], runner: Runner, stopper: Stopper) -> None:
    """Ask every model what it has not answered yet, all models side by side.

    Raises: ProviderError: a model has no chance (see retry.Breaker). BadInput: the log cannot be written. What was
        answered before is on disk.
    """
    askers = {
        model: Asker(provider, runner, stopper, asyncio.Semaphore(runner.concurrency or provider.concurrency))
        for model, provider in providers.items()
    }
    try:
        async with asyncio.TaskGroup() as group:
            for model, asker in askers.items():
                stopper.tasks.update(group.create_task(work) for work in _works(plan, model, asker))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    for asker in askers.values():
        if asker.breaker.reason:
            raise asker.breaker.reason


@dataclass
class Asker:
    """Asks one model, so many requests at a time, until the run is to stop or the model has no chance."""

    provider: Provider
    runner: Runner
    stopper: Stopper
    gate: asyncio.Semaphore
    breaker: retry.Breaker = field(default_factory=retry.Breaker)

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be asked."""
        return self.stopper.draining or self.breaker.reason is not None

    async def answer(self, job: Job) -> Reply | None:
        """The reply to a job, judged and on disk; None if it is not asked any more."""
        async with self.gate:
            if self.stopped:
                return None
            tried = await converse(self.provider, job.prompt, self.runner.patience)
            self.breaker.see(tried.error)
            reply = judge(job, tried, self.runner.suites[job.key.suite])
            self.runner.write(reply)
            self.runner.observe(reply)
            return reply


def _works(plan: Plan, model: str, asker: Asker) -> Iterator[Coroutine[None, None, None]]:
    """What is to be done with one model, side by side: as many workers as may ask at a time, and the courses."""
    jobs = (job for job in plan.jobs(model) if job.key not in asker.runner.done)
    for _ in range(asker.runner.concurrency or asker.provider.concurrency):
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
    while (job := course.next(told)) and (reply := await asker.answer(job)) and reply.score:
        told.append((job.sample, reply.score.outcome))


def _told(course: Course, before: Iterable[Reply]) -> list[tuple[Sample, Outcome]]:
    """What was answered on a course already."""
    samples = {sample.id: sample for sample in course.track.pool}
    return [
        (samples[reply.key.sample], reply.score.outcome)
        for reply in before
        if reply.score and reply.key.sample in samples and course.leads(reply.key)
    ]


def judge(job: Job, tried: retry.Tried, suite: Suite) -> Reply:
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
    )


@asynccontextmanager
async def closing(providers: Mapping[str, Provider]) -> AsyncIterator[None]:
    """Closes every provider at the end, however it comes."""
    try:
        yield
    finally:
        await asyncio.gather(*(provider.close() for provider in providers.values()))
