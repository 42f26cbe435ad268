"""Ollama, on this machine (`ollama serve`); no key.

evals run hallucination -m ollama/llama3.2
"""

from evals.host import Host

connect = Host(
    "ollama",
    "http://127.0.0.1:11434/v1",
    start="ollama serve",
    fetch="ollama pull",
    concurrency=4,
    wires=("chat", "completion", "responses"),
).connect
