"""Effects: how far a model counts, what layout and glyph change, and what its wrong answers are like. Pure functions.

They take replies as from `evals.frame`, of one suite; an item is the mean of its repeats, and counts that are alike are
one cluster.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evals import stats
from evals.contrast import contrasts
from evals.logistic import ROUNDS, Curve, fit
from evals.stats import NOTHING, Estimate, Floats
from evals.suite import Suite
from evals.types import Contrast

from .curve import half_point, odds_ratio, trend
from .display import GLYPHS
from .staircase import Staircase, Trial

PASS = 0.9
LEAST = 35
"""Of fewer items than this, all right, Wilson's lower limit does not reach PASS."""

LARGE = 20
"""Heaping is looked for from this n on, where any last digit is as near as another."""


PICTURE_WORDS: Mapping[str, str] = {
    "grid": "putting the dots of a picture into a grid",
    "row": "putting the dots of a picture into a row",
}
"""Arrangement -> the subject of the sentence that compares it with scattered dots."""


def as_seen(rows: pd.DataFrame) -> pd.DataFrame:
    """The replies, those to pictures with the layout and glyph `picture`: their text twin's were not shown."""
    shown = rows["arm"] == "image"
    hidden = {name: rows[name].mask(shown, "picture") for name in ("tag_layout", "tag_glyph")}
    return rows.assign(**hidden)


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """The ladder's items that were counted rightly or wrongly: one row an item, `right` the mean of its repeats.

    Returns: columns seed, sample, n, rung, layout, glyph, right (0 to 1).
    """
    found = rows[(rows["tag_kind"] == "ladder") & rows["outcome"].isin(["right", "wrong"])]
    found = found.assign(right=(found["outcome"] == "right").astype(float))
    tags = {f"tag_{name}": name for name in ("n", "rung", "layout", "glyph")}
    groups = found.rename(columns=tags).groupby(["seed", "sample", *tags.values()], sort=False, dropna=False)
    return groups["right"].mean().reset_index()


# How far it counts


@dataclass(frozen=True, slots=True)
class Step:
    """Neighbouring rungs taken together, from `low` to `high`."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}" if self.low == self.high else f"{self.low}–{self.high}"


def steps(sizes: Mapping[int, int], least: int = LEAST) -> list[Step]:
    """The ladder cut into steps of at least so many items, from below; what is left over belongs to the last.

    Args: sizes: rung -> items.
    """
    found: list[Step] = []
    low, held = 0, 0
    for rung in sorted(sizes):
        low, held = low or rung, held + sizes[rung]
        if held >= least:
            found.append(Step(low, rung))
            low, held = 0, 0
    if held and found:
        found[-1] = replace(found[-1], high=max(sizes))
    return found or ([Step(min(sizes), max(sizes))] if sizes else [])


def accuracy(items: pd.DataFrame, step: Step) -> Estimate:
    """The share counted rightly in a step; Wilson on its items."""
    right = items["right"][items["rung"].between(step.low, step.high)]
    return stats.wilson(float(right.sum()), len(right))


def middle(items: pd.DataFrame, step: Step) -> float:
    """Where a step stands on a logarithmic axis: the geometric mean of its counts, in marks; NaN without any."""
    return float(np.exp(np.log(items["n"][items["rung"].between(step.low, step.high)].astype(float)).mean()))


def capacity(ladder: Iterable[tuple[Step, Estimate]]) -> Estimate:
    """C90 in marks: the last rung of the highest step up to which every step's accuracy is surely at least .9.

    Surely: by the lower end of its interval. The other end of C90 goes up to where some step is surely below .9; it is
    infinite where none is. C90 is 0 where not even the first step is sure.
    """
    sure = possible = 0.0
    items, done = 0, False
    for step, found in ladder:
        items += found.n
        done = done or not found.low >= PASS
        sure = sure if done else float(step.high)
        if found.high < PASS:
            break
        possible = float(step.high)
    else:
        possible = math.inf
    return Estimate(sure, sure, possible, items, 0, "Wilson, step by step")


def climbed(rows: pd.DataFrame) -> dict[str, Staircase]:
    """What was asked and answered on each layout's staircase in the adaptive mode; a reply that gave no count was not right."""
    found = rows[(rows["tag_kind"] == "adaptive") & (rows["outcome"] != "error")]
    return {
        str(layout): Staircase(tuple(map(Trial, group["tag_n"].astype(int), group["outcome"] == "right")))
        for layout, group in found.groupby("tag_layout", sort=False)
    }


def n50(items: pd.DataFrame, rounds: int = ROUNDS) -> Estimate:
    """At which n half the counts are right, by a logistic curve over log2 n: see `curve.half_point`."""
    return half_point(*_by_count(items), rounds)


def fall(items: pd.DataFrame, rounds: int = ROUNDS) -> tuple[Estimate, float]:
    """By what a doubling of n multiplies the odds of a right count, and the p that it does not change them."""
    groups = _by_count(items)
    return odds_ratio(*groups, rounds), trend(*groups)


def curve(items: pd.DataFrame) -> Curve | None:
    """The chance of a right count as a logistic curve over log2 n; None where there are not two different n."""
    n, right, total = _by_count(items)
    return fit(np.log2(n), right, total) if len(n) > 1 else None


def _by_count(items: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Each n once, how many of its items were right, and how many there are."""
    groups = items.groupby("n")["right"].agg(["sum", "size"])
    return groups.index.to_numpy(float), groups["sum"].to_numpy(float), groups["size"].to_numpy(float)


# What layout and glyph change


def gaps(rows: pd.DataFrame, suite: Suite) -> pd.DataFrame:
    """Each layout less the unbroken run, as the suite declares, each glyph less the first of `GLYPHS` that was asked, and
    each arrangement of the dots of pictures less scattered ones.

    Different glyphs have different counts within a rung, so on one layout a rung is what is compared; pictures likewise.
    Returns: as `evals.contrast.contrasts`, with `gap` (layout gap, glyph gap, picture gap); p of the latter two is corrected for how many comparisons of them there are.
    """
    asked = set(rows["tag_glyph"][rows["tag_kind"] == "ladder"])
    first, *others = [name for name in GLYPHS if name in asked] or [""]
    glyphs = [
        Contrast(
            *(name, "accuracy", name, first),
            f'counting "{GLYPHS[name]}" instead of "{GLYPHS[first]}"',
            "exact counts",
            by="glyph",
            match=("rung", "layout"),
            headline=False,
        )
        for name in others
    ]
    layouts = [declared for declared in suite.contrasts if declared.by == "layout"]
    pictures = [
        Contrast(
            *(name, "accuracy", name, "scatter", words, "exact counts"),
            by="picture",
            match=("rung",),
            headline=False,
        )
        for name, words in PICTURE_WORDS.items()
    ]
    seen = rows[rows["arm"] == "image"]
    found = [
        contrasts(shown, {suite.name: replace(suite, contrasts=tuple(declared))}).assign(gap=gap)
        for gap, shown, declared in (
            ("layout gap", rows, layouts),
            ("glyph gap", rows, glyphs),
            ("picture gap", seen, pictures),
        )
    ]
    return pd.concat([table for table in found if len(table)] or found[:1], ignore_index=True)


# What wrong answers are like


def heaping(rows: pd.DataFrame, base: int) -> Estimate:
    """How often wrong answers are multiples of `base`, against the one in `base` that chance gives: 1 is no heaping.

    Only n from LARGE on. Source: after Whipple's index of heaped ages (United Nations, Demographic Yearbook).
    """
    found = _answered(rows[(rows["outcome"] == "wrong") & (rows["tag_n"] >= LARGE)])
    heaped = (found["tag_n"] + found["note_error"]) % base == 0
    share = stats.share(heaped.to_numpy(float), found["cluster"])
    return replace(share, value=share.value * base, low=share.low * base, high=share.high * base)


def last_digits(rows: pd.DataFrame) -> dict[int, Estimate]:
    """Last digit -> the share of wrong answers that end in it, 0.1 each by chance. Only n from LARGE on."""
    found = _answered(rows[(rows["outcome"] == "wrong") & (rows["tag_n"] >= LARGE)])
    last = (found["tag_n"] + found["note_error"]).abs() % 10
    return {digit: stats.share((last == digit).to_numpy(float), found["cluster"]) for digit in range(10)}


def relative_error(rows: pd.DataFrame, rounds: int = ROUNDS, seed: int = 0) -> Estimate:
    """The median of |answer - n| / n over all counts read, right ones too; 95 % by resampling whole counts, seeded."""
    found = _answered(rows)
    if not len(found):
        return NOTHING
    errors = (found["note_error"].abs() / found["tag_n"]).to_numpy(float)
    _, codes = np.unique(found["tag_n"].to_numpy(float), return_inverse=True)
    rng, count = np.random.default_rng(seed), int(codes.max()) + 1
    equal = np.full(count, 1 / count)
    draws = [
        _weighted_median(errors, rng.multinomial(count, equal)[codes].astype(float)) for _ in range(rounds)
    ]
    low, high = np.quantile(draws, [0.025, 0.975], method="nearest")
    value = _weighted_median(errors, np.ones(len(errors)))
    return Estimate(value, float(low), float(high), len(errors), count, "median, bootstrap by n")


def _answered(rows: pd.DataFrame) -> pd.DataFrame:
    """The ladder's replies from which a count was read."""
    if "note_error" not in rows:
        return rows.iloc[:0].assign(note_error=0)
    return rows[(rows["tag_kind"] == "ladder") & rows["note_error"].notna()]


def _weighted_median(values: Floats, weights: Floats) -> float:
    """The least value up to which at least half the weight lies."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def slips(rows: pd.DataFrame) -> pd.DataFrame:
    """What wrong answers can be explained by: one row a slip, with its number of replies and its share of wrong ones."""
    wrong = rows[rows["outcome"] == "wrong"]
    if "note_slip" not in rows:
        return pd.DataFrame({"slip": [], "replies": [], "share": []})
    found = wrong["note_slip"].dropna().value_counts()
    return pd.DataFrame(
        {"slip": found.index, "replies": found.to_numpy(), "share": found.to_numpy() / len(wrong)}
    )
