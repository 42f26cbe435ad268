"""llama.cpp's server, on this machine (`llama-server -m FILE.gguf`); no key, or the one in LLAMA_API_KEY.

evals run hallucination -m llamacpp
evals run SUITE -m 'llamacpp?wire=completion'    (a base model: it continues texts)
"""

from evals.host import Host
from evals.lens import served
from evals.wires.wire import Quirks

connect = Host(
    "llamacpp",
    "http://127.0.0.1:8080/v1",
    key="LLAMA_API_KEY",
    needs_key=False,
    start="llama-server -m FILE.gguf",
    model="default",
    concurrency=4,
    lens=served.llamacpp,
    wires=("chat", "completion", "messages"),
    quirks=Quirks(model=False),
).connect
