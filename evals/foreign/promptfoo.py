"""promptfoo's output as JSON (`promptfoo eval -o out.json`), version 3: one result a prompt, provider and test.

Source: https://www.promptfoo.dev/docs/configuration/outputs/, and files that promptfoo 0.121 wrote.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from evals import log, scored
from evals.errors import BadFile
from evals.foreign import record
from evals.foreign.record import Foreign
from evals.imported import Imported
from evals.types import Failure, Key, Message, Prompt, Reply, Response

ERROR = 2
"""A result's `failureReason` where no reply came; 1 says that an assertion failed, 0 that none did."""

ALL_ARMS = "all"
"""What reports call all arms together; no arm may have this name."""

LONGEST = 40
"""Characters of a prompt's label that names an arm; longer ones are numbered."""


class Provider(BaseModel):
    """Who answered."""

    id: str
    label: str | None = None


class Asked(BaseModel):
    """What was asked, and the template by whose label it is known."""

    raw: str
    label: str = ""


class Usage(BaseModel):
    """Tokens, where the provider counts."""

    prompt: int | None = None
    completion: int | None = None


class Answer(BaseModel):
    """What came back."""

    output: Any = None
    tokenUsage: Usage | None = None  # noqa: N815  promptfoo's spelling


class Assertion(BaseModel):
    """What was asserted."""

    type: str = ""


class Part(BaseModel):
    """One assertion's verdict."""

    passed: bool = Field(alias="pass")
    assertion: Assertion | None = None


class Grading(BaseModel):
    """All assertions of a reply."""

    componentResults: list[Part | None] | None = None  # noqa: N815


class Result(BaseModel):
    """One reply and its grading; names as promptfoo spells them."""

    provider: Provider
    prompt: Asked
    vars: Mapping[str, Any] = {}
    testCase: Mapping[str, Any] = {}  # noqa: N815
    response: Answer | None = None
    success: bool
    score: float
    namedScores: Mapping[str, Any] = {}  # noqa: N815
    gradingResult: Grading | None = None  # noqa: N815
    error: str | None = None
    failureReason: int = 0  # noqa: N815
    latencyMs: float | None = None  # noqa: N815
    cost: float | None = None

    @property
    def model(self) -> str:
        """As promptfoo names it: the label, where it was given one."""
        return self.provider.label or self.provider.id


class Counts(BaseModel):
    """How many tests of a column passed and failed."""

    testPassCount: int = 0  # noqa: N815
    testFailCount: int = 0  # noqa: N815


class Column(BaseModel):
    """One prompt with one provider: a column of promptfoo's table."""

    label: str = ""
    provider: str = ""
    metrics: Counts = Counts()


class Results(BaseModel):
    """The version 3 of its results."""

    version: int
    timestamp: str = ""
    prompts: list[Column] = []
    results: list[Result] = Field(min_length=1)


class Output(BaseModel):
    """The whole file."""

    results: Results
    config: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}


def read(data: bytes, path: Path) -> Foreign:
    """The results of a file. Raises: BadFile: it is of another version, or damaged."""
    version = json.loads(data)["results"]["version"]
    if version != 3:
        raise BadFile(
            f"{path} has promptfoo's format {version}, evals reads format 3",
            "export it with today's promptfoo",
        )
    output = record.parsed(Output, data, str(path))
    name = scored.named(str(output.config.get("description") or path.stem))
    arms, samples, keys = _arms(output.results.results), _samples(output.results.results), dict[Key, int]()
    replies = tuple(
        _reply(result, record.repeated(keys, Key(result.model, name, sample, arms[result.prompt.label])), at)
        for result, sample in zip(output.results.results, samples, strict=True)
        for at in [output.results.timestamp or log.now()]
    )
    tool = f"promptfoo {output.metadata.get('promptfooVersion', '')}".strip()
    made = Imported(
        tool, "promptfoo", record.scored(replies, {"pass": True, "score": True}), tuple(arms.values())
    )
    return Foreign(name, made, replies, len(replies), _printed(output, arms))


def _arms(results: list[Result]) -> dict[str, str]:
    """Label of a prompt -> name of the arm."""
    labels = list(dict.fromkeys(result.prompt.label for result in results))
    short = all(0 < len(label) <= LONGEST and "\n" not in label and label != ALL_ARMS for label in labels)
    return {label: label if short else f"prompt {place}" for place, label in enumerate(labels, 1)}


def _samples(results: list[Result]) -> list[str]:
    """The id of each result's test: tests of the same variables and description are repeats of one."""
    known: dict[str, str] = {}
    found = []
    for result in results:
        test = {key: result.testCase.get(key) for key in ("description", "assert")} | {"vars": result.vars}
        text = json.dumps(test, sort_keys=True)
        found.append(known.setdefault(text, f"test-{len(known):04}"))
    return found


def _reply(result: Result, key: Key, at: str) -> Reply:
    failed = result.failureReason == ERROR or result.response is None
    usage = (result.response and result.response.tokenUsage) or Usage()
    response = Response(
        record.plain(result.response.output if result.response else ""),
        tokens_in=usage.prompt or None,
        tokens_out=usage.completion or None,
        seconds=None if result.latencyMs is None else result.latencyMs / 1000,
        cost_usd=result.cost or None,
        model=result.provider.id,
    )
    values = {
        name: found
        for name, given in result.namedScores.items()
        if (found := scored.number(given)) is not None
    }
    graded = {"pass": float(result.success), "score": result.score, **values}
    metadata = result.testCase.get("metadata")
    return Reply(
        key=key,
        prompt=Prompt(record.spoken(result.prompt.raw) or (Message("user", result.prompt.raw),)),
        response=None if failed else response,
        score=None if failed else scored.verdict(graded, "pass", None, _rule(result)),
        failure=Failure("provider", result.error or "no reply") if failed else None,
        target=None,
        cluster=key.sample,
        tags=scored.tags({**result.vars, **(metadata if isinstance(metadata, dict) else {})}),
        attempts=1,
        at=at,
    )


def _rule(result: Result) -> str:
    """The kinds of the assertions that failed."""
    parts = (result.gradingResult or Grading()).componentResults or []
    kinds = [(part.assertion or Assertion()).type for part in parts if part and not part.passed]
    return f"failed: {', '.join(dict.fromkeys(kinds))}" if kinds else "all passed"


def _printed(output: Output, arms: Mapping[str, str]) -> dict[record.Place, float]:
    """The share that passed of what was judged, for each prompt and provider."""
    found = {}
    for column in output.results.prompts:
        judged = column.metrics.testPassCount + column.metrics.testFailCount
        if judged and column.label in arms:
            found[column.provider, arms[column.label], "pass"] = column.metrics.testPassCount / judged
    return found
