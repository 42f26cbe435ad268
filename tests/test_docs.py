"""The documentation is true: its commands run, its files work, and nothing that exists is left out."""

import dataclasses
import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from evals import cli, shelf, types
from evals.scorer import SCORERS
from evals.suite import load
from evals.toml_suite import TomlArm, TomlSuite
from tests.conftest import Evals
from tools import ci_page, commands_page, providers_table

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
BLOCK = re.compile(r"^```(\w+)((?: \w+=\S+)*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, dict[str, str], str]]:
    """The fenced blocks of a page: language, settings, text."""
    found = BLOCK.findall(page.read_text("utf-8"))
    return [
        (language, dict(s.split("=") for s in settings.split()), text) for language, settings, text in found
    ]


def first_run(folder: Path) -> str:
    """The run that a page calls RUN."""
    return str(min(folder.glob("runs/*")))


@pytest.mark.parametrize(
    "name",
    [
        "start.md",
        "suites.md",
        "providers.md",
        "verdicts.md",
        "ci.md",
        "statistics.md",
        "arena.md",
        "arena-files.md",
        "voting.md",
        "scale.md",
    ],
)
def test_a_page_can_be_followed_word_for_word(name: str, evals: Evals) -> None:
    ran = 0
    for language, settings, text in blocks(ROOT / "docs" / name):
        if "file" in settings:
            path = evals.cwd / settings["file"]
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif language == "sh" and "setup" not in settings:
            for line in text.replace("\\\n", " ").splitlines():
                command, *args = shlex.split(line)
                assert command == "evals"
                args = [re.sub(r"^RUN\b", lambda _: first_run(evals.cwd), arg) for arg in args]
                args = [each for arg in args for each in _expanded(arg, evals.cwd)]
                done = evals(*args)
                assert done.returncode == int(settings.get("exit", 0)), f"{line}\n{done.stdout}{done.stderr}"
                ran += 1
    assert ran


def _expanded(arg: str, folder: Path) -> list[str]:
    """An argument as a shell has it."""
    return sorted(map(str, folder.glob(arg))) if "*" in arg else [arg]


def test_the_workflow_of_shards_asks_with_options_that_there_are_and_merges_what_it_has_asked() -> None:
    (text,) = [text for language, _, text in blocks(ROOT / "docs" / "scale.md") if language == "yaml"]
    jobs = yaml.safe_load(text)["jobs"]
    lines = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    filled = [
        re.sub(r"\$\{\{ matrix.shard \}\}", "4", line).split() for line in lines if line.startswith("evals ")
    ]
    assert [args[1] for args in filled] == ["run", "merge", "gate"]
    for _, name, *args in filled:
        within = click.Context(cli.evals, **cli.evals.context_settings)
        cli.evals.commands[name].make_context(name, args, parent=within)
    assert jobs["ask"]["strategy"]["matrix"]["shard"] == [1, 2, 3, 4]


def test_the_page_of_commands_is_what_the_program_says() -> None:
    assert commands_page.PAGE.read_text("utf-8") == commands_page.page(), "run: just docs"


def test_the_table_of_providers_is_what_their_files_say() -> None:
    text = providers_table.PAGE.read_text("utf-8")
    assert text == providers_table.page(text), "run: just docs"
    for name in shelf.names("provider"):
        assert f"| `{name}` |" in text


def test_the_page_of_ci_shows_what_is_written_and_the_inputs_that_there_are() -> None:
    text = ci_page.PAGE.read_text("utf-8")
    assert text == ci_page.page(text), "run: just docs"


def test_every_command_and_option_is_on_the_page() -> None:
    page = commands_page.PAGE.read_text("utf-8")
    for name, command in commands_page.commands():
        assert f"## evals {name}".rstrip() in page
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.opts[0] in page
                assert parameter.help, f"evals {name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("kind", ["provider", "suite", "report"])
def test_everything_on_a_shelf_is_documented(kind: shelf.Kind) -> None:
    text = "".join(page.read_text("utf-8") for page in ROOT.glob("docs/*.md"))
    for name in shelf.names(kind):
        assert f"`{name}`" in text, f"{kind} {name} is described nowhere in docs/"


@pytest.mark.parametrize("name", shelf.names("suite"))
def test_every_suite_has_a_page_that_names_its_arms_metrics_and_options(name: str) -> None:
    suite = load(name)
    text = (shelf.home("suite") / name / "README.md").read_text("utf-8")
    named = [arm.name for arm in suite.arms] + [metric.name for metric in suite.metrics]
    named += [field.name for field in dataclasses.fields(suite.options)]
    assert not [name for name in named if f"`{name}`" not in text]


def test_every_key_and_scorer_of_a_suite_that_is_only_data_is_explained() -> None:
    text = (ROOT / "docs" / "suites.md").read_text("utf-8")
    keys = {*TomlSuite.model_fields, *TomlArm.model_fields, *SCORERS} - {"arms"} | {"[[arms]]"}
    assert not [key for key in keys if f"`{key}`" not in text]


def test_every_noun_says_what_it_is() -> None:
    for name, noun in vars(types).items():
        if dataclasses.is_dataclass(noun):
            assert noun.__doc__, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
