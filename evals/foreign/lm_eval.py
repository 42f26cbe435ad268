"""lm-eval's samples (`samples_TASK_TIME.jsonl`, one line an item and filter), with the `results_TIME.json` beside them.

Source: files that lm-eval 0.4.13 wrote (`--output_path DIR --log_samples`).
"""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals import log, scored
from evals.errors import BadFile
from evals.foreign import record
from evals.foreign.record import Foreign
from evals.imported import Imported
from evals.types import Key, Prompt, Reply, Response

ARM = "task"
TIME = re.compile(r"samples_(.+)_(\d{4}-\d\d-\d\dT[\d.:-]+)\.jsonl")
PLAIN = "none"
"""The filter of tasks that have none."""


class Line(BaseModel):
    """One item as one filter read it; beside these, one key a metric."""

    model_config = ConfigDict(extra="allow")

    doc_id: int
    doc: Mapping[str, Any] = {}
    target: Any = None
    arguments: Mapping[str, Mapping[str, Any] | list[Any]] | list[list[Any]]
    resps: list[Any]
    filtered_resps: list[Any] | str
    filter: str = PLAIN
    metrics: list[str]

    def scores(self) -> dict[str, Any]:
        """Its metrics, named with the filter where there is one."""
        given = self.model_extra or {}
        suffix = "" if self.filter == PLAIN else f",{self.filter}"
        return {name + suffix: given.get(name) for name in self.metrics}


class Results(BaseModel):
    """What lm-eval printed: `results[task]["metric,filter"]`."""

    results: Mapping[str, Mapping[str, Any]]
    config: Mapping[str, Any] = {}
    versions: Mapping[str, Any] = {}
    higher_is_better: Mapping[str, Mapping[str, Any]] = {}
    model_source: str = ""
    model_name: str = ""
    lm_eval_version: str = ""

    @property
    def model(self) -> str:
        """The kind of model and its name, as provider and model."""
        kind = str(self.config.get("model") or self.model_source or "lm-eval")
        return "/".join(filter(None, (kind, self.model_name if self.model_name != kind else "")))


def read(path: Path) -> Foreign:
    """The samples of one task. Raises: BadFile: they are damaged; names the line."""
    items: dict[int, list[Line]] = {}
    for number, text in enumerate(record.whole(path).split(b"\n"), 1):
        if text.strip():
            line = record.parsed(Line, text, f"{path}, line {number}")
            items.setdefault(line.doc_id, []).append(line)
    if not items:
        raise BadFile(f"{path} has no lines", record.AGAIN)
    task, printed = _beside(path)
    name, model = scored.named(task), printed.model if printed else path.parent.name or "unnamed"
    better = _directions(items, printed.higher_is_better.get(task, {}) if printed else {})
    numbers = {id_: _numbers(lines) for id_, lines in sorted(items.items())}
    headline = record.headline(numbers.values(), better)
    if not any(numbers.values()):
        raise BadFile(
            f"{path}: {', '.join(better) or 'no metric'} gives single items no number",
            "import a task with a metric that does",
        )
    replies = tuple(
        _reply(items[id_], Key(model, name, str(id_), ARM), scores, headline)
        for id_, scores in numbers.items()
    )
    tool = f"lm-eval {printed.lm_eval_version if printed else ''}".strip()
    version = f"lm-eval-{printed.versions.get(task, 0) if printed else 0}"
    made = Imported(tool, version, record.scored(replies, better), (ARM,))
    return Foreign(
        name, made, replies, len(replies), _printed(printed, task, model), _without(better, replies)
    )


def _beside(path: Path) -> tuple[str, Results | None]:
    """The task's name, and the results of the same time in the same folder, if they are there."""
    match = TIME.fullmatch(path.name)
    if match is None:
        return path.stem.removeprefix("samples_"), None
    results = path.with_name(f"results_{match[2]}.json")
    if not results.is_file():
        return match[1], None
    return match[1], record.parsed(Results, record.whole(results), str(results))


def _directions(items: Mapping[int, list[Line]], better: Mapping[str, Any]) -> dict[str, Any]:
    """Every metric of the task, with its filter, and whether more of it is better."""
    named = dict.fromkeys(score for lines in items.values() for line in lines for score in line.scores())
    return {score: better.get(score.partition(",")[0]) for score in named}


def _numbers(lines: list[Line]) -> dict[str, float]:
    """An item's scores that are numbers."""
    scores = [pair for line in lines for pair in line.scores().items()]
    return {score: found for score, value in scores if (found := scored.number(value)) is not None}


def _reply(lines: list[Line], key: Key, scores: Mapping[str, float], headline: str) -> Reply:
    first = lines[0]
    context, choices = _asked(first.arguments)
    answer = _answer(first, choices)
    turns = record.spoken(context)
    return Reply(
        key=key,
        prompt=Prompt(turns) if turns else Prompt(text=context),
        response=Response(answer if choices else _first(first.resps)),
        score=scored.verdict(scores, headline, answer, headline),
        failure=None,
        target=None if first.target is None else str(first.target),
        cluster=key.sample,
        tags=scored.tags(first.doc),
        attempts=1,
        at=log.now(),
    )


def _asked(arguments: Any) -> tuple[str, list[str]]:
    """The context, and the continuations whose likelihood was asked; none where text was generated."""
    calls = list(arguments.values()) if isinstance(arguments, Mapping) else list(arguments)
    pairs = [list(call.values()) if isinstance(call, Mapping) else list(call) for call in calls]
    context = pairs[0][0] if pairs and pairs[0] else ""
    choices = [str(pair[1]) for pair in pairs if len(pair) > 1 and isinstance(pair[1], str)]
    return context if isinstance(context, str) else _first(context), choices


def _answer(line: Line, choices: list[str]) -> str:
    """What the filter took from the reply, or the likeliest continuation."""
    if not choices:
        return _first(line.filtered_resps)
    pairs = zip((_likelihood(each) for each in line.filtered_resps), choices, strict=False)
    return max(pairs, default=(0.0, ""))[1].strip()


def _likelihood(found: Any) -> float:
    """The logarithm of one; what is none is the least."""
    try:
        return float(_first(found))
    except ValueError:
        return -math.inf


def _first(found: Any) -> str:
    """The first text in nested lists."""
    while isinstance(found, list) and found:
        found = found[0]
    return str(found) if found != [] else ""


def _printed(results: Results | None, task: str, model: str) -> dict[record.Place, float]:
    found = {}
    for label, value in (results.results.get(task, {}) if results else {}).items():
        metric, _, kind = label.partition(",")
        if (number := scored.number(value)) is not None:
            found[model, ARM, metric if kind == PLAIN else label] = number
    return found


def _without(named: Iterable[str], replies: tuple[Reply, ...]) -> tuple[str, ...]:
    """Metrics that no single reply has a number for."""
    known = {score for reply in replies if reply.score for score in reply.score.notes}
    return tuple(
        f"{score} is of all items together, no reply has it: left out"
        for score in named
        if score not in known
    )
