"""lm-eval itself runs an exported suite: the same prompts, and for the same reply the same points.

Needs tools/serve_env.sh first, hence not among the tests that run by default:  uv run pytest -m lm_eval
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from evals.foreign import read
from evals.lm_task import export
from evals.plan import Request, plan
from evals.suite import load
from evals.types import Metric, Response, Sample

PYTHON = Path(__file__).parent.parent / ".serve-venv" / "bin" / "python"

pytestmark = pytest.mark.lm_eval

RUN = """
import sys
import lm_eval
from lm_eval.api.model import LM
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager


class EverySecondRight(LM):
    def generate_until(self, requests):
        return [f"Answer: {one.doc['target'] if i % 2 else 12}" for i, one in enumerate(requests)]

    def loglikelihood(self, requests):
        raise NotImplementedError

    loglikelihood_rolling = loglikelihood


folder, tag, out = sys.argv[1:]
tracker = EvaluationTracker(output_path=out)
found = lm_eval.simple_evaluate(
    model=EverySecondRight(),
    tasks=[tag],
    task_manager=TaskManager(include_path=folder, include_defaults=False),
    log_samples=True,
    bootstrap_iters=0,
    evaluation_tracker=tracker,
)
samples = found.pop("samples")
tracker.save_results_aggregated(results=found, samples=samples)
for task in found["configs"]:
    tracker.save_results_samples(task_name=task, samples=samples[task])
"""
"""Runs tasks as `lm_eval run` does, without reading the fourteen thousand tasks of its own first."""


@pytest.mark.parametrize("name", ["hallucination", "arithmetic"])
def test_lm_eval_asks_and_counts_as_evals_does(name: str, tmp_path: Path) -> None:
    assert PYTHON.exists(), "lm-eval is not installed: run tools/serve_env.sh"
    (part,) = plan(Request(suites=(name,), models=(), size=8)).parts
    written = export(part, tmp_path / "tasks")
    (tmp_path / "run.py").write_text(RUN)
    done = subprocess.run(
        [PYTHON, "run.py", "tasks", written.tag, "out"],
        cwd=tmp_path,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    paths = sorted(tmp_path.glob("out/*/samples_*.jsonl"))
    assert len(paths) == len(written.tasks)
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            _agrees(json.loads(line), name)
        found = read(path)
        assert found.printed
        assert found.differences() == []


def _agrees(line: dict[str, object], name: str) -> None:
    """One item as lm-eval kept it: the prompt is the suite's, and so are the points of the reply."""
    suite, doc = load(name), line["doc"]
    assert isinstance(doc, dict)
    arguments, replies = line["arguments"], line["resps"]
    assert isinstance(arguments, dict)
    assert isinstance(replies, list)
    (arm,) = suite.pick_arms([doc["arm"]])
    system = f"{arm.system}\n\n" if arm.system else ""
    assert arguments["gen_args_0"]["arg_0"] == system + doc["prompt"]
    sample = Sample(**json.loads(doc["sample"]))
    outcome = suite.score(sample, doc["arm"], Response(replies[0][0])).outcome
    for metric in suite.metrics:
        if isinstance(metric, Metric):
            fits = all(sample.tags.get(tag) in among for tag, among in metric.where.items())
            assert line.get(metric.name) == (metric.points.get(outcome) if fits else None)
