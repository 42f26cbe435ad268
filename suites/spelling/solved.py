"""Solved examples: what a right reply looks like, for models that only continue texts."""

from evals.types import Sample

from .letters import letters
from .prompts import SPELL_FIRST


def solved(sample: Sample, arm: str) -> str | None:
    """A right reply in an arm: the answer, after the letters of what was asked about where these are to come first."""
    if arm != SPELL_FIRST or sample.target is None:
        return sample.target
    spelled = [" ".join(letters(text)) for text in (sample.input, sample.fields["other"]) if text]
    return "\n".join([*spelled, f"Answer: {sample.target}"])
