"""An arena on disk: a folder with questions, answers and the battle log; each file append-only, one line a thing.

questions.jsonl   what was asked
answers.jsonl     what models answered
battles.jsonl     what judges said (see journal)
votes.sqlite      what people said (see vote)
canaries.jsonl    the same of pairs that only try a judge, never ranked (see judging.canaries)
runs/, judging/   the runs in which models were asked for answers (see play) and judges for verdicts (see judging)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pydantic
from filelock import FileLock

from evals.appended import Appended, entries
from evals.arena import journal
from evals.arena.answers import Answer, Question
from evals.arena.battle import Battle
from evals.errors import BadInput, NotFound

T = TypeVar("T")
CANARIES = "canaries.jsonl"
QUESTION = pydantic.TypeAdapter(Question)
ANSWER = pydantic.TypeAdapter(Answer)
MEND = "mend or delete that line"


@dataclass(frozen=True)
class Arena:
    """What an arena's folder holds; read anew by `read`.

    Attributes:
        folder: where it lies.
        questions: id -> question, in the order of their lines.
        answers: (question id, model) -> answer.
    """

    folder: Path
    questions: dict[str, Question]
    answers: dict[tuple[str, str], Answer]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that answered something, sorted."""
        return tuple(sorted({model for _, model in self.answers}))

    @property
    def journal(self) -> Path:
        """The battle log."""
        return self.folder / "battles.jsonl"

    @property
    def canaries(self) -> Path:
        """The log of the battles that only try judges."""
        return self.folder / CANARIES

    def battles(self) -> list[Battle]:
        """What judges and people have said so far. Raises: BadFile: as `journal.read` and `ballots.battles`."""
        from evals.arena.vote import ballots  # stands above this module, as all that works on an arena does

        votes = ballots.battles(ballots.read(self.folder), self.questions, self.answers)
        return [*journal.read(self.journal), *votes]


def read(folder: Path) -> Arena:
    """An arena.

    Raises: NotFound: there is none. BadFile: a line that is no question or answer, named by number.
    """
    if not (folder / "questions.jsonl").is_file():
        raise NotFound(
            f"there is no arena in {folder}: it has no questions.jsonl",
            f"make one of runs: evals arena collect RUN... --out {folder}",
        )
    return _read(folder)


def add(folder: Path, questions: Iterable[Question], answers: Iterable[Answer]) -> Arena:
    """Put questions and answers into an arena, which is made where there is none; what is there already is left.

    Returns: the arena with them.
    Raises: BadInput: the folder cannot be written, or a model has answered a question otherwise before.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            there = _read(folder)
            new = {question.id: question for question in questions if question.id not in there.questions}
            _append(folder / "questions.jsonl", QUESTION, new.values())
            _append(folder / "answers.jsonl", ANSWER, _unknown(there, answers))
            return _read(folder)
    except OSError as error:
        raise BadInput(
            f"{folder} cannot be written: {error.strerror}", "name another folder with --out"
        ) from None


def _unknown(there: Arena, answers: Iterable[Answer]) -> Iterator[Answer]:
    """The answers that are not there yet."""
    seen = {key: answer.text for key, answer in there.answers.items()}
    for answer in answers:
        key = (answer.question, answer.model)
        if key not in seen:
            seen[key] = answer.text
            yield answer
        elif seen[key] != answer.text:
            raise BadInput(
                f"{answer.model} has answered {answer.question} otherwise before",
                "collect its other answers into an arena of their own, or name the model otherwise: --as NAME",
            )


def _append(path: Path, kind: pydantic.TypeAdapter[T], things: Iterable[T]) -> None:
    file = Appended(path)
    try:
        file.append(b"".join(kind.dump_json(thing, exclude_defaults=True) + b"\n" for thing in things))
    finally:
        file.close()


def _read(folder: Path) -> Arena:
    questions = {each.id: each for each in entries(folder / "questions.jsonl", QUESTION, MEND)}
    answers = {(each.question, each.model): each for each in entries(folder / "answers.jsonl", ANSWER, MEND)}
    return Arena(folder, questions, answers)
