"""Any server that speaks OpenAI's wire, at the address you give; no key, or the one in the variable you name.

evals run hallucination -m 'openai-compatible/MODEL?base_url=http://127.0.0.1:8000/v1'
evals run hallucination -m 'openai-compatible/MODEL?base_url=https://HOST/v1&key_env=HOST_API_KEY'
"""

from evals.host import Host
from evals.wires.wire import Quirks

connect = Host(
    "openai-compatible",
    quirks=Quirks(logprobs=True),  # until it turns out that the server tells none
    wires=("chat", "completion", "responses", "messages", "gemini"),
).connect
