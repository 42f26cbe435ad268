"""Hugging Face's router: many hosts' models at router.huggingface.co; the key is in HF_TOKEN.

evals run hallucination -m huggingface/openai/gpt-oss-120b:groq
"""

from evals.host import Host

connect = Host(
    "huggingface", "https://router.huggingface.co/v1", key="HF_TOKEN", wires=("chat", "responses")
).connect
