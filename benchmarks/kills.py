"""One run, killed again and again: nothing answered is lost, and only what was in flight is asked again.

    python -m benchmarks.kills [--n 5000] [--kills 50] [--concurrency 16] [--seed 0]

Each time our command is started it is sent SIGKILL at a random moment; at the end it is let finish. The server counts.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import sleep

import httpx2

from benchmarks.speed import ours, server
from evals.log import read_run


def seen(url: str) -> int:
    """How many requests the server has seen."""
    return int(httpx2.get(url.removesuffix("/v1") + "/stats").json()["requests"])


def kill(command: list[str], cwd: Path, url: str, after: int) -> bool:
    """Start the command and kill it once the server has seen so many more requests; whether it was still at work."""
    start = seen(url)
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and seen(url) - start < after:
            sleep(0.005)
        alive = process.poll() is None
        process.kill()
        return alive


def main() -> None:
    """Kill the run so many times, let it finish, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = Random(given.seed)
    with server("--latency", "0.01") as url, tempfile.TemporaryDirectory() as folder:
        command = ours(url, given.n, given.concurrency)
        each = given.n // (given.kills + 1)
        killed = sum(kill(command, Path(folder), url, rng.randint(1, each)) for _ in range(given.kills))
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (run,) = (read_run(path) for path in Path(folder).glob("runs/*"))
        lines = sum(1 for _ in (run.folder / "replies.jsonl").open("rb"))
        again = seen(url) - given.n
    bound = killed * given.concurrency
    print(
        f"{killed} kills: {len(run.replies)} of {given.n} replies, {lines} lines, {run.missing} missing, ",
        end="",
    )
    print(f"{again} requests repeated (at most {bound} were in flight)")
    sys.exit(0 if len(run.replies) == lines == given.n and run.missing == 0 and again <= bound else 1)


if __name__ == "__main__":
    main()
