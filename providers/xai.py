"""xAI: Grok at api.x.ai; the key is in XAI_API_KEY.

evals run hallucination -m xai/grok-4
"""

from evals.host import Host

connect = Host("xai", "https://api.x.ai/v1", key="XAI_API_KEY", wires=("chat", "responses")).connect
