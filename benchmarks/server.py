"""A mock of OpenAI's chat wire on loopback: deterministic answers, latency with jitter, faults by seed, `/stats` of what it saw.

    python -m benchmarks.server --latency 0.05 --faults 429=0.02,500=0.02,truncated=0.02 --seed 1

It prints its base address on the first line, and stops when its standard input is closed or after `--seconds`. What
happens to a request depends on the seed, the request's bytes and how often these came before, never on the order of
arrival: so two clients that send the same work meet the same faults.

The answer to "... N + M ..." is the sum, to anything else "ok". A model called "only-N" is refused whenever more than N
requests are at work at a time.
"""

import argparse
import asyncio
import hashlib
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SUM = re.compile(r"(\d+) \+ (\d+)")
ONLY = re.compile(r"only-(\d+)")
RETRY_AFTER = 1.0
"""Seconds that a 429 asks to wait."""
SLOW_SECONDS = 2.0
"""How long a slow body takes to arrive, piece by piece."""

HTML = b"<!doctype html><html><title>Bad gateway</title><body>nginx</body></html>"


@dataclass(frozen=True)
class Weather:
    """What befalls requests.

    Attributes:
        latency: seconds before an answer.
        jitter: share of it that is random, 0 to 1.
        faults: kind -> share of requests; kinds are the keys of FAULTS, and of `status` codes.
        refused: share of prompts that are refused with 400 whenever they come.
        seed: of all that is random.
    """

    latency: float = 0.0
    jitter: float = 0.0
    faults: dict[str, float] = field(default_factory=dict)
    refused: float = 0.0
    seed: int = 0

    def draw(self, body: bytes, times: int, what: str) -> float:
        """A number from 0 to 1 that is the same for the same seed, body, how often it came before, and purpose."""
        text = f"{self.seed}/{times}/{what}/".encode() + body
        return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest()) / 2**48

    def fault(self, body: bytes, times: int) -> str:
        """The fault that a request meets, or none."""
        if self.draw(body, 0, "refused") < self.refused:
            return "400"
        at = self.draw(body, times, "fault")
        for kind, share in self.faults.items():
            if at < share:
                return kind
            at -= share
        return ""

    def wait(self, body: bytes, times: int) -> float:
        """Seconds until the answer."""
        return self.latency * (1 + self.jitter * (2 * self.draw(body, times, "jitter") - 1))


@dataclass
class Stats:
    """What the server saw.

    Attributes:
        requests: how many came.
        answered: good answers, by the hash of the request's bytes.
        came: requests, by that hash.
        faults: faults given, by kind.
        early: requests that came back before the time that Retry-After had named.
        refusals: how often too many were at work.
        most: the most at work at a time.
    """

    requests: int = 0
    answered: Counter[bytes] = field(default_factory=Counter)
    came: Counter[bytes] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    early: int = 0
    refusals: int = 0
    at_work: int = 0
    most: int = 0
    due: dict[bytes, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON-able data."""
        return {
            "requests": self.requests,
            "prompts": len(self.came),
            "answered_prompts": len(self.answered),
            "answered_twice": sum(times > 1 for times in self.answered.values()),
            "faults": dict(self.faults),
            "early": self.early,
            "refusals": self.refusals,
            "most": self.most,
        }


class Connection(asyncio.Protocol):
    """One client connection; requests come one after the other."""

    def __init__(self, weather: Weather, stats: Stats) -> None:
        self.weather, self.stats = weather, stats
        self.buffer = bytearray()
        self.transport: asyncio.Transport | None = None
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", self.buffer[:head])
        end = head + 4 + (int(length[1]) if length else 0)
        if len(self.buffer) < end:
            return
        path = bytes(self.buffer[: self.buffer.find(b"\r\n")]).split(b" ")[1]
        body = bytes(self.buffer[head + 4 : end])
        del self.buffer[:end]
        if path.endswith(b"/stats"):
            self.send(200, json.dumps(self.stats.plain()).encode())
        elif path.endswith(b"/models"):
            self.send(200, b'{"object": "list", "data": [{"id": "mock", "object": "model"}]}')
        else:
            self.take(body)

    def take(self, body: bytes) -> None:
        """Note a request, and answer it now or later."""
        stats, weather = self.stats, self.weather
        key = hashlib.blake2b(body, digest_size=12).digest()
        now = asyncio.get_running_loop().time()
        stats.requests += 1
        stats.early += now < stats.due.pop(key, 0.0) - 0.002
        times = stats.came[key]
        stats.came[key] += 1
        stats.at_work += 1
        stats.most = max(stats.most, stats.at_work)
        only = ONLY.search(json.loads(body).get("model", "")) if b"only-" in body else None
        kind = weather.fault(body, times)
        if only and stats.at_work > int(only[1]):
            stats.refusals += 1
            kind = "429 bare"
        if not kind and not weather.latency:
            self.finish(key, body)
        else:
            self.task = asyncio.ensure_future(self.answer(key, body, kind, weather.wait(body, times)))

    async def answer(self, key: bytes, body: bytes, kind: str, seconds: float) -> None:
        """Wait, then answer or fail."""
        try:
            if kind != "429 bare":
                await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.stats.at_work -= 1
            raise
        if not kind:
            self.finish(key, body)
            return
        self.stats.faults[kind] += 1
        if kind == "hang":
            self.stats.at_work -= 1
            return
        if kind == "429":
            self.stats.due[key] = asyncio.get_running_loop().time() + RETRY_AFTER
        self.stats.at_work -= 1
        await FAULTS.get(kind, _status)(self, kind, body)

    def finish(self, key: bytes, body: bytes) -> None:
        """A good answer."""
        self.stats.answered[key] += 1
        self.stats.at_work -= 1
        self.send(200, completion(body))

    def send(self, status: int, body: bytes, headers: str = "", kind: str = "application/json") -> None:
        """One whole answer."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(_head(status, len(body), headers, kind) + body)


def _head(status: int, length: int, headers: str = "", kind: str = "application/json") -> bytes:
    return (
        f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{headers}\r\n".encode()
    )


def completion(body: bytes, text: Any = ...) -> bytes:
    """The answer to a request; `text` in place of the right one."""
    if text is ...:
        found = SUM.search(body.decode())
        text = str(int(found[1]) + int(found[2])) if found else "ok"
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": "mock",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            ],
            "usage": {"prompt_tokens": 20, "completion_tokens": 2, "total_tokens": 22},
        }
    ).encode()


async def _status(connection: Connection, kind: str, _body: bytes) -> None:
    status = int(kind.split(maxsplit=1)[0])
    wait = f"retry-after: {RETRY_AFTER:g}\r\n" if kind == "429" else ""
    said = json.dumps({"error": {"message": f"mock {kind}", "code": None, "param": None}})
    connection.send(status, said.encode(), wait)


async def _reset(connection: Connection, _kind: str, _body: bytes) -> None:
    if connection.transport is not None:
        connection.transport.abort()


async def _truncated(connection: Connection, _kind: str, body: bytes) -> None:
    whole = completion(body)
    connection.send(200, whole[: len(whole) // 2])


async def _cut(connection: Connection, _kind: str, body: bytes) -> None:
    whole = completion(body)
    if connection.transport is not None:
        connection.transport.write(_head(200, len(whole)) + whole[: len(whole) // 2])
        connection.transport.close()


async def _empty(connection: Connection, _kind: str, _body: bytes) -> None:
    connection.send(200, json.dumps({"id": "x", "model": "mock", "choices": [], "usage": None}).encode())


async def _html(connection: Connection, _kind: str, _body: bytes) -> None:
    connection.send(200, HTML, kind="text/html")


async def _null(connection: Connection, _kind: str, body: bytes) -> None:
    connection.send(200, completion(body, None))


async def _slow(connection: Connection, _kind: str, body: bytes) -> None:
    whole = completion(body)
    connection.stats.answered[hashlib.blake2b(body, digest_size=12).digest()] += 1
    if connection.transport is None:
        return
    connection.transport.write(_head(200, len(whole)))
    for start in range(0, len(whole), 40):
        connection.transport.write(whole[start : start + 40])
        await asyncio.sleep(SLOW_SECONDS * 40 / len(whole))


FAULTS = {
    "reset": _reset,
    "truncated": _truncated,
    "cut": _cut,
    "empty": _empty,
    "html": _html,
    "null": _null,
    "slow": _slow,
}
"""Faults beside the statuses ("500", "503", "429" with Retry-After, "429 bare" without) and "hang"."""


def _faults(text: str) -> dict[str, float]:
    return {kind: float(share) for kind, share in (pair.split("=") for pair in text.split(",") if pair)}


async def serve(weather: Weather, port: int, seconds: float) -> None:
    """Serve until standard input ends, or the time is over."""
    stats = Stats()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(weather, stats), "127.0.0.1", port, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    closed = loop.run_in_executor(None, sys.stdin.buffer.read)
    await asyncio.wait([closed], timeout=seconds)
    server.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--jitter", type=float, default=0.0, help="share of it that is random, 0 to 1")
    parser.add_argument("--faults", type=_faults, default={}, help="kind=share,... ")
    parser.add_argument("--refused", type=float, default=0.0, help="share of prompts refused with 400")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600.0, help="after which it stops by itself")
    given = parser.parse_args()
    weather = Weather(given.latency, given.jitter, given.faults, given.refused, given.seed)
    asyncio.run(serve(weather, given.port, given.seconds))
    sys.exit(0)


if __name__ == "__main__":
    main()
