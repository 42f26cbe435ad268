"""Reading: files of battles, each by its shape, and no id twice among them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from evals.arena.answers import Answer, Question
from evals.arena.battle import Battle
from evals.arena.files import alpaca, chatbot, own
from evals.arena.files.records import KNOWN, Record, records, whole
from evals.arena.files.shapes import Format, Found, Hints, Made, recognised, renamed
from evals.errors import BadFile

Reader = Callable[[Record, Hints, str], Made]
READERS: Mapping[Format, Reader] = {"own": own.made, "arena": chatbot.made, "alpaca": alpaca.made}


def read(paths: Iterable[Path], hints: Hints | None = None) -> Found:
    """What files hold.

    Raises: BadFile: another label than the known ones, a model against itself, a number that is none, an id that occurs
        twice, or a file of another kind; names the file, and the line or record.
    """
    forms: dict[str, Format] = {}
    seen: dict[str, Record] = {}
    battles: dict[str, Battle] = {}
    questions: dict[str, Question] = {}
    answers: list[Answer] = []
    skipped = 0
    for record, found in chain.from_iterable(_file(path, hints or Hints(), forms) for path in paths):
        if "withdrawn" in record.fields:
            _withdraw(record, battles)
            continue
        skipped += not found.battles
        for battle in found.battles:
            if (first := seen.setdefault(battle.id, record)) is not record:
                raise record.bad(
                    f"the battle {battle.id!r} stands in {first.path}, {first.kind} {first.number} already"
                )
            battles[battle.id] = battle
        if asked := found.question:
            first_asked = questions.setdefault(asked.id, asked)
            if (first_asked.text, first_asked.before) != (asked.text, asked.before):
                raise record.bad(f"the question {asked.id!r} was asked in other words before")
            answers += found.answers
    return Found(tuple(battles.values()), tuple(questions.values()), tuple(answers), forms, skipped)


def _file(path: Path, hints: Hints, forms: dict[str, Format]) -> Iterator[tuple[Record, Made]]:
    """The records of a file with what each holds; notes in `forms` whose shape it has."""
    if path.is_dir():
        raise BadFile(f"{path} is a folder", KNOWN)
    data = whole(path)
    source = hashlib.sha256(data).hexdigest()[:12]
    form: Format | None = hints.form
    for record in records(path, data):
        form = forms.setdefault(str(path), form or recognised(record))
        if form == "own" and "withdrawn" in record.fields:
            yield record, Made(())
        else:
            yield record, renamed(record, READERS[form](record, hints, source), hints.names)
    if str(path) not in forms:
        raise BadFile(f"{path} holds no battle", KNOWN)


def _withdraw(record: Record, battles: dict[str, Battle]) -> None:
    """Takes a battle back, as a line of a battle log says."""
    if battles.pop(str(record.fields["withdrawn"]), None) is None:
        raise record.bad(f"it takes back {record.fields['withdrawn']!r}, which is not there")
