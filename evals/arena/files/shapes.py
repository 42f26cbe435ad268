"""Shapes: whose records a file holds, what is made of them, and what only the user can say of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal, get_args

from evals.arena.answers import Answer, Question
from evals.arena.battle import Battle, JudgeKind, Winner
from evals.arena.files.columns import WON
from evals.arena.files.records import KNOWN, Record

Format = Literal["own", "arena", "alpaca"]
"""`own`: the fields of a battle; `arena`: Chatbot Arena, FastChat, arena-rank; `alpaca`: AlpacaEval's annotations."""

FORMATS: tuple[Format, ...] = get_args(Format)
OWN = frozenset(each.name for each in fields(Battle))


@dataclass(frozen=True)
class Hints:
    """What a file does not say of its battles.

    Attributes:
        form: whose shape it has; by what it holds unless given.
        kind: what its judges are.
        labels: more words for who won -> what they mean.
        names: model as the file calls it -> how it is called in the arena.
        skip: whether annotations that have not judged are left out and counted; else they are an error.
    """

    form: Format | None = None
    kind: JudgeKind = "unknown"
    labels: Mapping[str, Winner] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    skip: bool = False


@dataclass(frozen=True)
class Made:
    """What one record holds.

    Attributes:
        battles: one, or the two parts of one that was not decided wholly; none where nobody has judged.
        question, answers: where the record holds the words too.
    """

    battles: tuple[Battle, ...]
    question: Question | None = None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Found:
    """What files hold.

    Attributes:
        battles: in their order.
        questions, answers: of the battles whose words are there.
        forms: file -> whose shape it has.
        skipped: how many records have not judged.
    """

    battles: tuple[Battle, ...]
    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]
    forms: Mapping[str, Format]
    skipped: int = 0


def recognised(record: Record) -> Format:
    """Whose shape a file has, by its first record. Raises: BadFile: nobody's that is known."""
    names = set(record.fields)
    if "withdrawn" in names or ({"id", "model_a", "model_b", "winner"} <= names <= OWN):
        return "own"
    if {"generator_1", "generator_2", "preference"} <= names:
        return "alpaca"
    if {"model_a", "model_b"} <= names and ("winner" in names or WON.keys() <= names):
        return "arena"
    there = ", ".join(sorted(map(str, names))[:12]) or "nothing"
    raise record.bad(
        f"it is no battle: there is {there}, and neither model_a, model_b and winner nor generator_1, "
        "generator_2 and preference",
        KNOWN,
    )


def renamed(record: Record, made: Made, names: Mapping[str, str]) -> Made:
    """The same with models called otherwise. Raises: BadFile: two are now one."""
    if not names:
        return made
    battles = tuple(
        replace(
            battle,
            model_a=names.get(battle.model_a, battle.model_a),
            model_b=names.get(battle.model_b, battle.model_b),
        )
        for battle in made.battles
    )
    for battle in battles:
        if battle.model_a == battle.model_b:
            raise record.bad(f"{battle.model_a!r} meets itself", "give two models two names: --as MODEL=NAME")
    answers = tuple(replace(answer, model=names.get(answer.model, answer.model)) for answer in made.answers)
    return Made(battles, made.question, answers)
