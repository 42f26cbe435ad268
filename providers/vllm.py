"""A vLLM server, on this machine (`vllm serve MODEL`) or at base_url; no key, or the one in VLLM_API_KEY.

evals run hallucination -m vllm/Qwen/Qwen3-8B
evals run SUITE -m 'vllm/meta-llama/Llama-3.1-8B?wire=completion'    (a base model: it continues texts)
"""

from evals.host import Host
from evals.lens import served
from evals.wires.wire import Quirks

connect = Host(
    "vllm",
    "http://127.0.0.1:8000/v1",
    key="VLLM_API_KEY",
    needs_key=False,
    start="vllm serve MODEL",
    concurrency=64,
    quirks=Quirks(logprobs=True),
    lens=served.vllm,
    wires=("chat", "completion", "responses"),
).connect
