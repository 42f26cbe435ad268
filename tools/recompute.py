"""Recomputes the gold answers of many fresh items by a second implementation: uv run python -m tools.recompute [N]."""

import sys
import time
from collections.abc import Iterator
from secrets import randbits

from suites.arithmetic import items, solver


def arithmetic(seed: int, n: int) -> Iterator[bool]:
    """Whether the equations that a problem's sentences state have the generator's answer, and no other."""
    for problem in items.problems(seed, n, range(1, 7), range(1, 5), distractor=True):
        yield solver.answer(problem.form, problem.text) == problem.numbers.answer


def main(n: int) -> int:
    """Print, for each suite, how many of n items agree; the exit status says whether all do."""
    seed, started = randbits(31), time.monotonic()
    agree = sum(arithmetic(seed, n))
    sys.stdout.write(f"arithmetic: {agree:,} of {n:,} agree, seed {seed}, {time.monotonic() - started:.0f} s\n")
    return int(agree < n)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
