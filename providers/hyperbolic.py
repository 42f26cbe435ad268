"""Hyperbolic: open models at api.hyperbolic.xyz, base models among them; the key is in HYPERBOLIC_API_KEY.

evals run hallucination -m hyperbolic/meta-llama/Llama-3.3-70B-Instruct
evals run SUITE -m hyperbolic/meta-llama/Meta-Llama-3.1-405B    (a base model: it continues texts)
"""

from evals.host import Host

connect = Host(
    "hyperbolic",
    "https://api.hyperbolic.xyz/v1",
    key="HYPERBOLIC_API_KEY",
    base_models=("meta-llama/Meta-Llama-3.1-405B", "meta-llama/Meta-Llama-3.1-405B-FP8"),
    concurrency=8,
    wires=("chat", "completion"),
).connect
