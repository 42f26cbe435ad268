"""Mistral: api.mistral.ai; the key is in MISTRAL_API_KEY.

evals run hallucination -m mistral/mistral-large-latest
"""

from evals.host import Host
from evals.wires.wire import Quirks

connect = Host(
    "mistral",
    "https://api.mistral.ai/v1",
    key="MISTRAL_API_KEY",
    quirks=Quirks(seed="random_seed"),
).connect
