"""Gates: whether a candidate is no worse than its baseline by more than a margin, and within limits that are set.

pass        the 95 % interval lies above -margin (or within the limit)
regress     the stricter interval lies below 0 (or beyond the limit)
undecided   neither; or too much was lost, or is missing, to pass

The two intervals err apart. A candidate that is worse by the whole margin passes in at most 2.5 % of gates. The stricter
interval has the level 1 - .05 / (looks x decisions), so that of all decisions, in all gates that share the 5 %, at most
that share calls a regression where nothing has changed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal

from evals import stats
from evals.stats import Estimate
from evals.verdict.rules import Rules
from evals.words import share

Kind = Literal["margin", "floor", "ceiling"]
Word = Literal["pass", "regress", "undecided"]
POWER = NormalDist().inv_cdf(0.8)


@dataclass(frozen=True)
class Finding:
    """One demand, and what was measured for it.

    Attributes:
        suite, metric, title, unit, better: of the metric.
        kind, bound: what is demanded.
        value: the candidate's; baseline: the baseline's on the same items, NaN for a floor or ceiling.
        usual: what is held against the bound, with its 95 % interval: how much better the candidate is (a margin), or its
            value (a floor or ceiling).
        strict: the same with the interval that calls a regression.
        paired: whether it was measured within items.
        lost: the share of the candidate's replies that had nothing to judge.
        about_counts: whether it is about how many replies count at all.
        item: what is counted.
    """

    suite: str
    metric: str
    title: str
    unit: str
    better: str | None
    kind: Kind
    bound: float
    value: float
    baseline: float
    usual: Estimate
    strict: Estimate
    paired: bool
    lost: float
    about_counts: bool = False
    item: str = "item"


@dataclass(frozen=True)
class Verdict:
    """What is made of a finding.

    Attributes:
        reason: why it is undecided, where the interval alone does not say it.
        more: about how many more items would decide; None where it is decided, or no number would.
    """

    finding: Finding
    word: Word
    reason: str = ""
    more: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a gate ends.

    Attributes:
        verdicts: one a demand.
        incomplete: why the candidate could not pass, whatever was found.
        said: what was compared.
    """

    verdicts: tuple[Verdict, ...]
    incomplete: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def word(self) -> Word:
        """Regress if anything does, else undecided if anything is, else pass."""
        words = {verdict.word for verdict in self.verdicts}
        if "regress" in words:
            return "regress"
        return "undecided" if "undecided" in words or self.incomplete or not words else "pass"

    def status(self, undecided: str | None) -> int:
        """The exit status: 0 pass, 1 regress, 3 undecided; `undecided` turns that into 0 (pass) or 1 (fail).

        What is incomplete does not pass by being undecided.
        """
        if self.word != "undecided":
            return int(self.word == "regress")
        if undecided == "pass" and not self.incomplete:
            return 0
        return 1 if undecided == "fail" else 3


def decide(findings: Sequence[Finding], rules: Rules) -> tuple[Verdict, ...]:
    """What is made of each finding; pure, so that it can be asked again with more items."""
    return tuple(_decided(finding, rules) for finding in findings)


@dataclass(frozen=True)
class _Terms:
    """A finding turned so that more is better: it passes from `enough` on and is a regression below `bad`."""

    usual: Estimate
    strict: Estimate
    enough: float
    bad: float


def _terms(found: Finding) -> _Terms:
    if found.kind == "margin":
        return _Terms(found.usual, found.strict, -found.bound, 0.0)
    if found.kind == "floor":
        return _Terms(found.usual, found.strict, found.bound, found.bound)
    return _Terms(turned(found.usual), turned(found.strict), -found.bound, -found.bound)


def turned(found: Estimate) -> Estimate:
    """The estimate with its sign changed."""
    return replace(found, value=-found.value, low=-found.high, high=-found.low)


def _decided(found: Finding, rules: Rules) -> Verdict:
    terms = _terms(found)
    if math.isnan(terms.usual.low):
        why = "the items are not two independent ones" if terms.usual.n else "no item counts"
        return Verdict(found, "undecided", why)
    if terms.usual.low > terms.enough or (found.kind != "margin" and terms.usual.low == terms.enough):
        if found.lost > rules.lost:
            return Verdict(found, "undecided", f"{share(found.lost)} of the replies had nothing to judge")
        return Verdict(found, "pass")
    if terms.strict.high < terms.bad:
        return Verdict(found, "regress")
    return Verdict(found, "undecided", more=_more(terms))


def _more(terms: _Terms) -> int | None:
    """About how many more items would decide (80 % power), were what was seen the truth; None if more than a million.

    n ((z_level + z_power) se / distance)^2, the distance being that to the bound which would be cleared.
    """
    usual, width = terms.usual, terms.usual.high - terms.usual.low
    se = width / 2 / stats.z_quantile()
    room = usual.value - terms.enough
    quantile = stats.z_quantile() * (
        1.0 if room > 0 else (terms.strict.high - terms.strict.low) / width if width else 1.0
    )
    distance = room if room > 0 else terms.bad - usual.value
    if not (distance > 0 and se):
        return None
    needed = usual.n * ((quantile + POWER) * se / distance) ** 2
    return max(1, math.ceil(needed) - usual.n) if needed < 1_000_000 else None
