"""Together AI: open models at api.together.ai; the key is in TOGETHER_API_KEY.

evals run hallucination -m together/deepseek-ai/DeepSeek-R1?temperature=0.6
"""

from evals.host import Host

connect = Host(
    "together", "https://api.together.ai/v1", key="TOGETHER_API_KEY", wires=("chat", "completion")
).connect
