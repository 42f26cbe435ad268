"""A real HTTP server on loopback that answers as it is told, faults of the connection included."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from evals.provider import Provider
from evals.types import Prompt, Response


@dataclass(frozen=True)
class Reply:
    """What the server answers.

    Attributes:
        body: bytes and text as they are, anything else as JSON.
        status: the HTTP status.
        headers: besides length and type.
        cut: bytes of the body after which the connection is closed, though its full length was announced.
        reset: hang up (TCP reset) instead of an answer.
        silent: never answer; hold the connection until the client gives up.
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    reset: bool = False
    silent: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Seen:
    """A request as it came in; header names in lower case, the body as bytes where it is no JSON."""

    path: str
    headers: Mapping[str, str]
    body: Any
    method: str = "GET"


class Stub(ThreadingHTTPServer):
    """Answers each request with the next of `replies`; the last one stays.

    One with a `mind` answers what that says to the body, one with a `host` what that says to the request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[Reply] = [Reply(chat("Yes."))]
        self.seen: list[Seen] = []
        self.mind: Callable[[Any], Reply] | None = None
        self.host: Callable[[Seen], Reply] | None = None
        self.released = threading.Event()
        self._turn = threading.Lock()

    @property
    def url(self) -> str:
        """The base address, up to and with /v1."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def plays(self, *replies: Reply) -> None:
        """What to answer from now on."""
        self.replies = list(replies)

    def next(self, seen: Seen) -> Reply:
        """Note a request and take its reply."""
        with self._turn:
            self.seen.append(seen)
            if self.host is not None:
                return self.host(seen)
            if self.mind is not None:
                return self.mind(seen.body)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def handle_error(self, *_args: object) -> None:
        """Clients that hang up are part of the tests."""

    def shutdown_request(self, request: Any) -> None:
        """Close without a farewell: after a reset there is nobody to say it to."""
        request.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stub

    def do_GET(self) -> None:
        self._answer(None)

    do_HEAD = do_GET  # noqa: N815  the base class asks for this name

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._answer(json.loads(body) if "json" in self.headers["content-type"] else body)

    do_PATCH = do_POST  # noqa: N815  the same

    def _answer(self, body: Any) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.next(Seen(self.path, headers, body, self.command))
        if reply.silent:
            self.server.released.wait()
            self.close_connection = True
        elif reply.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"content-type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.content[: reply.cut])
        self.close_connection = reply.cut is not None

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def serving(stub: Stub | None = None) -> Iterator[Stub]:
    """A server for as long as the block lasts."""
    stub = stub or Stub()
    thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        stub.released.set()
        stub.shutdown()
        thread.join()
        stub.server_close()


def chat(
    content: Any, finish_reason: str | None = "stop", *, model: str = "served", **message: Any
) -> dict[str, Any]:
    """A chat completion as OpenAI sends it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, **message},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 8, "total_tokens": 28},
    }


def completion(text: Any, finish_reason: str | None = "stop") -> dict[str, Any]:
    """A text completion as OpenAI sends it."""
    return {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1_790_000_000,
        "model": "served",
        "choices": [{"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }


def complaint(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """An error body as OpenAI sends it."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def ask(provider: Provider, *prompts: Prompt) -> list[Response]:
    """The replies to some prompts, one after the other, over connections that are closed afterwards."""

    async def all_of_them() -> list[Response]:
        try:
            return [await provider.reply(prompt) for prompt in prompts]
        finally:
            await provider.close()

    return asyncio.run(all_of_them())
