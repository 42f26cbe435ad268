"""Fireworks AI: open models at api.fireworks.ai; the key is in FIREWORKS_API_KEY.

evals run hallucination -m fireworks/accounts/fireworks/models/llama-v3p3-70b-instruct
"""

from evals.host import Host
from evals.wires.wire import Quirks

connect = Host(
    "fireworks",
    "https://api.fireworks.ai/inference/v1",
    key="FIREWORKS_API_KEY",
    quirks=Quirks(logprobs=True),
    wires=("chat", "completion"),
).connect
