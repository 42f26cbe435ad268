"""Real servers on loopback that serve pocket's weights, for as long as a block of code lasts.

They are installed by tools/llamacpp_env.sh and tools/serve_env.sh. Both compute in fp32, as pocket does.
"""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from tools import pocket_gguf

ROOT = Path(__file__).parent.parent
WEIGHTS = ROOT / "providers" / "pocket" / "weights"
LLAMACPP = ROOT / ".llamacpp-venv" / "bin" / "python"
TRANSFORMERS = ROOT / ".serve-venv" / "bin" / "transformers"
STARTING_SECONDS = 300
STOPPING_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """One that answers.

    Attributes:
        provider: the file on our shelf that speaks to it.
        model: what it calls the stage it serves.
        url: up to and with /v1.
        process: it itself.
        keeps_context: whether it refuses what the model's context cannot hold, and ends a reply that fills it.
    """

    provider: str
    model: str
    url: str
    process: "subprocess.Popen[bytes]"
    keeps_context: bool

    def named(self, more: str = "") -> str:
        """As a user writes it after -m; `more` are further options, such as "&wire=completion"."""
        return f"{self.provider}/{self.model}?base_url={self.url}{more}"


@contextmanager
def llamacpp(stage: str, folder: Path, port: int = 0, key: str = "") -> Iterator[Server]:
    """llama.cpp's server with a stage of pocket; its GGUF file and its output go into a folder.

    Args: port: a free one if 0. key: what it wants with every request, if anything.
    """
    file, port = folder / f"pocket-{stage}.gguf", port or free_port()
    pocket_gguf.write(WEIGHTS / stage, file)
    script = ROOT / "tools" / "llamacpp_server.py"
    alias = f"pocket-{stage}"
    command = [LLAMACPP, script, file, "--alias", alias, "--port", port, "--api-key", key]
    with _running(command, port, folder / f"llamacpp-{stage}.txt", "tools/llamacpp_env.sh") as process:
        yield Server("llamacpp", alias, f"http://127.0.0.1:{port}/v1", process, keeps_context=True)


@contextmanager
def transformers(stage: str, folder: Path) -> Iterator[Server]:
    """`transformers serve` with a stage of pocket; its output goes into a folder."""
    weights, port = WEIGHTS / stage, free_port()
    command = [TRANSFORMERS, "serve", weights, "--host", "127.0.0.1", "--device", "cpu", "--dtype", "float32"]
    with _running(
        [*command, "--port", port], port, folder / f"transformers-{stage}.txt", "tools/serve_env.sh"
    ) as process:
        yield Server(
            "transformers", str(weights), f"http://127.0.0.1:{port}/v1", process, keeps_context=False
        )


def free_port() -> int:
    """One that nothing listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def _running(
    command: Sequence[object], port: int, output: Path, install: str
) -> "Iterator[subprocess.Popen[bytes]]":
    """A server process, from when it answers until the block ends."""
    if not Path(str(command[0])).exists():
        raise FileNotFoundError(f"the server is not installed: run {install}")
    with output.open("w") as file:
        process = subprocess.Popen(  # noqa: S603  what stands above
            [str(part) for part in command],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},  # more threads only wait here
        )
        try:
            _wait(process, port, output)
            yield process
        finally:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server, if it still runs."""
    process.terminate()
    try:
        process.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, output: Path) -> None:
    """Until the server says that it is well. Raises: RuntimeError: it ends, or is not well in time; holds its last words."""
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(
        f"the server did not get well within {STARTING_SECONDS} s:\n{output.read_text()[-2000:]}"
    )
