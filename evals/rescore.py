"""Judging answers that exist already: those of a file, or those of a finished run again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals import log
from evals.errors import BadFile, BadInput, fault
from evals.plan import Job, plan
from evals.retry import Tried
from evals.run import judge
from evals.suite import Suite
from evals.types import Key, Prompt, Reply, Response, Sample, Score, Tag


class Row(BaseModel):
    """One line of a file to score; further keys are kept as they are.

    `target` is the right answer, null for what does not exist; `arm` is the suite's first unless given.
    """

    model_config = ConfigDict(extra="allow")

    response: str
    target: str | int | float | None = Field(...)
    input: str = ""
    arm: str = ""
    tags: Mapping[str, Tag] = {}


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a JSONL file.

    Raises: BadFile: names the line that is not a row.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # JSON strings may hold Unicode's other line breaks
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}", "name a JSONL file of answers") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Row.model_validate_json(line)
        except ValidationError as error:
            raise BadFile(
                f"{path}, line {number}: {fault(error)}",
                'write objects such as {"response": "...", "target": "..." or null}',
            ) from None


def score_row(suite: Suite, row: Row, number: int) -> Score:
    """The verdict of the suite's own scorer on one row.

    Raises: NotFound: the row names an arm that the suite does not have. BadFile: the scorer raised.
    """
    arm = row.arm or suite.arms[0].name
    suite.pick_arms([arm])
    target = None if row.target is None else str(row.target)
    fields = {key: str(value) for key, value in row.tags.items()}
    sample = Sample(str(number), row.input, target, tags=row.tags, fields=fields)
    try:
        return suite.score(sample, arm, Response(row.response))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise BadFile(
            f"the scorer of suite {suite.name} failed on answer {number}: {said}", "mend its score"
        ) from error


def rescore(folder: Path) -> tuple[int, int]:
    """Judge a run's replies again by today's scorers; returns how many there are, and how many verdicts changed.

    Changed ones are appended to the log, where the later line of a key holds: what stood before is kept.
    Raises: BadInput: a suite makes other prompts now than the run was asked, another process writes the run, or the
        run is another tool's.
    """
    about = log.read_own(folder)
    request = replace(about.request, suites=tuple(about.paths.values()))
    made = plan(request, about.seed, about.rounds).framing(_only_continued(folder))
    suites = {part.suite.name: part.suite for part in made.parts}
    jobs = {job.key: job for model in request.models for job in made.candidates(model)}
    with log.Writer(folder) as writer:
        replies = log.read_run(folder).replies
        changed = list(_changed(folder, replies, jobs, suites))
        for reply in changed:
            writer.append(reply)
        versions = {name: suite.version for name, suite in suites.items()}
        log.write_about(folder, replace(log.read_about(folder), suites=versions))
        if log.read_run(folder).missing == 0 and about.request.until is None:
            log.finish(folder)
    return len(replies), len(changed)


def _only_continued(folder: Path) -> list[str]:
    """The models of a run that were given texts to continue, and never talked to."""
    talked: dict[str, bool] = {}
    for reply in log.read_run(folder).replies:
        talked[reply.key.model] = talked.get(reply.key.model, False) or bool(reply.prompt.messages)
    return [model for model, was in talked.items() if not was]


def _changed(
    folder: Path, replies: Iterable[Reply], jobs: Mapping[Key, Job], suites: Mapping[str, Suite]
) -> Iterator[Reply]:
    """The replies whose verdict is another one now."""
    for reply in replies:
        job = jobs.get(reply.key)
        if job is None or _sampled_as(reply.prompt, job.prompt) != reply.prompt:
            raise BadInput(
                f"suite {reply.key.suite} asks other questions now than {folder} holds (sample {reply.key.sample})",
                "score it with the version that made it, or run it anew",
            )
        if reply.response is not None:
            tried = Tried(reply.response, None, reply.attempts, reply.lost)
            again = judge(
                replace(job, prompt=_sampled_as(reply.prompt, job.prompt)), tried, suites[reply.key.suite]
            )
            if (again.score, again.failure) != (reply.score, reply.failure):
                yield replace(again, display=reply.display)


def _sampled_as(sent: Prompt, prompt: Prompt) -> Prompt:
    """The prompt with the settings that were sent, which the model's name may have set."""
    return replace(prompt, temperature=sent.temperature, max_tokens=sent.max_tokens)
