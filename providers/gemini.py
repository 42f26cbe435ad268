"""Gemini: Google's generativelanguage.googleapis.com; the key is in GEMINI_API_KEY.

evals run hallucination -m gemini/gemini-3-flash
evals run arithmetic -m 'gemini/gemini-3-pro?reasoning_effort=low&max_tokens=4096'
"""

from evals.host import Host

connect = Host(
    "gemini",
    "https://generativelanguage.googleapis.com/v1beta",
    key="GEMINI_API_KEY",
    wires=("gemini",),
).connect
