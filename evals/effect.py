"""Effects: how far a metric lies apart in two groups of rows, on the items that they share or as rates of different ones."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evals import stats
from evals.measure import (
    AnyMetric,
    Codes,
    Items,
    Tally,
    bounds,
    combine,
    is_two_valued,
    measured,
    stretched,
    unit,
)
from evals.stats import Estimate


@dataclass(frozen=True)
class Effect:
    """A difference, treatment minus control.

    Attributes:
        estimate: in the metric's points, with its 95 % interval; n are the items that count in both.
        treatment, control: the metric in each, over the items that the estimate rests on.
        p: two-sided, of no difference: exact McNemar where every item is one yes-or-no, else by sign flips of clusters.
        n01, n10: items that are yes under the treatment alone, and under the control alone; None unless yes-or-no.
        needed: about how many items would decide an effect of this size (80 % power); inf for none.
        lost: as in Items, the greater of the two.
        unit: how to show it: share (as percentage points), points or what is counted.
    """

    estimate: Estimate
    treatment: float
    control: float
    p: float
    n01: int | None
    n10: int | None
    needed: float
    lost: float
    unit: str

    @property
    def se(self) -> float:
        """The standard error by which the interval is as wide as it is."""
        return (self.estimate.high - self.estimate.low) / 2 / stats.z_quantile()


def effect(tally: Tally, name: str, treatment: Codes, control: Codes) -> Effect:
    """How far a metric lies apart in two groups of rows, on the items that they share."""
    weights, metric = tally.parts(name), tally.metrics[name]
    pairs = [_pair(tally.items(part, treatment), tally.items(part, control)) for part in weights]
    found = _gap(tally, weights, pairs, 0.95)
    one, other = _means(metric, weights, pairs)
    changes = [change for change, _, _ in pairs]
    lost = max(change.lost for change in changes)
    if len(pairs) == 1 and (flips := _flips(metric, *pairs[0][:2])):
        n01, n10 = flips
        needed = stats.needed_pairs((n01 - n10) / found.n, (n01 + n10) / found.n)
        return Effect(found, one, other, stats.mcnemar(n01, n10), n01, n10, needed, lost, unit(metric))
    p = stats.sign_flip(_pulls(changes, list(weights.values()))) if found.n else stats.NAN
    made = Effect(found, one, other, p, None, None, stats.NAN, lost, unit(metric))
    return replace(made, needed=stats.needed_items(found.value, made.se, found.n))


def _means(metric: AnyMetric, weights: Mapping[str, float], pairs: Sequence["Pair"]) -> tuple[float, float]:
    """What a metric is in each group, over the items that both have."""
    constant = getattr(metric, "constant", 0.0)
    one, other = (
        constant
        + sum(weight * means[side] for weight, (_, _, means) in zip(weights.values(), pairs, strict=True))
        for side in (0, 1)
    )
    return one, other


def gap(tally: Tally, name: str, treatment: Codes, control: Codes, level: float = 0.95) -> Estimate:
    """The estimate of `effect` alone, with an interval of any level."""
    weights = tally.parts(name)
    pairs = [_pair(tally.items(part, treatment), tally.items(part, control)) for part in weights]
    return _gap(tally, weights, pairs, level)


def unchanged(
    tally: Tally, name: str, treatment: Codes, control: Codes, level: float = 0.95
) -> Estimate | None:
    """`gap` where no item that both have changed, None where any did: every sample then counts as independent.

    Where nothing changed, nothing tells whether changes come in clusters, and `gap` counts clusters alone; of a suite
    with a few fixed templates no number of items would then show that nothing has changed. The arms of one sample are not
    told apart.
    """
    weights = tally.parts(name)
    changes = [_pair(tally.items(part, treatment), tally.items(part, control))[0] for part in weights]
    if any(change.value.any() or not len(change.value) for change in changes):
        return None
    sample = tally.rows.groupby(["seed", "sample"], sort=False, dropna=False).ngroup().to_numpy()
    of_item = dict(zip(tally.item, sample, strict=True))
    parts = []
    for part, change in zip(weights, changes, strict=True):
        low, high = bounds(tally.metrics[part])
        count = len({of_item[item] for item in change.item})
        found = stats.share_difference(np.zeros(count), np.arange(count), level=level)
        parts.append(
            stretched(found, 0.0, high - low)
            if math.isfinite(high - low)
            else replace(found, low=0.0, high=0.0)
        )
    found = combine(parts, changes, weights, 0.0)
    return replace(found, method=f"{found.method}, samples: nothing changed")


def apart(tally: Tally, name: str, treatment: Codes, control: Codes) -> Effect:
    """How far a metric lies apart in two groups of rows that need share no item: nothing is paired; p as in `touching`."""
    (one, lost), (other, there) = (measured(tally, name, rows) for rows in (treatment, control))
    found = _apart(one, other)
    made = Effect(
        found,
        one.value,
        other.value,
        touching(found),
        None,
        None,
        stats.NAN,
        max(lost, there),
        unit(tally.metrics[name]),
    )
    return replace(made, needed=stats.needed_items(found.value, made.se, found.n))


def touching(found: Estimate) -> float:
    """The two-sided p of no difference by a 95 % interval: that of the level at which it would just touch 0.

    The arm of the interval that points to 0 is taken for 1.96 standard errors, so that p < .05 exactly where it excludes 0.
    """
    arm = found.value - found.low if found.value > 0 else found.high - found.value
    if math.isnan(arm) or found.value == 0:
        return stats.NAN if math.isnan(arm) else 1.0
    return math.erfc(abs(found.value) * stats.z_quantile() / arm / math.sqrt(2)) if arm else 0.0


def gap_apart(tally: Tally, name: str, treatment: Codes, control: Codes, level: float = 0.95) -> Estimate:
    """The estimate of `apart` alone, with an interval of any level."""
    return _apart(*(measured(tally, name, rows, level)[0] for rows in (treatment, control)))


def _apart(one: Estimate, other: Estimate) -> Estimate:
    """The difference of two independent estimates; n are the items of the smaller.

    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10; Zou and
        Donner (2008) for any two estimates.
    """
    if not (one.n and other.n):
        return stats.NOTHING
    found = stats.mover([one, other], [1.0, -1.0])
    fewer = min(one, other, key=lambda each: each.n)
    return replace(found, n=fewer.n, clusters=fewer.clusters, method="MOVER, unpaired")


Pair = tuple[Items, stats.Floats, tuple[float, float]]
"""The changes of the items that both have, every value that either has, and the means of both over those items."""


def _gap(tally: Tally, weights: Mapping[str, float], pairs: Sequence[Pair], level: float) -> Estimate:
    parts = [
        _difference(tally.metrics[part], change, values, level)
        for part, (change, values, _) in zip(weights, pairs, strict=True)
    ]
    return combine(parts, [change for change, _, _ in pairs], weights, 0.0)


def _pair(treatment: Items, control: Items) -> Pair:
    """Two groups' items brought together; by every value that either has, shared or not, a metric's kind is judged."""
    both, there, here = np.intersect1d(treatment.item, control.item, assume_unique=True, return_indices=True)
    repeats = min(
        (each.replies / len(each.item) for each in (treatment, control) if len(each.item)), default=1.0
    )
    change = Items(
        item=both,
        cluster=treatment.cluster[there],
        value=treatment.value[there] - control.value[here],
        replies=round(len(both) * repeats),
        lost=max(treatment.lost, control.lost),
    )
    means = [
        float(each.mean()) if len(both) else stats.NAN
        for each in (treatment.value[there], control.value[here])
    ]
    return change, np.concatenate([treatment.value, control.value]), (means[0], means[1])


def _difference(metric: AnyMetric, change: Items, values: stats.Floats, level: float) -> Estimate:
    """The mean change: Tango where only two values are possible, t otherwise; both by clusters."""
    low, high = bounds(metric)
    width = high - low
    if not is_two_valued(metric, values):
        return stats.mean(change.value, change.cluster, (-width, width), level)
    found = stats.share_difference(change.value / width, change.cluster, change.replies, level)
    return stretched(found, 0.0, width)


def _flips(metric: AnyMetric, change: Items, values: stats.Floats) -> tuple[int, int] | None:
    """How many items changed to yes, and to no; None unless each is one yes-or-no that stands alone."""
    low, high = bounds(metric)
    n = len(change.item)
    alone = len(np.unique(change.cluster)) == n == change.replies
    if not n or not alone or not is_two_valued(metric, values):
        return None
    return int((change.value == high - low).sum()), int((change.value == low - high).sum())


def _pulls(changes: Sequence[Items], weights: Sequence[float]) -> stats.Floats:
    """What each cluster contributes to the difference; they add up to it."""
    count = max(int(change.cluster.max(initial=-1)) + 1 for change in changes)
    pulls = np.zeros(count)
    for change, weight in zip(changes, weights, strict=True):
        if len(change.value):
            pulls += np.bincount(change.cluster, weight * change.value / len(change.value), minlength=count)
    return pulls
