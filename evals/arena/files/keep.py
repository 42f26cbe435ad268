"""Keeping: what files hold, in an arena: all of it or nothing."""

from dataclasses import replace
from pathlib import Path

from evals.arena import folder, journal
from evals.arena.battle import Battle
from evals.arena.files.shapes import Found
from evals.arena.folder import Arena
from evals.arena.style import style
from evals.errors import BadInput


def keep(found: Found, out: Path) -> Arena:
    """Put battles, questions and answers into an arena, which is made where there is none.

    Raises: BadInput: a battle is there already, a model has answered a question otherwise before, or it cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written: {error.strerror}", "name another folder with --out"
        ) from None
    with journal.Writer(out / "battles.jsonl") as writer:
        there = journal.ids(out / "battles.jsonl")
        twice = next((battle.id for battle in found.battles if battle.id in there), None)
        if twice is not None:
            raise BadInput(
                f"{out} holds the battle {twice!r} already",
                "was the file imported before? import it into another arena with --out",
            )
        _same_questions(found, out)
        arena = folder.add(out, found.questions, found.answers)
        writer.append(_styled(battle, arena) for battle in found.battles)
    return arena


def _styled(battle: Battle, arena: Arena) -> Battle:
    """The battle with what its answers look like, where the file does not say it and the arena has them."""
    a, b = (arena.answers.get((battle.question, name)) for name in (battle.model_a, battle.model_b))
    return replace(battle, style=style(a, b)) if a and b and not battle.style else battle


def _same_questions(found: Found, out: Path) -> None:
    """Raises: BadInput: one id, and other words than the arena has for it."""
    if not (out / "questions.jsonl").is_file():
        return
    there = folder.read(out).questions
    for question in found.questions:
        before = there.get(question.id, question)
        if (before.text, before.before) != (question.text, question.before):
            raise BadInput(
                f"{out} has asked {question.id!r} in other words",
                "import the file into another arena with --out",
            )
