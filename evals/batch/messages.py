"""Anthropic's Message Batches: a list of requests goes in, lines of results come out within 24 hours.

Source: the `anthropic` package's `messages.batches` (2.12).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from evals.batch.desk import Desk, State
from evals.batch.ledger import Intent
from evals.errors import ProviderError
from evals.net import complaint
from evals.net.http import Answer, Shape

STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The kind of a failed request's error -> the status that it would have come with."""

SKEW = 3600.0
"""Seconds by which the host's clock may differ from ours."""


class _Counts(Shape):
    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0

    @property
    def total(self) -> int:
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired


class _Batch(Shape):
    id: str
    processing_status: str
    request_counts: _Counts
    created_at: datetime
    results_url: str | None = None


class _Page(Shape):
    data: list[_Batch]
    has_more: bool = False


class _Result(Shape):
    type: str
    message: Any = None
    error: Any = None


class _Line(Shape):
    custom_id: str
    result: _Result


@dataclass(frozen=True)
class MessageBatches(Desk):
    """Anthropic's interface."""

    most: ClassVar[int] = 100_000
    largest: ClassVar[int] = 240_000_000  # of 256 MB, less what each request has beside its body

    @property
    def _home(self) -> str:
        return f"{self.path}/batches"

    async def submit(self, intent: Intent, bodies: Sequence[bytes]) -> str:
        """Hand in a batch; what the host calls it. Raises: as `Desk.submit`."""
        requests = (
            b'{"custom_id": "%s", "params": %s}' % (ticket.encode(), body)
            for ticket, body in zip(intent.tickets, bodies, strict=True)
        )
        body = b'{"requests": [' + b", ".join(requests) + b"]}"
        return self.http.read(_Batch, await self.http.post_bytes(self._home, body, self.model)).id

    async def look(self, batch: str) -> State:
        """How a batch stands. Raises: as `Desk.look`."""
        found = self.http.read(_Batch, await self.http.get(f"{self._home}/{batch}"))
        counts = found.request_counts
        # the address that it gives would be sent our key; this is the same one, at the host that was named
        results = (f"{self._home}/{batch}/results",) if found.results_url else ()
        return State(
            ended=found.processing_status == "ended",
            done=counts.total - counts.processing,
            total=counts.total,
            results=results,
            rest=self.lost(),
        )

    def read(self, line: bytes) -> tuple[str, Answer | ProviderError]:
        """(ticket, what came back) of a line of results. Raises: ProviderError: it is garbled."""
        found = self.http.read(_Line, Answer(line, None))
        return found.custom_id, self._answer(found.result)

    def _answer(self, result: _Result) -> Answer | ProviderError:
        match result.type:
            case "succeeded":
                return Answer(json.dumps(result.message).encode(), None)
            case "expired":
                return self.expired()
            case "canceled":
                return self.cancelled()
        inner = result.error.get("error") if isinstance(result.error, dict) else None
        kind = str(inner.get("type")) if isinstance(inner, dict) else ""
        said = complaint.read(STATUSES.get(kind, 500), {}, json.dumps(result.error).encode())
        return self.http.refusal(said, self.model)

    async def find(self, intent: Intent, known: Collection[str]) -> str:
        """The newest batch of that size made since: whether it is the intent's, its tickets show once it has ended."""
        after = ""
        while True:
            page = self.http.read(_Page, await self.http.get(f"{self._home}?limit=100{after}"))
            for batch in page.data:
                if batch.created_at.timestamp() < intent.at - SKEW:
                    return ""  # the newest come first
                if batch.request_counts.total == len(intent.requests) and batch.id not in known:
                    return batch.id
            if not (page.has_more and page.data):
                return ""
            after = f"&after_id={page.data[-1].id}"
