"""Tasks of lm-eval as suites: asked, judged and counted here exactly as by lm-eval itself.

Most of it needs tools/serve_env.sh first:  uv run pytest -m lm_eval
"""

import json
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from evals.errors import BadInput, EvalsError, NotFound
from evals.lm_find import Query
from evals.log import Run, read_run
from evals.suite import load
from evals.types import Reply
from tests.conftest import Evals

ROOT = Path(__file__).parent.parent
TASKS = ROOT / "tests" / "lm_tasks"
PYTHON = ROOT / ".serve-venv" / "bin" / "python"


# Names


def test_a_name_is_taken_apart_and_put_together(tmp_path: Path) -> None:
    query = Query.parse(f"lm-eval:a,b?{urlencode({'include_path': tmp_path, 'num_fewshot': 2})}")
    assert query == Query(("a", "b"), tmp_path.resolve(), 2)
    assert Query.parse(query.where("b")) == Query(("b",), tmp_path.resolve(), 2)
    assert Query.parse("lm-eval:mmlu") == Query(("mmlu",))
    assert Query(("mmlu",)).where("mmlu_law") == "lm-eval:mmlu_law"


def test_a_folder_is_named_by_where_it_lies_whatever_is_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my tasks & more"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    query = Query.parse(f"lm-eval:a?include_path={folder.name.replace('&', '%26')}")
    assert query.include_path == folder
    assert Query.parse(query.where("a")) == query


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("lm-eval:", BadInput, "names no task"),
        ("lm-eval:a?shots", BadInput, "not key=value pairs"),
        ("lm-eval:a?shots=2", BadInput, "takes no option 'shots'"),
        ("lm-eval:a?num_fewshot=few", BadInput, "is no number of examples"),
        ("lm-eval:a?include_path=/no/such/folder", NotFound, "there is no folder /no/such/folder"),
    ],
)
def test_a_name_that_means_nothing_is_one_sentence(name: str, error: type[EvalsError], words: str) -> None:
    with pytest.raises(error, match=words):
        Query.parse(name)


@pytest.mark.skipif(find_spec("lm_eval") is not None, reason="lm-eval is installed here")
def test_without_lm_eval_one_sentence_says_what_to_install(evals: Evals) -> None:
    done = evals("run", "lm-eval:gsm8k", "-m", "pocket")
    assert (done.returncode, done.stdout) == (2, "")
    assert "not installed" in done.stderr
    assert "pip install 'behavior-evals[lm-eval]'" in done.stderr
    assert "Traceback" not in done.stderr


# In the environment that has lm-eval

MODELS = ("pocket/base", "pocket/honest")
WITH_LM_EVAL = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}


def command(cwd: Path, *args: object) -> "subprocess.CompletedProcess[str]":
    """A command line in the environment that has lm-eval."""
    assert PYTHON.exists(), "lm-eval is not installed: run tools/serve_env.sh"
    env = {**WITH_LM_EVAL, "HF_HOME": str(cwd / "hf")}
    return subprocess.run(
        [PYTHON, "-m", *map(str, args)], cwd=cwd, env=env, text=True, capture_output=True, check=False
    )


def ours(tasks: str, **options: object) -> str:
    """The name of tasks of tests/lm_tasks."""
    return f"lm-eval:{tasks}?{urlencode({'include_path': TASKS, **options})}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Runs of ours: every item without anything set, and five with two examples each."""
    folder = tmp_path_factory.mktemp("runs")
    models = [part for model in MODELS for part in ("-m", model)]
    names = "toy_sums,toy_scored,toy_choice,toy_lines,toy_word"
    found = {}
    for shots, name, size in (("-", ours(names), "full"), ("2", ours(names, num_fewshot=2), 5)):
        count = ["--size", size] if size == "full" else ["-n", size]
        done = command(folder, "evals", "run", name, *models, *count, "--quiet")
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        found[shots] = read_run(folder / done.stdout.strip())
    return found


CASES = [
    ("toy_sums", "honest", "-", "chat"),
    ("toy_sums", "honest", "2", "chat"),
    ("toy_sums", "base", "2", "text"),
    ("toy_scored", "honest", "-", "chat"),
    ("toy_choice", "base", "-", "text"),
    ("toy_choice", "honest", "2", "text"),
    ("toy_lines", "honest", "-", "text"),
    ("toy_word", "base", "2", "text"),
]


@pytest.mark.lm_eval
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_lm_eval_asks_the_same_and_finds_the_same(
    runs: dict[str, Run], tmp_path: Path, case: tuple[str, str, str, str]
) -> None:
    task, stage, shots, form = case
    done = command(tmp_path, "tests.lm_oracle", TASKS, *case)
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = json.loads(done.stdout.splitlines()[-1])
    replies = [
        reply
        for reply in runs[shots].replies
        if (reply.key.suite, reply.key.model) == (task, f"pocket/{stage}")
    ]
    assert len(replies) == (24 if shots == "-" else 5)
    for reply in replies:
        items = [each for each in theirs["samples"] if each["id"] == reply.key.sample]
        assert reply.score
        assert reply.score.notes == {
            _label(name, each["filter"]): value
            for each in items
            for name, value in each["metrics"].items()
            if name != "perplexity"  # of all items together
        }
        assert _asked(reply, form) == [
            each if form == "chat" else "".join(each) for each in _told(items[0], form)
        ]
    if shots == "-":
        _means_agree(replies, theirs["results"])


def _label(metric: str, kind: str) -> str:
    return metric if kind == "none" else f"{metric},{kind}"


def _asked(reply: Reply, form: str) -> list[Any]:
    """What was sent, as lm-eval notes it: a conversation, or texts to the end of what is asked about."""
    if form == "chat":
        return [[{"role": turn.role, "content": turn.content} for turn in reply.prompt.messages]]
    return [reply.prompt.text + choice for choice in reply.prompt.choices or ("",)]


def _told(item: dict[str, Any], form: str) -> list[Any]:
    if form == "chat":
        return [json.loads(arguments[0]) for arguments in item["arguments"]]
    return [[part for part in arguments if isinstance(part, str)] for arguments in item["arguments"]]


def _means_agree(replies: list[Reply], results: dict[str, Any]) -> None:
    """lm-eval's printed means are those of the replies; and are not all nought, or nothing would be shown by it."""
    seen = []
    for label, value in results.items():
        name, _, kind = label.partition(",")
        found = [
            each.score.notes[_label(name, kind)]
            for each in replies
            if each.score and _label(name, kind) in each.score.notes
        ]
        if found:
            assert sum(map(float, found)) / len(found) == pytest.approx(value, abs=1e-12)
            seen.append(value)
    assert seen


INDEX = """
from lm_eval.tasks import TaskManager
from evals.lm_find import _manager, quiet
with quiet():
    whole = TaskManager().task_index
    for name in ("gsm8k", "hellaswag", "arc_easy", "bbh_zeroshot", "mmlu_professional_law_generative", "20_newsgroups", "ai2_arc"):
        found = _manager([name], None).task_index
        assert found[name].yaml_path == whole[name].yaml_path, name
        assert found[name].tags == whole[name].tags, name
        assert name == "ai2_arc" or len(found) < len(whole) / 10, name
"""


@pytest.mark.lm_eval
def test_a_task_is_found_without_reading_all_of_them_and_is_the_one_that_lm_eval_finds(
    tmp_path: Path,
) -> None:
    (tmp_path / "index.py").write_text(INDEX)
    done = command(tmp_path, "index")
    assert done.returncode == 0, done.stderr


@pytest.mark.lm_eval
def test_some_are_right_and_some_wrong(runs: dict[str, Run]) -> None:
    """Else that the numbers agree would show little."""
    met = {(reply.key.suite, reply.outcome) for reply in runs["-"].replies}
    assert {("toy_scored", "right"), ("toy_choice", "right"), ("toy_lines", "right")} <= met
    assert {("toy_scored", "wrong"), ("toy_choice", "wrong"), ("toy_lines", "wrong")} <= met
    flexible = [
        reply.score.notes["exact_match,flexible"]
        for reply in runs["-"].replies
        if reply.key.suite == "toy_sums" and reply.score
    ]
    assert 0 < sum(map(float, flexible)) < len(flexible)


@pytest.mark.lm_eval
def test_a_run_is_gone_on_with_judged_again_and_reported(runs: dict[str, Run], tmp_path: Path) -> None:
    about = runs["2"].about
    assert about.paths["toy_word"] == ours("toy_word", num_fewshot=2).replace("%2F", "/")
    assert about.suites["toy_word"] == "2.5-lm-eval-0.4.13"
    folder = runs["2"].folder
    lines = (folder / "replies.jsonl").read_text().splitlines(keepends=True)
    (folder / "replies.jsonl").write_text("".join(lines[:-3]))
    again = command(tmp_path, "evals", "run", "--resume", folder)
    assert again.returncode == 0, again.stderr
    assert len(read_run(folder).replies) == len(lines)
    assert "toy_word: perplexity of lm-eval is of all items together" in again.stderr
    judged = command(tmp_path, "evals", "score", "--run", folder)
    assert "0 verdicts changed" in judged.stdout, judged.stderr
    told = command(tmp_path, "evals", "report", folder, "--format", "json")
    names = {row["metric"] for row in json.loads(told.stdout)["reports"]["summary"]}
    assert {"exact_match,strict", "exact_match,flexible", "acc", "acc_norm", "distance"} <= names


@pytest.mark.lm_eval
def test_items_and_exact_prompts_are_shown(tmp_path: Path) -> None:
    done = command(tmp_path, "evals", "show", ours("toy_choice,toy_sums"), "-n", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "    choice: ' 2 it is, and nothing else'" in done.stdout
    assert "    system: Add the numbers." in done.stdout


@pytest.mark.lm_eval
def test_of_a_group_what_cannot_be_asked_is_left_out_and_named(tmp_path: Path) -> None:
    done = command(tmp_path, "evals", "run", ours("toy"), "-m", "pocket/base", "-n", "1")
    assert done.returncode == 0, done.stderr
    assert "lm-eval's task toy_rolling asks how likely whole texts are: left out" in done.stderr
    assert {path.name.split("-")[2] for path in (tmp_path / "runs").iterdir()} == {"toy_sums+toy_choice"}


@pytest.mark.lm_eval
@pytest.mark.parametrize(
    ("name", "model", "words"),
    [
        (ours("toy_rolling"), "pocket", "asks how likely whole texts are"),
        (ours("toy_several"), "pocket", "asks how likely one ending is after several texts"),
        (ours("toy_hub"), "pocket", "the data of lm-eval's task toy_hub cannot be had"),
        (ours("toy_choise"), "pocket", "did you mean toy_choice?"),
        ("lm-eval:gsm8kk", "pocket", "did you mean gsm8k?"),
        ("lm-eval:arc_easy", "pocket", "the data of lm-eval's task arc_easy cannot be had"),
        (
            ours("toy_choice"),
            "scripted/idk",
            "gives no probabilities, which arm 'default' of suite toy_choice needs",
        ),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(name: str, model: str, words: str, tmp_path: Path) -> None:
    done = command(tmp_path, "evals", "run", name, "-m", model)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 3, done.stderr


def test_answers_of_a_file_and_groups_are_not_for_a_single_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    from evals import lm_suite

    two = (load("dots"), load("talk"))
    monkeypatch.setattr(lm_suite, "suites", lambda _: two)
    with pytest.raises(BadInput, match="is 2 tasks"):
        load("lm-eval:group")
