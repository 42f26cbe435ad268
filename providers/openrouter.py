"""OpenRouter: many hosts' models behind one address, openrouter.ai; the key is in OPENROUTER_API_KEY.

evals run hallucination -m openrouter/meta-llama/llama-3.3-70b-instruct
"""

from evals.host import Host

connect = Host(
    "openrouter",
    "https://openrouter.ai/api/v1",
    key="OPENROUTER_API_KEY",
    wires=("chat", "completion", "responses"),
).connect
