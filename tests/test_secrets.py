"""Keys are nowhere: not in a file that a run writes, not on the screen, whatever a host repeats and however it fails."""

import json
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from evals.wires.wire import WireName
from tests.conftest import Evals
from tests.shapes import KEY, Said, openai_error
from tests.stub_server import Reply, Seen, Stub, serving

HEADERS = {
    "responses": "authorization",
    "chat": "authorization",
    "messages": "x-api-key",
    "gemini": "x-goog-api-key",
}
WIRES: tuple[WireName, ...] = ("chat", "responses", "messages", "gemini")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def blabs(wire: WireName) -> Callable[[Seen], Reply]:
    """A host that repeats the whole of a request's headers in all that it says, and fails in every second answer."""
    turns = cycle((True, False))

    def answer(seen: Seen) -> Reply:
        told = json.dumps(dict(seen.headers))
        assert KEY in told
        if next(turns):
            return Reply(openai_error(f"I refuse {told}"), 400, {"x-echo": KEY})
        return Reply(Said(f"7. You sent {told}", reasoning=told).over(wire), headers={"x-echo": KEY})

    return answer


def own(folder: Path, wire: WireName, url: str) -> str:
    (folder / "place.py").write_text(
        '"""A place."""\nfrom evals.host import Host\n'
        f'connect = Host("place", "{url}", key="PLACE_API_KEY", wires=("{wire}",)).connect\n'
    )
    return "./place.py/some-model"


@pytest.mark.parametrize("wire", WIRES)
def test_no_file_that_a_run_writes_and_nothing_it_prints_holds_a_key(
    evals: Evals, sums: Path, stub: Stub, wire: WireName
) -> None:
    evals.env["PLACE_API_KEY"] = KEY
    stub.host = blabs(wire)
    done = evals("run", sums, "-m", own(evals.cwd, wire, stub.url), "-n", 4, "--concurrency", 1)
    assert stub.seen
    (folder,) = evals.cwd.glob("runs/*")
    page = evals("report", folder, "--format", "html", "--out", "page.html")
    written = [path for path in evals.cwd.rglob("*") if path.is_file()]
    assert {"run.json", "replies.jsonl", "page.html"} <= {path.name for path in written}
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
    assert KEY not in done.stdout + done.stderr + page.stdout + page.stderr
    assert "[key]" in (folder / "replies.jsonl").read_text()
