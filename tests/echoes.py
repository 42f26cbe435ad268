"""How servers echo a text with the probability of each token, for a model whose probabilities are known."""

import re
from itertools import accumulate
from typing import Any, Literal

from evals.types import Likelihood

Server = Literal["openai", "vllm", "sglang", "sentencepiece"]
"""What sets them apart: which tokens begin a text, what they say of places, and whether tokens spell the text.

openai: every token is a part of the text, `text_offset` is its place.
vllm: one more token begins the text, and counts in `text_offset`; in each place are the token and the likeliest.
sglang: `text_offset` is always -1.
sentencepiece: vLLM with a vocabulary whose tokens are written without the blank before them.
"""

TOKENS = re.compile(r"\s?\w+|\s?[^\w\s]|\s")
LIKELIEST = " the"


def logprob(token: str) -> float:
    """Of a token of n characters -n / 8, whatever goes before it: exact as a float."""
    return -len(token) / 8


def top(token: str) -> dict[str, float]:
    """The likeliest in a token's place: the token itself where it has an even number of characters."""
    return {token: logprob(token)} if len(token) % 2 == 0 else {LIKELIEST: logprob(token) + 0.125}


def likelihood(text: str, choice: str) -> Likelihood:
    """What a model tells of a choice whose first token begins where the text ends."""
    tokens = TOKENS.findall(choice)
    return Likelihood(sum(map(logprob, tokens)), all(len(token) % 2 == 0 for token in tokens))


def echoed(text: str, server: Server = "vllm") -> dict[str, Any]:
    """The answer to `echo` with `logprobs: 1` and `max_tokens: 1`."""
    tokens = [*TOKENS.findall(text), LIKELIEST]
    logprobs: list[float | None] = [logprob(token) for token in tokens]
    tops: list[dict[str, float] | None] = [top(token) for token in tokens]
    if server == "sentencepiece":
        tokens = [token.removeprefix(" ") for token in tokens]
    if server != "openai":
        tokens, logprobs, tops = ["<s>", *tokens], [None, *logprobs], [None, *tops]
    else:
        logprobs[0], tops[0] = None, None
    if server in ("vllm", "sentencepiece"):
        tops = [
            None if best is None else {token: own or 0.0, **best}
            for token, own, best in zip(tokens, logprobs, tops, strict=True)
        ]
    offsets = [0, *accumulate(map(len, tokens))][: len(tokens)]
    choice = {
        "index": 0,
        "text": text + LIKELIEST,
        "finish_reason": "length",
        "logprobs": {
            "tokens": tokens,
            "token_logprobs": logprobs,
            "top_logprobs": tops,
            "text_offset": [-1] * len(tokens) if server == "sglang" else offsets,
        },
    }
    usage = {
        "prompt_tokens": len(tokens) - 1,
        "completion_tokens": 1,
        "total_tokens": len(tokens),
    }
    return {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1_790_000_000,
        "model": "served",
        "choices": [choice],
        "usage": usage,
    }
