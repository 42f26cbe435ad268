"""Solved examples: what a right reply looks like, for models that only continue texts."""

from evals.types import Sample

from .arms import FIRST, FREE, ONLY, STEPS


def solved(sample: Sample, arm: str) -> str | None:
    """A right reply in an arm, worked out as the problem was made."""
    answer, working = f"Answer: {sample.target}", sample.fields["working"]
    replies = {
        FIRST: f"{answer}\n{working}",
        STEPS: f"{working}\n{answer}",
        ONLY: sample.target,
        FREE: f"{working}\n{answer}",
    }
    return replies.get(arm)
