"""A behaviour claim as one test: `assert_no_worse("runs/NEW", "baseline.json", margin="5pp")`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from evals import session as sessions
from evals.log import Run, read_run
from evals.plan import Request
from evals.progress import progress
from evals.suite import FIXED_SEED
from evals.verdict.gate import Outcome
from evals.verdict.gated import gate
from evals.verdict.margin import margin as parsed
from evals.verdict.rules import Demand, Rules
from evals.verdict.side import Side, labelled
from evals.verdict.sides import of_run, side
from evals.verdict.text import sentence
from evals.work import work

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
    __tracebackhide__ = True  # pytest then shows the test's own line, and the sentences
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


def asking(  # noqa: PLR0913  what evals run takes
    suite: str,
    model: str = "pocket",
    *,
    size: str | int = "quick",
    seed: int | Literal["fresh"] = FIXED_SEED,
    arms: Sequence[str] = (),
    settings: Mapping[str, object] | None = None,
    repeat: int = 1,
) -> Request:
    """What a test asks, as `evals run` would.

    Args:
        suite: a name or path.
        size: quick, standard or full, or a number of samples.
        settings: options of the suite.
    """
    options = {name: str(value) for name, value in (settings or {}).items()}
    return Request(
        suites=(suite,),
        models=(model,),
        size=size,
        seed=seed,
        arms=tuple(arms),
        options=options,
        repeat=repeat,
    )


def run_suite(request: Request, out: Path) -> Run:
    """Ask what was requested; goes on with a run of the same request that was cut short.

    Args: out: where the run's folder lies.
    Returns: the run, which lacks replies where requests have failed: a test that asserts something of it says so.
    Raises: EvalsError: something named is not there, or cannot be asked. KeyboardInterrupt: it was interrupted.
    """
    session = sessions.begin(request, out)
    with sessions.opened(session) as opened, progress(0, 0, quiet=True) as shown:
        end = work(opened, shown)
    if end.interrupted:
        raise KeyboardInterrupt
    return read_run(session.folder)
