"""Checks in bulk.

uv run python -m suites.arithmetic.audit            answers of 100,000 fresh problems, recomputed by the solver
uv run python -m suites.arithmetic.audit --cases    the scorer on replies labelled by hand (tests/data)
"""

import argparse
import json
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import randbits
from typing import Any

from evals.types import Response, Sample, Score

from .arms import CHECKED, FIRST, FREE, ONLY, STEPS
from .items import problems
from .scoring import score
from .solver import answer

DATA = Path(__file__).parents[2] / "tests" / "data"
CASES, HELD_OUT = "arithmetic_cases.jsonl", "arithmetic_held_out.jsonl"
"""The replies by which the rules were made, and those that were written and labelled after them."""

NOTED: tuple[str, ...] = ("complied", "worked", "first", "last", "right")
ARMS = {"F": FIRST, "S": STEPS, "O": ONLY, "N": FREE, "X": CHECKED}


@dataclass(frozen=True)
class Case:
    """A reply labelled by hand.

    Attributes:
        outcomes: the outcomes that are true to its meaning.
        notes: what the scorer has to note: complied, worked, first, last, and `right` of hidden reasoning.
    """

    sample: Sample
    arm: str
    response: Response
    outcomes: frozenset[str]
    notes: Mapping[str, Any]
    about: str

    def misses(self) -> dict[str, tuple[object, object]]:
        """What the scorer says otherwise: what -> (labelled, said)."""
        verdict = score(self.sample, self.arm, self.response)
        missed: dict[str, tuple[object, object]] = {}
        if verdict.outcome not in self.outcomes:
            missed["outcome"] = ("|".join(sorted(self.outcomes)), verdict.outcome)
        for name, labelled in self.notes.items():
            if (said := _said(verdict, name)) != labelled:
                missed[name] = (labelled, said)
        return missed


def _said(verdict: Score, name: str) -> object:
    return verdict.value == 1.0 if name == "right" else verdict.notes.get(name)


def cases(file: str = CASES) -> list[Case]:
    """The labelled replies of a file, in its order."""
    problems_ = tomllib.loads((DATA / "arithmetic_problems.toml").read_text("utf-8"))
    rows = map(json.loads, (DATA / file).read_text("utf-8").splitlines())
    return [_case(row, problems_[row["p"]]) for row in rows]


def _case(row: Mapping[str, Any], problem: Mapping[str, str]) -> Case:
    response = Response(
        row["response"],
        reasoning=row.get("reasoning", ""),
        stop=row.get("stop", "stop"),
        tokens_reasoning=row.get("tokens_reasoning"),
        earlier=tuple(row.get("earlier", ())),
    )
    notes = {name: row[name] for name in NOTED if name in row}
    sample = Sample(row["note"], problem["text"], problem["target"], {"unit": problem["unit"]})
    return Case(sample, ARMS[row["arm"]], response, frozenset(row["outcome"].split("|")), notes, row["note"])


def accuracies(file: str = CASES) -> dict[str, tuple[int, int]]:
    """For each label of a file, how many cases the scorer gets right, and how many there are."""
    right, total = Counter[str](), Counter[str]()
    for case in cases(file):
        missed = case.misses()
        for name in ("outcome", *case.notes):
            total[name] += 1
            right[name] += name not in missed
    return {name: (right[name], total[name]) for name in total}


def recomputed(seed: int, n: int) -> Iterator[bool]:
    """Of n problems, whether the equations that each one's sentences state have the generator's answer and no other."""
    for problem in problems(seed, n, range(1, 7), range(1, 5), distractor=True):
        yield answer(problem.form, problem.text) == problem.numbers.answer


def main() -> int:
    """Print what was found; the exit status says whether all is well."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", action="store_true", help="judge the labelled replies")
    parser.add_argument("-n", type=int, default=100_000, help="how many problems to recompute")
    asked = parser.parse_args()
    return _print_cases() if asked.cases else _print_recomputed(asked.n)


def _print_cases() -> int:
    for file in (CASES, HELD_OUT):
        for case in cases(file):
            for name, (labelled, said) in case.misses().items():
                sys.stdout.write(f"{case.arm}, {case.about}: {name} is {labelled}, read as {said}\n")
        for name, (right, total) in accuracies(file).items():
            sys.stdout.write(f"{file} {name}: {right} of {total}\n")
    return int(any(case.misses() for case in cases()))


def _print_recomputed(n: int) -> int:
    seed, started = randbits(31), time.monotonic()
    agree = sum(recomputed(seed, n))
    sys.stdout.write(f"{agree:,} of {n:,} agree, seed {seed}, {time.monotonic() - started:.0f} s\n")
    return int(agree < n)


if __name__ == "__main__":
    sys.exit(main())
