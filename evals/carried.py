"""How the requests of a session travel: each wish of the terms is a provider around the providers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evals import events
from evals.batch.batched import by_batches
from evals.keeping.cached import by_cache
from evals.keeping.recorded import Recorder, by_record, cast
from evals.provider import Provider
from evals.spans import by_spans
from evals.types import Reply
from evals.watched import Watch, by_events, watched

if TYPE_CHECKING:
    from evals.session import Opened, Session

Say = Callable[[str], None]


@contextmanager
def carried(opened: "Opened", say: Say) -> Iterator[dict[str, Provider]]:
    """The connections, as requests go over them in this session.

    What is watched is what really leaves: a cache stands before that, and a recording before the cache.
    Raises: EvalsError: a cache, a recording or a ledger cannot be used, or a package is missing.
    """
    session = opened.session
    terms, providers = session.terms, session.providers
    with ExitStack() as layers:
        if terms.batch:
            asked = by_batches(session.plan, providers, session.folder, say, wait=terms.wait)
            providers = {**layers.enter_context(asked)}
        if terms.cluster is not None:
            from evals.cluster.start import by_cluster

            providers = {**layers.enter_context(by_cluster(terms.cluster, session.plan, providers, say))}
        providers = watched(providers, tuple(_watches(session, layers, say)))
        if (folder := terms.keeping.cache) is not None:
            providers = layers.enter_context(by_cache(folder, providers, say))
        if (file := terms.keeping.record) is not None:
            providers = layers.enter_context(by_record(_recorder(file, opened, say), providers))
        yield providers


def _watches(session: "Session", layers: ExitStack, say: Say) -> Iterator[Watch]:
    """Who is told of each request; none where nobody has asked."""
    if events.heard(events.WARNING):
        yield by_events
    if session.terms.watching.otel:
        plan = session.plan
        about = {
            "evals.run": session.folder.name,
            "evals.suites": [part.suite.name for part in plan.parts],
            "evals.models": list(session.providers),
            "evals.planned": len(plan),
        }
        yield layers.enter_context(by_spans(about, say, content=session.terms.watching.content))


def _recorder(file: Path, opened: "Opened", say: Say) -> Recorder:
    """Who writes the session's exchanges down. Raises: BadInput: nothing can be written there."""
    session = opened.session
    casts = {model: cast(one, batch=session.terms.batch) for model, one in session.providers.items()}
    recorder = Recorder(file, session.folder, casts)
    if count := recorder.lacks(opened.done):
        say(f"{file} will lack {count:,} replies, which this run had before it was recorded")
    return recorder


def tell(reply: Reply) -> None:
    """Tell that a reply is on disk."""
    key, failure = reply.key, reply.failure
    events.event(
        events.DEBUG,
        "reply written",
        **{name: getattr(key, name) for name in ("model", "suite", "sample", "arm", "repeat")},
        outcome=reply.outcome,
        failure=failure.kind if failure else None,
        cached=(reply.response is not None and reply.response.cached) or None,
        requests=reply.attempts,
    )
