"""Anthropic: Claude at api.anthropic.com; the key is in ANTHROPIC_API_KEY.

evals run hallucination -m anthropic/claude-sonnet-5-5
evals run arithmetic -m 'anthropic/claude-opus-5-5?reasoning_effort=low&max_tokens=4096'
evals run arithmetic -m anthropic/claude-sonnet-5-5 --batch    (by Message Batches, at half the price)

Models since Opus 4.7 take no temperature: none is sent to them, and replies say so. A seed is taken by none.
"""

from evals.host import Host
from evals.wires.wire import Quirks

connect = Host(
    "anthropic",
    "https://api.anthropic.com/v1",
    key="ANTHROPIC_API_KEY",
    wires=("messages",),
    batches=True,
    models=dict.fromkeys(
        (
            "claude-opus-4-[789]*",
            "claude-opus-[5-9]*",
            "claude-sonnet-[5-9]*",
            "claude-haiku-[5-9]*",
            "claude-fable*",
            "claude-mythos*",
        ),
        Quirks(temperature=False, top_p=False),
    ),
).connect
