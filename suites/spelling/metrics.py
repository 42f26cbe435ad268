"""What is counted, and the comparisons fixed beforehand."""

from collections.abc import Callable, Mapping

from evals.types import Contrast, ItemMetric, Metric, Score, Tag

from .prompts import HYPHENATED, QUOTED, SPACED, SPELL_FIRST, UPPER, WORD
from .tasks import TASKS

RIGHT = {"right": 1.0, "wrong": 0.0}
ON_LETTERS: Mapping[str, frozenset[Tag]] = {"task": frozenset(TASKS) - {"spell_inverse"}}
"""All tasks but joining letters up, which is copying where the word is whole and work where its letters stand apart."""


def mean_of(values: Callable[[Score], float | None]) -> Callable[[list[Score]], float | None]:
    """The mean over an item's replies of what each gives; None where none gives anything."""

    def value(scores: list[Score]) -> float | None:
        found = [given for score in scores if (given := values(score)) is not None]
        return sum(found) / len(found) if found else None

    return value


def _note(name: str) -> Callable[[Score], float | None]:
    return lambda score: float(score.notes[name]) if name in score.notes else None


def _written_out(score: Score) -> float | None:
    return float("spelled" in score.notes) if score.outcome in RIGHT else None


METRICS = (
    Metric("accuracy", "right answers, all tasks but spell_inverse", RIGHT, ON_LETTERS, better="higher"),
    Metric("spelling", "words spelled right", RIGHT, {"task": frozenset({"spell"})}, better="higher"),
    ItemMetric(
        "letters",
        "letter accuracy: 1 - edits / letters of the longer one",
        mean_of(lambda score: score.value),
        better="higher",
    ),
    ItemMetric(
        "count error",
        "answer less right answer, of counts and positions",
        mean_of(_note("error")),
        unit="letters",
    ),
    Metric(
        "joining",
        "letters joined to a word",
        RIGHT,
        {"task": frozenset({"spell_inverse"})},
        better="higher",
        main=False,
    ),
    ItemMetric(
        "written out",
        "replies that spell the word out before or beside the answer",
        mean_of(_written_out),
        {"task": frozenset(TASKS) - {"spell"}},
        main=False,
    ),
    ItemMetric(
        "written right",
        "of words spelled out beside the answer, those spelled right",
        mean_of(_note("spelled")),
        better="higher",
        main=False,
    ),
    ItemMetric("hidden", "reasoned out of sight", mean_of(_note("hidden")), main=False),
)

CONTRASTS = (
    Contrast("tokenisation", "accuracy", SPACED, WORD, "setting the letters apart", "accuracy"),
    Contrast(
        "spelling first", "accuracy", SPELL_FIRST, WORD, "spelling the word before the answer", "accuracy"
    ),
    Contrast("hidden letters", "spelling", SPACED, WORD, "setting the letters apart", "spelling"),
    Contrast("hyphens", "accuracy", HYPHENATED, WORD, "setting the letters apart with hyphens", "accuracy"),
    Contrast("capitals", "accuracy", UPPER, WORD, "writing the word in capitals", "accuracy"),
    Contrast("telling", "accuracy", QUOTED, WORD, "telling the word letter by letter", "accuracy"),
    Contrast(
        *("memorisation", "accuracy", "common", "nonsense"),
        "asking about common words instead of made-up ones",
        "accuracy",
        by="source",
        match=("block", "task"),
    ),
    Contrast(
        *("word-likeness", "accuracy", "nonsense", "random"),
        "asking about made-up words instead of random letters",
        "accuracy",
        by="source",
        match=("block", "task"),
        headline=False,
    ),
)
