"""`transformers serve`, on this machine: what the hub or a folder holds, as it is; no key.

evals run hallucination -m transformers/Qwen/Qwen3-0.6B
"""

from evals.host import Host

connect = Host(
    "transformers",
    "http://127.0.0.1:8000/v1",
    start="transformers serve",
    concurrency=4,
    wires=("chat", "responses"),
).connect
