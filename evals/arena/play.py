"""Play: models are asked for fresh answers, in an ordinary run that lies in the arena, and these are collected."""

from pathlib import Path

from evals import log, session
from evals.arena import collect, prompts
from evals.arena.folder import Arena
from evals.plan import Request
from evals.session import Session
from evals.terms import Terms

FILES = {".txt", ".md", ".jsonl", ".csv"}
"""What a file of prompts ends in, beside any other file that is no suite."""


def named(what: str, place: Path) -> str:
    """By what a suite is loaded: a suite's name or path as it is, a file of prompts made into one in `place`.

    Raises: BadFile: the file holds no prompts.
    """
    path = Path(what)
    is_prompts = path.is_file() and path.suffix not in {".py", ".toml"}
    if is_prompts or path.suffix in FILES:
        return str(prompts.folder(path, place / "prompts").resolve())
    return what


def begin(request: Request, out: Path, terms: Terms) -> Session:
    """The session in which models play: that of the last run of the same request, or a new one, without a folder yet.

    A seed that is drawn anew begins anew once that run is finished.
    Raises: EvalsError: whatever is wrong with the request, before anything is sent.
    """
    runs = out / "runs"
    before = log.unfinished(runs, request) if request.seed == "fresh" else log.latest(runs, request)
    if before is not None:
        return session.resume(before, terms)
    return session.preview(request, runs, terms)


def housed(begun: Session, out: Path) -> Session:
    """The session with a folder for its run."""
    return session.housed(begun, out / "runs")


def gathered(played: Session, out: Path) -> Arena:
    """The arena with what was answered so far. Raises: BadInput: nothing was, or a model has answered otherwise before."""
    return collect.collect([log.read_run(played.folder)], out)
