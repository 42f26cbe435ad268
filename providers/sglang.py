"""An SGLang server, on this machine (`python -m sglang.launch_server --model-path MODEL`); no key, or the one in SGLANG_API_KEY.

evals run hallucination -m sglang/Qwen/Qwen3-8B
evals run SUITE -m 'sglang/meta-llama/Llama-3.1-8B?wire=completion'    (a base model: it continues texts)
"""

from evals.host import Host
from evals.wires.wire import Quirks

connect = Host(
    "sglang",
    "http://127.0.0.1:30000/v1",
    key="SGLANG_API_KEY",
    needs_key=False,
    start="python -m sglang.launch_server --model-path MODEL",
    concurrency=64,
    quirks=Quirks(logprobs=True),
    wires=("chat", "completion", "messages"),
).connect
