"""Ollama, on this machine (`ollama serve`); no key.

evals run hallucination -m ollama/llama3.2

Models whose names end in "cloud" run at Ollama's own site: what they cost is not known here.
"""

from evals.host import Host

connect = Host(
    "ollama",
    "http://127.0.0.1:11434/v1",
    start="ollama serve",
    fetch="ollama pull",
    concurrency=4,
    wires=("chat", "completion", "responses"),
    passes_on=("*-cloud", "*:cloud"),
).connect
