"""LM Studio's local server, on this machine (`lms server start`); no key, or the one in LM_API_TOKEN.

evals run hallucination -m lmstudio/qwen3-8b
"""

from evals.host import Host

connect = Host(
    "lmstudio",
    "http://127.0.0.1:1234/v1",
    key="LM_API_TOKEN",
    needs_key=False,
    start="lms server start",
    fetch="lms get",
    concurrency=4,
    wires=("chat", "completion", "responses", "messages"),
).connect
