"""Measuring what a gate demands: each metric's margin, floor and ceiling, on a candidate and its baseline."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from evals import stats
from evals.effect import apart, effect, gap, gap_apart, unchanged
from evals.errors import BadInput, NotFound
from evals.measure import AnyMetric, Codes, Tally, measured, unit
from evals.stats import Estimate
from evals.suite import Suite
from evals.verdict.counting import COUNTED, counting, headlines, parts
from evals.verdict.gate import Finding, Kind, Outcome, decide, turned
from evals.verdict.margin import fitted
from evals.verdict.rules import Demand, Rules
from evals.verdict.shared import Shared, share
from evals.verdict.side import Side


@dataclass(frozen=True)
class Looks:
    """The looks of a gate that may ask for more items while it is undecided.

    Attributes:
        sizes: suite -> samples at each look that is planned; one look where it is not named.
        alike: whether candidate and baseline grow by the same items, so that their difference gains by every look what
            the items say; else nothing is taken for granted of how the looks depend on each other.
        unpaired: suites whose rates are compared unpaired.
    """

    sizes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    alike: bool = True
    unpaired: frozenset[str] = frozenset()

    def level(self, suite: str, level: float) -> float:
        """The level of an interval at each look, so that those at all looks hold together."""
        sizes = self.sizes.get(suite, ())
        if len(sizes) < 2:
            return level
        return stats.look_level(sizes, level) if self.alike else stats.spent(level, len(sizes))


ONCE = Looks()
"""One look, at the items that there are."""


def gate(candidate: Side, baseline: Side | None, rules: Rules, looks: Looks = ONCE) -> Outcome:
    """A candidate held against a baseline; against floors and ceilings alone where there is none.

    Raises: NotFound: a rule of an unknown metric. BadInput: a rule that does not fit its metric, two versions of a suite,
        or nothing to hold it against.
    """
    found = share(baseline, candidate, paired=None, unpaired=looks.unpaired) if baseline else ()
    shared = {each.suite.name: each for each in found}
    _check_names(rules, candidate, baseline)
    wanted = [
        demand
        for name, suite in candidate.suites.items()
        for demand in _wanted(name, suite, shared.get(name), rules)
    ]
    if not wanted:
        raise BadInput(
            "nothing is demanded of the run", "name --baseline, or floors and ceilings in evals.toml"
        )
    findings = [_finding(demand, candidate, _levels(demand, rules, len(wanted), looks)) for demand in wanted]
    return Outcome(
        decide(findings, rules),
        tuple(_incomplete(candidate, baseline, rules)),
        tuple(sentence for each in shared.values() for sentence in each.said),
    )


Levels = tuple[float, float]
"""Of the interval that passes, and of the stricter one that calls a regression."""


class _Wanted(NamedTuple):
    suite: str
    metric: AnyMetric
    kind: Kind
    bound: float
    shared: Shared | None = None


def _levels(wanted: _Wanted, rules: Rules, decisions: int, looks: Looks) -> Levels:
    return looks.level(wanted.suite, 0.95), looks.level(wanted.suite, rules.level(decisions))


def _check_names(rules: Rules, *sides: Side | None) -> None:
    """Raises: NotFound: a rule names a metric that no suite has; of suites that were not asked nothing is known."""
    suites = [suite for side in sides if side for suite in side.suites.values()]
    known = {f"{suite.name}.{metric.name}" for suite in suites for metric in suite.metrics}
    for name in rules.metrics:
        if name not in known and any(name.startswith(f"{suite.name}.") for suite in suites):
            raise NotFound.among("metric", name, known)


def _wanted(name: str, suite: Suite, shared: Shared | None, rules: Rules) -> Iterator[_Wanted]:
    """What is demanded of one suite: of the metrics that the rules name, else of its headlines that have a good direction."""
    metrics = {metric.name: metric for metric in (shared.suite if shared else suite).metrics}
    named = [each for each in metrics if f"{name}.{each}" in rules.metrics]
    default = (
        [each for each in headlines(suite) if each in metrics and metrics[each].better]
        if suite.metrics
        else []
    )
    judged: dict[str, None] = {}
    for each in named or default:
        demand = rules.metrics.get(f"{name}.{each}", Demand())
        metric = metrics[each]
        for kind, bound in (("floor", demand.floor), ("ceiling", demand.ceiling)):
            if bound is not None:
                yield _Wanted(name, metric, kind, bound)  # type: ignore[arg-type]
        if shared and (bound := _margin(f"{name}.{each}", each, metrics, demand, rules)) is not None:
            yield _Wanted(name, metric, "margin", bound, shared)
            judged |= dict.fromkeys(parts(metric))
    if shared and judged:
        yield _Wanted(name, COUNTED, "margin", rules.counted or rules.margin, counting(shared, judged))


def _margin(
    full: str, name: str, metrics: Mapping[str, AnyMetric], demand: Demand, rules: Rules
) -> float | None:
    """The margin of a metric; None where only limits are demanded of one that no margin fits."""
    if metrics[name].better is None:
        if demand.margin is not None:
            raise BadInput(
                f"{full} has a margin, and neither direction of it is better", "give it a floor or a ceiling"
            )
        return None
    if demand.margin is not None:
        return demand.margin
    if not math.isnan(size := fitted(rules.margin, name, metrics)):
        return size
    if demand.floor is not None or demand.ceiling is not None:
        return None
    counted = unit(metrics[name])
    raise BadInput(
        f"{full} counts {counted}, which a margin in percentage points does not fit",
        f'name its own: [gate.metrics."{full}"], margin = 0.5',
    )


def _finding(wanted: _Wanted, candidate: Side, levels: Levels) -> Finding:
    if wanted.shared:
        found = _of_margin(wanted.metric, wanted.shared, levels)
    else:
        found = _of_limit(wanted, candidate, levels)
    metric = wanted.metric
    return Finding(
        suite=wanted.suite,
        metric=metric.name,
        title=metric.title,
        unit=unit(metric),
        better=metric.better,
        kind=wanted.kind,
        bound=wanted.bound,
        about_counts=wanted.metric is COUNTED,
        **found,
    )


def _of_margin(metric: AnyMetric, shared: Shared, levels: Levels) -> dict[str, Any]:
    """How much better the candidate is than its baseline."""
    tally = shared.tally()
    mine, others = (
        np.flatnonzero((tally.rows["model"] == label).to_numpy())
        for label in (shared.candidate, shared.baseline)
    )
    found = (effect if shared.paired else apart)(tally, metric.name, mine, others)
    usual, strict = (_change(tally, metric, (mine, others), each, paired=shared.paired) for each in levels)
    return {
        "value": found.treatment,
        "baseline": found.control,
        "usual": usual,
        "strict": strict,
        "paired": shared.paired,
        "lost": measured(tally, metric.name, mine)[1],
    }


def _change(
    tally: Tally, metric: AnyMetric, rows: tuple[Codes, Codes], level: float, *, paired: bool
) -> Estimate:
    """A difference in the direction in which more is better."""
    if paired:
        found = unchanged(tally, metric.name, *rows, level) or gap(tally, metric.name, *rows, level)
    else:
        found = gap_apart(tally, metric.name, *rows, level)
    return turned(found) if metric.better == "lower" else found


def _of_limit(wanted: _Wanted, candidate: Side, levels: Levels) -> dict[str, Any]:
    """The candidate's own value, on all its items."""
    rows = candidate.rows[candidate.rows["suite"] == wanted.suite]
    tally = Tally(rows, candidate.suites[wanted.suite])
    (usual, lost), (strict, _) = (
        measured(tally, wanted.metric.name, np.arange(len(rows)), each) for each in levels
    )
    return {
        "value": usual.value,
        "baseline": math.nan,
        "usual": usual,
        "strict": strict,
        "paired": False,
        "lost": lost,
    }


def _incomplete(candidate: Side, baseline: Side | None, rules: Rules) -> Iterator[str]:
    """Why the candidate cannot pass, whatever was found."""
    if candidate.missing:
        yield f"the run is unfinished: {candidate.missing:,} replies are missing or failed"
    asked: Sequence[str] = list(candidate.suites)
    wanted = [
        *(baseline.suites if baseline else ()),
        *(_suite_of(name, candidate, baseline) for name in rules.metrics),
    ]
    for name in dict.fromkeys(wanted):
        if name not in asked:
            yield f"{name} was not asked, and is gated"


def _suite_of(name: str, *sides: Side | None) -> str:
    """The suite in "suite.metric", of those that are known; else what stands before the first dot."""
    known = [suite for side in sides if side for suite in side.suites if name.startswith(f"{suite}.")]
    return max(known, key=len, default=name.partition(".")[0])
