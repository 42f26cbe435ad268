"""What two sides share: the items that both were asked, in the same words, of the same version of a suite."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import pandas as pd

from evals.errors import BadInput
from evals.measure import Tally
from evals.suite import Suite
from evals.verdict.side import Side

ITEM = ["seed", "sample", "arm"]
SAMPLE = ["seed", "sample"]


@dataclass(frozen=True)
class Shared:
    """One suite's replies of two sides.

    Attributes:
        suite: with the metrics that both know.
        rows: of the shared items where `paired`, else of the arms that both were asked in.
        baseline, candidate: their labels.
        paired: whether differences are taken within items.
        said: sentences on what is shared and what is not.
    """

    suite: Suite
    rows: pd.DataFrame
    baseline: str
    candidate: str
    paired: bool
    said: tuple[str, ...]

    def tally(self) -> Tally:
        """The rows, ready to be measured."""
        return Tally(self.rows, self.suite)


def share(
    baseline: Side, candidate: Side, *, paired: bool | None = True, unpaired: Collection[str] = ()
) -> tuple[Shared, ...]:
    """What two sides share, a suite each; at least one item of one suite where `paired`.

    Args:
        paired: None pairs the suites of which at least half of the samples of the side with fewer are shared.
        unpaired: suites that are not paired, whatever they share.
    Raises: BadInput: no suite is in both, two versions of one, or no item in common.
    """
    names = [name for name in baseline.suites if name in candidate.suites]
    if not names:
        asked = (f"{side.label} was asked {_listed(side.suites)}" for side in (baseline, candidate))
        raise BadInput(" and ".join(asked), "compare runs of one suite")
    found = tuple(
        _share(name, baseline, candidate, paired=False if name in unpaired else paired) for name in names
    )
    if not any(len(each.rows) for each in found):
        said = "\n  ".join(sentence for each in found for sentence in each.said)
        raise BadInput(
            said,
            "ask both the same items (--seed, -n, --set), or compare the rates of different ones: --unpaired",
        )
    return (replace(found[0], said=(*_alone(baseline, candidate), *found[0].said)), *found[1:])


def _alone(baseline: Side, candidate: Side) -> list[str]:
    """Suites that only one side was asked."""
    pairs = ((baseline, candidate), (candidate, baseline))
    return [
        f"{name}: {side.label} alone was asked it, nothing is compared"
        for side, other in pairs
        for name in side.suites
        if name not in other.suites
    ]


def _share(name: str, baseline: Side, candidate: Side, *, paired: bool | None) -> Shared:
    versions = [side.versions[name] for side in (baseline, candidate)]
    if versions[0] != versions[1]:
        raise BadInput(
            f"{baseline.label} was asked version {versions[0]} of {name}, {candidate.label} version {versions[1]}: "
            "items or scoring differ, and verdicts of two versions are not compared",
            "ask both anew with one version",
        )
    one, other = (side.rows[side.rows["suite"] == name] for side in (baseline, candidate))
    items = [rows.drop_duplicates(ITEM)[[*ITEM, "asked"]] for rows in (one, other)]
    both = items[0].merge(items[1], on=ITEM, suffixes=("", "_there"))
    same = both[both["asked"] == both["asked_there"]]
    said = [f"{name} {versions[0]}: {_what(baseline, candidate, items, same)}"]
    if differing := len(both) - len(same):
        said.append(f"{name}: {_items(differing)} ask different words under one id and are left out")
    if paired is None:
        samples = [len(each[SAMPLE].drop_duplicates()) for each in (same, *items)]
        paired = 2 * samples[0] >= min(samples[1:])
    if paired:
        rows = pd.concat([part.merge(same[ITEM], on=ITEM) for part in (one, other)], ignore_index=True)
    else:
        arms = set(one["arm"]) & set(other["arm"])
        rows = pd.concat([part[part["arm"].isin(arms)] for part in (one, other)], ignore_index=True)
        said.append(f"{name}: the rates are compared unpaired, as of different items")
    return Shared(
        _common(baseline.suites[name], candidate.suites[name]),
        rows,
        baseline.label,
        candidate.label,
        paired,
        tuple(said),
    )


def _what(baseline: Side, candidate: Side, items: list[pd.DataFrame], same: pd.DataFrame) -> str:
    """How many samples and arms two sides share, and what each has alone."""
    counts = [len(each[SAMPLE].drop_duplicates()) for each in items]
    shared = len(same[SAMPLE].drop_duplicates())
    if not shared:
        seeds = [_listed(each["seed"].unique()) for each in items]
        why = f": seed {seeds[0]} here, {seeds[1]} there" if seeds[0] != seeds[1] else ""
        return f"none of {counts[0]:,} and {counts[1]:,} samples is shared{why}"
    arms = [set(each["arm"]) for each in items]
    said = f"{shared:,} of {max(counts):,} samples shared, in {_plural(len(set(same['arm'])), 'arm')}{_seeds(same)}"
    for side, count, mine, others in (
        (baseline, counts[0], arms[0], arms[1]),
        (candidate, counts[1], arms[1], arms[0]),
    ):
        more = [f"{count - shared:,} more"] if count > shared else []
        more += (
            [f"the arm{'s' if len(mine - others) > 1 else ''} {_listed(sorted(mine - others))}"]
            if mine - others
            else []
        )
        said += f"; {side.label} alone was asked {' and '.join(more)}" if more else ""
    return said


def _seeds(items: pd.DataFrame) -> str:
    seeds = items["seed"].dropna().unique()
    return f", seed {_listed(seeds)}" if len(seeds) else ""


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _items(count: int) -> str:
    return _plural(count, "item")


def _common(one: Suite, other: Suite) -> Suite:
    """The suite with the metrics that both sides know, as the first defines them."""
    known = {metric.name for metric in other.metrics}
    metrics = tuple(metric for metric in one.metrics if metric.name in known)
    return replace(one, metrics=metrics, strata=one.strata or other.strata)
