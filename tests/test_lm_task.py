"""A suite exported to lm-eval gives there the scores that it gives here."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from evals.errors import BadFile, BadInput, Unsupported
from evals.lm_task import Exported, export, scorer
from evals.plan import Request, plan
from evals.suite import load
from evals.types import Metric, Response, Sample
from tests.conftest import SUITE, Evals


def exported(suite: str, out: Path, *arms: str, n: int = 8) -> Exported:
    (part,) = plan(Request(suites=(suite,), models=(), size=n, arms=arms)).parts
    return export(part, out)


def utils(out: Path) -> ModuleType:
    """The module beside the tasks, loaded as lm-eval loads it: by path."""
    spec = importlib.util.spec_from_file_location("utils", out / "utils.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def items(out: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (out / "items.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", ["hallucination", "dots", "spelling", "arithmetic", "decimals"])
def test_the_points_of_an_exported_item_are_those_of_the_suite(name: str, tmp_path: Path) -> None:
    exported(name, tmp_path / "tasks")
    score, suite = utils(tmp_path / "tasks").score, load(name)
    counted = 0
    for item in items(tmp_path / "tasks"):
        sample = Sample(**json.loads(item["sample"]))
        for reply in (f"Answer: {item['target']}", "Answer: 12", "I do not know."):
            outcome = suite.score(sample, item["arm"], Response(reply)).outcome
            given = score(item, [reply])
            for metric in suite.metrics:
                if isinstance(metric, Metric):
                    fits = all(sample.tags.get(tag) in among for tag, among in metric.where.items())
                    assert given.get(metric.name) == (metric.points.get(outcome) if fits else None)
                    counted += metric.name in given
    assert counted


def test_the_prompts_are_those_of_a_run(tmp_path: Path, sums: Path) -> None:
    written = exported(str(sums), tmp_path / "tasks", "plain", n=3)
    assert written == Exported("evals_sums", ("evals_sums_plain",), ())
    made = plan(Request(suites=(str(sums),), models=("m",), size=3, arms=("plain",)))
    assert [item["prompt"] for item in items(tmp_path / "tasks")] == [
        job.prompt.turn for job in made.jobs("m")
    ]


def test_a_task_is_yaml_whose_values_are_json(tmp_path: Path, sums: Path) -> None:
    exported(str(sums), tmp_path / "tasks")
    lines = (tmp_path / "tasks" / "evals_sums_steps.yaml").read_text().splitlines()
    assert lines[-2:] == [
        "custom_dataset: !function utils.load",
        "process_results: !function utils.score",
    ]
    pairs = (line.split(": ", 1) for line in lines[1:-2])
    task = {key: json.loads(value) for key, value in pairs}
    assert task["dataset_kwargs"] == {"arm": "steps"}
    assert task["generation_kwargs"] == {
        "until": [],
        "max_gen_toks": 512,
        "do_sample": False,
        "temperature": 0.0,
    }
    assert task["metric_list"] == [{"metric": "accuracy", "aggregation": "mean", "higher_is_better": True}]
    assert task["metadata"] == {"version": "1"}


def test_arms_that_lm_eval_cannot_ask_are_left_out_and_named(tmp_path: Path) -> None:
    written = exported("dots", tmp_path / "tasks", "all")
    assert written.left_out
    assert all(sentence.endswith("left out") for sentence in written.left_out)
    assert len(list((tmp_path / "tasks").glob("*.yaml"))) == len(written.tasks)


def test_items_of_another_version_are_refused(sums: Path) -> None:
    with pytest.raises(BadFile, match="version 0 of suite sums, which is now 1"):
        scorer(str(sums), "0")


def test_a_demonstration_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="is a demonstration"):
        exported("talk", tmp_path / "tasks")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, sums: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="is not empty"):
        exported(str(sums), tmp_path / "tasks")
    assert [path.name for path in (tmp_path / "tasks").iterdir()] == ["mine.txt"]


def test_the_command_names_the_tasks_and_how_to_run_them(evals: Evals) -> None:
    (evals.cwd / "sums").mkdir()
    (evals.cwd / "sums" / "suite.py").write_text(SUITE)
    done = evals("export", "lm-eval", "./sums", "--out", "tasks", "-n", "3")
    assert done.returncode == 0, done.stderr
    assert "2 lm-eval tasks in tasks: evals_sums_plain, evals_sums_steps" in done.stdout
    assert "--include_path tasks --tasks evals_sums" in done.stdout
    assert evals("export", "lm-eval", "./sums", "--out", "tasks").returncode == 2
