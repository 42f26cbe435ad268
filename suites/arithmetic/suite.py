"""Arithmetic: does a model that has to answer before it has worked the problem out still get it right?"""

from collections.abc import Iterator
from dataclasses import dataclass

from evals.errors import BadInput
from evals.suite import Suite
from evals.types import Sample

from .arms import ARMS
from .items import problems, sample
from .metrics import CONTRASTS, METRICS
from .scoring import score
from .solved import solved


@dataclass(frozen=True)
class Options:
    """What `--set` can change.

    Attributes:
        level: how many dependent operations, one number or a span within 1-6.
        digits: how long the amounts are, one number or a span within 1-4.
        distractor: whether a sentence that is plainly about something else is put in.
    """

    level: str = "1-6"
    digits: str = "1-4"
    distractor: bool = False


def span(name: str, text: str, most: int) -> range:
    """A number or a span: "3" is 3 to 3, "2-4" is 2 to 4.

    Raises: BadInput: it is neither, or beyond 1 to `most`.
    """
    low, _, high = text.partition("-")
    if low.isdecimal() and (high.isdecimal() or high == text[len(low) :]):
        found = range(int(low), int(high or low) + 1)
        if found and 1 <= found[0] <= found[-1] <= most:
            return found
    raise BadInput(f"--set {name}={text} is no span within 1-{most}", f"write {name}=2 or {name}=1-{most}")


def samples(seed: int, n: int, options: Options) -> Iterator[Sample]:
    """The first n items of an order without end; fewer are the beginning of more."""
    levels, digits = span("level", options.level, 6), span("digits", options.digits, 4)
    for i, problem in enumerate(problems(seed, n, levels, digits, distractor=options.distractor)):
        yield sample(i, problem)


suite = Suite(
    name="arithmetic",
    version="1",
    about="word problems of one to six steps, answered first or worked out step by step",
    samples=samples,
    arms=ARMS,
    score=score,
    solved=solved,
    metrics=METRICS,
    contrasts=CONTRASTS,
    sizes={"quick": 24, "standard": 240, "full": 960},
    options=Options,
    strata=("level", "digits", "template", "wording"),
)
