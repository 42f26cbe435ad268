"""The peers' commands for the benchmark's work, as each one's documentation has it run; their files are written here."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.loop import work

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".peers-venv" / "bin"
NODE = ROOT / ".peers-node" / "node_modules" / ".bin"

ENVIRONMENT = {
    "OPENAI_API_KEY": "none",
    "MOCK_API_KEY": "none",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "NO_COLOR": "1",
}
"""What they need to know beside the command line: keys that nobody checks, and that they are to send nothing elsewhere."""

TASK = """task: sums
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{target}}}}"
generation_kwargs:
  until: []
  max_gen_toks: 16
  temperature: 0
metric_list:
  - metric: exact_match
"""


def peers(url: str, n: int, concurrency: int, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """(name, command) of each peer that is installed; their input lies in `folder` afterwards.

    Args:
        url: of the mock server, ending in /v1.
        folder: where the commands will be run.
    """
    if (PYTHON / "inspect").exists():
        yield "inspect", _inspect(url, n, concurrency, folder)
    if (PYTHON / "lm_eval").exists():
        yield "lm-eval", _lm_eval(url, n, concurrency, folder)
    if (NODE / "promptfoo").exists():
        yield "promptfoo", _promptfoo(url, n, concurrency, folder)


def _inspect(url: str, n: int, concurrency: int, folder: Path) -> list[str]:
    task = folder / "inspect_sums.py"  # it takes no path but one below the folder that it is run in
    task.write_text(Path(__file__).with_name(task.name).read_text("utf-8"), "utf-8")
    data = _lines(folder / f"inspect-{n}.jsonl", n, "input")
    return [
        *(str(PYTHON / "inspect"), "eval", task.name, "-T", f"data={data}"),
        *("--model", "openai-api/mock/mock", "--model-base-url", url),
        *("--max-connections", str(concurrency), "--max-samples", str(concurrency)),
        *("--max-tokens", "16", "--temperature", "0", "--display", "none"),
    ]


def _lm_eval(url: str, n: int, concurrency: int, folder: Path) -> list[str]:
    tasks = folder / f"lm-{n}"
    tasks.mkdir(exist_ok=True)
    data = _lines(tasks / "sums.jsonl", n, "question")
    (tasks / "sums.yaml").write_text(TASK.format(data=data), "utf-8")
    model = f"model=mock,base_url={url}/chat/completions,num_concurrent={concurrency},max_retries=3"
    return [
        *(str(PYTHON / "lm_eval"), "run", "--model", "local-chat-completions", "--model_args", model),
        *("--tasks", "sums", "--include_path", str(tasks), "--apply_chat_template"),
        *("--output_path", str(folder / "lm-out"), "--log_samples"),
    ]


def _lines(path: Path, n: int, asked: str) -> Path:
    """The work as JSONL, the question under the name that the tool has for it."""
    lines = (json.dumps({asked: question, "target": target}) for question, target in work(n))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _promptfoo(url: str, n: int, concurrency: int, folder: Path) -> list[str]:
    config = folder / f"promptfoo-{n}.json"
    provider = {
        "id": "openai:chat:mock",
        "config": {"apiBaseUrl": url, "apiKey": "none", "max_tokens": 16, "temperature": 0},
    }
    tests = [
        {"vars": {"question": question}, "assert": [{"type": "equals", "value": target}]}
        for question, target in work(n)
    ]
    config.write_text(
        json.dumps({"prompts": ["{{question}}"], "providers": [provider], "tests": tests}), "utf-8"
    )
    return [
        *(str(NODE / "promptfoo"), "eval", "-c", str(config), "-j", str(concurrency)),
        *("--no-cache", "--no-table", "--no-progress-bar", "-o", str(folder / "promptfoo.json")),
    ]
