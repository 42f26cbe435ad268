"""Trust: whether the judges of an arena have been shown not to be fooled, by the canaries among their pairs."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.arena import journal
from evals.arena.battle import Battle
from evals.arena.folder import CANARIES
from evals.arena.judging.canaries import ENOUGH, KINDS, Kind
from evals.stats.estimate import Estimate
from evals.stats.proportions import wilson

LIMIT = 0.1
"""A judge is trusted where every kind's interval stays below this rate."""

State = Literal["sound", "unproven", "fooled"]
"""Of a kind or a judge: its interval stays below the limit; reaches it for want of canaries; reaches it with a win."""

DECIDED = ("first", "second")


@dataclass(frozen=True)
class Trial:
    """How one judge met one kind of canary.

    Attributes:
        wins: how many canaries won, in both orders; of an answer against itself, how often it said that one is better.
        rate: the share of the wins, with Wilson's interval.
    """

    judge: str
    kind: Kind
    wins: int
    rate: Estimate

    @property
    def n(self) -> int:
        """How many canaries it has judged."""
        return self.rate.n

    @property
    def state(self) -> State:
        """See State."""
        if self.n and self.rate.high < LIMIT:
            return "sound"
        return "fooled" if self.wins else "unproven"


@dataclass(frozen=True)
class Trust:
    """What is known of all model judges of an arena.

    Attributes: trials: of every judge and kind, in order.
    """

    trials: tuple[Trial, ...]

    @property
    def state(self) -> State:
        """The worst of all trials; "sound" where no model has judged."""
        states = {trial.state for trial in self.trials}
        return "fooled" if "fooled" in states else "unproven" if "unproven" in states else "sound"

    def of(self, judge: str) -> "Trust":
        """What is known of one judge."""
        return Trust(tuple(trial for trial in self.trials if trial.judge == judge))

    def sentences(self) -> list[str]:
        """What a board must say of it; nothing where all is sound."""
        return [*self._of("fooled"), *self._of("unproven")]

    def _of(self, state: State) -> list[str]:
        judges: dict[str, list[Trial]] = {}
        for trial in self.trials:
            if trial.state == state:
                judges.setdefault(trial.judge, []).append(trial)
        say = _fooled if state == "fooled" else _unproven
        return [say(judge, trials) for judge, trials in judges.items()]


def _fooled(judge: str, trials: list[Trial]) -> str:
    told = ", ".join(f"{trial.kind} {trial.wins} of {trial.n}" for trial in trials)
    return f"untrusted: canaries fooled {judge} ({told})"


def _unproven(judge: str, trials: list[Trial]) -> str:
    fewest = min(trial.n for trial in trials)
    asked = f"only {fewest} canaries of a kind were judged" if fewest else "no canaries were judged"
    return f"unproven: {asked} by {judge}; {ENOUGH} of each without a win would show that it is not fooled"


def trust(arena: Path, judges: Iterable[str] = ()) -> Trust:
    """How judges met the canaries of an arena's folder.

    Args: judges: who must have met some, beside those who have: the model judges on whom a board rests, see `judges`.
    Raises: BadFile: a damaged log.
    """
    met = journal.read(arena / CANARIES)
    named = dict.fromkeys([*judges, *(each.judge for each in met)])
    return Trust(tuple(_trial(judge, kind, met) for judge in named for kind in KINDS))


def asked(arena: Path) -> list[str]:
    """The models that were asked to judge in an arena's folder, whatever came of it."""
    runs = sorted(arena.glob("judging/*/runs/*/run.json"))
    return [str(judge) for run in runs for judge in json.loads(run.read_bytes())["request"]["models"]]


def judges(battles: Iterable[Battle]) -> list[str]:
    """The models among those who have judged."""
    return list(dict.fromkeys(each.judge for each in battles if each.kind == "model"))


def _trial(judge: str, kind: Kind, met: Iterable[Battle]) -> Trial:
    own = [each for each in met if each.judge == judge and each.notes.get("canary") == kind]
    wins = sum(_won(each) for each in own)
    return Trial(judge, kind, wins, wilson(wins, len(own)))


def _won(battle: Battle) -> bool:
    """Whether a canary has got what it must not get."""
    if battle.notes.get("canary") == "self":
        return battle.notes.get("shown") in DECIDED or battle.notes.get("swapped") in DECIDED
    return battle.winner == "model_b"
