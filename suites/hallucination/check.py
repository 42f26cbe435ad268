"""How well the classifier reads replies that people have labelled by meaning.

    uv run python -m suites.hallucination.check           both tables: accuracy, confusions, biasing errors
    uv run python -m suites.hallucination.check --list    also every reply that is read otherwise

Two tables lie in `tests/data`: `behaviour_cases.jsonl`, which the rules were written with, and
`behaviour_heldout.jsonl`, written after the rules stood; no rule was changed for it, so it tells how new replies fare.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from evals import stats
from evals.errors import BadFile, EvalsError

from .behaviour import Label, Verdict, classify

TABLES = Path(__file__).parents[2] / "tests" / "data"
LABELS: tuple[Label, ...] = get_args(Label)

FABRICATES = frozenset({"answer", "claims_real_alias"})
ABSTAINS = frozenset({"abstain", "clarify", "premise_correction", "refuse"})


@dataclass(frozen=True, slots=True)
class Case:
    """A reply and what it does.

    Attributes:
        response, entity, question: what was said, about whom, to which question.
        label: its behaviour, by meaning.
        language: ISO 639-1.
        note: what makes it worth having.
        kind: "premise" where the entity is real and the question presumes something false of it.
    """

    response: str
    entity: str
    question: str
    label: Label
    language: str
    note: str
    kind: str = "made-up"

    def read(self) -> Verdict:
        """The classifier's verdict."""
        return classify(
            self.response, entity=self.entity, question=self.question, premise=self.kind == "premise"
        )


def cases(name: str) -> list[Case]:
    """The cases of a table, `behaviour_cases` or `behaviour_heldout`.

    Raises: BadFile: it is not there; tables lie in a checkout, not in an installed package.
    """
    path = TABLES / f"{name}.jsonl"
    if not path.is_file():
        raise BadFile(f"there is no {path}", "run this in a checkout of the repository")
    return [Case(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def share(hits: int, of: int) -> str:
    """A percentage with its Wilson 95 % interval and the counts behind it."""
    found = stats.wilson(hits, of)
    return f"{found.value:6.1%}  ({found.low:.1%} to {found.high:.1%}; {hits} of {of})"


def report(title: str, told: Sequence[Case], read: Sequence[Verdict]) -> Iterator[str]:
    """Lines: accuracy, the two errors that bias the rates, accuracy by language, and the confusion matrix."""
    pairs = [(case.label, verdict.label) for case, verdict in zip(told, read, strict=True)]
    yield f"{title}: {len(pairs)} replies"
    yield f"  read as labelled              {share(sum(a == b for a, b in pairs), len(pairs))}"
    yield f"  fabrication read as abstention {error(pairs, FABRICATES, ABSTAINS)}"
    yield f"  abstention read as fabrication {error(pairs, ABSTAINS, FABRICATES)}"
    yield ""
    for language in sorted({case.language for case in told}):
        own = [pair for case, pair in zip(told, pairs, strict=True) if case.language == language]
        yield f"  {language}  {share(sum(a == b for a, b in own), len(own))}"
    yield ""
    yield from confusion(pairs)


def error(pairs: Iterable[tuple[str, str]], of: frozenset[str], as_: frozenset[str]) -> str:
    """How many of the replies labelled one of `of` are read as one of `as_`."""
    read = [b for a, b in pairs if a in of]
    return share(sum(label in as_ for label in read), len(read))


def confusion(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A table: a row for each label as told, a column for each as read."""
    counts = Counter(pairs)
    yield "  " + f"{'as told, as read':19}" + "".join(f"{label[:8]:>9}" for label in LABELS)
    for told in LABELS:
        yield "  " + f"{told:19}" + "".join(f"{counts[told, read] or '.':>9}" for read in LABELS)


def main() -> int:
    """Print both tables; 2 where there are none."""
    parser = argparse.ArgumentParser(description="How well the classifier reads labelled replies.")
    parser.add_argument("--list", action="store_true", help="also print every reply read otherwise")
    listed = parser.parse_args().list
    try:
        for name, title in (("behaviour_cases", "the table"), ("behaviour_heldout", "held out")):
            print("\n".join(page(title, cases(name), listed=listed)), end="\n\n")  # noqa: T201
    except EvalsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


def page(title: str, told: Sequence[Case], *, listed: bool) -> Iterator[str]:
    """The report on a table and, if `listed`, the replies that are read otherwise than labelled."""
    read = [case.read() for case in told]
    yield from report(title, told, read)
    for case, verdict in zip(told, read, strict=True):
        if listed and case.label != verdict.label:
            yield f"  {case.label} read as {verdict.label} ({verdict.rule}): {case.response!r}"


if __name__ == "__main__":
    sys.exit(main())
