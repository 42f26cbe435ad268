"""Suites as tasks of lm-eval: a folder of YAML, items and the suite's own scorer; and that scorer, called by lm-eval.

Source: the task guide of lm-eval (https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/task_guide.md); run
with lm-eval 0.4.13.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evals.errors import BadFile, BadInput, Unsupported
from evals.plan import Planned
from evals.suite import Suite, load, render
from evals.types import Arm, Index, ItemMetric, Metric, Response, Sample, Score

ITEMS = "items.jsonl"
SAMPLE = TypeAdapter(Sample)

UTILS = '''"""Suite {name}, version {version}: its items, and its own scorer. Needs: pip install behavior-evals."""

from pathlib import Path

from evals.lm_task import scorer

score = scorer({where!r}, {version!r})


def load(arm, **_):
    """The items of one task, from the file beside this one."""
    import datasets

    items = datasets.Dataset.from_json(str(Path(__file__).parent / "{items}"))
    return {{"test": items.filter(lambda item: item["arm"] == arm)}}
'''


@dataclass(frozen=True)
class Exported:
    """What was written. Attributes: tag: names all tasks at once; tasks: one an arm; left_out: sentences."""

    tag: str
    tasks: tuple[str, ...]
    left_out: tuple[str, ...]


def export(part: Planned, out: Path) -> Exported:
    """Write a suite's items as a task folder: one task an arm, scored by the suite's own scorer.

    Raises: Unsupported: none of the arms is one message or text, or the suite has no metrics. BadInput: the folder holds
        something already, or cannot be written.
    """
    suite = part.suite
    if part.tracks or suite.is_demonstration:
        why = "chooses its items as answers come" if part.tracks else "is a demonstration and has no metrics"
        raise Unsupported(f"suite {suite.name} {why}, which lm-eval has no task for", "export another suite")
    lacks = [(arm, _lack(arm)) for arm in part.arms]
    arms = [arm for arm, why in lacks if why is None]
    left_out = tuple(f"arm {arm.name} {why}: left out" for arm, why in lacks if why)
    if not arms:
        raise Unsupported(f"of suite {suite.name}, {'; '.join(left_out)}", "name other arms (--arm)")
    tag = f"evals_{_slug(suite.name)}"
    tasks = {f"{tag}_{_slug(arm.name)}": arm for arm in arms}
    pairs = [(arm, sample) for sample in part.samples for arm in arms if arm.takes(sample)]
    files = {f"{task}.yaml": _yaml(task, tag, suite, arm) for task, arm in tasks.items()}
    files[ITEMS] = "".join(json.dumps(_item(arm, sample), ensure_ascii=False) + "\n" for arm, sample in pairs)
    files["utils.py"] = UTILS.format(name=suite.name, version=suite.version, where=suite.where, items=ITEMS)
    _write(out, files)
    return Exported(tag, tuple(tasks), left_out)


def _write(out: Path, files: Mapping[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise BadInput(f"{out} is not empty", "name a new folder with --out DIR")
        for name, text in files.items():
            (out / name).write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}", "name another folder") from None


def _lack(arm: Arm) -> str | None:
    """Why lm-eval cannot ask so; None where it can."""
    if arm.images or arm.tools:
        return "shows pictures" if arm.images else "offers tools"
    if arm.choices:
        return "asks how likely continuations are"
    return "asks several turns" if arm.followups else None


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_")


def _item(arm: Arm, sample: Sample) -> dict[str, str]:
    """One line of the items. The sample is JSON in a text, for lm-eval would give every item the keys of all."""
    return {
        "id": sample.id,
        "arm": arm.name,
        "prompt": render(arm, sample).turn,
        "target": sample.target or "",
        "sample": json.dumps(asdict(sample), ensure_ascii=False),
    }


def _yaml(task: str, tag: str, suite: Suite, arm: Arm) -> str:
    """A task; values are JSON, which YAML holds."""
    settings: dict[str, Any] = {
        "task": task,
        "tag": tag,
        "test_split": "test",
        "dataset_kwargs": {"arm": arm.name},
        "output_type": "generate_until",
        "doc_to_text": "prompt",
        "doc_to_target": "target",
        "description": f"{arm.system}\n\n"
        if arm.system
        else "",  # lm-eval puts nothing between it and the item
        "generation_kwargs": {
            "until": list(arm.stop),
            "max_gen_toks": arm.max_tokens,
            "do_sample": bool(arm.temperature),
            **({} if arm.temperature is None else {"temperature": arm.temperature}),
        },
        "metric_list": [
            {
                "metric": metric.name,
                "aggregation": "mean",
                "higher_is_better": None if metric.better is None else metric.better == "higher",
            }
            for metric in _metrics(suite)
        ],
        "metadata": {"version": suite.version},
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
    functions = ["custom_dataset: !function utils.load", "process_results: !function utils.score"]
    return "\n".join([f"# {suite.about}; arm {arm.name}".replace("\n", " "), *lines, *functions, ""])


# Called by lm-eval


def scorer(where: str, version: str) -> Callable[[Mapping[str, Any], list[str]], dict[str, float]]:
    """A suite's verdicts as lm-eval takes them: (item, replies) -> metric -> points, where the metric counts the item.

    Raises: NotFound, BadFile: the suite is gone, or has another version than the items were made with.
    """
    suite = load(where)
    if suite.version != version:
        raise BadFile(
            f"these items are of version {version} of suite {suite.name}, which is now {suite.version}",
            "export it again",
        )

    def score(item: Mapping[str, Any], replies: list[str]) -> dict[str, float]:
        sample = SAMPLE.validate_json(item["sample"])
        verdict = suite.score(sample, item["arm"], Response(replies[0]))
        return dict(_points(_metrics(suite), sample, verdict))

    return score


def _metrics(suite: Suite) -> list[Metric | ItemMetric]:
    """Those that are means over items; an index is made of them."""
    return [metric for metric in suite.metrics if not isinstance(metric, Index)]


def _points(
    metrics: Iterable[Metric | ItemMetric], sample: Sample, verdict: Score
) -> Iterator[tuple[str, float]]:
    for metric in metrics:
        if all(sample.tags.get(tag) in admitted for tag, admitted in metric.where.items()):
            found = (
                metric.points.get(verdict.outcome) if isinstance(metric, Metric) else metric.value([verdict])
            )
            if found is not None:
                yield metric.name, float(found)
