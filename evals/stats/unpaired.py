"""Two groups that share no items: runs of different seeds, strata without pairs."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from evals.stats.clusters import cluster_sums, freedom, variance
from evals.stats.combination import mover
from evals.stats.estimate import NAN, NOTHING, Estimate
from evals.stats.quantiles import t_quantiles, z_quantile


def unpaired_shares(treatment: Estimate, control: Estimate) -> Estimate:
    """The difference of two shares of different items, from each share's own interval, clustered or not.

    Args: treatment, control: as from `share` or `wilson`, of one level.
    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
    """
    return replace(mover([treatment, control], [1.0, -1.0]), method="Newcombe")


def unpaired_means(
    treatment: tuple[ArrayLike, ArrayLike], control: tuple[ArrayLike, ArrayLike], level: float = 0.95
) -> Estimate:
    """The difference of two means of different items.

    Args: treatment, control: (values, clusters) of each group, of shapes (n,); no cluster stands in both.
    Source: Welch (1947), The generalization of Student's problem when several different population variances are
        involved; each variance is that of its clusters, with their degrees of freedom.
    """
    groups = [(np.asarray(values, float), np.asarray(clusters)) for values, clusters in (treatment, control)]
    if not all(len(values) for values, _ in groups):
        return NOTHING
    value = float(groups[0][0].mean() - groups[1][0].mean())
    pulls = [cluster_sums(*group) for group in groups]
    n, count = sum(len(values) for values, _ in groups), sum(map(len, pulls))
    if min(map(len, pulls)) < 2:
        return Estimate(value, NAN, NAN, n, count, "one cluster")
    variances, df = [float(variance(each)) for each in pulls], [float(freedom(each)) for each in pulls]
    total = sum(variances)
    if total == 0:
        return Estimate(value, NAN, NAN, n, count, "no variation")
    joint = total**2 / sum(v**2 / d for v, d in zip(variances, df, strict=True))
    half = float(t_quantiles(joint, level)) * math.sqrt(total)
    return Estimate(value, value - half, value + half, n, count, "Welch, clustered")


def unpaired_odds(treatment: tuple[int, int], control: tuple[int, int], level: float = 0.95) -> Estimate:
    """The odds of yes in one group of independent items over those in another, half an item added to each count.

    Args: treatment, control: (yes, no).
    Source: Woolf (1955), with Gart's (1966) halves; Agresti (1999), On logit confidence intervals for the odds ratio with
        small samples.
    """
    (a, b), (c, d) = treatment, control
    if not (a + b and c + d):
        return NOTHING
    log = math.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
    half = z_quantile(level) * math.sqrt(sum(1 / (count + 0.5) for count in (a, b, c, d)))
    n = a + b + c + d
    return Estimate(math.exp(log), math.exp(log - half), math.exp(log + half), n, n, "Woolf-Gart")
