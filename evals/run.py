"""Runs: work through a plan, many requests at a time, and write down each reply as it is answered and judged."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

from evals import log, retry
from evals.errors import ProviderError
from evals.plan import Job, Plan
from evals.provider import Provider
from evals.suite import Suite
from evals.types import Failure, Key, Message, Prompt, Reply, Response, Score

Number = TypeVar("Number", int, float)

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
        concurrency: requests at a time for each model; None leaves it to the provider.
        patience: bounds of trying again.
    """

    suites: Mapping[str, Suite]
    write: Observer
    observe: Observer
    done: frozenset[Key] = frozenset()
    concurrency: int | None = None
    patience: retry.Patience = field(default_factory=retry.Patience)


async def run(plan: Plan, providers: Mapping[str, Provider], runner: Runner, stopper: Stopper) -> None:
    """Ask every model what it has not answered yet, all models side by side.

    Raises: ProviderError: a model has no chance (see retry.Breaker). BadInput: the log cannot be written. What was
        answered before is on disk.
    """
    breakers = {model: retry.Breaker() for model in providers}
    workers = [
        _work(jobs, provider, runner, breakers[model], stopper)
        for model, provider in providers.items()
        for jobs in [_missing(plan, model, runner.done)]
        for _ in range(runner.concurrency or provider.concurrency)
    ]
    try:
        async with asyncio.TaskGroup() as group:
            stopper.tasks.update(group.create_task(work) for work in workers)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    for breaker in breakers.values():
        if breaker.reason:
            raise breaker.reason


def _missing(plan: Plan, model: str, done: frozenset[Key]) -> Iterator[Job]:
    return (job for job in plan.jobs(model) if job.key not in done)


async def _work(
    jobs: Iterator[Job], provider: Provider, runner: Runner, breaker: retry.Breaker, stopper: Stopper
) -> None:
    """One of a model's workers: takes the next job until there is none, or the run is to stop."""
    while not stopper.draining and breaker.reason is None and (job := next(jobs, None)):
        tried = await _converse(provider, job.prompt, runner.patience)
        breaker.see(tried.error)
        reply = judge(job, tried, runner.suites[job.key.suite])
        runner.write(reply)
        runner.observe(reply)


async def _converse(provider: Provider, prompt: Prompt, patience: retry.Patience) -> retry.Tried:
    """Ask the prompt, then each follow-up with the conversation so far; totals are over all turns."""
    rng = Random(prompt.hash)
    tried = await retry.ask(provider, replace(prompt, followups=()), patience, rng)
    turns = prompt
    for question in prompt.followups:
        if tried.response is None:
            break
        said = Message("assistant", tried.response.text)
        turns = replace(turns, messages=(*turns.messages, said, Message("user", question)), followups=())
        following = await retry.ask(provider, turns, patience, rng)
        tried = _joined(tried, tried.response, following)
    return tried


def _joined(before: retry.Tried, earlier: Response, after: retry.Tried) -> retry.Tried:
    attempts = before.attempts + after.attempts
    if after.response is None:
        return replace(after, attempts=attempts)
    later = after.response
    return retry.Tried(
        replace(
            later,
            earlier=(*earlier.earlier, earlier.text),
            tokens_in=_sum(earlier.tokens_in, later.tokens_in),
            tokens_out=_sum(earlier.tokens_out, later.tokens_out),
            tokens_reasoning=_sum(earlier.tokens_reasoning, later.tokens_reasoning),
            seconds=_sum(earlier.seconds, later.seconds),
            cost_usd=_sum(earlier.cost_usd, later.cost_usd),
        ),
        None,
        attempts,
    )


def _sum(a: Number | None, b: Number | None) -> Number | None:
    return None if a is None or b is None else a + b


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
