"""Rows of the evaluation that tell how well a stage counts, spells and reckons: the suites' own items and scorers."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from evals.suite import Suite, render
from evals.types import Arm, Response, Sample

from .asker import Asker, Row
from .suite import module

MOST = 300
"""Tokens of a reply: as many as numbering forty marks takes."""

SEED = 1
"""Of the items: not the public one, by which runs are compared."""


def abilities(asker: Asker) -> Iterator[Row]:
    """Shares of right answers: counts by size and layout, letters by task and form, sums by level and order."""
    yield from _probe(asker, "dots", 400, ("direct", "tally"), _size)
    yield from _probe(
        asker, "spelling", 400, ("word", "spaced", "spell first"), lambda s: str(s.tags["task"])
    )
    arms = ("answer first", "step by step", "answer only")
    yield from _probe(asker, "arithmetic", 480, arms, lambda s: f"level {s.tags['level']}")


def _size(sample: Sample) -> str:
    """A display's layout and the order of size of its count."""
    if sample.tags["kind"] != "ladder":
        return str(sample.tags["kind"])
    n = int(sample.tags["n"])
    size = next(f"to {top}" for top in (5, 10, 20, 50, 200, 1000) if n <= top)
    return f"{sample.tags['layout']}, {size}"


def _probe(
    asker: Asker, name: str, n: int, arms: Sequence[str], group: Callable[[Sample], str]
) -> Iterator[Row]:
    """One suite's items in some of its arms, a row a group; prompts that do not fit into the context are left out."""
    suite: Suite = module(name, "suite").suite
    samples = list(suite.samples(SEED, n, suite.options()))
    for arm in suite.pick_arms(arms):
        hits: dict[str, list[bool]] = defaultdict(list)
        asked = [sample for sample in samples if _fits(asker, arm, sample)]
        replies = asker.say([render(arm, sample).messages for sample in asked], MOST)
        for sample, reply in zip(asked, replies, strict=True):
            outcome: Any = suite.score(sample, arm.name, Response(reply)).outcome
            hits[group(sample)].append(outcome == "right")
        for label in sorted(hits):
            yield asker.row(f"{name}, {arm.name}: {label}", hits[label])


def _fits(asker: Asker, arm: Arm, sample: Sample) -> bool:
    return len(asker.runtime.chat(render(arm, sample).messages)) < asker.runtime.network.context
