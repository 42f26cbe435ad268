"""Talk: demonstrations of what models fail at and why, to be looked at side by side and never ranked."""

from evals.suite import NoOptions, Suite
from evals.types import Sample

from .arms import ARMS
from .demonstrations import SAMPLES
from .scoring import score


def samples(_seed: int, n: int, _options: NoOptions) -> tuple[Sample, ...]:
    """The first n questions; they are the same for every seed."""
    return SAMPLES[:n]


suite = Suite(
    name="talk",
    version="1",
    about="made-up names, dots, letters, the $13 fruit, 9.11 and 9.9, who made you, 2 + 2 twenty times: shown, never ranked",
    samples=samples,
    arms=ARMS,
    score=score,
    metrics=(),
    sizes=dict.fromkeys(("quick", "standard", "full"), len(SAMPLES)),
)
