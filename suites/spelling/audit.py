"""Checks in bulk.

uv run python -m suites.spelling.audit            answers of 100,000 fresh items, solved again from their prompts
uv run python -m suites.spelling.audit --cases    the scorer on replies labelled by hand (tests/data)
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import randbits
from typing import Any

from evals.types import Response, Sample, Score

from .items import Options, samples
from .prompts import WORD, asking
from .scoring import score
from .solver import solve

CASES = Path(__file__).parents[2] / "tests" / "data" / "spelling_cases.jsonl"
FIELDS = ("letter", "new", "other", "place", "kth")


@dataclass(frozen=True)
class Case:
    """A reply labelled by hand.

    Attributes:
        outcome, answer: what a person reads in it.
        notes: what the scorer has to note, as far as the case says.
        about: what is hard about it.
    """

    sample: Sample
    arm: str
    response: Response
    outcome: str
    answer: str | None
    notes: Mapping[str, Any]
    about: str

    def verdict(self) -> Score:
        """What the scorer says."""
        return score(self.sample, self.arm, self.response)

    def misses(self) -> str:
        """What the scorer says otherwise, in words; empty if nothing."""
        found = self.verdict()
        noted = {name: found.notes.get(name) for name in self.notes}
        if (found.outcome, found.answer, noted) == (self.outcome, self.answer, dict(self.notes)):
            return ""
        return f"labelled {self.outcome} {self.answer} {dict(self.notes)}, read as {found.outcome} {found.answer} {noted}"


def cases() -> list[Case]:
    """The labelled replies, in the order of the file."""
    return [_case(json.loads(line)) for line in CASES.read_text("utf-8").splitlines()]


def _case(row: Mapping[str, Any]) -> Case:
    fields = {name: row.get(name, "") for name in FIELDS} | {"ask": row["task"], "word": row["word"]}
    return Case(
        Sample("case", row["word"], row["target"], {"task": row["task"], "wording": 1}, fields=fields),
        row.get("arm", WORD),
        Response(row["text"], stop=row.get("stop", "stop")),
        row["outcome"],
        row["answer"],
        row.get("notes", {}),
        f"{row['task']}, {row['note']}",
    )


def recomputed(seed: int, n: int) -> Iterator[Sample]:
    """Of n items of all tasks and sources, those whose prompt has another answer than the item."""
    ask = asking(WORD)
    return (
        sample for sample in samples(seed, n, Options("all", "all")) if solve(ask(sample)) != sample.target
    )


def main() -> int:
    """Print what was found; the exit status says whether all is well."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", action="store_true", help="judge the labelled replies")
    parser.add_argument("-n", type=int, default=100_000, help="how many items to solve again")
    asked = parser.parse_args()
    if asked.cases:
        missed = [(case.about, said) for case in cases() if (said := case.misses())]
        sys.stdout.writelines(f"{about}: {said}\n" for about, said in missed)
        sys.stdout.write(f"{len(cases()) - len(missed)} of {len(cases())} read as labelled\n")
        return 0
    seed, started = randbits(31), time.monotonic()
    wrong = list(recomputed(seed, asked.n))
    sys.stdout.writelines(f"{sample.id}: {asking(WORD)(sample)} {sample.target}\n" for sample in wrong)
    seconds = time.monotonic() - started
    sys.stdout.write(f"{asked.n - len(wrong):,} of {asked.n:,} agree, seed {seed}, {seconds:.0f} s\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
