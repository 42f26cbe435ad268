"""From a request to an open run folder: plan, connect, check, resume or begin. What is done with it then: evals/work.py."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from evals import log
from evals.batch.batched import begun, ready
from evals.errors import BadInput, Unsupported
from evals.framing import SHOTS, can_frame
from evals.keeping import recording
from evals.keeping.cache import Cache
from evals.keeping.replayed import replayed
from evals.money.prices import FREE, Price
from evals.money.prices import read as read_prices
from evals.money.purse import Purse
from evals.plan import LeftOut, Plan, Request, plan
from evals.provider import ModelName, Provider, agree, connect, lack, only_continues, price, settled
from evals.retry import Tried
from evals.spending import payable, purse
from evals.terms import USUAL, Terms
from evals.types import Key, Reply

FRAMED = f"It continues texts only: each question follows {SHOTS} solved examples of its arm."
"""Said of models that are not talked to."""

UNSHOWN = "only continues texts, and has no solved example to go by"


@dataclass(frozen=True)
class Session:
    """A run about to be worked through.

    Attributes:
        folder: where it is written; Path() while it has none.
        plan: what is asked.
        providers: model name as typed -> connection.
        terms: on what terms they are asked.
    """

    folder: Path
    plan: Plan
    providers: dict[str, Provider]
    terms: Terms = USUAL

    @property
    def notices(self) -> dict[str, str]:
        """What must be said wherever a model's words are shown: model -> sentence."""
        said = {model: [provider.notice] for model, provider in self.providers.items()}
        for model in self.plan.framed if any(part.shots for part in self.plan.parts) else ():
            said[model].append(FRAMED)
        return {model: " ".join(filter(None, notices)) for model, notices in said.items() if any(notices)}

    @cached_property
    def before(self) -> tuple[Reply, ...]:
        """The replies of earlier processes. Raises: BadFile: the log is damaged."""
        return log.read_run(self.folder).replies if self.folder != Path() else ()

    def purse(self, before: Iterable[Reply]) -> Purse:
        """What its budget has left after these replies."""
        return purse(self.terms.budget, self.prices, before)

    @property
    def prices(self) -> dict[str, Price]:
        """What the models cost of which it is known."""
        found = {model: price(one, batch=self.terms.batch) for model, one in self.providers.items()}
        return {model: one for model, one in found.items() if one is not None}


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

    @cached_property
    def done(self) -> frozenset[Key]:
        """The keys that need not be asked again; failures are, unless they are final."""
        return frozenset(reply.key for reply in self.before if reply.answered)

    @cached_property
    def purse(self) -> Purse:
        """What its budget has left."""
        return self.session.purse(self.before)

    @cached_property
    def kept(self) -> dict[Key, Tried]:
        """What was said where only the verdict is missing, because the scorer failed."""
        return {
            reply.key: Tried(reply.response, None, reply.attempts, reply.lost)
            for reply in self.before
            if reply.response is not None and not reply.answered
        }


def begin(request: Request, out: Path, terms: Terms = USUAL) -> Session:
    """A session in a new folder, or in that of the same request if it was left unfinished.

    Raises: EvalsError: whatever is wrong with the request, before anything is sent.
    """
    return housed(preview(request, out, terms), out)


def housed(session: Session, out: Path) -> Session:
    """The session in a new folder, unless it goes on with one.

    Raises: BadInput: the folder cannot be written, or a cache or recording not be kept where it is to be. BadFile: the cache
        is damaged.
    """
    if session.folder != Path():
        return session
    keeping = session.terms.keeping
    if keeping.cache is not None:
        Cache(keeping.cache).close()
    if keeping.record is not None:
        recording.check(keeping.record)
    replayed_from = str(keeping.replay or "")
    folder = log.create(out, session.plan, session.notices, session.prices, replayed_from)
    return replace(session, folder=folder)


def preview(request: Request, out: Path, terms: Terms = USUAL) -> Session:
    """The session that would begin, with nothing written: without a folder, unless it would go on with one.

    Raises: as `begin`.
    """
    folder = None if terms.keeping.anew else log.unfinished(out, request)
    if folder is not None:
        return resume(folder, terms)
    return _payable(_priced(_connected(Path(), plan(request), terms)))


def resume(folder: Path, terms: Terms = USUAL) -> Session:
    """The session of a run folder: the same plan, less what is answered, and the user's own prices unless there are new.

    What was begun by batches goes on so.
    What a host refused is left out of a finished run for good, and asked of an unfinished one once more.

    Raises: NotFound, BadFile: no such run, or a damaged one. BadInput: a suite has changed its version since, or the
        run is another tool's.
    """
    about = log.read_own(folder)
    if about.replayed or terms.keeping.replay:
        raise BadInput(f"{folder} cannot be gone on with by a replay", "a replay takes moments: run it anew")
    made = plan(replace(about.request, suites=tuple(about.paths.values())), about.seed, about.rounds)
    for part in made.parts:
        old = about.suites.get(part.suite.name)
        if old != part.suite.version:
            raise BadInput(
                f"{folder} was begun with version {old} of suite {part.suite.name}, which is now {part.suite.version}",
                "the two do not mix: move that folder away, or name another with --out, and run it anew",
            )
    made = made.without(*about.left_out) if about.finished else made
    session = _connected(folder, made, replace(terms, batch=terms.batch or begun(folder)))
    for model, own in about.prices.items():
        if not (own.is_listed or own == FREE):
            agree(model, session.providers[model], own)
    return _payable(_priced(session))


def _payable(session: Session) -> Session:
    """The session, if its budget bounds nothing that is not known. Raises: BadInput: it does."""
    payable(session.terms.budget, session.providers, session.prices)
    return session


def _priced(session: Session) -> Session:
    """The session with the prices of a file, if there is one.

    Raises: NotFound, BadFile: it cannot be read. BadInput: it has a price for none of the models, or for one that takes
        none.
    """
    path = session.terms.prices
    if path is None:
        return session
    own = read_prices(path)
    found = {model: one for model in session.providers if (one := own.of(model))}
    if not found:
        raise BadInput(
            f"{path} has a price for none of {', '.join(session.providers)}",
            f"it has some for: {', '.join(own.prices) or 'none'}; write models as provider/model, or patterns of such",
        )
    for model, one in found.items():
        agree(model, session.providers[model], one)
    return session


@contextmanager
def opened(session: Session) -> Iterator[Opened]:
    """The session with its log locked, and only then read.

    Raises: BadInput: another process writes it, or something is missing and a suite's prompts have changed since. BadFile:
        the log is damaged.
    """
    with log.Writer(session.folder) as writer:
        found = Opened(session, writer, log.read_run(session.folder).replies)
        if len(found.done) < len(session.plan):
            _same_questions(session, found.before)
        note(session, session.plan)
        yield found


def _same_questions(session: Session, before: tuple[Reply, ...]) -> None:
    """Refuse a suite that was edited without a new version: half a run would be asked other questions."""
    asked = {reply.key: reply.prompt for reply in before}
    if not asked:
        return
    for model, provider in session.providers.items():
        for job in session.plan.candidates(model):
            there = asked.get(job.key)
            if there is not None and there != settled(provider, job.prompt):
                raise BadInput(
                    f"suite {job.key.suite} asks other questions now than {session.folder} holds (sample {job.key.sample})",
                    "move that folder away, or name another with --out, and run it anew",
                )


def note(session: Session, plan: Plan) -> None:
    """Write into `run.json` what is planned and at what price, if it says something else."""
    about = log.read_about(session.folder)
    noted = replace(about, planned=len(plan), left_out=plan.left_out, prices=session.prices)
    if noted != about:
        log.write_about(session.folder, noted)


def _connected(folder: Path, made: Plan, terms: Terms) -> Session:
    """Connections to all models, and the plan without what a model cannot take.

    Raises: Unsupported: nothing is left to ask a model, or it is to be asked by batches and cannot.
    """
    providers = _providers(made.request.models, terms)
    if terms.batch:
        ready(made, providers)
    made = made.framing(text for text, provider in providers.items() if only_continues(provider))
    fitted = made.without(*_beyond(made, providers)).cut()
    for text, provider in providers.items():
        if not fitted.size(text):
            out = next((each for each in fitted.left_out if each.model == text), None)
            if out is None:
                raise BadInput(
                    f"no item of shard {made.request.shard} is asked in these arms", "make fewer shards"
                )
            raise Unsupported(
                f"{text} {out.why}, which arm {out.arm!r} of suite {out.suite} needs",
                f"it can do: {', '.join(sorted(provider.can))}; choose another model or other arms (--arm)",
            )
        prepare = getattr(provider, "prepare", None)
        if prepare is not None:
            prepare((job.prompt, job.sample.target) for job in fitted.candidates(text))
    return Session(folder, fitted, providers, terms)


def _providers(models: tuple[str, ...], terms: Terms) -> dict[str, Provider]:
    """A connection to each model; of those that are replayed there is none to be made."""
    if terms.keeping.replay is None:
        return {text: connect(ModelName.parse(text)) for text in models}
    return {**replayed(recording.read(terms.keeping.replay), models)}


def _beyond(made: Plan, providers: dict[str, Provider]) -> Iterator[LeftOut]:
    """The arms that models cannot take."""
    for text, provider in providers.items():
        for part in made.of(text):
            for arm in part.arms:
                if why := "" if made.shots(text, part, arm) else lack(provider, arm):
                    alone = text in made.framed and can_frame(arm)
                    yield LeftOut(text, part.suite.name, arm.name, UNSHOWN if alone else why)
