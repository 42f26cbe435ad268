"""OpenAI: Chat Completions at api.openai.com; the key is in OPENAI_API_KEY.

evals run hallucination -m openai/gpt-5.6
evals run hallucination -m 'openai/gpt-5.6?reasoning_effort=low&max_tokens=4096'
evals run hallucination -m openai/gpt-5.6 --batch    (by its Batch API, at half the price)
"""

from evals.host import Host
from evals.lens import ranks
from evals.wires.wire import Quirks

connect = Host(
    "openai",
    "https://api.openai.com/v1",
    key="OPENAI_API_KEY",
    quirks=Quirks(max_tokens="max_completion_tokens"),
    models=dict.fromkeys(("davinci-002", "babbage-002"), Quirks(logprobs=True)),
    base_models=("davinci-002", "babbage-002", "gpt-3.5-turbo-instruct*"),
    lens=ranks.tiktoken,
    wires=("chat", "responses", "completion"),
    batches=True,
).connect
