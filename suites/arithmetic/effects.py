"""Effects: what working before the answer changes, by advice and by what was really done, and what it costs.

All functions are pure. `both` pairs the two arms on the same items; an item's value is the mean over its repeats, and
templates are the clusters. Items whose reply was not judged right or wrong (truncated, unparsed, refused, hidden
reasoning) leave an effect on accuracy; every reply counts for what it cost.

    as advised (ITT)       acc(S) - acc(F), whatever the replies did
    per protocol           the same on items where both replies did as advised
    complier effect        ITT / (worked(S) - worked(F)); worked = working, visible or hidden, stands before the answer
    right per 1,000        1000 x right / output tokens, of one arm
    tokens per extra right (tokens(S) - tokens(F)) / (right(S) - right(F)); undefined where the divisor's interval
                           holds 0
    repair, spoil          of first answers that were wrong (right), the share whose last answer is right (wrong)

Source: Angrist, Imbens and Rubin (1996), Identification of causal effects using instrumental variables.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evals import logistic, stats, words
from evals.stats import NAN, Estimate, Floats

from .arms import CHECKED, FIRST, STEPS

ITEM = ["seed", "sample", "cluster"]


@dataclass(frozen=True)
class Arm:
    """What one arm did on n items; NaN where an item does not count. All of shape (n,), 0 to 1 but for tokens.

    Attributes:
        judged: right among right and wrong.
        right: right among all replies, whatever became of the others.
        worked: working stands before the answer. complied: the reply did as advised.
        tokens: of the output.
    """

    judged: Floats
    right: Floats
    worked: Floats
    complied: Floats
    tokens: Floats


@dataclass(frozen=True)
class Both:
    """Two arms on the same n items; cluster: shape (n,)."""

    cluster: Floats
    treatment: Arm
    control: Arm


def both(rows: pd.DataFrame, treatment: str = STEPS, control: str = FIRST) -> Both:
    """The items of one model's rows that both arms have. Rows: as `evals.frame`, with the notes of this suite's scorer."""
    found = [_items(rows[rows["arm"] == name]) for name in (treatment, control)]
    items = found[0].index.intersection(found[1].index)
    cluster = pd.factorize(items.get_level_values("cluster"))[0].astype(float)
    sides = [Arm(*(side.loc[items][name].to_numpy(float) for name in side)) for side in found]
    return Both(cluster, *sides)


def _items(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an item: the means over its repeats of what `Arm` holds."""
    outcome, nan = rows["outcome"], pd.Series(NAN, index=rows.index)
    values = {
        "judged": outcome.map({"right": 1.0, "wrong": 0.0}),
        "right": (outcome == "right").astype(float),
        "worked": rows.get("note_worked", nan).astype("Float64"),
        "complied": rows.get("note_complied", nan).astype("Float64"),
        "tokens": rows["tokens_out"].astype("Float64"),
    }
    table = pd.DataFrame(values).astype("Float64").astype(float)
    return table.groupby([rows[name] for name in ITEM], sort=False).mean()


# Effects


def as_advised(pair: Both) -> Estimate:
    """ITT: what the advice to work first changes in accuracy, whether it is followed or not."""
    return _difference(pair, np.ones(len(pair.cluster), bool))


def per_protocol(pair: Both) -> Estimate:
    """The same on the items where both replies did as advised; these may be easier than the others."""
    return _difference(pair, (pair.treatment.complied == 1) & (pair.control.complied == 1))


def _difference(pair: Both, where: NDArray[np.bool_]) -> Estimate:
    change = pair.treatment.judged - pair.control.judged
    counts = where & ~np.isnan(change)
    return stats.share_difference(change[counts], pair.cluster[counts])


def complier(pair: Both) -> Estimate:
    """What working first changes where the advice decides whether it is done: ITT / (worked(S) - worked(F)).

    Undefined (NaN, the method says so) where the interval of the divisor holds 0: advice that changes nothing in what
    models do cannot show what doing it changes.
    """
    parts = [pair.treatment.judged, pair.control.judged, pair.treatment.worked, pair.control.worked]
    return _ratio(np.stack(parts, axis=1), pair.cluster)


def extra_tokens(pair: Both) -> Estimate:
    """Output tokens spent on each further right answer that working first brings; undefined as in `complier`."""
    parts = [pair.treatment.tokens, pair.control.tokens, pair.treatment.right, pair.control.right]
    return _ratio(np.stack(parts, axis=1), pair.cluster)


def _ratio(values: Floats, clusters: Floats) -> Estimate:
    """The difference of the first two means over that of the last two, on the items that have all four."""
    whole = ~np.isnan(values).any(axis=1)
    x, labels = values[whole], clusters[whole]
    if not len(x):
        return stats.NOTHING
    below = stats.bootstrap(x, labels, lambda means: means[:, 2] - means[:, 3])
    if not below.decided:
        return Estimate(NAN, NAN, NAN, len(x), below.clusters, "undefined: the divisor may be 0")
    return stats.bootstrap(x, labels, _quotient)


def _quotient(means: Floats) -> Floats:
    """Of each resample, shape (b, 4); infinite in the few in which the divisor is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((means[:, 0] - means[:, 1]) / (means[:, 2] - means[:, 3]), float)


def per_thousand(right: ArrayLike, tokens: ArrayLike, clusters: ArrayLike) -> Estimate:
    """Right answers for every 1,000 output tokens: 1000 x sum of right / sum of tokens. Args: shape (n,) each."""
    x = np.stack([np.asarray(right, float), np.asarray(tokens, float)], axis=1)
    whole = ~np.isnan(x).any(axis=1)
    if not x[whole, 1].sum():
        return stats.NOTHING
    return stats.bootstrap(
        x[whole], np.asarray(clusters)[whole], lambda means: 1000 * means[:, 0] / means[:, 1]
    )


def turned(first: ArrayLike, last: ArrayLike, clusters: ArrayLike, *, to: bool) -> Estimate:
    """Repair (to=True): of wrong first answers, the share whose last answer is right. Spoil (to=False): the reverse.

    Args: first, last: shape (n,), 1 for right, 0 for wrong, NaN where there is no such answer.
    """
    before, after = np.asarray(first, float), np.asarray(last, float)
    asked = (before == (0.0 if to else 1.0)) & ~np.isnan(after)
    return stats.share((after[asked] == (1.0 if to else 0.0)).astype(float), np.asarray(clusters)[asked])


def slope(level: ArrayLike, right: ArrayLike, clusters: ArrayLike) -> Estimate:
    """The change of the log odds of a right answer with one more operation; -1.1 is a third of the odds.

    Args: level: shape (n,). right: shape (n,), 0 to 1. clusters: shape (n,), any labels.
    Returns: the b of a logistic curve over the level; no items without two levels and two clusters.
    """
    levels, at = np.unique(np.asarray(level, float), return_inverse=True)
    names, group = np.unique(np.asarray(clusters), return_inverse=True)
    rights, totals = np.zeros((2, len(names), len(levels)))
    np.add.at(rights, (group, at), np.asarray(right, float))
    np.add.at(totals, (group, at), 1.0)
    return logistic.estimate(levels, rights, totals, lambda curves: curves[:, 1])


# The table


@dataclass(frozen=True)
class Finding:
    """One effect: of which arms, what it is called, in which unit (share, points, tokens, rate, odds), and what it says."""

    arm: str
    effect: str
    title: str
    unit: str
    estimate: Estimate


def effects(rows: pd.DataFrame) -> pd.DataFrame:
    """Every effect for every model of a frame.

    Returns: one row a model, arm and effect: model, arm ("S - F" where it compares), effect, title, unit, value, low,
        high (95 %; accuracy as 0 to 1), n (items), clusters, method, sentence.
    """
    found = [
        {"model": model, **_row(finding)}
        for model, own in rows.groupby("model", sort=False)
        for finding in (*_compared(own), *_each(own))
    ]
    head = ["model", "arm", "effect", "title", "unit", "value", "low", "high", "n", "clusters", "method"]
    return pd.DataFrame(found, columns=[*head, "sentence"])


def _row(finding: Finding) -> dict[str, object]:
    plain = {name: getattr(finding, name) for name in ("arm", "effect", "title", "unit")}
    return {**plain, **asdict(finding.estimate), "sentence": sentence(finding)}


def _compared(rows: pd.DataFrame) -> Iterator[Finding]:
    if not {FIRST, STEPS} <= set(rows["arm"]):
        return
    pair, name = both(rows), f"{STEPS} − {FIRST}"
    yield Finding(name, "ITT", "points of accuracy, as advised", "points", as_advised(pair))
    yield Finding(
        name, "per protocol", "points of accuracy, where both did as advised", "points", per_protocol(pair)
    )
    yield Finding(
        name, "complier", "points of accuracy, where advice decides what is done", "points", complier(pair)
    )
    yield Finding(
        name, "extra tokens", "output tokens for each further right answer", "tokens", extra_tokens(pair)
    )


def _each(rows: pd.DataFrame) -> Iterator[Finding]:
    for arm, own in rows.groupby("arm", sort=False):
        name = str(arm)
        cluster = own["cluster"].to_numpy(str)
        right = (own["outcome"] == "right").to_numpy(float)
        rate = per_thousand(right, own["tokens_out"].astype("Float64").to_numpy(float, na_value=NAN), cluster)
        yield Finding(name, "per 1,000", "right answers for 1,000 output tokens", "rate", rate)
        judged = own[own["outcome"].isin(["right", "wrong"])]
        if "tag_level" in own:
            fall = slope(judged["tag_level"], judged["outcome"] == "right", judged["cluster"].to_numpy(str))
            yield Finding(
                name, "slope", "log odds of a right answer, for each further operation", "odds", fall
            )
        if name in (FIRST, CHECKED) and "note_first_right" in own:
            yield from _turns(name, own, cluster)


def _turns(arm: str, rows: pd.DataFrame, cluster: Floats) -> Iterator[Finding]:
    first, last = (
        rows[f"note_{name}"].astype("Float64").to_numpy(float, na_value=NAN)
        for name in ("first_right", "last_right")
    )
    yield Finding(
        arm, "repair", "wrong first answers set right", "share", turned(first, last, cluster, to=True)
    )
    yield Finding(
        arm, "spoil", "right first answers made wrong", "share", turned(first, last, cluster, to=False)
    )


def sentence(finding: Finding) -> str:
    """A finding in words: "answer first, wrong first answers set right: 41 % (30 to 52)"."""
    said, found = f"{finding.arm}, {finding.title}", finding.estimate
    if np.isnan(found.value):
        return f"{said}: {found.method}"
    if finding.unit == "tokens":
        return f"{said}: {found.value:,.0f} ({found.low:,.0f} to {found.high:,.0f})"
    scale = 100 if finding.unit == "points" else 1
    value, low, high = (scale * end for end in (found.value, found.low, found.high))
    return f"{said}: {words.interval(value, low, high, 'share' if finding.unit == 'share' else 'points')}"
