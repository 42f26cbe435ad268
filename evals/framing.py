"""Framing: what is said to a chat model, as a text that a base model continues, after a few solved examples.

The examples are made by the suite itself, from another seed, and are asked in the same words as the item; each arm has its
own, the same for all its items. At most one of them is of a kind that has no answer ("I don't know"), for how many there
are moves a base model more than anything else.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from statistics import median_high

from evals.suite import Suite, render
from evals.types import Arm, Prompt, Sample

SHOTS = 4
"""How many examples go before an item."""
DRAWN = 64
"""How many items of the other seed they are chosen from."""
STOP = "\nQ:"
"""Where a base model begins the next question itself, its answer has ended."""

Shot = tuple[str, str]
"""An example: the question in an arm's words, and its answer."""


def can_frame(arm: Arm) -> bool:
    """Whether an arm is one message that a text can stand for, and brings no such text itself."""
    return arm.needs == {"chat"} and not arm.followups and arm.text is None


def continued(arm: Arm) -> Arm:
    """The arm as it is put to a model that only continues texts: with the text that it brings, if it does."""
    if arm.text is None:
        return arm
    return replace(arm, template=arm.text, text=None, system="", needs=arm.needs - {"chat"} | {"completion"})


def seed_of(seed: int) -> int:
    """The seed of the examples of a run with this seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/examples".encode()).digest()[:4]) >> 1


def shots(suite: Suite, arm: Arm, drawn: Iterable[Sample], asked: Iterable[Sample]) -> tuple[Shot, ...]:
    """The examples of an arm, no two of one cluster; none where there are not SHOTS of them.

    They are of the shorter half, to leave room for the item, and the same for all arms in which they can be solved.

    Args:
        drawn: items of another seed.
        asked: the items of the run, none of which is given away.
    """
    met = {sample.input for sample in asked}
    free = {sample.cluster: sample for sample in drawn if sample.input not in met}.values()
    longest = median_high([len(sample.input) for sample in free] or [0])
    short = [sample for sample in free if len(sample.input) <= longest and arm.takes(sample)]
    found = tuple(islice(_solved(suite, arm, short), SHOTS))
    return found if len(found) == SHOTS else ()


def _solved(suite: Suite, arm: Arm, samples: Sequence[Sample]) -> Iterator[Shot]:
    """Questions with their answers; of those that have no answer the first alone."""
    answerless = False
    for sample in samples:
        answer = suite.solved(sample, arm.name)
        if answer is None or (sample.target is None and answerless):
            continue
        answerless = answerless or sample.target is None
        yield render(arm, sample).messages[-1].content, answer


def framed(prompt: Prompt, examples: Sequence[Shot]) -> Prompt:
    """A question as the last of several, of which the others are answered; a system message stands above them all."""
    *system, question = [message.content for message in prompt.messages]
    pairs = [f"Q: {asked}\nA: {answer}" for asked, answer in examples]
    text = "\n\n".join([*system, *pairs, f"Q: {question}\nA:"])
    return replace(prompt, messages=(), text=text, stop=(STOP, *prompt.stop))


def unframed(prompt: Prompt) -> tuple[str, ...]:
    """What an item says, whether put to a model as messages or framed: the system message, if any, and the turns.

    Two models, of which one only continues texts, were asked the same if this is the same.
    """
    if prompt.messages or STOP not in prompt.stop:
        said = [message.content for message in prompt.messages] or [prompt.text]
        return (*said, *prompt.followups, *prompt.choices)
    blocks = f"\n\n{prompt.text}".split(f"\n{STOP} ")
    return tuple(filter(None, (blocks[0].strip("\n"), blocks[-1].removesuffix("\nA:"))))
