"""What counts: the metrics that a suite is about, and how many replies count for them at all."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from evals.measure import LOST, AnyMetric
from evals.suite import Suite
from evals.types import Index, Metric
from evals.verdict.shared import Shared

COUNTED = Metric("counted", "replies that count", {"counts": 1.0, "does not": 0.0}, better="higher")


def counting(shared: Shared, names: Iterable[str]) -> Shared:
    """The replies that these metrics are about, each with the outcome that it counts for one of them or does not.

    Who falls silent leaves the denominators of rates, and not this one.
    """
    tally = shared.tally()
    about, counts = (np.zeros(len(tally.rows), bool) for _ in range(2))
    judged = ~tally.rows["outcome"].isin(LOST).to_numpy()
    for name in names:
        points, fits = tally.pointed(name)
        about |= fits
        counts |= fits & (~np.isnan(points) if isinstance(tally.metrics[name], Metric) else judged)
    rows = tally.rows.assign(outcome=np.where(counts, "counts", "does not"))[about]
    return replace(shared, rows=rows, suite=replace(shared.suite, metrics=(COUNTED,)))


def headlines(suite: Suite) -> list[str]:
    """The metrics that a suite is about: the first, and the indexes."""
    return [each.name for each in suite.metrics if isinstance(each, Index) or each is suite.metrics[0]]


def parts(metric: AnyMetric) -> list[str]:
    """The metrics with values of items that one is made of; itself, unless it is an index."""
    return list(metric.weights) if isinstance(metric, Index) else [metric.name]


def judged(suite: Suite) -> list[str]:
    """The metrics with values of items that a suite's headlines are, or are made of."""
    known = {metric.name: metric for metric in suite.metrics}
    return list(dict.fromkeys(part for name in headlines(suite) for part in parts(known[name])))
