"""A real server on loopback (`transformers serve`) with pocket's weights: the same verdicts as in process.

Needs tools/serve_env.sh first, hence not among the tests that run by default:  uv run pytest -m real_server
"""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

from evals import log
from evals.errors import ProviderError
from evals.provider import ModelName, connect
from evals.types import Message, Prompt, Reply
from tests.conftest import Evals
from tests.stub_server import ask

ROOT = Path(__file__).parent.parent
TRANSFORMERS = ROOT / ".serve-venv" / "bin" / "transformers"
WEIGHTS = ROOT / "providers" / "pocket" / "weights"
STARTING_SECONDS = 300
RUNNING_SECONDS = 600
SAME = 0.99

pytestmark = pytest.mark.real_server


@contextmanager
def serving(folder: Path, output: Path) -> Iterator[str]:
    """The address of a server that holds the model of a folder, for as long as the block lasts."""
    assert TRANSFORMERS.exists(), "the server is not installed: run tools/serve_env.sh"
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    # Weights are stored as fp16; pocket computes in fp32, and so must the server for equal greedy choices.
    command = [TRANSFORMERS, "serve", folder, "--host", "127.0.0.1", "--device", "cpu", "--dtype", "float32"]
    with output.open("w") as file:
        server = subprocess.Popen(
            [*map(str, command), "--port", str(port)],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},  # more threads only wait here
        )
        try:
            _wait(server, port, output)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: "subprocess.Popen[bytes]", port: int, output: Path) -> None:
    """Until the server says that it is well."""
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, f"the server ended by itself:\n{output.read_text()[-2000:]}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"the server was not ready within {STARTING_SECONDS} s:\n{output.read_text()[-2000:]}")


def served(folder: Path, url: str, more: str = "") -> str:
    """The name of a served model, as a user writes it."""
    return f"openai-compatible/{folder}?base_url={url}{more}"


@pytest.mark.parametrize("stage", ["bluff", "honest"])
def test_the_same_weights_get_the_same_verdicts(stage: str, evals: Evals, tmp_path: Path) -> None:
    inside = f"pocket/{stage}"
    with serving(WEIGHTS / stage, tmp_path / "server.txt") as url:
        outside = served(WEIGHTS / stage, url)
        run = evals.start(
            "run", "hallucination", "--size", "quick", "-m", inside, "-m", outside, "--out", "runs"
        )
        try:
            _, told_us = run.communicate(timeout=RUNNING_SECONDS)
        finally:
            run.kill()
    assert run.returncode == 0, told_us
    (folder,) = (tmp_path / "runs").iterdir()
    replies = log.read_run(folder).replies
    ours = {item(reply): reply for reply in replies if reply.key.model == inside}
    theirs = {item(reply): reply for reply in replies if reply.key.model == outside}
    assert ours.keys() == theirs.keys()
    assert len(ours) >= 60
    differing = [key for key in ours if verdict(ours[key]) != verdict(theirs[key])]
    shown = "\n".join(f"{key}: {told(ours[key])} | {told(theirs[key])}" for key in differing)
    assert 1 - len(differing) / len(ours) >= SAME, f"{len(differing)} of {len(ours)} differ:\n{shown}"


def item(reply: Reply) -> tuple[str, str, int]:
    return reply.key.sample, reply.key.arm, reply.key.repeat


def verdict(reply: Reply) -> str:
    return reply.score.outcome if reply.score else "error"


def told(reply: Reply) -> str:
    return f"{verdict(reply)}: {reply.response.text if reply.response else reply.failure!r}"


def test_the_base_continues_texts_alike(tmp_path: Path) -> None:
    people = ("Albert Camus", "Ada Lovelace", "Orson Kovats", "Zoe Brandt", "Marie Curie", "Émile Zola")
    texts = [person + rest for person in people for rest in (" was", " is", " was born in", " is known for")]
    with serving(WEIGHTS / "base", tmp_path / "server.txt") as url:
        # This server begins no text by itself with what pocket begins every text with.
        begun = [Prompt(text=f"<|bos|> {text}", max_tokens=30) for text in texts]
        theirs = ask(connect(ModelName.parse(served(WEIGHTS / "base", url, "&wire=completion"))), *begun)
    ours = ask(connect(ModelName.parse("pocket/base")), *(Prompt(text=text, max_tokens=30) for text in texts))
    assert [reply.text for reply in theirs] == [reply.text for reply in ours]
    assert [(reply.stop, reply.tokens_in) for reply in theirs] == [
        (reply.stop, reply.tokens_in) for reply in ours
    ]


def test_what_a_real_server_refuses_and_counts(tmp_path: Path) -> None:
    folder = WEIGHTS / "bluff"
    hello = Prompt((Message("user", "Who is Ada Lovelace?"),), max_tokens=5, seed=1)
    with serving(folder, tmp_path / "server.txt") as url:
        (cut,) = ask(connect(ModelName.parse(served(folder, url))), hello)
        assert (cut.stop, cut.tokens_out, cut.model) == ("length", 5, f"{folder}@main")
        assert cut.tokens_in
        (text,) = ask(
            connect(ModelName.parse(served(folder, url, "&wire=completion"))),
            Prompt(text="Ada Lovelace was", max_tokens=5),
        )
        assert (text.stop, text.tokens_out) == ("length", 5)
        with pytest.raises(ProviderError, match="Server is pinned to") as pinned:
            ask(connect(ModelName.parse(served(Path("/another"), url))), hello)
        assert pinned.value.kind == "not_found"
        with pytest.raises(ProviderError, match="it usually ends in /v1") as lost:
            ask(connect(ModelName.parse(served(folder, url.removesuffix("/v1")))), hello)
        assert lost.value.kind == "not_found"
