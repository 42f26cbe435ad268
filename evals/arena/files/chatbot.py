"""Chatbot Arena's battles, and plain columns: model_a, model_b, winner, and whatever else a record says.

Source: the published sets chatbot_arena_conversations, mt_bench_human_judgments and arena-human-preference-140k, and the
columns that FastChat's and arena-rank's code reads.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from evals.arena import style
from evals.arena.answers import Answer, Question
from evals.arena.battle import Battle, Pair
from evals.arena.files import columns, values
from evals.arena.files.records import Record
from evals.arena.files.shapes import Hints, Made
from evals.arena.files.talk import Talk, talk

USED = frozenset(
    {
        *("id", "question_id", "model_a", "model_b", "winner", "judge", "weight", "tstamp", "timestamp"),
        *("conversation_a", "conversation_b", "full_conversation", "evals"),
    }
)
"""The fields that become something else than notes."""

OURS = frozenset({"id", "cluster", "kind", "weight", "categories", "style", "notes", "at"})
"""What an export of ours keeps under `evals`, for Chatbot Arena's shape has no place for it; and `shared`, see `talk`."""


def made(record: Record, hints: Hints, source: str) -> Made:
    """A record's battle, and its words. Args: source: a name for the file's content. Raises: BadFile: it is no battle."""
    record = columns.usual(record) if columns.WON.keys() <= record.fields.keys() else record
    ours = _ours(record)
    words = _words(record, ours)
    models = (values.model(record, "model_a"), values.model(record, "model_b"))
    said = {
        "judge": values.told(record.fields.get("judge")),
        "model_a": models[0],
        "model_b": models[1],
        "winner": values.winner(record, hints.labels),
    }
    if ours:
        more = {name: ours[name] for name in OURS & ours.keys()}
        more["question"] = values.told(record.fields.get("question_id"))
    else:
        more = _more(record, words, models, source) | {"kind": hints.kind}
    battle = values.checked(record, said | more)
    return _with_words(battle, words) if words and battle.question else Made((battle,))


def _ours(record: Record) -> Mapping[str, Any]:
    """What an export of ours kept of it; nothing in a file of others."""
    found = record.fields.get("evals")
    if found is not None and not (
        isinstance(found, dict) and found.keys() <= OURS | {"shared"} and "id" in found
    ):
        raise record.bad("what stands under evals is not what evals writes there", "delete that field")
    return found or {}


def _words(record: Record, ours: Mapping[str, Any]) -> Talk | None:
    a, b = record.fields.get("conversation_a"), record.fields.get("conversation_b")
    return talk(a, b, _turns(record.fields.get("turn")), shared=ours.get("shared"))


def _with_words(battle: Battle, words: Talk) -> Made:
    question = Question(
        id=battle.question,
        text=words.text,
        before=words.before,
        categories=battle.categories,
        cluster=battle.cluster,
    )
    answers = (
        Answer(question=question.id, model=battle.model_a, text=words.a),
        Answer(question=question.id, model=battle.model_b, text=words.b),
    )
    return Made((battle,), question, answers)


def _more(record: Record, words: Talk | None, models: tuple[str, str], source: str) -> dict[str, Any]:
    """What a file of others says besides who met, who judged and who won."""
    fields = record.fields
    name = _id(record, models, source)
    return {
        "id": name,
        "question": _question(record, name, words),
        "cluster": values.alike(words.asked) if words else "",
        "weight": 1.0 if (weight := fields.get("weight")) is None else weight,
        "categories": tuple(_categories(fields)),
        "style": _style(record, words),
        "notes": values.notes(fields, USED),
        "at": values.moment(record, "tstamp") or values.moment(record, "timestamp"),
    }


def _turns(value: Any) -> int | None:
    """How many of the user's turns were judged, where the record says."""
    try:
        return int(value) or None
    except (TypeError, ValueError):
        return None


def _id(record: Record, models: tuple[str, str], source: str) -> str:
    """The record's own id; else all that tells votes apart; else its place in this very file."""
    fields = record.fields
    if (own := values.told(fields.get("id"))) != "":
        return own
    if (question := values.told(fields.get("question_id"))) == "":
        return f"{source}/{record.number}"
    parts = (fields.get("judge"), fields.get("turn"), fields.get("tstamp"))
    return "|".join((question, *models, *filter(None, map(values.told, parts))))


def _question(record: Record, name: str, words: Talk | None) -> str:
    """What was asked: by the record's own id of it, and the turn where it is not the first; else a question of its own."""
    question = values.told(record.fields.get("question_id"))
    if question == "":
        return name if words else ""
    if words is None or words.turns == 1:
        return question
    # The same words after other replies are another question.
    return f"{question}/{words.turns}" + (values.digest(repr(words.before)) if words.shared else "")


def _categories(fields: Mapping[str, Any]) -> Iterator[str]:
    """Language, and the tags by which the Arena's own category boards are made."""
    if isinstance(language := fields.get("language"), str):
        yield language
    if fields.get("is_code") is True:
        yield "code"
    tags = fields.get("category_tag")
    for group in tags.values() if isinstance(tags, dict) else ():
        if isinstance(group, dict):
            yield from (str(name) for name, held in group.items() if held is True)


def _style(record: Record, words: Talk | None) -> dict[str, Pair]:
    """What the Arena counted of the answers, where it says; else what is counted in their words."""
    told = record.fields.get("conv_metadata")
    if isinstance(told, dict) and isinstance(told.get("header_count_a"), dict):
        sides = {side: _counted(record, told, side) for side in "ab"}
        return {name: (sides["a"][name], sides["b"][name]) for name in style.FEATURES}
    if words is None:
        return {}
    one, other = style.counted(words.a), style.counted(words.b)
    return {name: (one[name], other[name]) for name in style.FEATURES}


def _counted(record: Record, told: Mapping[str, Any], side: str) -> dict[str, float]:
    """The Arena's counts of one side: headings by level, list items and bold parts by mark, in all."""
    counts = {"tokens": values.number(record, "tokens", told.get(f"sum_assistant_{side}_tokens"))}
    for feature, name in (("headers", "header"), ("lists", "list"), ("bold", "bold")):
        parts = told.get(f"{name}_count_{side}")
        if not isinstance(parts, dict):
            raise record.bad(
                f"conv_metadata has no {name}_count_{side}", "delete conv_metadata: it is counted anew"
            )
        counts[feature] = sum(
            values.number(record, feature, part) for part in parts.values() if part is not None
        )
    return counts
