"""The house: imports go one way, the shelves import the engine and never each other, start-up stays light."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from evals import cli
from evals.commands import arena

ROOT = Path(__file__).parent.parent

LAYERS = [
    {"types", "errors", "__init__"},
    {"safe", "appended", "whole", "github", "undisturbed", "duck", "shard", "heartbeat", "stats"},
    {
        "charts",
        "pseudoword",
        "shelf",
        "reading",
        "logistic",
        "words",
        "numbers",
        "answers",
        "money",
        "pacing",
    },
    {"terms"},
    {"events", "net", "lens"},
    {"scorer", "scored", "provider", "together", "lm_backend"},
    {"around"},
    {"wires", "suite", "toml_suite", "lm_suite", "lm_find", "retry", "watched", "spans", "keeping"},
    {"host", "framing", "rounds"},
    {"plan", "tools", "imported"},
    {"log", "converse", "display", "inventory", "lm_task"},
    {"run", "checks", "batch", "cluster"},
    {"rescore", "merge", "columns", "frame", "measure", "progress", "foreign", "status"},
    {"effect"},
    {"contrast", "misses", "session", "estimate", "spending", "precision", "carried"},
    {"work"},
    {"view"},
    {"document", "certify"},
    {"show"},
    {"gathering", "basis", "reporting", "forecast"},
    {"arena"},
    {"ranked"},
    {"verdict"},
    {"testing", "ci"},
    {"pytest_plugin"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
"""From the bottom up: a module imports only from its own layer and those below."""


def layer(module: str) -> int:
    for height, names in enumerate(LAYERS):
        if module in names:
            return height
    pytest.fail(f"evals/{module} stands in no layer: add it to LAYERS in tests/test_layers.py")


def imports(path: Path) -> set[str]:
    """The parts of `evals` that a file imports, by their first name below the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("evals.")}
        elif isinstance(node, ast.ImportFrom) and node.module == "evals":
            below = {path.stem for path in (ROOT / "evals").iterdir()}
            found |= {name.name if name.name in below else "__init__" for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("evals."):
            found.add((node.module or "").split(".")[1])
    return found


@pytest.mark.parametrize(
    "path", sorted((ROOT / "evals").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_go_down(path: Path) -> None:
    module = path.relative_to(ROOT / "evals").parts[0].removesuffix(".py")
    if module == "__init__":
        return  # offers names from above, lazily
    above = {name for name in imports(path) if layer(name) > layer(module)}
    assert not above, f"{module} imports {above}, which stand above it"


@pytest.mark.parametrize("shelf", ["suites", "providers", "reports"])
def test_shelves_import_the_engine_and_never_each_other(shelf: str) -> None:
    others = {"suites", "providers", "reports"}
    for path in (ROOT / shelf).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            module = (
                getattr(node, "module", None) if isinstance(node, ast.ImportFrom) and not node.level else None
            )
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else [module or ""]
            assert not others & {name.split(".")[0] for name in names}, path


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("evals/**/*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_file_says_its_idea_in_its_first_line(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert doc
    assert doc.split("\n")[0].endswith((".", ":"))


HEAVY = {
    *(
        "aiohttp",
        "altair",
        "asyncio",
        "dask",
        "distributed",
        "duckdb",
        "httpx2",
        "jinja2",
        "lm_eval",
        "numpy",
        "openai",
    ),
    *(
        "opentelemetry",
        "pandas",
        "pyarrow",
        "pydantic",
        "rich",
        "safetensors",
        "scipy",
        "tokenizers",
        "torch",
    ),
}
"""What takes more than a tenth of a second to import, or might."""


@pytest.mark.parametrize("command", ["--help", "run --help", "list"])
def test_no_heavy_module_is_imported_before_it_is_needed(command: str) -> None:
    code = (
        "import sys; from evals.cli import evals; evals(sys.argv[1:], standalone_mode=False);"
        "print('\\n', *sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, *command.split()], text=True, capture_output=True, check=True, cwd=ROOT
    ).stdout
    slipped_in = HEAVY & set(out.splitlines()[-1].split())
    assert not slipped_in, f"evals {command} imports {', '.join(sorted(slipped_in))}"


def test_only_the_command_that_is_called_is_imported() -> None:
    code = "import sys; from evals.cli import main\ntry: main()\nfinally: print('\\n', *sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code, "arena", "rank", "--help"], text=True, capture_output=True, check=True
    ).stdout
    files = {
        f"evals.commands.{each}" for each in ("arena", "arena.options", "arena.rank", "lazily", "options")
    }
    found = {name for name in out.splitlines()[-1].split() if name.startswith("evals.commands.")}
    assert found == files


def test_every_command_of_the_files_is_on_the_list_by_its_name() -> None:
    listed = {**{f"arena {name}": place for name, place in arena.COMMANDS.items()}, **cli.COMMANDS}
    for name, place in listed.items():
        module, _, function = place.partition(":")
        assert getattr(import_module(module), function).name == name.split()[-1]
    commands = [
        f"{path.relative_to(ROOT).with_suffix('').as_posix().replace('/', '.').removesuffix('.__init__')}:{node.name}"
        for path in (ROOT / "evals" / "commands").rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(
            ast.unparse(each).startswith(("click.command", "click.group")) for each in node.decorator_list
        )
    ]
    assert sorted(commands) == sorted(listed.values())
