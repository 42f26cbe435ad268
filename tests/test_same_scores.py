"""One suite, exported to lm-eval and run here: the same replies, word for word, and the same scores, by every road.

Roads: lm-eval's own backends (`hf` on the folder of the weights, `local-chat-completions` and `local-completions` on a
server), and ours (`pocket` in numpy, `hf/` and `lm-eval/hf` in this process, the server). Needs tools/serve_env.sh, and
its Python:  just in-process
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import pytest

from evals import log
from evals.lm_task import ITEMS, export
from evals.plan import Planned, Request, plan
from evals.types import Metric, Reply, Response
from tests.conftest import Evals
from tools.real_servers import WEIGHTS, transformers

STAGE = "honest"
FOLDER = WEIGHTS / STAGE

pytestmark = [pytest.mark.in_process, pytest.mark.filterwarnings("default")]


class Asked(NamedTuple):
    """A part of a suite of which lm-eval can ask all: it wants prompt and limit together to fit the context of 512.

    `cut` says that some of the replies are cut at their limit, which lm-eval is not told, and judges as if they were whole.
    """

    suite: str
    arms: tuple[str, ...]
    size: int
    metric: str
    cut: bool = False


PARTS = (
    Asked("hallucination", ("neutral", "neutral idk"), 9, "FR"),
    Asked("spelling", ("word", "spaced"), 10, "accuracy"),
    Asked("arithmetic", ("answer only",), 24, "accuracy", cut=True),
)
Heard = dict[tuple[str, str], str]
"""(task, id of the item) -> the reply, without blanks around it."""
Means = dict[str, float]
"""Task -> the mean of the metric."""


class Found(NamedTuple):
    """By one road: the replies, and the means; those of ours once more as if no reply had been cut at its limit."""

    heard: Heard
    means: Means
    uncut: Means


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with transformers(STAGE, tmp_path_factory.mktemp("server")) as server:
        yield server.url


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
    }  # without it lm-eval sends an empty list of stops, on which this server fails
    chat = base | {"base_url": f"{url}/chat/completions"}
    theirs = {
        "hf": there("hf", {"pretrained": str(FOLDER), **CPU}, evals.cwd / "tasks", asked),
        "local-chat-completions": there("local-chat-completions", chat, evals.cwd / "tasks", asked),
        "local-completions": there("local-completions", base, evals.cwd / "marked", asked, chat=False),
    }
    pocket = ours["pocket/honest"]
    assert len(pocket.heard) == len(list(part.pairs()))
    assert pocket.means.keys() == set(written.tasks)
    assert any(0 < mean < 1 for mean in pocket.means.values()), "scores of 0 or 1 alone prove little"
    assert (pocket.means != pocket.uncut) == asked.cut
    for road, found in {**ours, **theirs}.items():
        differing = {
            key: (said, pocket.heard[key]) for key, said in found.heard.items() if said != pocket.heard[key]
        }
        assert differing == {}, road
        assert found.heard.keys() == pocket.heard.keys(), road
        assert found.uncut == pytest.approx(pocket.uncut, abs=1e-12), road
    for road, found in ours.items():
        assert found.means == pytest.approx(pocket.means, abs=1e-12), road


CPU = {"dtype": "float32", "device": "cpu"}


def here(evals: Evals, asked: Asked, part: Planned, url: str) -> dict[str, Found]:
    """By our roads: what one run of them all holds."""
    models = (
        "pocket/honest",
        f"hf/{FOLDER}?dtype=float32&device=cpu",
        f"hf/{FOLDER}?dtype=float32&device=cpu&batch=8",
        f"lm-eval/hf?pretrained={FOLDER}&dtype=float32&device=cpu",
        f"openai-compatible/{FOLDER}?base_url={url}",
    )
    arms = [word for arm in asked.arms for word in ("--arm", arm)]
    named = [word for model in models for word in ("-m", model)]
    done = evals("run", asked.suite, *named, *arms, "-n", asked.size, "--out", "runs")
    assert done.returncode == 0, done.stderr
    (folder,) = (evals.cwd / "runs").iterdir()
    replies = log.read_run(folder).replies
    return {
        model: judged(part, asked, [each for each in replies if each.key.model == model]) for model in models
    }


def judged(part: Planned, asked: Asked, replies: Sequence[Reply]) -> Found:
    """One road's replies, their scores, and what lm-eval makes of them: it does not know of a reply that it was cut."""
    samples = {sample.id: sample for sample in part.samples}
    (metric,) = (each for each in part.suite.metrics if each.name == asked.metric)
    assert isinstance(metric, Metric)
    heard: Heard = {}
    points: dict[str, list[float]] = defaultdict(list)
    uncut: dict[str, list[float]] = defaultdict(list)
    for reply in replies:
        assert reply.response is not None, reply.failure
        text, sample = reply.response.text, samples[reply.key.sample]
        task = f"evals_{asked.suite}_{reply.key.arm.replace(' ', '_')}"
        heard[task, sample.id] = text.strip()
        if all(reply.tags.get(tag) in among for tag, among in metric.where.items()):
            whole = part.suite.score(sample, reply.key.arm, Response(text)).outcome
            for outcome, into in ((reply.outcome, points), (whole, uncut)):
                into[task] += [metric.points[outcome]] if outcome in metric.points else []
    return Found(heard, *({task: fmean(each) for task, each in found.items()} for found in (points, uncut)))


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
    backend: str, arguments: Mapping[str, str], tasks: Path, asked: Asked, *, chat: bool = True
) -> Found:
    """By lm-eval itself."""
    import lm_eval
    from lm_eval.tasks import TaskManager

    found: dict[str, Any] = lm_eval.simple_evaluate(
        model=backend,
        model_args=dict(arguments),
        tasks=[f"evals_{asked.suite}"],
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
        task: values[f"{asked.metric},none"]
        for task, values in found["results"].items()
        if task in found["samples"]
    }
    return Found(heard, means, means)
