"""From a request to a finished run folder: plan, connect, check, resume or begin, work, mark the end."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from evals import log, run
from evals.errors import BadInput
from evals.plan import Plan, Request, plan
from evals.provider import ModelName, Provider, connect, require
from evals.types import Key, Reply


@dataclass(frozen=True)
class Session:
    """A run about to be worked through.

    Attributes:
        folder: where it is written.
        plan: what is asked.
        providers: model name as typed -> connection.
        before: what an earlier process answered already.
    """

    folder: Path
    plan: Plan
    providers: dict[str, Provider]
    before: tuple[Reply, ...] = ()

    @property
    def done(self) -> frozenset[Key]:
        """The keys that need not be asked again; failures are."""
        return frozenset(reply.key for reply in self.before if reply.failure is None)

    @property
    def notices(self) -> dict[str, str]:
        """What must be said wherever a model's words are shown: model -> sentence."""
        return {model: provider.notice for model, provider in self.providers.items() if provider.notice}


@dataclass(frozen=True)
class End:
    """How working through a session ended: how many replies are missing, failed ones included; whether Ctrl-C did it."""

    missing: int
    interrupted: bool

    @property
    def status(self) -> int:
        """The exit status: 0 complete, 3 incomplete, 130 interrupted."""
        if self.missing == 0:
            return 0
        return 130 if self.interrupted else 3


def begin(request: Request, out: Path) -> Session:
    """A session in a new folder, or in that of the same request if it was left unfinished.

    Raises: EvalsError: whatever is wrong with the request, before anything is sent.
    """
    folder = log.unfinished(out, request)
    if folder is not None:
        return resume(folder)
    made = plan(request)
    providers = _connect(made)
    session = Session(Path(), made, providers)
    return replace(session, folder=log.create(out, made, session.notices))


def resume(folder: Path) -> Session:
    """The session of a run folder: the same plan, less what is answered.

    Raises: NotFound, BadFile: no such run, or a damaged one. BadInput: a suite has changed since, its version or its prompts.
    """
    before = log.read_run(folder)
    made = plan(replace(before.about.request, suites=tuple(before.about.paths.values())), before.about.seed)
    for part in made.parts:
        old = before.about.suites.get(part.suite.name)
        if old != part.suite.version:
            raise BadInput(
                f"{folder} was begun with version {old} of suite {part.suite.name}, which is now {part.suite.version}",
                "the two do not mix: move that folder away, or name another with --out, and run it anew",
            )
    _same_questions(before, made)
    return Session(folder, made, _connect(made), before.replies)


def _same_questions(before: log.Run, made: Plan) -> None:
    """Refuse a suite that was edited without a new version: half a run would be asked other questions."""
    asked = {reply.key: reply.prompt for reply in before.replies}
    for model in made.request.models:
        for job in made.candidates(model):
            if asked.get(job.key, job.prompt) != job.prompt:
                raise BadInput(
                    f"suite {job.key.suite} asks other questions now than {before.folder} holds (sample {job.key.sample})",
                    "move that folder away, or name another with --out, and run it anew",
                )


def work(
    session: Session,
    observe: run.Observer,
    concurrency: int | None = None,
    on_press: Callable[[], None] = lambda: None,
) -> End:
    """Work through a session, and mark its folder finished if nothing is missing at the end.

    Ctrl-C (and SIGTERM) once lets what is in flight finish, twice stops at once; `on_press` is told of the first.
    Raises: ProviderError, BadInput: see run.run.
    """
    stopper = run.Stopper()

    def press() -> None:
        if not stopper.draining:
            on_press()
        stopper.press()

    missing = len(session.plan) - len(session.done)

    def count(reply: Reply) -> None:
        nonlocal missing
        missing -= reply.failure is None
        observe(reply)

    with log.Writer(session.folder) as writer:
        runner = run.Runner(
            suites={part.suite.name: part.suite for part in session.plan.parts},
            write=writer.append,
            observe=count,
            done=session.done,
            before=session.before,
            concurrency=concurrency,
        )
        asyncio.run(_work(session, runner, stopper, press))
        if missing == 0:
            log.finish(session.folder)
    return End(missing, stopper.draining)


async def _work(
    session: Session, runner: run.Runner, stopper: run.Stopper, press: Callable[[], None]
) -> None:
    with ExitStack() as restore:
        _on_signals(restore, press)
        async with run.closing(session.providers):
            await run.run(session.plan, session.providers, runner, stopper)


def _on_signals(restore: ExitStack, press: Callable[[], None]) -> None:
    """Take over SIGINT and SIGTERM while the run lasts, where the system lets a loop do so."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, press)
        except (NotImplementedError, ValueError, RuntimeError):
            return  # Windows, or not the main thread: Ctrl-C then stops at once, and resuming loses nothing
        restore.callback(loop.remove_signal_handler, number)


def _connect(made: Plan) -> dict[str, Provider]:
    """Connections to all models, each checked against what the arms need."""
    providers: dict[str, Provider] = {}
    for text in made.request.models:
        name = ModelName.parse(text)
        provider = connect(name)
        for part in made.parts:
            require(name, provider, part.suite.name, part.arms)
        prepare = getattr(provider, "prepare", None)
        if prepare is not None:
            prepare((job.prompt, job.sample.target) for job in made.candidates(text))
        providers[text] = provider
    return providers
