"""One suite, exported to lm-eval and run here: the same replies, word for word, and the same scores, by every road.

Roads: lm-eval's own backends (`hf` on the folder of the weights, `local-chat-completions` and `local-completions` on a
server), and ours (`pocket` in numpy, `hf/` and `lm-eval/hf` in this process, the server). Needs tools/serve_env.sh, and
its Python:  .serve-venv/bin/python -m pytest -m in_process -n 0
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import pytest

from evals import log
from evals.lm_task import ITEMS, export
from evals.plan import Planned, Request, plan
from evals.types import Metric
from tests.conftest import Evals
from tests.test_real_server import WEIGHTS, served, serving

FOLDER = WEIGHTS / "honest"

pytestmark = [pytest.mark.in_process, pytest.mark.filterwarnings("default")]


class Asked(NamedTuple):
    """A part of a suite of which lm-eval can ask all: it wants prompt and limit together to fit the context of 512."""

    suite: str
    arms: tuple[str, ...]
    size: int
    metric: str


PARTS = (
    Asked("hallucination", ("neutral", "neutral idk"), 9, "FR"),
    Asked("spelling", ("word", "spaced"), 10, "accuracy"),
    Asked("arithmetic", ("answer only",), 12, "accuracy"),
)
Heard = dict[tuple[str, str], str]
"""(task, id of the item) -> the reply, without blanks around it."""
Means = dict[str, float]
"""Task -> the mean of a metric."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(FOLDER, tmp_path_factory.mktemp("server") / "server.txt") as address:
        yield address


@pytest.mark.parametrize("asked", PARTS, ids=lambda asked: asked.suite)
def test_every_road_gives_the_same_replies_and_scores(
    asked: Asked, url: str, evals: Evals, offline: None
) -> None:
    (part,) = plan(Request(suites=(asked.suite,), models=(), arms=asked.arms, size=asked.size)).parts
    written = export(part, evals.cwd / "tasks")
    marked(evals.cwd / "tasks", evals.cwd / "marked")
    ours = here(evals, asked, part, url)
    base = {"base_url": f"{url}/completions", "model": str(FOLDER), "tokenizer_backend": "none"}
    base |= {
        "eos_string": "<|end|>"
    }  # without one lm-eval sends an empty list of stops, on which this server fails
    chat = base | {"base_url": f"{url}/chat/completions"}
    theirs = {
        "hf": there("hf", {"pretrained": str(FOLDER), **CPU}, evals.cwd / "tasks", written.tag),
        "local-chat-completions": there("local-chat-completions", chat, evals.cwd / "tasks", written.tag),
        "local-completions": there("local-completions", base, evals.cwd / "marked", written.tag, chat=False),
    }
    heard, means = ours["pocket/honest"]
    assert len(heard) == len(list(part.pairs()))
    assert means.keys() == set(written.tasks)
    assert any(0 < each[asked.metric] < 1 for each in means.values()), "scores of 0 or 1 alone prove little"
    for road, (replies, found) in {**ours, **theirs}.items():
        differing = {key: (said, heard[key]) for key, said in replies.items() if said != heard[key]}
        assert differing == {}, road
        assert replies.keys() == heard.keys(), road
        assert {task: found[task][asked.metric] for task in found} == {
            task: pytest.approx(means[task][asked.metric], abs=1e-12) for task in means
        }, road


CPU = {"dtype": "float32", "device": "cpu"}


def here(
    evals: Evals, asked: Asked, part: Planned, url: str
) -> dict[str, tuple[Heard, Mapping[str, Mapping[str, float]]]]:
    """By our roads: what one run of them all holds."""
    models = (
        "pocket/honest",
        f"hf/{FOLDER}?dtype=float32&device=cpu",
        f"hf/{FOLDER}?dtype=float32&device=cpu&batch=8",
        f"lm-eval/hf?pretrained={FOLDER}&dtype=float32&device=cpu",
        served(FOLDER, url),
    )
    arms = [word for arm in asked.arms for word in ("--arm", arm)]
    named = [word for model in models for word in ("-m", model)]
    done = evals("run", asked.suite, *named, *arms, "-n", asked.size, "--out", "runs")
    assert done.returncode == 0, done.stderr
    (folder,) = (evals.cwd / "runs").iterdir()
    replies = log.read_run(folder).replies
    metrics = [metric for metric in part.suite.metrics if isinstance(metric, Metric)]
    found: dict[str, tuple[Heard, Mapping[str, Mapping[str, float]]]] = {}
    for model in models:
        heard: Heard = {}
        points: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for reply in (reply for reply in replies if reply.key.model == model):
            assert reply.response is not None, reply.failure
            task = task_of(asked.suite, reply.key.arm)
            heard[task, reply.key.sample] = reply.response.text.strip()
            for metric in metrics:
                if all(reply.tags.get(tag) in among for tag, among in metric.where.items()):
                    point = metric.points.get(reply.outcome)
                    points[task][metric.name] += [] if point is None else [point]
        means = {
            task: {name: fmean(values) for name, values in each.items() if values}
            for task, each in points.items()
        }
        found[model] = heard, means
    return found


def task_of(suite: str, arm: str) -> str:
    return f"evals_{suite}_{arm.replace(' ', '_')}"


def marked(tasks: Path, out: Path) -> None:
    """The same tasks in the model's own marks of turns: what a server that only continues texts is sent."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    systems: dict[str, str] = {}
    out.mkdir()
    (out / "utils.py").write_text((tasks / "utils.py").read_text("utf-8"), "utf-8")
    for path in tasks.glob("*.yaml"):
        lines = path.read_text("utf-8").splitlines()
        told = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
        systems[json.loads(told["dataset_kwargs"])["arm"]] = json.loads(told["description"]).strip()
        kept = [line for line in lines if not line.startswith("description:")]
        (out / path.name).write_text("\n".join(kept), "utf-8")
    items = [json.loads(line) for line in (tasks / ITEMS).read_text("utf-8").splitlines()]
    for item in items:
        turns = [{"role": "system", "content": said} for said in filter(None, [systems[item["arm"]]])]
        turns += [{"role": "user", "content": item["prompt"]}]
        item["prompt"] = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    (out / ITEMS).write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")


def there(
    backend: str, arguments: Mapping[str, str], tasks: Path, tag: str, *, chat: bool = True
) -> tuple[Heard, Mapping[str, Mapping[str, float]]]:
    """By lm-eval itself."""
    import lm_eval
    from lm_eval.tasks import TaskManager

    found: dict[str, Any] = lm_eval.simple_evaluate(
        model=backend,
        model_args=dict(arguments),
        tasks=[tag],
        task_manager=TaskManager(include_path=str(tasks), include_defaults=False),
        apply_chat_template=chat,
        log_samples=True,
        bootstrap_iters=0,
    )
    heard = {
        (task, each["doc"]["id"]): each["resps"][0][0].strip()
        for task, samples in found["samples"].items()
        for each in samples
    }
    means = {
        task: {name.removesuffix(",none"): value for name, value in values.items() if name.endswith(",none")}
        for task, values in found["results"].items()
    }
    return heard, means
