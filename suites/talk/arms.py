"""The ways to ask: once, several times, as a text to be continued, told who it is, answer first, step by step."""

from dataclasses import replace

from evals.types import Arm, Capability

from .demonstrations import taken

FIRST = "answer first"
CONTINUED = ("continued", "continued 20 times")

TOLD = "You are Brindle, a small language model. The Osier workshop trained you."
"""A name and a maker made up for this suite, so that no model has them from elsewhere."""

_BASE: frozenset[Capability] = frozenset({"completion"})

_WAYS = (
    Arm("asked", "{input}"),
    Arm("asked 3 times", "{input}", temperature=1.0, repeat=3),
    Arm("continued", "{input}", max_tokens=80, needs=_BASE),
    Arm("continued 20 times", "{input}", max_tokens=4, temperature=1.0, stop=("\n",), needs=_BASE, repeat=20),
    Arm("asked 20 times", "{input}", max_tokens=256, temperature=1.0, repeat=20),
    Arm("told who it is", "{input}", system=TOLD),
    Arm(FIRST, "{input}\nPut the answer on the first line as `Answer: <number>`. After that, explain."),
    Arm(
        "step by step",
        "{input}\nWork it out step by step. End with a line `Answer: <number>`.",
        max_tokens=1024,
    ),
)

ARMS = tuple(replace(arm, where={"ways": taken(arm.name)}) for arm in _WAYS)
"""Each takes the questions that name it."""
