"""Habits: what a judge does whatever it is shown: how often its two orders agree, which slot and which length it prefers."""

from collections.abc import Callable, Iterable, Mapping

from evals.arena.battle import BOTH_BAD, Battle
from evals.stats.estimate import NOTHING, Estimate
from evals.stats.proportions import share

Told = Mapping[str, Estimate]
"""Measure -> how often, with its interval; questions of one cluster are not independent."""

MEASURES: Mapping[str, str] = {
    "consistent": "both orders of a pair give the same verdict",
    "first slot": "of the single verdicts for an answer, those for the one shown first; without a habit one half",
    "longer": "of the decided pairs, those that the longer answer has won",
    "tie": "of the pairs, those that neither has won, both bad included",
    "both bad": "of the pairs, those of which both answers are bad",
}


def habits(battles: Iterable[Battle]) -> Told:
    """The habits of one judge, from its battles; NaN where nothing tells, as of the orders of a person, who sees one."""
    own = list(battles)
    return {name: _share(own, measure) for name, measure in _MEASURED.items()}


def _share(battles: list[Battle], measure: Callable[[Battle], Iterable[bool]]) -> Estimate:
    found = [(said, battle.unit) for battle in battles for said in measure(battle)]
    if not found:
        return NOTHING
    values, clusters = zip(*found, strict=True)
    return share([float(value) for value in values], clusters)


def _consistent(battle: Battle) -> Iterable[bool]:
    if "swapped" in battle.notes:
        yield not battle.notes.get("inconsistent", False)


def _first(battle: Battle) -> Iterable[bool]:
    """In both orders where there are two, else in the one that was shown."""
    if "swapped" in battle.notes:
        yield from (
            battle.notes[order] == "first"
            for order in ("shown", "swapped")
            if battle.notes[order] in {"first", "second"}
        )
    elif battle.kind != "rule" and battle.winner in {"model_a", "model_b"}:
        yield battle.winner == "model_a"


def _longer(battle: Battle) -> Iterable[bool]:
    one, other = battle.style.get("tokens", (0.0, 0.0))
    if battle.winner in {"model_a", "model_b"} and one != other:
        yield (battle.winner == "model_a") == (one > other)


def _tie(battle: Battle) -> Iterable[bool]:
    yield battle.winner in {"tie", BOTH_BAD}


def _both_bad(battle: Battle) -> Iterable[bool]:
    yield battle.winner == BOTH_BAD


_MEASURED: Mapping[str, Callable[[Battle], Iterable[bool]]] = {
    "consistent": _consistent,
    "first slot": _first,
    "longer": _longer,
    "tie": _tie,
    "both bad": _both_bad,
}
