"""What our command costs beside bare loops on the same work: CPU a sample, wall time, memory, bytes of log, as ratios.

    python -m benchmarks.speed [--n 2000] [--rounds 3] [--cases 0/64,0.05/64,0.2/256]

Each client is a process of its own against one mock server (benchmarks.server), all of them in turn, so that what the
machine does beside falls on all alike. CPU is that of the process alone, as the system accounts it; its start-up, the same
work with no samples, is subtracted and shown. `--peers` adds Inspect AI and lm-eval where they are installed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

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
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
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


def commands(url: str, n: int, concurrency: int) -> dict[str, list[str]]:
    """Everything that is measured, by name."""
    loops = {name: bare(name, url, n, concurrency) for name in ("aiohttp", "httpx2", "openai")}
    return {"evals": ours(url, n, concurrency), **loops}


def case(n: int, latency: float, concurrency: int, rounds: int) -> None:
    """Measure one pair of latency and concurrency, and print its table."""
    costs: dict[str, list[Cost]] = {}
    empty: dict[str, list[Cost]] = {}
    with server("--latency", str(latency)) as url, tempfile.TemporaryDirectory() as folder:
        cwd = Path(folder)
        for _ in range(rounds):
            for name, command in commands(url, n, concurrency).items():
                costs.setdefault(name, []).append(measure(command, cwd))
            for name, command in commands(url, 1, 1).items():
                empty.setdefault(name, []).append(measure(command, cwd))
        logs = [path for path in cwd.glob("runs/*/replies.jsonl") if path.stat().st_size > 10_000]
        written = logs[0].stat().st_size / n
        shutil.rmtree(cwd / "runs")
    ideal = n * latency / concurrency
    print(
        f"\nN {n}, latency {latency * 1000:g} ms, concurrency {concurrency}: ideal {ideal:.2f} s of wall time"
    )
    print(f"{'':10} {'ms CPU a sample':>16} {'start-up s':>11} {'wall s':>8} {'peak MB':>8}")
    each: dict[str, float] = {}
    for name, found in costs.items():
        start = median(cost.cpu for cost in empty[name])
        each[name] = (median(cost.cpu for cost in found) - start) / n * 1000
        print(
            f"{name:10} {each[name]:16.2f} {start:11.2f} {median(cost.wall for cost in found):8.2f} "
            f"{max(cost.peak for cost in found):8.0f}"
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
    given = parser.parse_args()
    for text in given.cases.split(","):
        latency, concurrency = text.split("/")
        case(given.n, float(latency), int(concurrency), given.rounds)


if __name__ == "__main__":
    main()
