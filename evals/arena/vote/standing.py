"""What the board's page is told: who stands where, against whom, by which votes; and of people, for whoever runs it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.arena import journal
from evals.arena.battle import Battle
from evals.arena.board import board
from evals.arena.standings import Component, Settings
from evals.arena.vote import ballots, tally
from evals.arena.vote.desk import Desk
from evals.arena.vote.ledger import Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which board. Attributes: category: "" for all; style: looks set apart; everyone: judges and rules beside people."""

    category: str = ""
    style: bool = False
    everyone: bool = False


def standing(desk: Desk, person: Person, wanted: Wanted) -> dict[str, Any]:
    """The board as JSON. Raises: BadInput: it cannot be made as asked."""
    ledger = desk.ledger
    own = list(ballots.battles(ledger, desk.arena.questions, desk.arena.answers))
    all_of_them = [*journal.read(desk.arena.journal), *own]
    given = all_of_them if wanted.everyone else [each for each in all_of_them if each.kind == "human"]
    categories = sorted({name for battle in given for name in battle.categories})
    if wanted.category:
        given = [battle for battle in given if wanted.category in battle.categories]
    found = board(given, Settings(style=wanted.style and _differ(given)))
    told: dict[str, Any] = {
        "battles": found.battles,
        "notes": list(found.notes),
        "groups": [_group(component) for component in found.components],
        "categories": categories,
        "judges": any(each.kind != "human" for each in all_of_them),
    }
    if person.host:
        questions = {name: question.text for name, question in desk.arena.questions.items()}
        told |= {
            "people": tally.people(ledger, own),
            "suspects": tally.suspects(own),
            "agreement": tally.agreement(all_of_them),
            "conflicts": tally.conflicts(own, questions),
        }
    return told


def _differ(battles: list[Battle]) -> bool:
    """Whether there is a look to set apart."""
    return any(a != b for battle in battles for a, b in battle.style.values())


def _group(component: Component) -> dict[str, Any]:
    names = ("model", "rating", "low", "high", "rank_low", "rank_high", "finite", "battles", "win_rate")
    return {
        "standings": [{name: getattr(each, name) for name in names} for each in component.standings],
        "share": _cells(component.matrix.share),
        "met": _cells(component.matrix.battles),
    }


def _cells(values: "np.typing.NDArray[np.float64]") -> list[list[float | None]]:
    """A matrix as JSON has it, without NaN."""
    return [[None if np.isnan(cell) else round(float(cell), 4) for cell in row] for row in values]
