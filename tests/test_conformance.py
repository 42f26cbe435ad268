"""Every provider file, over every wire its host speaks, passes the checks that `evals check-provider` makes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.checks import CHECKS, Finding, check
from evals.provider import ModelName
from evals.wires.wire import WireName
from tests.conftest import Evals
from tests.minded import host
from tests.shapes import openai_error
from tests.stub_server import Reply, Seen, Stub, serving
from tests.test_providers import HOSTS

KEY = "sk-secret-0123456789abcdef"


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    with serving() as server:
        server.host = host
        yield server


def checked(model: str) -> dict[str, Finding]:
    async def all_of_them() -> list[Finding]:
        return [finding async for finding in check(ModelName.parse(model))]

    return {finding.check: finding for finding in asyncio.run(all_of_them())}


def seen(found: dict[str, Finding], state: str) -> dict[str, str]:
    return {name: finding.words for name, finding in found.items() if finding.state == state}


TALKS = {"takes a system message", "remembers", "calls tools", "sees pictures"}
LACKING: dict[WireName, set[str]] = {
    "chat": {"tells likelihoods"},
    "completion": TALKS,
    "responses": {"heeds a seed", "tells likelihoods"},
    "messages": {"heeds a seed", "tells likelihoods"},
    "gemini": {"tells likelihoods"},
}


@pytest.mark.parametrize(
    ("name", "wire"), [(name, wire) for name, host in HOSTS.items() for wire in host.wires]
)
def test_a_provider_passes_every_check(
    stub: Stub, name: str, wire: WireName, monkeypatch: pytest.MonkeyPatch
) -> None:
    if HOSTS[name].key:
        monkeypatch.setenv(HOSTS[name].key, KEY)
    found = checked(f"{name}/some-model?wire={wire}&base_url={stub.url}")
    assert seen(found, "failed") == {}
    quirks = HOSTS[name].quirks
    wanted = LACKING[wire] | (set() if quirks.temperature else {"takes a temperature"})
    wanted |= set() if quirks.logprobs else {"tells likelihoods"}
    assert set(seen(found, "not supported")) == wanted
    assert set(found) == {*CHECKS, "closes"}


def test_the_simulated_and_the_embedded_models_pass_too() -> None:
    for model in ("scripted/echo", "pocket/honest", "pocket/base"):
        assert seen(checked(model), "failed") == {}, model


FAULTS = {
    "can = frozenset({'chat', 'telepathy'})": "says what it is",
    "concurrency = 0": "says what it is",
    "async def reply(self, prompt): return Response('')": "answers",
    "async def reply(self, prompt): return 'yes'": "answers",
    "async def reply(self, prompt): raise KeyError('x')": "answers",
    "async def reply(self, prompt): return Response('yes ' * 300, seconds=1.0)": "tells a cut reply",
    "async def reply(self, prompt): return Response('1 2 3 4 5', seconds=1.0)": "tells a cut reply",
    "async def reply(self, prompt): return Response('4 5 6', seconds=1.0)": "heeds stop strings",
    "async def reply(self, prompt): return Response('yes', tokens_in=0, tokens_out=0, seconds=1.0)": "counts tokens",
    "def __repr__(self): return 'Mine(key=sk-secret-0123456789abcdef)'": "hides keys",
}
PROVIDER = '''"""A provider with a fault."""
from evals.types import Response


class Mine:
    can = frozenset({{"chat"}})
    concurrency = 1
    notice = ""

    async def reply(self, prompt):
        return Response("yes", stop="length", seconds=1.0)

    async def close(self):
        pass

    {fault}


def connect(model, **options):
    return Mine()
'''


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_provider_is_found(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE_API_KEY", KEY)
    path = tmp_path / "mine.py"
    path.write_text(PROVIDER.format(fault=fault))
    assert FAULTS[fault] in seen(checked(f"{path}/m"), "failed")


def test_an_unknown_model_that_fails_as_something_else_is_a_fault(stub: Stub) -> None:
    def other(request: Seen) -> Reply:
        answer = host(request)
        return Reply(openai_error("Something went wrong"), 400) if answer.status == 404 else answer

    stub.host = other
    try:
        found = seen(checked(f"openai-compatible/m?base_url={stub.url}"), "failed")
    finally:
        stub.host = host
    assert list(found) == ["refuses unknown models"]


def test_the_command_prints_a_line_a_check_and_its_status_is_the_verdict(evals: Evals, stub: Stub) -> None:
    good = evals("check-provider", f"openai-compatible/m?base_url={stub.url}")
    assert (good.returncode, good.stderr) == (0, "")
    assert len(good.stdout.splitlines()) == len(CHECKS) + 1
    (evals.cwd / "mine.py").write_text(
        PROVIDER.format(fault="async def reply(self, prompt): return Response('')")
    )
    bad = evals("check-provider", "./mine.py")
    assert bad.returncode == 1
    assert "FAILED  answers" in bad.stdout
    missing = evals("check-provider", "nowhere/m")
    assert (missing.returncode, missing.stdout) == (2, "")
