"""AlpacaEval's annotations: generator_1, generator_2, and a preference from 1 (the first is better) to 2 (the second).

A preference between is the judge's own probability (AlpacaEval 2): it becomes two parts of one battle whose weights add up
to 1, so that win rates are AlpacaEval's; both are about one question, so that intervals count them once.
Source: github.com/tatsu-lab/alpaca_eval, annotations.json.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evals.arena import style
from evals.arena.answers import Answer, Question
from evals.arena.battle import Battle
from evals.arena.files import values
from evals.arena.files.records import Record
from evals.arena.files.shapes import Hints, Made

EVEN = 1.5
USED = frozenset(
    {"generator_1", "generator_2", "output_1", "output_2", "instruction", "annotator", "dataset"}
)


def made(record: Record, hints: Hints, source: str) -> Made:
    """A record's battle, and its words. Raises: BadFile: it is no annotation, or has not judged."""
    fields = record.fields
    given = fields.get("preference")
    if given is None or given != given:  # noqa: PLR0124  NaN alone is not itself
        return _unjudged(record, hints)
    preference = values.number(record, "preference", given)
    if not 1 <= preference <= 2:
        raise record.bad(
            f"the preference is {preference:g}, and it goes from 1 to 2", "see docs/arena-files.md"
        )
    asked, judge = values.told(fields.get("instruction")), values.told(fields.get("annotator"))
    models = (values.model(record, "generator_1"), values.model(record, "generator_2"))
    question = Question(
        id=values.digest(asked) if asked else "",
        text=asked,
        categories=tuple(filter(None, [values.told(fields.get("dataset"))])),
    )
    answers = _answers(fields, question.id, models) if asked else ()
    battle = values.checked(
        record,
        {
            "id": "|".join((question.id or f"{source}/{record.number}", *models, *filter(None, [judge]))),
            "question": question.id,
            "cluster": values.alike(asked) if asked else "",
            "judge": judge,
            "kind": hints.kind,
            "model_a": models[0],
            "model_b": models[1],
            "winner": "tie",
            "categories": question.categories,
            "style": style.style(*answers) if answers else {},
            "notes": values.notes(fields, USED),
        },
    )
    return Made(_parts(battle, preference), question if answers else None, answers)


def _unjudged(record: Record, hints: Hints) -> Made:
    """Of a record whose annotator has failed. Raises: BadFile: that was not allowed for."""
    if not hints.skip:
        raise record.bad(
            "there is no preference", "leave such records out, and have them counted: --skip-unjudged"
        )
    return Made(())


def _answers(fields: Mapping[str, Any], question: str, models: tuple[str, str]) -> tuple[Answer, ...]:
    texts = (fields.get("output_1"), fields.get("output_2"))
    if not all(isinstance(text, str) for text in texts):
        return ()
    return tuple(
        Answer(question=question, model=name, text=str(text))
        for name, text in zip(models, texts, strict=True)
    )


def _parts(battle: Battle, preference: float) -> tuple[Battle, ...]:
    """The battle as it was decided: wholly, evenly, or in two parts."""
    if preference == EVEN:
        return (battle,)
    if preference in (1, 2):
        return (replace(battle, winner="model_a" if preference == 1 else "model_b"),)
    return (
        replace(battle, id=f"{battle.id}|1", winner="model_a", weight=2 - preference),
        replace(battle, id=f"{battle.id}|2", winner="model_b", weight=preference - 1),
    )
