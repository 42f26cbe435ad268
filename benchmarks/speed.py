"""What our command costs beside bare loops on the same work: CPU a sample, wall time, memory, bytes of log, as ratios.

    python -m benchmarks.speed [--n 2000] [--rounds 3] [--cases 0/64,0.05/64,0.2/256] [--peers]

Each client is a process of its own against one mock server (benchmarks.server), all of them in turn, so that what the
machine does beside falls on all alike. CPU is that of the process alone, as the system accounts it; its start-up, the same
work with no samples, is subtracted and shown. `--peers` adds Inspect AI, lm-eval and promptfoo where tools/peers_env.sh has
installed them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx2

from benchmarks.peers.commands import ENVIRONMENT, peers

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Cost:
    """What one process used: seconds of CPU and of the clock, MB at its peak."""

    cpu: float
    wall: float
    peak: float


def measure(command: Sequence[str], cwd: Path) -> Cost:
    """Run a command to its end. Raises: RuntimeError: it failed."""
    start = perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **ENVIRONMENT, "PROMPTFOO_CONFIG_DIR": str(cwd / "promptfoo")},
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.decode()[-600:]}")
    return Cost(usage.ru_utime + usage.ru_stime, perf_counter() - start, usage.ru_maxrss / 1024)


@contextmanager
def server(*options: str) -> Iterator[str]:
    """The mock server's address, for as long as the block lasts."""
    command = [sys.executable, "-m", "benchmarks.server", *options]
    with subprocess.Popen(
        command, cwd=HERE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(10)


def requests(url: str) -> int:
    """How many the server has seen."""
    return int(httpx2.get(url.removesuffix("/v1") + "/stats").json()["requests"])


def ours(url: str, n: int, concurrency: int) -> list[str]:
    """Our command for the work."""
    model = f"openai-compatible/mock?base_url={url}"
    return [
        *(sys.executable, "-m", "evals", "run", str(HERE / "sums"), "-m", model, "-n", str(n)),
        *("--concurrency", str(concurrency), "--quiet", "--seed", "0"),
    ]


def bare(client: str, url: str, n: int, concurrency: int) -> list[str]:
    """A bare loop's command for the work."""
    return [sys.executable, str(HERE / "loop.py"), client, url, str(n), str(concurrency)]


def commands(url: str, n: int, concurrency: int, peers_in: Path | None) -> dict[str, list[str]]:
    """Everything that is measured, by name; peers where a folder for their files is given."""
    loops = {name: bare(name, url, n, concurrency) for name in ("aiohttp", "httpx2", "openai")}
    others = peers(url, n, concurrency, peers_in) if peers_in else ()
    return {"evals": ours(url, n, concurrency), **loops, **dict(others)}


@dataclass(frozen=True)
class Case:
    """So many samples, seconds of latency, and requests at a time."""

    n: int
    latency: float
    concurrency: int


def measured(
    case: Case, rounds: int, *, with_peers: bool
) -> tuple[dict[str, list[Cost]], dict[str, list[Cost]], float]:
    """What each client used for the work and for next to none, by name; and our bytes of log a sample."""
    costs: dict[str, list[Cost]] = {}
    empty: dict[str, list[Cost]] = {}
    with server("--latency", str(case.latency)) as url, tempfile.TemporaryDirectory() as folder:
        cwd = Path(folder)
        for _ in range(rounds):
            for n, concurrency, into in ((case.n, case.concurrency, costs), (1, 1, empty)):
                for name, command in commands(url, n, concurrency, cwd if with_peers else None).items():
                    before = requests(url)
                    into.setdefault(name, []).append(measure(command, cwd))
                    if requests(url) - before < n:
                        raise RuntimeError(f"{name} sent fewer than {n} requests")
        logs = [path for path in cwd.glob("runs/*/replies.jsonl") if path.stat().st_size > 10_000]
        return costs, empty, logs[0].stat().st_size / case.n


def show(case: Case, rounds: int, *, with_peers: bool) -> None:
    """Measure one case, and print its table."""
    costs, empty, written = measured(case, rounds, with_peers=with_peers)
    ideal = case.n * case.latency / case.concurrency
    print(
        f"\nN {case.n}, latency {case.latency * 1000:g} ms, concurrency {case.concurrency}: ideal {ideal:.2f} s of wall time"
    )
    print(
        f"{'':10} {'ms CPU a sample':>16} {'start-up s':>11} {'wall s':>8} {'peak MB':>8} {'CPU, ours = 1':>14}"
    )
    each: dict[str, float] = {}
    for name, found in costs.items():
        start = median(cost.cpu for cost in empty[name])
        each[name] = (median(cost.cpu for cost in found) - start) / case.n * 1000
        print(
            f"{name:10} {each[name]:16.2f} {start:11.2f} {median(cost.wall for cost in found):8.2f} "
            f"{max(cost.peak for cost in found):8.0f} {each[name] / each['evals']:14.2f}"
        )
    print(
        f"evals: {each['evals'] / each['openai']:.2f} of AsyncOpenAI's loop, {each['evals'] / each['httpx2']:.2f} of httpx2's, "
        f"{each['evals'] / each['aiohttp']:.2f} of aiohttp's; {written:.0f} bytes of log a sample"
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", default="0/64,0.05/64,0.2/256", help="latency/concurrency, ...")
    parser.add_argument("--peers", action="store_true", help="also what tools/peers_env.sh has installed")
    given = parser.parse_args()
    for text in given.cases.split(","):
        latency, concurrency = text.split("/")
        show(Case(given.n, float(latency), int(concurrency)), given.rounds, with_peers=given.peers)


if __name__ == "__main__":
    main()
