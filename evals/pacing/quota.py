"""What a host says is left of a limit, in the headers of its answers. Pure functions.

`x-ratelimit-remaining-requests: 59`, `x-ratelimit-reset-requests: 1s` (OpenAI, Groq, Together, xAI and others),
`anthropic-ratelimit-requests-remaining: 49`, `anthropic-ratelimit-requests-reset: 2026-11-29T10:00:00Z`, and
`x-ratelimit-limit-req-minute`'s kin of Mistral are not read: it does not say when they are full again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms]?)")
SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
EPOCH = 1_000_000_000
"""A number of seconds beyond this is a time of day, counted from 1970, and not a span."""

NAMES = {
    "requests": (
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ),
    "tokens": (
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ),
}
"""What is limited -> names of the headers that say what is left, and when it is full again."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one limit: so many, until it is full again in so many seconds."""

    amount: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Quota:
    """What a host says is left; None where it does not say."""

    requests: Left | None = None
    tokens: Left | None = None

    def __bool__(self) -> bool:
        return self.requests is not None or self.tokens is not None


NOTHING = Quota()


def read(headers: Mapping[str, str]) -> Quota:
    """What an answer's headers say is left.

    Args: headers: of a mapping that ignores case, or with lower-case names.
    """
    said = {name: value for name, value in headers.items() if "ratelimit" in name}
    return Quota(**{what: _left(said, names) for what, names in NAMES.items()}) if said else NOTHING


def _left(headers: Mapping[str, str], names: tuple[tuple[str, str], ...]) -> Left | None:
    for remaining, reset in names:
        if remaining in headers:
            amount, span = _number(headers[remaining]), seconds(headers.get(reset, ""))
            if amount is not None and span is not None:
                return Left(amount, span)
    return None


def seconds(text: str) -> float | None:
    """A span of time as hosts write it: "1s", "6m0s", "20ms", "12.5", a date, or a number of seconds since 1970.

    None if it is none of these.
    """
    text = text.strip()
    number = _number(text)
    if number is not None:
        return max(0.0, number - datetime.now(UTC).timestamp()) if number > EPOCH else number
    if SPAN.sub("", text) == "" and text:
        return sum(float(amount) * SECONDS[unit] for amount, unit in SPAN.findall(text))
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text.strip()) else None
