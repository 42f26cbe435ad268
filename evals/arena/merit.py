"""Merit: what a reply is worth by the metrics of its suite, so that a rule can say which of two is better."""

from evals.suite import Suite
from evals.types import ItemMetric, Metric, Reply


def merit(reply: Reply, suite: Suite) -> float | None:
    """From 0 (worst) to 1: the mean over the suite's main metrics that count the reply and say which direction is good.

    Where none of these does, over its other metrics; else the value that the scorer gave; None where there is none of it, or no
    verdict.
    """
    if reply.score is None:
        return None
    for main in (True, False):
        found = [
            points if metric.better == "higher" else 1 - points
            for metric in suite.metrics
            if isinstance(metric, Metric | ItemMetric) and metric.main == main and metric.better
            if (points := _points(reply, metric)) is not None
        ]
        if found:
            return sum(found) / len(found)
    return reply.score.value


def _points(reply: Reply, metric: Metric | ItemMetric) -> float | None:
    """A share that one reply gets of a metric; None where it does not count, or is counted in another unit."""
    if not all(reply.tags.get(tag) in admitted for tag, admitted in metric.where.items()):
        return None
    if isinstance(metric, Metric):
        points = metric.points.get(reply.outcome)
    else:
        points = metric.value([reply.score] if reply.score else []) if metric.unit == "share" else None
    return points if points is not None and 0 <= points <= 1 else None
