"""Groq: open models at api.groq.com; the key is in GROQ_API_KEY.

evals run hallucination -m groq/llama-3.3-70b-versatile
"""

from evals.host import Host

connect = Host(
    "groq", "https://api.groq.com/openai/v1", key="GROQ_API_KEY", wires=("chat", "responses")
).connect
