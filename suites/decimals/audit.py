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

CASES = Path(__file__).parents[2] / "tests" / "data" / "decimals_cases.jsonl"


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


def cases() -> list[Case]:
    """The labelled replies, in the order of the file."""
    return [_case(json.loads(line)) for line in CASES.read_text("utf-8").splitlines()]


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


def accuracy() -> tuple[int, int]:
    """How many labelled replies the scorer reads as labelled, and how many there are."""
    table = cases()
    return sum(not case.misread() for case in table), len(table)


def main() -> int:
    """Print what is misread; the exit status says whether anything is."""
    for case in cases():
        if case.misread():
            verdict = case.verdict()
            said = f"{verdict.outcome} {verdict.answer} by {verdict.rule!r}"
            sys.stdout.write(f"{case.about}: {case.outcome} {case.picked}, read as {said}\n")
    right, total = accuracy()
    sys.stdout.write(f"{right} of {total} as labelled\n")
    return int(right < total)


if __name__ == "__main__":
    sys.exit(main())
