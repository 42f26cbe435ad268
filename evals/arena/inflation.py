"""Best of several: by how much the best of some variants of one model looks better than it is, by luck alone."""

import re
from collections.abc import Iterable
from functools import cache

import numpy as np

VERSION = re.compile(
    r"(?:[-_.:@](?:v?\d+(?:\.\d+)?|\d{4}-\d\d-\d\d|latest|preview|experimental|exp|beta|alpha|rc\d*|draft)|\?.*)+$",
    re.IGNORECASE,
)
"""What tells the variants of a family apart at the end of a name: numbers, dates, words such as preview, options."""


def families(models: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Names that are alike but for what VERSION finds, by what they share; only those that share it."""
    found: dict[str, list[str]] = {}
    for model in models:
        stem = VERSION.sub("", model)
        found.setdefault(stem or model, []).append(model)
    return {stem: tuple(names) for stem, names in sorted(found.items()) if len(names) > 1}


@cache
def best_of(count: int) -> float:
    """The mean of the largest of so many standard normal numbers: 0.85 of 3, 1.54 of 10.

    Source: Tippett (1925), On the extreme individuals and the range of samples taken from a normal population.
    """
    x = np.linspace(-9, 9, 20_001)
    density = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    step = x[1] - x[0]
    below = np.cumsum(density) * step - density * step / 2
    return float((x * count * density * below ** (count - 1)).sum() * step)
