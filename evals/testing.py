"""A behaviour claim as one test: `assert_no_worse("runs/NEW", "baseline.json", margin="5pp")`."""

from collections.abc import Mapping
from pathlib import Path

from evals.gate import Outcome
from evals.gated import gate
from evals.log import Run
from evals.margin import margin as parsed
from evals.rules import Demand, Rules
from evals.side import Side, labelled
from evals.sides import of_run, side
from evals.verdicts import sentence

Named = str | Path | Run
"""A run folder, `RUN#MODEL`, a baseline's file, or a run that was read."""


def assert_no_worse(
    run: Named,
    baseline: Named,
    *,
    margin: str | float = "5pp",
    metrics: Mapping[str, str | float] | None = None,
    allow_undecided: bool = False,
) -> Outcome:
    """Assert that a run is no worse than a baseline by more than a margin, as `evals gate` finds it.

    Args:
        margin: of shares and indexes of shares: "5pp".
        metrics: "suite.metric" -> its own margin: only these are looked at; the suites' headlines if none is given.
        allow_undecided: whether items that do not decide are good enough; a run that is unfinished never is.
    Returns: what was found, for further assertions.
    Raises: AssertionError: it is worse, or that is undecided, in sentences. EvalsError: something named is not there, or
        does not go together.
    """
    demands = {
        name: Demand(margin=parsed(size, f"margin of {name}")) for name, size in (metrics or {}).items()
    }
    there = _side(baseline)
    before, after = labelled([there, _side(run, there.model)])
    outcome = gate(after, before, Rules(margin=parsed(margin, "margin"), metrics=demands))
    if outcome.status("pass" if allow_undecided else None):
        wanting = [sentence(each) for each in outcome.verdicts if each.word != "pass"]
        raise AssertionError(
            "\n".join((f"{after.label} against {before.label}", *wanting, *outcome.incomplete))
        )
    return outcome


def _side(named: Named, like: str = "") -> Side:
    return of_run(named) if isinstance(named, Run) else side(str(named), like)
