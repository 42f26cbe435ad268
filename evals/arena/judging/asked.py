"""What a judge is asked, as a suite in a folder of the arena, so that it runs, resumes and is priced as any other.

suite.py      loads this folder; the same in each
prompt.toml   the rubric, as it was when the judge was first asked
pairs.jsonl   append-only: two answers a line, canaries among them
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pydantic

from evals import whole
from evals.appended import entries
from evals.arena.answers import Answer, Question
from evals.arena.judging import rubric as rubrics
from evals.arena.judging.rubric import Rubric
from evals.arena.judging.shown import LETTERS, between, conversation, mark
from evals.arena.judging.verdict import score
from evals.arena.pairs import Match
from evals.errors import BadInput
from evals.suite import NoOptions, Suite
from evals.types import Arm, Metric, Sample

NAME = "judging"
SHOWN, SWAPPED = "shown", "swapped"
"""The arms: in the order of the pair, and in the other."""

EVERY = 1_000_000_000
"""More pairs than there are: a judge's run is never a part of them."""

SUITE_FILE = '''"""Two answers to one question, which of them is better? Written by evals arena judge."""

from pathlib import Path

from evals.arena.judging.asked import suite as load

suite = load(Path(__file__).parent)
'''

LETTER = "{letter}"
"""In a canary: stands for the letter under which it is shown."""


@pydantic.with_config(extra="forbid")
@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Two answers that a judge is shown in both orders.

    Attributes:
        id: the match's, or the canary's.
        canary: of what kind the answer `b` is a canary; empty where both are what they seem.
    """

    id: str
    question: Question
    a: Answer
    b: Answer
    canary: str = ""

    @classmethod
    def of(cls, match: Match) -> "Asked":
        """A match as it is asked."""
        return cls(id=match.id, question=match.question, a=match.a, b=match.b)


ASKED = pydantic.TypeAdapter(Asked)


def write(folder: Path, rubric: Rubric, pairs: Iterable[Asked]) -> None:
    """Write a judge's folder, which is made where there is none: whole or not at all.

    Raises: BadInput: it cannot be written.
    """
    lines = b"".join(ASKED.dump_json(each, exclude_defaults=True) + b"\n" for each in pairs)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in (
            ("suite.py", SUITE_FILE.encode()),
            ("prompt.toml", _toml(rubric).encode()),
            ("pairs.jsonl", lines),
        ):
            whole.write(folder / name, data)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}", "free or unlock it") from None


def read(folder: Path) -> Iterator[Asked]:
    """The pairs of a judge's folder. Raises: BadFile: a damaged line, named by number."""
    path = folder / "pairs.jsonl"
    return entries(path, ASKED, "delete that line and judge again: only what it held is asked")


def _toml(rubric: Rubric) -> str:
    """A rubric as TOML; JSON's strings and numbers are TOML's too."""
    plain = rubrics.RUBRIC.dump_python(rubric)
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in plain.items())


def suite(folder: Path) -> Suite:
    """The suite of a judge's folder; its pairs are read whenever it is planned, for they come to be more."""
    rubric = rubrics.read(folder / "prompt.toml")
    return Suite(
        name=NAME,
        version=rubric.hash,
        about="which of two answers to one question is better",
        samples=partial(_samples, folder),
        arms=tuple(
            Arm(
                name,
                partial(prompt, rubric, swapped=name == SWAPPED),
                system=rubric.system,
                max_tokens=rubric.max_tokens,
                temperature=rubric.temperature,
            )
            for name in (SHOWN, SWAPPED)
        ),
        score=score,
        metrics=(
            Metric(
                "first", "chose the answer shown first, where it chose one", {"first": 1.0, "second": 0.0}
            ),
            Metric("tie", "said that they are equally good", _share("tie")),
            Metric("both bad", "said that both are bad", _share("both bad")),
            Metric("unparsed", "gave no verdict", _share("unparsed", "truncated"), better="lower"),
        ),
        sizes={"full": EVERY},
    )


def _share(*outcomes: str) -> dict[str, float]:
    known = ("first", "second", "tie", "both bad", "unparsed", "truncated")
    return {outcome: float(outcome in outcomes) for outcome in known}


def _samples(folder: Path, _seed: int, n: int, _options: NoOptions) -> list[Sample]:
    return [_sample(each) for _, each in zip(range(n), read(folder), strict=False)]


def _sample(asked: Asked) -> Sample:
    question = conversation(asked.question)
    told: dict[str, Any] = {"canary": asked.canary} if asked.canary else {}
    return Sample(
        asked.id,
        question,
        tags={"model_a": asked.a.model, "model_b": asked.b.model, **told},
        cluster=asked.question.cluster or asked.question.id,
        fields={
            "a": asked.a.text,
            "b": asked.b.text,
            "mark": mark(question, asked.a.text, asked.b.text, asked.id),
        },
    )


def prompt(rubric: Rubric, sample: Sample, *, swapped: bool) -> str:
    """The user's message to a judge about a pair."""
    texts = [sample.fields["a"], sample.fields["b"]]
    if "canary" in sample.tags:
        texts[1] = texts[1].replace(LETTER, LETTERS[not swapped])
    drawn = sample.fields["mark"]
    first, second = (
        between(f"answer {letter}", text, drawn)
        for letter, text in zip(LETTERS, reversed(texts) if swapped else texts, strict=True)
    )
    return rubric.filled(
        {"question": between("question", sample.input, drawn), "first": first, "second": second}
    )
