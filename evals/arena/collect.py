"""Collecting: the replies of finished runs become questions and answers; no model is asked again."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from evals.arena import folder
from evals.arena.answers import Answer, Question
from evals.arena.folder import Arena
from evals.errors import BadInput
from evals.log import Run
from evals.types import Key, Prompt, Reply


def collect(runs: Iterable[Run], out: Path, names: Mapping[str, str] | None = None) -> Arena:
    """Put the replies of runs into an arena; replies that failed, or that are no text, are left out.

    Args: names: model as it was typed -> how it is called in the arena, as two runs of one model need it.
    Raises: BadInput: the runs hold no answer, or a model has answered a question otherwise before.
    """
    found = [
        (_question(reply), _answer(reply, run.folder, names or {})) for run in runs for reply in _told(run)
    ]
    if not found:
        raise BadInput("these runs hold no answer", "go on with them: evals run --resume RUN")
    return folder.add(out, *zip(*found, strict=True))


def _told(run: Run) -> Iterator[Reply]:
    """The replies that are texts: what only told likelihoods has said nothing that could be judged."""
    for reply in run.replies:
        if reply.response is not None and not reply.prompt.choices:
            yield reply


def _question(reply: Reply) -> Question:
    key = reply.key
    return Question(
        id=question_id(key, reply.prompt),
        text=reply.prompt.turn,
        before=tuple((turn.role, turn.content) for turn in reply.prompt.messages[:-1]),
        categories=(key.suite,),
        cluster=f"{key.suite}/{reply.cluster}",
    )


def question_id(key: Key, prompt: Prompt) -> str:
    """What was asked by its place in the suite and by its words: another seed's item of one name is another question."""
    place = f"{key.suite}/{key.sample}/{key.arm}"
    again = f"/{key.repeat}" if key.repeat else ""
    return f"{place}{again}#{prompt.hash[:8]}"


def _answer(reply: Reply, run: Path, names: Mapping[str, str]) -> Answer:
    assert reply.response is not None  # noqa: S101  of those that `_told` lets through
    return Answer(
        question=question_id(reply.key, reply.prompt),
        model=names.get(reply.key.model, reply.key.model),
        text=reply.response.text,
        tokens=reply.response.tokens_out,
        seconds=reply.response.seconds,
        outcome=reply.outcome,
        value=reply.score.value if reply.score else None,
        run=run.name,
    )
