"""Solved examples: what a right reply looks like, for models that only continue texts."""

from evals.types import Sample

MOST = 20
"""Marks that an example numbers one by one; more would be longer than what it is to explain."""


def solved(sample: Sample, arm: str) -> str | None:
    """A right reply in an arm: the count, in the tally after every mark's index; None where code is asked for."""
    if sample.target is None or arm == "code hint":
        return None
    if arm != "tally":
        return sample.target
    count, glyph = int(sample.target), sample.fields["glyph"]
    if count > MOST:
        return None
    numbered = [f"{glyph} {index}" for index in range(1, count + 1)]
    return "\n".join([*numbered, f"Answer: {count}"])
