"""Collecting: the replies of finished runs become questions and answers; no model is asked again."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from evals.arena import folder
from evals.arena.answers import Answer, Question
from evals.arena.folder import Arena
from evals.arena.merit import merit
from evals.errors import BadFile, BadInput, NotFound
from evals.framing import unframed
from evals.log import Run
from evals.suite import Suite, load
from evals.types import CANONICAL, Key, Prompt, Reply, digest


def collect(runs: Iterable[Run], out: Path, names: Mapping[str, str] | None = None) -> Arena:
    """Put the replies of runs into an arena; replies that failed, or that are no text, are left out.

    Args: names: model as it was typed -> how it is called in the arena, as two runs of one model need it.
    Raises: BadInput: the runs hold no answer, or a model has answered a question otherwise before.
    """
    found = [
        (_question(reply), _answer(reply, run.folder, names or {}, suites.get(reply.key.suite)))
        for run in runs
        for suites in (_suites(run),)
        for reply in _told(run)
    ]
    if not found:
        raise BadInput("these runs hold no answer", "go on with them: evals run --resume RUN")
    return folder.add(out, *zip(*found, strict=True))


def _suites(run: Run) -> dict[str, Suite]:
    """The suites of a run, by name, as far as they are still there: without one its answers have no merit."""
    found = {name: each.suite(name) for name, each in run.about.imported.items()}
    for name, where in run.about.paths.items():
        with suppress(NotFound, BadFile):
            found.setdefault(name, load(where))
    return found


def _told(run: Run) -> Iterator[Reply]:
    """The replies that are texts: what only told likelihoods has said nothing that could be judged."""
    for reply in run.replies:
        if reply.response is not None and not reply.prompt.choices:
            yield reply


def _question(reply: Reply) -> Question:
    key = reply.key
    before, text = _said(reply.prompt)
    return Question(
        id=question_id(key, reply.prompt),
        text=text,
        before=before,
        categories=(key.suite, *_categories(reply)),
        cluster=f"{key.suite}/{reply.cluster}",
    )


def _categories(reply: Reply) -> Iterator[str]:
    """Boards of its own that a question says it belongs to: its tag `category`, several with commas between."""
    yield from filter(None, map(str.strip, str(reply.tags.get("category", "")).split(",")))


def _said(prompt: Prompt) -> tuple[tuple[tuple[str, str], ...], str]:
    """What stands before the last turn, with who says it, and that turn, with follow-ups after a blank line.

    To a model that only continues texts the question was put after solved examples, which are no part of it.
    """
    if prompt.messages:
        before = tuple((turn.role, turn.content) for turn in prompt.messages[:-1])
        return before, "\n\n".join((prompt.turn, *prompt.followups))
    *system, text = unframed(prompt)
    return tuple(("system", each) for each in system), text


def question_id(key: Key, prompt: Prompt) -> str:
    """What was asked by its place in the suite and by its words: another seed's item of one name is another question.

    With what settings, and after which solved examples, is the model's affair.
    """
    place = f"{key.suite}/{key.sample}/{key.arm}"
    again = f"/{key.repeat}" if key.repeat else ""
    pictures = [image.sha256 for image in prompt.images]
    return f"{place}{again}#{digest(CANONICAL.encode([*unframed(prompt), *pictures]))[:8]}"


def _answer(reply: Reply, run: Path, names: Mapping[str, str], suite: Suite | None) -> Answer:
    assert reply.response is not None  # noqa: S101  of those that `_told` lets through
    return Answer(
        question=question_id(reply.key, reply.prompt),
        model=names.get(reply.key.model, reply.key.model),
        text=reply.response.text,
        tokens=reply.response.tokens_out,
        seconds=reply.response.seconds,
        outcome=reply.outcome,
        value=reply.score.value if reply.score else None,
        merit=merit(reply, suite) if suite else None,
        run=run.name,
    )
