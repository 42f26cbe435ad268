"""A host that takes batches, in memory, as OpenAI's and Anthropic's APIs do: files, lists, looks, results and their errors."""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs, urlsplit

from evals.wires.wire import WireName
from tests.shapes import Said, anthropic_error, openai_error
from tests.stub_server import Reply, Seen

PATHS: dict[str, WireName] = {
    "/v1/chat/completions": "chat",
    "/v1/responses": "responses",
    "/v1/completions": "completion",
    "/v1/messages": "messages",
}
SUM = re.compile(r"(\d+) \+ (\d+)")


def adds(wire: WireName, body: Any) -> Reply:
    """Answers the last sum in a request."""
    a, b = SUM.findall(json.dumps(body))[-1]
    return Reply(Said(str(int(a) + int(b))).over(wire))


@dataclass
class Batch:
    """A batch as the host keeps it.

    Attributes:
        url: what each request would go to.
        requests: (custom_id, body).
        looks: how often it has been looked at.
        fate: "done", "expired" or "cancelled" once it has ended; "failed" if it is refused.
        lines: what came back, once it has ended, and whether it is an answer.
    """

    id: str
    url: str
    requests: list[tuple[str, Any]]
    metadata: dict[str, str] | None = None
    created: float = field(default_factory=time.time)
    looks: int = 0
    fate: str = "done"
    ended: bool = False
    lines: list[tuple[Any, bool]] = field(default_factory=list)


@dataclass
class Host:
    """The host: `stub.host = Host()`.

    Attributes:
        mind: what it answers to a request.
        fate: what becomes of a batch; see Batch.
        befalls: what becomes of one request in place of an answer: "expired", "cancelled", or nothing.
        lasts: how many looks show a batch that has not ended.
        held: while set, no batch ends, and looks do not count.
        swallows: how many submissions are carried out and answered by a hang-up.
        page: how many batches a page of the list holds.
    """

    mind: Callable[[WireName, Any], Reply] = adds
    fate: Callable[[Batch], str] = lambda _: "done"
    befalls: Callable[[Any], str] = lambda _: ""
    lasts: int = 0
    held: bool = False
    swallows: int = 0
    page: int = 100
    batches: dict[str, Batch] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, seen: Seen) -> Reply:
        """What it answers."""
        parts = urlsplit(seen.path)
        steps = parts.path.removeprefix("/v1/").split("/")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match steps:
            case ["files", *rest]:
                return self._content(rest[0]) if rest else self._upload(seen)
            case [*_, "batches"]:
                return self._listed(query) if seen.body is None else self._take(seen.body)
            case [*_, "batches", batch]:
                return self._look(batch)
            case [*_, "batches", batch, "results"]:
                return Reply(_written(line for line, _ in self.batches[batch].lines))
        return self.mind(PATHS[parts.path], seen.body)

    @property
    def asked(self) -> list[Any]:
        """The bodies of all requests of all batches."""
        return [body for batch in self.batches.values() for _, body in batch.requests]

    def _content(self, file: str) -> Reply:
        if file not in self.files:
            return Reply(openai_error(f"No such File object: {file}"), 404)
        return Reply(self.files[file])

    def _upload(self, seen: Seen) -> Reply:
        form = _form(seen)
        if form["purpose"] != b"batch":
            return Reply(openai_error("Invalid purpose"), 400)
        file = f"file-{len(self.files) + 1}"
        self.files[file] = form["file"]
        told = {"id": file, "object": "file", "bytes": len(form["file"]), "created_at": 1, "filename": "x"}
        return Reply({**told, "purpose": "batch", "status": "processed"})

    def _take(self, body: Any) -> Reply:
        if "requests" in body:
            asked = [(request["custom_id"], request["params"]) for request in body["requests"]]
            assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name, _ in asked)
            return self._put(Batch(self._name(), "/v1/messages", asked))
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        assert {(line["method"], line["url"]) for line in lines} == {("POST", body["endpoint"])}
        assert body["completion_window"] == "24h"
        asked = [(line["custom_id"], line["body"]) for line in lines]
        return self._put(Batch(self._name(), body["endpoint"], asked, body.get("metadata")))

    def _name(self) -> str:
        return f"batch_{len(self.batches) + 1}"

    def _put(self, batch: Batch) -> Reply:
        assert len({name for name, _ in batch.requests}) == len(batch.requests)
        assert len({body["model"] for _, body in batch.requests}) == 1
        batch.fate = self.fate(batch)
        self.batches[batch.id] = batch
        if self.swallows:
            self.swallows -= 1
            return Reply(reset=True)
        return Reply(self._shown(batch))

    def _look(self, name: str) -> Reply:
        if name not in self.batches:
            return Reply(openai_error(f"No batch found with id '{name}'."), 404)
        batch = self.batches[name]
        if not self.held and not batch.ended:
            batch.looks += 1
            batch.ended = batch.looks > self.lasts
            if batch.ended:
                batch.lines = [self._result(batch, *request) for request in reversed(batch.requests)]
        return Reply(self._shown(batch))

    def _listed(self, query: dict[str, str]) -> Reply:
        """A page, the newest first."""
        names = [*reversed(self.batches)]
        after = query.get("after") or query.get("after_id")
        rest = names[names.index(after) + 1 :] if after else names
        page = [self._shown(self.batches[name]) for name in rest[: self.page]]
        ends = {"first_id": page[0]["id"], "last_id": page[-1]["id"]} if page else {}
        return Reply({"object": "list", "data": page, "has_more": len(rest) > self.page, **ends})

    def _shown(self, batch: Batch) -> dict[str, Any]:
        return self._as_anthropic(batch) if batch.url == "/v1/messages" else self._as_openai(batch)

    def _as_openai(self, batch: Batch) -> dict[str, Any]:
        ends = {"done": "completed"}.get(batch.fate, batch.fate)
        total, refused = len(batch.requests), batch.fate == "failed"
        fault = {
            "code": "token_limit_exceeded",
            "line": None,
            "message": "Enqueued token limit reached.",
            "param": None,
        }
        files = {}
        if batch.ended and not refused:
            for name, wanted in (("output_file_id", True), ("error_file_id", False)):
                if content := _written(line for line, good in batch.lines if good == wanted):
                    files[name] = f"file-{batch.id}-{name}"
                    self.files[files[name]] = content
        done = total if batch.ended and not refused else 0
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": batch.url,
            "input_file_id": "file-1",
            "completion_window": "24h",
            "status": ends if batch.ended else "in_progress",
            "created_at": int(batch.created),
            "metadata": batch.metadata,
            "errors": {"object": "list", "data": [fault]} if batch.ended and refused else None,
            "request_counts": {"total": total, "completed": done, "failed": 0},
            **files,
        }

    def _as_anthropic(self, batch: Batch) -> dict[str, Any]:
        total = len(batch.requests)
        counts = {"processing": total, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
        if batch.ended:
            counts |= {"processing": 0, "succeeded": total}
        at = datetime.fromtimestamp(batch.created, UTC).isoformat()
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": "ended" if batch.ended else "in_progress",
            "request_counts": counts,
            "created_at": at,
            "expires_at": at,
            "results_url": f"https://elsewhere.example/v1/messages/batches/{batch.id}/results"
            if batch.ended
            else None,
        }

    def _result(self, batch: Batch, name: str, body: Any) -> tuple[dict[str, Any], bool]:
        fate = self.befalls(body) or (batch.fate if batch.fate in ("expired", "cancelled") else "")
        said = self.mind(PATHS[batch.url], body)
        good = said.status == 200 and not fate
        if batch.url == "/v1/messages":
            if fate:
                return {"custom_id": name, "result": {"type": fate.replace("ll", "l")}}, good
            result = (
                {"type": "succeeded", "message": said.body}
                if good
                else {"type": "errored", "error": said.body}
            )
            return {"custom_id": name, "result": result}, good
        line: dict[str, Any] = {"id": f"batch_req_{name}", "custom_id": name, "response": None, "error": None}
        if fate:
            return {**line, "error": {"code": f"batch_{fate}", "message": "It was not carried out."}}, good
        return {**line, "response": {"status_code": said.status, "request_id": "r", "body": said.body}}, good


def _form(seen: Seen) -> dict[str, bytes]:
    """The fields of a form that came as multipart/form-data."""
    head = f"content-type: {seen.headers['content-type']}\r\n\r\n".encode()
    whole: Any = message_from_bytes(head + seen.body)
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in whole.get_payload()
    }


def _written(lines: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def refuses(wire: WireName, message: str) -> Reply:
    """A 400 in the words of a wire."""
    if wire == "messages":
        return Reply(anthropic_error("invalid_request_error", message), 400)
    return Reply(openai_error(message), 400)
