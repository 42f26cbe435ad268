"""`transformers serve`, on this machine: what the hub or a folder holds, as it is; no key.

evals run hallucination -m transformers/Qwen/Qwen3-0.6B

It serves Responses too, but says of a reply that was cut off there that it is complete; so it is not asked over that wire.
"""

from evals.host import Host

connect = Host("transformers", "http://127.0.0.1:8000/v1", start="transformers serve", concurrency=4).connect
