"""Sums whose truth is plain: what the benchmarks ask, one turn each."""

from collections.abc import Iterator
from random import Random

from evals.scorer import last_integer
from evals.suite import NoOptions, Suite
from evals.types import Arm, Sample


def samples(seed: int, n: int, _options: NoOptions) -> Iterator[Sample]:
    """Sums, n of them; the number of the item in them makes every prompt another."""
    rng = Random(seed)
    for i in range(n):
        a, b = i, rng.randint(100, 999)
        yield Sample(f"{i:06}", f"{a} + {b}", str(a + b), tags={"odd": b % 2 == 1})


suite = Suite(
    name="sums",
    version="1",
    about="adding two numbers",
    samples=samples,
    arms=(Arm("plain", "What is {input}? Reply with the number only.", max_tokens=16),),
    score=last_integer,
)
