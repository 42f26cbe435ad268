"""Margins: how large a difference matters, as people write it: 5pp, 0.05, 40%."""

import math
import re
from collections.abc import Mapping

from evals.errors import BadInput
from evals.measure import AnyMetric, unit
from evals.types import Index

DEFAULT = 0.05
"""Differences of shares within 5 percentage points are taken for none, unless told otherwise."""

NUMBER = re.compile(r"([0-9]*\.?[0-9]+)\s*(pp|points?|%)?")


def margin(text: str | float, what: str = "--margin") -> float:
    """A margin above 0: `5pp` is 0.05; a bare number is in the metric's own unit.

    Raises: BadInput: it is neither, or `5%`, which could be a part of the baseline's value.
    """
    value, ending = _read(text, what, "write 5pp, or a number in the metric's unit")
    if ending == "%":
        raise BadInput(f"{what} {text!r} could be percentage points or a part of the value", "write 5pp")
    if not value > 0:
        raise BadInput(f"{what} {text!r} admits no difference at all", "write 5pp, or another number above 0")
    return value


def limit(text: str | float, what: str) -> float:
    """A floor, a ceiling or a share: `40%` is 0.4; a bare number is in the metric's own unit. Raises: BadInput: neither."""
    value, ending = _read(text, what, "write 40%, or a number in the metric's unit")
    if ending not in {"", "%"}:
        raise BadInput(f"{what} {text!r} is no value that a metric has", "write 40%, or a number")
    return value


def _read(text: str | float, what: str, fix: str) -> tuple[float, str]:
    sign, plain = (
        (-1.0, str(text).strip()[1:]) if str(text).strip().startswith("-") else (1.0, str(text).strip())
    )
    found = NUMBER.fullmatch(plain)
    value = float(found[1]) if found else math.nan
    if not found or not math.isfinite(value) or isinstance(text, bool):
        raise BadInput(f"{what} {text!r} is no number", fix)
    ending = found[2] or ""
    return sign * value / (100 if ending else 1), ending


def fitted(size: float, name: str, metrics: Mapping[str, AnyMetric]) -> float:
    """A margin of shares as it fits a metric: of an index of shares it is that of all parts together; else NaN.

    J = 1 - FR - OA lies within -1 and 1, twice as wide as a share: 5 points of each part are 0.1 of J.
    """
    metric = metrics[name]
    if isinstance(metric, Index):
        return sum(abs(weight) * fitted(size, part, metrics) for part, weight in metric.weights.items())
    return size if unit(metric) == "share" else math.nan
