"""`evals models`: what can be asked here and now, without a key shown or a hosted service asked."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import shelf
from evals.cli import evals as group
from evals.errors import Unsupported
from evals.provider import ModelName, connect
from tests.conftest import Evals
from tests.minded import host
from tests.stub_server import Reply, Stub, serving

KEY = "sk-secret-0123456789abcdef"


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def own(evals: Evals, name: str, url: str, more: str = "") -> str:
    """A provider file of a user's own: three lines, and nothing else is told of it."""
    path = evals.cwd / f"{name}.py"
    path.write_text(
        f'"""{name.title()}, a new host."""\nfrom evals.host import Host\nconnect = Host("{name}", "{url}"{more}).connect\n'
    )
    return f"./{name}.py"


def test_all_of_ours_are_listed_in_80_columns_and_no_key_is_shown(evals: Evals) -> None:
    evals.env |= {"OPENAI_API_KEY": KEY, "NO_PROXY": "*"}
    done = evals("models")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [
        name for name in shelf.names("provider") if not any(line.startswith(f"{name} ") for line in lines)
    ] == []
    assert max(len(line) for line in lines if not line.startswith("  -m ")) <= 80
    assert KEY not in done.stdout
    state = {line.split()[0]: line for line in lines if not line.startswith(" ")}
    assert "OPENAI_API_KEY is set" in state["openai"]
    assert "set GROQ_API_KEY" in state["groq"]
    assert "ready" in state["pocket"]
    assert "gone" in state["lambda"]


def test_a_new_host_is_one_file_that_is_run_checked_and_listed(evals: Evals, stub: Stub, sums: Path) -> None:
    stub.host = host
    name = own(evals, "newhost", stub.url)
    listed = evals("models", name)
    assert listed.stdout.splitlines() == ["./newhost.py  answers     1 model", "  -m ./newhost.py/some/model"]
    assert evals("check-provider", f"{name}/some/model").returncode == 0
    done = evals("run", sums, "-m", f"{name}/some/model", "-n", 2)
    assert done.returncode == 0, done.stderr


def test_a_server_that_is_down_says_how_it_is_started_and_one_that_answers_oddly_what_it_said(
    evals: Evals, stub: Stub
) -> None:
    down = own(evals, "down", "http://127.0.0.1:1/v1", ', start="serve it"')
    stub.plays(Reply("<!doctype html><title>Hello</title>"))
    odd = own(evals, "odd", stub.url)
    found = [json.loads(line) for line in evals("models", down, odd, "--json").stdout.splitlines()]
    assert [(each["state"], each["why"]) for each in found[:1]] == [("silent", "start: serve it")]
    assert found[1]["state"] == "answers"
    assert "a web page instead of JSON" in found[1]["why"]


def test_a_server_that_says_nothing_is_not_waited_for(evals: Evals, stub: Stub) -> None:
    stub.plays(Reply(silent=True))
    found = json.loads(evals("models", own(evals, "mute", stub.url), "--json").stdout)
    assert found["state"] == "silent"


def test_a_key_for_a_server_of_ones_own_is_sent_to_it_and_not_shown(evals: Evals, stub: Stub) -> None:
    stub.host = host
    evals.env["MUTE_TOKEN"] = KEY
    done = evals("models", own(evals, "locked", stub.url, ', key="MUTE_TOKEN", needs_key=False'), "--json")
    assert stub.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert stub.seen[0].path == "/v1/models"
    assert KEY not in done.stdout


def test_what_an_extra_must_bring_first_is_said_with_the_command_that_does(evals: Evals) -> None:
    (evals.cwd / "mine.py").write_text('"""Mine."""\nNEEDS, EXTRA = ("no_such_module_xyzzy",), "mine"\n')
    listed = evals("models", "./mine.py", "pocket").stdout.splitlines()
    assert listed[0].split(maxsplit=1)[1] == "to install  pip install 'behavior-evals[mine]'"
    assert listed[1].split() == ["pocket", "ready"]


@pytest.mark.parametrize(("model", "missing"), [("hf/some/model", "torch"), ("lm-eval/hf", "lm_eval")])
def test_a_model_whose_extra_is_missing_names_it(
    model: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(Unsupported, match=f"{missing} is not installed") as found:
        connect(ModelName.parse(model))
    assert found.value.fix == f"pip install 'behavior-evals[{model.partition('/')[0]}]'"


def test_the_command_is_there() -> None:
    assert {"models", "check-provider"} <= set(group.commands)
