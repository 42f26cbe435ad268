"""From a request to a finished run folder: plan, connect, check, resume or begin, work, mark the end."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from evals import log, run
from evals.errors import BadInput
from evals.plan import Plan, Request, plan
from evals.provider import ModelName, Provider, connect, require, settled
from evals.retry import Tried
from evals.types import Key, Reply


@dataclass(frozen=True)
class Session:
    """A run about to be worked through.

    Attributes:
        folder: where it is written.
        plan: what is asked.
        providers: model name as typed -> connection.
    """

    folder: Path
    plan: Plan
    providers: dict[str, Provider]

    @property
    def notices(self) -> dict[str, str]:
        """What must be said wherever a model's words are shown: model -> sentence."""
        return {model: provider.notice for model, provider in self.providers.items() if provider.notice}


@dataclass(frozen=True)
class Opened:
    """A session whose log this process alone writes, so that what it holds is known for good.

    Attributes:
        session: what is to be done.
        writer: the log, locked.
        before: what an earlier process wrote into it.
    """

    session: Session
    writer: log.Writer
    before: tuple[Reply, ...]

    @property
    def done(self) -> frozenset[Key]:
        """The keys that need not be asked again; failures are, unless they are final."""
        return frozenset(reply.key for reply in self.before if reply.answered)

    @property
    def kept(self) -> dict[Key, Tried]:
        """What was said where only the verdict is missing, because the scorer failed."""
        return {
            reply.key: Tried(reply.response, None, reply.attempts)
            for reply in self.before
            if reply.response is not None and not reply.answered
        }


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

    Raises: NotFound, BadFile: no such run, or a damaged one. BadInput: a suite has changed its version since.
    """
    about = log.read_about(folder)
    made = plan(replace(about.request, suites=tuple(about.paths.values())), about.seed)
    for part in made.parts:
        old = about.suites.get(part.suite.name)
        if old != part.suite.version:
            raise BadInput(
                f"{folder} was begun with version {old} of suite {part.suite.name}, which is now {part.suite.version}",
                "the two do not mix: move that folder away, or name another with --out, and run it anew",
            )
    return Session(folder, made, _connect(made))


@contextmanager
def opened(session: Session) -> Iterator[Opened]:
    """The session with its log locked, and only then read.

    Raises: BadInput: another process writes it, or a suite's prompts have changed since. BadFile: the log is damaged.
    """
    with log.Writer(session.folder) as writer:
        before = log.read_run(session.folder).replies
        _same_questions(session, before)
        yield Opened(session, writer, before)


def _same_questions(session: Session, before: tuple[Reply, ...]) -> None:
    """Refuse a suite that was edited without a new version: half a run would be asked other questions."""
    asked = {reply.key: reply.prompt for reply in before}
    if not asked:
        return
    for model, provider in session.providers.items():
        for job in session.plan.candidates(model):
            prompt = settled(provider, job.prompt)
            if asked.get(job.key, prompt) != prompt:
                raise BadInput(
                    f"suite {job.key.suite} asks other questions now than {session.folder} holds (sample {job.key.sample})",
                    "move that folder away, or name another with --out, and run it anew",
                )


def work(
    opened: Opened, observe: run.Observer, say: Callable[[str], None], concurrency: int | None = None
) -> End:
    """Work through an opened session, and mark its folder finished if nothing is missing at the end.

    Ctrl-C (and SIGTERM) once lets what is in flight finish, twice stops at once. `say` is told in a sentence of the
    first, and of each model's first failure of a kind when it is tried again.
    Raises: ProviderError, BadInput: see run.run.
    """
    session, stopper = opened.session, run.Stopper()

    def press() -> None:
        if not stopper.draining:
            say("finishing what is in flight; Ctrl-C again stops at once")
        stopper.press()

    missing = len(session.plan) - len(opened.done)

    def count(reply: Reply) -> None:
        nonlocal missing
        missing -= reply.answered
        observe(reply)

    runner = run.Runner(
        suites={part.suite.name: part.suite for part in session.plan.parts},
        write=opened.writer.append,
        observe=count,
        done=opened.done,
        before=opened.before,
        kept=opened.kept,
        say=say,
        warn=lambda model, error: say(f"{model}: {error.message}; trying again"),
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
