"""Judges replies labelled by hand: uv run python -m suites.decimals.audit."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.types import Response, Sample, Score

from .arms import FREE
from .items import Pair, contexts
from .scoring import score

DATA = Path(__file__).parents[2] / "tests" / "data"
CASES, HELD_OUT = "decimals_cases.jsonl", "decimals_held_out.jsonl"
"""The replies by which the rules were made, and those that were written and labelled after them."""


@dataclass(frozen=True)
class Case:
    """A reply labelled by hand.

    Attributes:
        picked: which one it names, "equal", or None; outcome: what is true to its meaning.
    """

    sample: Sample
    response: Response
    picked: str | None
    outcome: str
    about: str

    def verdict(self) -> Score:
        """What the scorer says."""
        return score(self.sample, FREE, self.response)

    def misread(self) -> bool:
        """Whether the scorer says otherwise than the label."""
        verdict = self.verdict()
        return (verdict.outcome, verdict.answer) != (self.outcome, self.picked)


def cases(file: str = CASES) -> list[Case]:
    """The labelled replies of a file, in its order."""
    return [_case(json.loads(line)) for line in (DATA / file).read_text("utf-8").splitlines()]


def _case(row: Mapping[str, Any]) -> Case:
    name, asked, first, second = row["q"].split()
    short, long = sorted((first, second), key=len)
    whole, item = short.split(".")
    pair = Pair(int(whole), int(item), int(long.split(".")[1]))
    context = next(context for context in contexts() if context.name == name)
    text = context.asks[asked].format(x=first, y=second)
    target = pair.answer(context.reads, asked)
    sample = Sample(row["note"], text, target, {"first": first, "second": second, "asked": asked})
    picked = row.get("picked")
    outcome = row.get("outcome") or ("right" if picked == target else "wrong")
    return Case(sample, Response(row["response"], stop=row.get("stop", "stop")), picked, outcome, row["note"])


def accuracy(file: str = CASES) -> tuple[int, int]:
    """How many replies of a file the scorer reads as labelled, and how many there are."""
    table = cases(file)
    return sum(not case.misread() for case in table), len(table)


def main() -> int:
    """Print what is misread; the exit status says whether anything is."""
    for file in (CASES, HELD_OUT):
        for case in cases(file):
            if case.misread():
                verdict = case.verdict()
                said = f"{verdict.outcome} {verdict.answer} by {verdict.rule!r}"
                sys.stdout.write(f"{case.about}: {case.outcome} {case.picked}, read as {said}\n")
        right, total = accuracy(file)
        sys.stdout.write(f"{file}: {right} of {total} as labelled\n")
    return int(any(case.misread() for case in cases()))


if __name__ == "__main__":
    sys.exit(main())
