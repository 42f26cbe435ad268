"""Solved examples: what a right reply looks like, for models that only continue texts."""

from evals.types import Sample

from .arms import STEPS


def solved(sample: Sample, arm: str) -> str | None:
    """The right one alone; None where steps are asked for, since there are none beside looking."""
    return None if arm == STEPS else sample.target
