"""Inspect's logs: `.eval` (a zip of one JSON a sample) and `.json`; an epoch is a repeat, a scorer's value a score.

Source: https://inspect.aisi.org.uk/eval-logs.html, and files that inspect_ai 0.3.285 wrote.
"""

import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, Field

from evals import log, scored
from evals.errors import BadFile
from evals.foreign import record
from evals.foreign.record import Foreign
from evals.imported import Imported
from evals.types import Failure, Key, Message, Prompt, Reply, Response, Score, Stop

ARM = "task"
ZSTD = 93
LETTERS: Mapping[Any, float] = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""What Inspect's accuracy counts for correct, partial, incorrect and no answer."""

WORDS: Mapping[str, float] = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
MEANS = ("accuracy", "mean")
"""The metrics of Inspect that are means over samples."""

STOPS: Mapping[str, Stop] = {
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "filter",
    "tool_calls": "tool",
}


class Turn(BaseModel):
    """A message; its content is a text, or parts of which some are texts."""

    role: str
    content: str | list[Mapping[str, Any]] = ""


class Choice(BaseModel):
    """One completion."""

    message: Turn
    stop_reason: str = "stop"


class Usage(BaseModel):
    """Tokens of one model."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


class Output(BaseModel):
    """What came back last."""

    model: str = ""
    choices: list[Choice] = []
    usage: Usage | None = None


class Verdict(BaseModel):
    """What one scorer said."""

    value: Any
    answer: str | None = None


class Fault(BaseModel):
    """Why a sample was not finished."""

    message: str


class Sample(BaseModel):
    """One sample in one epoch."""

    id: int | str
    epoch: int
    input: str | list[Turn]
    target: str | list[str] = ""
    messages: list[Turn] = []
    output: Output = Output()
    scores: Mapping[str, Verdict] | None = None
    metadata: Mapping[str, Any] = {}
    total_time: float | None = None
    completed_at: str | None = None
    error: Fault | None = None


class Number(BaseModel):
    """A metric."""

    value: Any


class Summary(BaseModel):
    """One score over all samples."""

    name: str
    metrics: Mapping[str, Number] = {}


class Results(BaseModel):
    """All scores over all samples."""

    total_samples: int = 0
    scores: list[Summary] = []


class Spec(BaseModel):
    """What was run."""

    task: str
    task_version: int | str = 0
    model: str
    packages: Mapping[str, str] = {}


class Header(BaseModel):
    """A log without its samples."""

    status: str
    eval: Spec
    results: Results | None = None


class Whole(Header):
    """A log with its samples."""

    samples: list[Sample] | None = Field(default=None)


def read_json(data: bytes, path: Path) -> Foreign:
    """A log in one JSON. Raises: BadFile: it is damaged, or has no samples."""
    found = record.parsed(Whole, data, str(path))
    return _foreign(found, found.samples or [], path)


def read_zip(path: Path) -> Foreign:
    """A log in a zip. Raises: BadFile: it is damaged, unfinished or packed with what this Python does not unpack."""
    try:
        with _opened(path) as archive:
            members = archive.namelist()
            if "header.json" not in members:
                raise BadFile(f"{path} has no header.json: the run was cut short", "let Inspect retry it")
            header = record.parsed(Header, _member(archive, "header.json", path), f"{path}, header.json")
            names = [name for name in members if name.startswith("samples/") and name.endswith(".json")]
            samples = [
                record.parsed(Sample, _member(archive, name, path), f"{path}, {name}") for name in names
            ]
    except (zipfile.BadZipFile, OSError) as error:
        raise BadFile(f"{path} is no whole zip: {error}", record.AGAIN) from None
    return _foreign(header, samples, path)


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        return archive.read(name)
    except Exception as error:  # each way of packing has errors of its own
        raise BadFile(f"{path}, {name} cannot be unpacked: {error}", record.AGAIN) from error


def _opened(path: Path) -> zipfile.ZipFile:
    """The archive. Raises: BadFile: it is packed with zstd, and nothing here unpacks that."""
    archive = zipfile.ZipFile(path)
    packed = any(member.compress_type == ZSTD for member in archive.infolist())
    if not packed or sys.version_info >= (3, 14):
        return archive
    archive.close()
    try:
        from backports.zstd import zipfile as unpacking
    except ImportError:
        raise BadFile(
            f"{path} is packed with zstd, which this Python does not unpack",
            "pip install 'behavior-evals[inspect]', or: inspect log convert --to json",
        ) from None
    return cast("zipfile.ZipFile", unpacking.ZipFile(path))


def _foreign(header: Header, samples: list[Sample], path: Path) -> Foreign:
    if not samples:
        raise BadFile(f"{path} has no samples: its status is {header.status}", "name a log that has")
    name, spec = scored.named(header.eval.task.rpartition("/")[2]), header.eval
    samples = sorted(samples, key=lambda sample: sample.epoch)
    headline = next((score for sample in samples for score in _values(sample)), "")
    replies = tuple(_reply(sample, spec, name, headline) for sample in samples)
    tool = f"Inspect {spec.packages.get('inspect_ai', '')}".strip()
    results = header.results or Results()
    printed = {
        (spec.model, ARM, score.name): value
        for score in results.scores
        for metric, said in score.metrics.items()
        if metric in MEANS and (value := scored.number(said.value)) is not None
    }
    made = Imported(tool, f"Inspect-{spec.task_version}", record.scored(replies, {}), (ARM,))
    return Foreign(name, made, replies, max(results.total_samples, len(replies)), printed)


def _reply(sample: Sample, spec: Spec, name: str, headline: str) -> Reply:
    values = _values(sample)
    score: Score | None = None
    if sample.error is None:
        score = scored.verdict(values, headline, _answer(sample), headline)
        if any(each.value == "N" for each in (sample.scores or {}).values()) and score.outcome == "wrong":
            score = Score("abstained", score.answer, score.value, score.rule, score.notes)
    turns = _turns(sample)
    return Reply(
        key=Key(spec.model, name, str(sample.id), ARM, sample.epoch - 1),
        prompt=Prompt(turns),
        response=_response(sample) if score else None,
        score=score,
        failure=None if sample.error is None else Failure("provider", sample.error.message),
        target=sample.target if isinstance(sample.target, str) else ", ".join(sample.target),
        cluster=str(sample.id),
        tags=scored.tags(sample.metadata),
        attempts=1,
        at=sample.completed_at or log.now(),
    )


def _values(sample: Sample) -> dict[str, float]:
    """Scores by name: a scorer's one value, or each of its several."""
    found: dict[str, float] = {}
    for scorer, said in (sample.scores or {}).items():
        parts = said.value if isinstance(said.value, dict) else {scorer: said.value}
        for name, value in parts.items():
            if (as_number := _number(value)) is not None:
                found[name] = as_number
    return found


def _number(value: Any) -> float | None:
    """A value as Inspect's means count it; None where it is no number."""
    if not isinstance(value, str):
        return scored.number(value)
    if value in LETTERS:
        return LETTERS[value]
    try:
        return scored.number(float(value))
    except ValueError:
        return WORDS.get(value.lower())


def _answer(sample: Sample) -> str | None:
    return next((said.answer for said in (sample.scores or {}).values() if said.answer is not None), None)


def _turns(sample: Sample) -> tuple[Message, ...]:
    """What the model read before it first spoke."""
    if not sample.messages:
        asked = [Turn(role="user", content=sample.input)] if isinstance(sample.input, str) else sample.input
    else:
        asked = list(_before_reply(sample))
    return tuple(Message(record.ROLES.get(turn.role, "user"), _text(turn.content)) for turn in asked)


def _before_reply(sample: Sample) -> Iterator[Turn]:
    given = 1 if isinstance(sample.input, str) else len(sample.input)
    systems = [turn for turn in sample.messages if turn.role == "system"]
    others = [turn for turn in sample.messages if turn.role != "system"]
    yield from (*systems, *others[:given])


def _response(sample: Sample) -> Response:
    output = sample.output
    usage = output.usage or Usage()
    choice = output.choices[0] if output.choices else Choice(message=Turn(role="assistant"))
    return Response(
        _text(choice.message.content),
        reasoning=_text(choice.message.content, "reasoning"),
        stop=STOPS.get(choice.stop_reason, "stop"),
        tokens_in=usage.input_tokens,
        tokens_out=usage.output_tokens,
        tokens_reasoning=usage.reasoning_tokens,
        seconds=sample.total_time,
        model=output.model,
    )


def _text(content: str | list[Mapping[str, Any]], kind: str = "text") -> str:
    """The parts of one kind; a plain text is text."""
    if isinstance(content, str):
        return content if kind == "text" else ""
    return "\n".join(str(part.get(kind, "")) for part in content if part.get("type") == kind)
