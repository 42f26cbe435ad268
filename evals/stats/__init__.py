"""Statistics of shares and means: intervals, differences, tests, corrections, verdicts, and how many items decide.

Throughout: an *item* is one thing asked, its value the mean over its repeats; a *cluster* is what is statistically
one unit (a name, a word, a template). Items of one cluster are not independent, so every standard error is that of
cluster sums. Levels are two-sided, .95 unless told otherwise. What cannot be known is NaN, never 0.

`docs/statistics.md` says where each is used, against what it was checked, and how well the intervals hold.
"""

from evals.stats.agreement import cohen_kappa, krippendorff_alpha
from evals.stats.anytime import anytime_mean
from evals.stats.changes import Change, Point, Track, changes, shared, step, track
from evals.stats.clusters import (
    cluster_se,
    cluster_sums,
    correlation,
    correlations,
    design_effect,
    freedom,
    joined,
    variance,
)
from evals.stats.combination import mover, movers
from evals.stats.correction import benjamini_hochberg, holm
from evals.stats.estimate import NAN, NOTHING, Estimate, Floats
from evals.stats.looks import look_level, spent
from evals.stats.means import mean, means
from evals.stats.order import quantile
from evals.stats.paired import (
    bonett_price,
    mcnemar,
    paired_odds,
    share_difference,
    share_differences,
    tango,
)
from evals.stats.permutation import shuffle, sign_flip
from evals.stats.planning import (
    inflation,
    needed_equivalent,
    needed_items,
    needed_non_inferior,
    needed_pairs,
    needed_unpaired,
    power_equivalent,
    power_non_inferior,
    power_pairs,
)
from evals.stats.proportions import clopper_pearson, jeffreys, share, shares, wilson
from evals.stats.quantiles import beta_quantile, incomplete_beta, t_quantile, z_quantile
from evals.stats.raters import rogan_gladen
from evals.stats.regression import slope
from evals.stats.resampling import bootstrap, resample
from evals.stats.unpaired import unpaired_means, unpaired_odds, unpaired_shares
from evals.stats.verdicts import compared, non_inferior, tost

__all__ = [
    "NAN",
    "NOTHING",
    "Change",
    "Estimate",
    "Floats",
    "Point",
    "Track",
    "anytime_mean",
    "benjamini_hochberg",
    "beta_quantile",
    "bonett_price",
    "bootstrap",
    "changes",
    "clopper_pearson",
    "cluster_se",
    "cluster_sums",
    "cohen_kappa",
    "compared",
    "correlation",
    "correlations",
    "design_effect",
    "freedom",
    "holm",
    "incomplete_beta",
    "inflation",
    "jeffreys",
    "joined",
    "krippendorff_alpha",
    "look_level",
    "mcnemar",
    "mean",
    "means",
    "mover",
    "movers",
    "needed_equivalent",
    "needed_items",
    "needed_non_inferior",
    "needed_pairs",
    "needed_unpaired",
    "non_inferior",
    "paired_odds",
    "power_equivalent",
    "power_non_inferior",
    "power_pairs",
    "quantile",
    "resample",
    "rogan_gladen",
    "share",
    "share_difference",
    "share_differences",
    "shared",
    "shares",
    "shuffle",
    "sign_flip",
    "slope",
    "spent",
    "step",
    "t_quantile",
    "tango",
    "tost",
    "track",
    "unpaired_means",
    "unpaired_odds",
    "unpaired_shares",
    "variance",
    "wilson",
    "z_quantile",
]
