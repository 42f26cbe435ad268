"""Usage: what an answer has taken, in tokens and US dollars, as its host counts."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Counts(NamedTuple):
    """What an answer has taken, as its host says; None where it does not say.

    Attributes:
        read, written: tokens, those of hidden reasoning among those written.
        reasoning: tokens.
        cached, stored: those of the tokens read that came from the host's cache, and that it put into it.
        charged: US dollars.
    """

    read: int | None
    written: int | None
    reasoning: int | None
    cached: int | None = None
    stored: int | None = None
    charged: float | None = None


def counts(usage: Any) -> Counts:
    """What a usage record of OpenAI's older wires says, whatever of it is there.

    Some hosts count reasoning beside what is written (xAI); their total tells. DeepSeek and Moonshot have names of their
    own for what came from a cache.
    """
    if not isinstance(usage, dict):
        return UNTOLD
    read, written = count(usage, "prompt_tokens"), count(usage, "completion_tokens")
    if usage.keys() <= PLAIN:  # what most answers say, and all that bare servers do
        return Counts(read, written, None)
    hidden = count(usage, "completion_tokens_details", "reasoning_tokens")
    hidden = count(usage, "reasoning_tokens") if hidden is None else hidden
    total = count(usage, "total_tokens")
    if hidden and None not in (read, written, total) and total == added(read, written, hidden):
        written = added(written, hidden)
    told = (("prompt_tokens_details", "cached_tokens"), ("prompt_cache_hit_tokens",), ("cached_tokens",))
    cached = next((found for path in told if (found := count(usage, *path)) is not None), None)
    stored = count(usage, "prompt_tokens_details", "cache_write_tokens")
    return Counts(read, written, hidden, cached, stored, charged(usage))


UNTOLD = Counts(None, None, None)
PLAIN = frozenset({"prompt_tokens", "completion_tokens", "total_tokens"})
"""A usage record of these alone tells nothing of reasoning, caches or charges."""

TICKS = 10_000_000_000
"""xAI's unit of cost: so many are a US dollar."""


def charged(usage: Any) -> float | None:
    """The US dollars that a usage record says were charged (OpenRouter, xAI); None if it does not say.

    Where a key of the user's own is billed at another host (BYOK), OpenRouter names what that host charges beside its fee.
    """
    ticks = count(usage, "cost_in_usd_ticks")
    if ticks is not None:
        return ticks / TICKS
    cost = amount(usage, "cost")
    if cost is not None and usage.get("is_byok"):
        upstream = amount(usage, "cost_details", "upstream_inference_cost")
        return None if upstream is None else cost + upstream
    return cost


def added(*numbers: int | None) -> int | None:
    """The sum of those that are known; None if none is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def together(answers: Iterable[Counts]) -> Counts:
    """What several answers have taken; None where one of them does not say."""
    columns = zip(*answers, strict=True)
    return Counts(*(None if None in each else sum(each) for each in columns))


def count(usage: Any, *path: str) -> int | None:
    """A number of tokens in a usage record, by its keys; None if it is not there."""
    found = amount(usage, *path)
    return found if isinstance(found, int) else None


def amount(usage: Any, *path: str) -> float | None:
    """A number in a usage record, by its keys; None if it is not there."""
    for step in path:
        usage = usage.get(step) if isinstance(usage, dict) else None
    return usage if isinstance(usage, int | float) and not isinstance(usage, bool) else None
