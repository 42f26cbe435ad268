"""OpenAI's Batch API: a file of requests goes in, files of answers and of errors come out within 24 hours.

Source: the `openai` package's `batches` and `files` (3.54), and the Batch guide for the lines of the files.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from evals.batch.desk import Desk, State
from evals.batch.ledger import Intent
from evals.errors import ProviderError
from evals.net import complaint
from evals.net.complaint import Complaint
from evals.net.http import Answer, HostError, Shape

MARK = "evals"
"""The key under which a batch's metadata hold the token of its intent."""

PENDING = ("validating", "in_progress", "finalizing", "cancelling")
FULL = "token_limit_exceeded"
FEWER = "wait for other batches to end, or put fewer requests into each: --concurrency N"


class _File(Shape):
    id: str


class _Counts(Shape):
    total: int = 0
    completed: int = 0
    failed: int = 0


class _Fault(Shape):
    code: str | None = None
    message: str | None = None
    param: str | None = None
    line: int | None = None


class _Faults(Shape):
    data: list[_Fault] | None = None


class _Batch(Shape):
    id: str
    status: str = "validating"
    metadata: dict[str, str] | None = None
    request_counts: _Counts | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: _Faults | None = None


class _Page(Shape):
    data: list[_Batch]
    has_more: bool = False


class _Answered(Shape):
    status_code: int
    body: Any


class _Line(Shape):
    custom_id: str
    response: _Answered | None = None
    error: _Fault | None = None


@dataclass(frozen=True)
class Files(Desk):
    """OpenAI's interface."""

    most: ClassVar[int] = 50_000
    largest: ClassVar[int] = 190_000_000  # of 200 MB, less what each line has beside its body

    async def submit(self, intent: Intent, bodies: Sequence[bytes]) -> str:
        """Hand in a batch; what the host calls it. Raises: as `Desk.submit`."""
        lines = b"".join(map(self._line, intent.tickets, bodies))
        sent = await self.http.upload("/files", f"evals-{intent.token}.jsonl", lines, purpose="batch")
        batch = {
            "input_file_id": self.http.read(_File, sent).id,
            "endpoint": f"/v1{self.path}",
            "completion_window": "24h",
            "metadata": {MARK: intent.token},
        }
        return self.http.read(_Batch, await self.http.post("/batches", batch, self.model)).id

    def _line(self, ticket: str, body: bytes) -> bytes:
        head = {"custom_id": ticket, "method": "POST", "url": f"/v1{self.path}"}
        return json.dumps(head).encode()[:-1] + b', "body": ' + body + b"}\n"

    async def look(self, batch: str) -> State:
        """How a batch stands. Raises: as `Desk.look`."""
        found = self.http.read(_Batch, await self.http.get(f"/batches/{batch}"))
        counts = found.request_counts or _Counts()
        files = tuple(filter(None, (found.output_file_id, found.error_file_id)))
        refused = found.status == "failed"
        rest = {"expired": self.expired, "cancelled": self.cancelled}.get(found.status, self.lost)
        return State(
            ended=found.status not in PENDING,
            done=counts.completed + counts.failed,
            total=counts.total,
            results=tuple(f"/files/{file}/content" for file in files),
            rest=self._refusal(found) if refused else rest(),
            refused=refused,
        )

    def _refusal(self, batch: _Batch) -> ProviderError:
        """Why the host took none of a batch."""
        first, *_ = (batch.errors and batch.errors.data) or [_Fault()]
        said = complaint.plain(first.message or "it does not say why")
        about = f"batch {batch.id}" + (f", line {first.line}" if first.line else "")
        why = Complaint(400, f"{about}: {said}", first.code or "", first.param or "")
        if first.code == FULL:
            message = f"{self.http.host} has no room for {about}: {said}"
            return HostError("bad_request", message, FEWER, why)
        return self.http.refusal(why, self.model)

    def read(self, line: bytes) -> tuple[str, Answer | ProviderError]:
        """(ticket, what came back) of a line of results. Raises: ProviderError: it is garbled."""
        found = self.http.read(_Line, Answer(line, None))
        if found.response is not None:
            return found.custom_id, self._answer(found.response)
        fault = found.error or _Fault()
        match fault.code:
            case "batch_expired":
                return found.custom_id, self.expired()
            case "batch_cancelled":
                return found.custom_id, self.cancelled()
        said = Complaint(500, complaint.plain(fault.message or ""), fault.code or "")
        return found.custom_id, self.http.refusal(said, self.model)

    def _answer(self, answered: _Answered) -> Answer | ProviderError:
        content = json.dumps(answered.body).encode()
        if 200 <= answered.status_code < 300:
            return Answer(content, None)
        return self.http.refusal(complaint.read(answered.status_code, {}, content), self.model)

    async def find(self, intent: Intent, known: Collection[str]) -> str:
        """The batch whose metadata hold the intent's token; every one is looked at, as their order is not promised."""
        after = ""
        while True:
            page = self.http.read(_Page, await self.http.get(f"/batches?limit=100{after}"))
            for batch in page.data:
                if (batch.metadata or {}).get(MARK) == intent.token and batch.id not in known:
                    return batch.id
            if not (page.has_more and page.data):
                return ""
            after = f"&after={page.data[-1].id}"
