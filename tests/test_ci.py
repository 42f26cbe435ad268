"""CI decides: the action's steps run as the runner runs them, the files that are written ask for it, and GitHub is told."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
import yaml

from evals import ci
from evals.errors import BadInput, EvalsError
from evals.github import LONGEST, GitHub, Refused, marked, pull_request
from tests.composite import Ran, Runner
from tests.conftest import Done, Evals
from tests.github_host import BOT, Host
from tests.stub_server import Stub, serving

ROOT = Path(__file__).parent.parent
ACTION = ROOT / "action.yml"
SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "junit.xsd")
FEW = ("-n", "40", "--arm", "neutral", "--arm", "presuming")


@dataclass
class Repository:
    """A user's repository with a saved baseline, and GitHub as its workflows reach it."""

    folder: Path
    host: Host
    runner: Runner

    def run(self, **inputs: str) -> Ran:
        return self.runner.run(ACTION, {"options": " ".join(FEW), "config": "rules.toml", **inputs})


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    (folder / "rules.toml").write_text('[gate]\nmargin = "20pp"\n')
    evals = Evals(folder)
    first = evals("run", "hallucination", "-m", "pocket/honest", *FEW, "--quiet", "--out", "first")
    saved = evals("baseline", "save", first.stdout.strip())
    assert saved.returncode == 0, saved.stderr
    event = folder.parent / "event.json"
    event.write_text('{"pull_request": {"number": 12}}')
    host, stub = Host(), Stub()
    stub.host = host.answer
    environment = {
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": stub.url.removesuffix("/v1"),
        "GITHUB_EVENT_PATH": str(event),
    }
    with serving(stub):
        yield Repository(
            folder, host, Runner(folder, {"event_name": "pull_request", "token": "t0ken"}, environment)
        )


@pytest.fixture(scope="module")
def passed(repository: Repository) -> Ran:
    return repository.run(install="none", model="pocket/honest")


@pytest.fixture(scope="module")
def regressed(repository: Repository, passed: Ran) -> Ran:
    return repository.run(install="none", model="pocket/bluff")


def test_a_model_that_is_no_worse_passes_the_action(passed: Ran) -> None:
    assert not passed.failed, passed.logs
    assert passed.outputs["verdict"] == "pass"
    assert passed.outputs["run"].startswith("runs/")
    assert passed.left == ["Fetch earlier runs", "Keep runs", "Keep report"]
    assert passed.summary.startswith("## PASS: pocket/honest")
    assert "| model | arm |" in passed.summary
    assert "::error" not in passed.logs["Gate"]


def test_a_model_that_is_worse_fails_the_action_and_everything_is_told(
    repository: Repository, regressed: Ran
) -> None:
    assert {name: status for name, status in regressed.statuses.items() if status} == {"Verdict": 1}
    assert regressed.outputs["verdict"] == "regress"
    assert regressed.summary.startswith("## REGRESS: pocket/bluff against pocket/honest")
    assert len(regressed.summary.encode()) < 2**20
    assert "::error title=evals gate::hallucination FR: " in regressed.logs["Gate"]
    report = repository.folder / "evals-report"
    text = (report / "junit.xml").read_text("utf-8")
    SCHEMA.validate(text)
    assert len(ET.fromstring(text).findall(".//failure")) == 2
    assert (report / "report.html").read_text("utf-8").startswith("<!")
    assert "pocket/bluff" in (report / "baseline.json").read_text("utf-8")


def test_there_is_one_comment_and_it_says_the_last_verdict(repository: Repository, regressed: Ran) -> None:
    (comment,) = repository.host.comments
    assert comment["body"].startswith("<!-- evals: evals -->\n## REGRESS: pocket/bluff")
    assert "https://github.com/o/r/actions/runs/7" in comment["body"]


def test_what_a_provider_says_is_no_command_to_the_runner_and_no_word_of_the_shell(
    repository: Repository,
) -> None:
    folder = repository.folder
    (folder / "evil.py").write_text(
        "from evals.errors import ProviderError\n"
        "def connect(model, **options):\n"
        "    raise ProviderError('auth', '\\n::error title=ha::$(touch ha)\\n::add-mask::evals')\n"
    )
    ran = repository.run(install="none", model="./evil.py/x;touch ha `touch ha` $(touch ha)")
    assert ran.statuses == {"Run": 2}
    assert ran.left == ["Fetch earlier runs"]
    mute = re.match(r"::stop-commands::(\S+)\n", ran.logs["Run"])
    assert mute
    muted, _, after = ran.logs["Run"].partition(f"::{mute[1]}::\n")
    assert "::error title=ha::$(touch ha)" in muted
    assert "::" not in after
    assert not (folder / "ha").exists()


def test_steps_are_handed_texts_by_their_environment_alone() -> None:
    steps = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    assert not [step["name"] for step in steps if "${{" in step.get("run", "")]


@pytest.mark.parametrize(("service", "count"), [("github", 2), ("gitlab", 1)])
def test_every_file_that_is_written_is_yaml_that_says_what_was_asked(service: ci.Service, count: int) -> None:
    asked = ci.Asked(("dots", "./mine"), './app.py/it\'s "new": #1', "standard")
    made = ci.files(service, asked)
    assert len(made) == count
    for text in made.values():
        assert "@" not in text.replace("evals@v", "").replace("checkout@v", "")
        read = json.dumps(yaml.safe_load(text))
        assert json.dumps(asked.model) in read
        assert "dots ./mine" in read
        assert "standard" in read


@pytest.mark.parametrize("path", list(ci.TEMPLATES["github"]), ids=str)
def test_a_workflow_gives_the_action_inputs_that_it_has(path: Path) -> None:
    text = ci.files("github", ci.Asked(("dots",), "together/some/model", "quick"))[path]
    (job,) = yaml.safe_load(text)["jobs"].values()
    step = next(each for each in job["steps"] if each.get("uses") == ci.ACTION)
    assert step["with"].keys() <= yaml.safe_load(ACTION.read_text("utf-8"))["inputs"].keys()
    assert step["env"] == {"TOGETHER_API_KEY": "${{ secrets.TOGETHER_API_KEY }}"}


def test_the_job_of_gitlab_stops_a_model_that_is_worse(repository: Repository) -> None:
    text = ci.files("gitlab", ci.Asked(("hallucination", "--arm", "neutral"), "scripted/idk", "quick"))
    job = yaml.safe_load(next(iter(text.values())))["evals"]
    lines = [line for line in job["script"] if not line.startswith("pip ")]
    assert len(lines) == len(job["script"]) - 1
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=repository.folder,
        env={"PATH": repository.runner.environment["PATH"], **job["variables"]},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "verdict: REGRESS" in done.stdout
    report = repository.folder / job["artifacts"]["reports"]["junit"]
    SCHEMA.validate(report.read_text("utf-8"))
    assert all((repository.folder / path).exists() for path in job["artifacts"]["paths"])


def test_the_steps_of_the_night_look_at_all_runs_and_say_it_in_an_issue(
    repository: Repository, passed: Ran, tmp_path: Path
) -> None:
    text = ci.files("github", ci.Asked(("hallucination",), "pocket", "quick"))[
        Path(".github/workflows/evals-scheduled.yml")
    ]
    steps = {step.get("name"): step for step in yaml.safe_load(text)["jobs"]["trend"]["steps"]}
    env = {"GITHUB_TOKEN": "t0ken", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    for name in ("Trend", "Issue"):
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps[name]["run"]],
            cwd=repository.folder,
            env={**repository.runner.environment, **env},
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "pocket/honest" in (tmp_path / "summary").read_text("utf-8")
    (issue,) = repository.host.issues
    assert issue["title"] == "A model has changed for the worse"
    assert issue["body"].startswith("<!-- evals: scheduled -->\n")
    assert "pocket/honest" in issue["body"]


def test_what_is_there_is_not_overwritten(command: Callable[..., Done], tmp_path: Path) -> None:
    workflow = tmp_path / ".github/workflows/evals.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        command("ci", "init")
    assert workflow.read_text() == "mine"
    assert not (tmp_path / "evals.toml").exists()
    (tmp_path / "pyproject.toml").write_text('[tool.evals.gate]\nmargin = "3pp"\n')
    done = command("ci", "init", "--force")
    assert "pyproject.toml is there and is left as it is" in done.out
    assert workflow.read_text() != "mine"
    assert not (tmp_path / "evals.toml").exists()


def test_an_entry_of_gitlab_is_made_or_told_what_to_include(
    command: Callable[..., Done], tmp_path: Path
) -> None:
    command("ci", "init", "--gitlab")
    assert (tmp_path / ".gitlab-ci.yml").read_text() == ci.INCLUDE
    done = command("ci", "init", "--gitlab", "--force")
    assert "add to .gitlab-ci.yml:" in done.out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("-m", "togehter/x"), "did you mean together?"),
        (("--suite", "hallucinaton"), "did you mean hallucination?"),
        (("--suite", "./my suite"), "holds a blank"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_written(
    command: Callable[..., Done], tmp_path: Path, typed: tuple[str, ...], said: str
) -> None:
    with pytest.raises(EvalsError) as raised:
        command("ci", "init", *typed)
    assert said in str(raised.value)
    assert not list(tmp_path.iterdir())


# GitHub


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def github(host: Host) -> Iterator[GitHub]:
    stub = Stub()
    stub.host = host.answer
    with serving(stub), GitHub("o/r", "t0ken", stub.url.removesuffix("/v1")) as made:
        yield made


def test_a_comment_is_found_behind_a_hundred_others_and_people_s_are_left_alone(
    github: GitHub, host: Host
) -> None:
    forged = {"id": 1, "user": {"type": "User"}, "body": marked("a", "mine")}
    host.comments += [forged, *({"id": i, "user": BOT, "body": "other"} for i in range(2, 150))]
    for text in ("one", "two"):
        github.comment(3, "a", text)
    github.comment(3, "b", "three")
    assert [each["body"] for each in host.comments[149:]] == [marked("a", "two"), marked("b", "three")]
    assert host.comments[0] == forged


def test_one_issue_is_open_and_what_is_new_is_said_below_it(github: GitHub, host: Host) -> None:
    for text in ("one", "two"):
        github.issue("scheduled", "Worse", text)
    assert [each["title"] for each in host.issues] == ["Worse"]
    assert [each["body"] for each in host.comments] == ["two"]


def test_a_long_comment_is_cut_at_a_line_and_says_so() -> None:
    text = marked("evals", "é line\n" * 20_000)
    assert len(text) <= LONGEST
    assert "The rest is left out" in text
    assert text.split("\n")[-4] == "é line"


@pytest.mark.parametrize(("status", "said"), [(403, "the token may not"), (500, "try again later")])
def test_a_refusal_is_one_sentence_without_the_token(
    github: GitHub, host: Host, status: int, said: str
) -> None:
    host.refuses = status
    with pytest.raises(Refused) as raised:
        github.comment(1, "a", "text")
    assert said in str(raised.value)
    assert "t0ken" not in str(raised.value) + repr(github)


def test_a_workflow_that_is_for_no_pull_request_has_no_number(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"schedule": "17 4 * * *"}')
    assert pull_request({"GITHUB_EVENT_PATH": str(event)}) is None
    assert pull_request({}) is None
