"""Suites of other tools: what reports need of a task that was asked and judged elsewhere, as data that a run can hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from evals.errors import Unsupported
from evals.scored import Scored
from evals.suite import Suite
from evals.types import Arm


@dataclass(frozen=True)
class Imported:
    """A task as another tool ran it.

    Attributes:
        tool: its name and version ("lm-eval 0.4.13").
        version: the task's, with the tool's name: verdicts of two tools are not compared.
        scored: the scores; the first is the headline.
        arms: by what names it asked.
    """

    tool: str
    version: str
    scored: tuple[Scored, ...]
    arms: tuple[str, ...]

    def said(self, name: str) -> str:
        """Whose verdicts these are, in a sentence."""
        return f"{name} was asked and judged by {self.tool}"

    def suite(self, name: str) -> Suite:
        """A suite for reports: it has metrics and arms, and can be neither asked nor judged."""
        return Suite(
            name=name,
            version=self.version,
            about=self.said(name),
            samples=self._refuse,
            arms=tuple(Arm(arm, "") for arm in self.arms),
            score=self._refuse,
            metrics=tuple(each.metric(self.tool) for each in self.scored),
        )

    def _refuse(self, *_: Any) -> NoReturn:
        raise Unsupported(f"what {self.tool} asked cannot be asked or judged here", "it can be reported")


def together(found: Iterable[Mapping[str, Imported]]) -> dict[str, Imported]:
    """What is known of each task from all runs of it: the scores and arms of any of them."""
    known: dict[str, Imported] = {}
    for name, made in (pair for each in found for pair in each.items()):
        before = known.get(name, made)
        scored = {each.name: each for each in (*made.scored, *before.scored)}
        arms = tuple(dict.fromkeys((*before.arms, *made.arms)))
        in_order = dict.fromkeys(each.name for each in (*before.scored, *made.scored))
        known[name] = replace(before, scored=tuple(scored[each] for each in in_order), arms=arms)
    return known
