"""Gold: pairs of an arena of which it is known that one answer is better, by which attention is checked: gold.jsonl."""

import pydantic

from evals.appended import entries
from evals.arena.folder import Arena
from evals.arena.vote.dealer import Gold
from evals.errors import BadFile

GOLD = pydantic.TypeAdapter(Gold)
SHAPE = 'write {"question": ID, "better": MODEL, "worse": MODEL}'


def gold(arena: Arena) -> tuple[Gold, ...]:
    """The known pairs; none without the file.

    Raises: BadFile: a line that is none, or names an answer that the arena does not hold.
    """
    path = arena.folder / "gold.jsonl"
    found = []
    for number, each in enumerate(entries(path, GOLD, SHAPE), 1):
        for model in filter(None, (each.better, each.worse)):
            if (each.question, model) not in arena.answers:
                raise BadFile(
                    f"{path}, line {number}: {model} has not answered {each.question!r} here",
                    "mend that line",
                )
        found.append(each)
    return tuple(found)
