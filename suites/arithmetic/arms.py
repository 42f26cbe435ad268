"""The ways to ask: the same problem with other advice about where the answer stands."""

import tomllib
from functools import cache
from pathlib import Path

from evals.types import Arm, Sample

WORDINGS = 3
"""Each advice is worded in three ways; the last one is never shown to the embedded model in its training."""

FIRST, STEPS, ONLY, FREE, CHECKED = (
    "answer first",
    "step by step",
    "answer only",
    "no advice",
    "answer then check",
)


@cache
def advice() -> dict[str, tuple[str, ...]]:
    """Arm -> its wordings."""
    raw = tomllib.loads((Path(__file__).parent / "prompts.toml").read_text("utf-8"))
    return {name: tuple(wordings) for name, wordings in raw.items()}


def worded(arm: str, sample: Sample) -> str:
    """A problem with an arm's advice below it, in the sample's wording (1 to 3)."""
    wording = int(sample.tags["wording"])
    return f"{sample.input}\n{advice()[arm][wording - 1]}"


def _first(sample: Sample) -> str:
    return worded(FIRST, sample)


def _steps(sample: Sample) -> str:
    return worded(STEPS, sample)


def _only(sample: Sample) -> str:
    return worded(ONLY, sample)


ARMS = (
    Arm(FIRST, _first, max_tokens=1024),
    Arm(STEPS, _steps, max_tokens=1024),
    Arm(ONLY, _only, max_tokens=64),
    Arm(FREE, "{input}", max_tokens=1024),
    Arm(CHECKED, _only, followups=advice()["check"], max_tokens=1024, default=False),
)
