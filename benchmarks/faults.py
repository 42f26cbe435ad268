"""Runs through faults: every run must end by itself, complete, each sample scored once and none from a faulty answer.

    python -m benchmarks.faults [--n 2000] [--seeds 10] [--share 0.1] [--kinds mixed,500,hang,...]

Each line is one run of our command against the mock server in such weather.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.speed import ours, server
from evals.log import read_run

KINDS = ("429", "429 bare", "500", "503", "reset", "hang", "truncated", "cut", "empty", "html", "slow")
"""Faults that pass: the same request is answered when it comes again. "null" does not: it is an answer of its own."""


@dataclass(frozen=True)
class Outcome:
    """How a run went.

    Attributes:
        status: of the process. seconds: it took.
        right, other: samples scored right, and any other way.
        lines: of the log.
        stats: what the server saw.
        failed: why samples failed, a sentence each.
    """

    status: int
    seconds: float
    right: int
    other: int
    lines: int
    stats: dict[str, Any]
    failed: tuple[str, ...]

    def faults(self, n: int) -> list[str]:
        """What is wrong with it, in words."""
        wrong = {
            f"exit status {self.status}": self.status != 0,
            f"{self.right} of {n} right, {self.other} scored otherwise {self.failed[:3]}": self.right != n,
            f"{self.lines} lines in the log": self.lines != n,
            f"Retry-After was undercut {self.stats['early']} times": self.stats["early"] > 0,
            f"{self.stats['answered_twice']} were answered twice": self.stats["answered_twice"] > 0
            and "slow" not in self.stats["faults"],
        }
        return [words for words, there in wrong.items() if there]


def mixed(share: float) -> dict[str, float]:
    """All kinds together, in equal parts."""
    return dict.fromkeys(KINDS, share / len(KINDS))


def weather(faults: dict[str, float]) -> str:
    """The faults as the server takes them."""
    return ",".join(f"{kind}={share:.6f}" for kind, share in faults.items())


def stats(url: str) -> dict[str, Any]:
    """What the server saw."""
    with urllib.request.urlopen(f"{url}/stats", timeout=10) as answer:  # noqa: S310  our own server
        found: dict[str, Any] = json.load(answer)
    return found


def case(
    faults: dict[str, float], n: int, seed: int, *, concurrency: int = 64, latency: float = 0.01
) -> Outcome:
    """One run in such weather."""
    options = ("--latency", str(latency), "--jitter", "0.5", "--seed", str(seed), "--faults", weather(faults))
    with server(*options) as url, tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        done = subprocess.run(ours(url, n, concurrency), cwd=folder, capture_output=True, check=False)
        seconds = perf_counter() - start
        (run,) = Path(folder, "runs").iterdir()
        replies = read_run(run).replies
        right = sum(reply.outcome == "right" for reply in replies)
        lines = len((run / "replies.jsonl").read_bytes().splitlines())
        failed = tuple(f"{each.failure.kind}: {each.failure.message}" for each in replies if each.failure)
        return Outcome(done.returncode, seconds, right, len(replies) - right, lines, stats(url), failed)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--kinds", default="mixed")
    given = parser.parse_args()
    bad = 0
    for kind in given.kinds.split(","):
        for seed in range(given.seeds):
            faults = mixed(given.share) if kind == "mixed" else {kind: given.share}
            found = case(faults, given.n, seed)
            wrong = found.faults(given.n)
            bad += bool(wrong)
            met = sum(found.stats["faults"].values())
            print(
                f"{kind:10} seed {seed}: {found.seconds:5.1f} s, {met} faults in {found.stats['requests']} requests: "
                f"{'; '.join(wrong) or 'all well'}",
                flush=True,
            )
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
