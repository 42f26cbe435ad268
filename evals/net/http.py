"""HTTP as providers need it: a client for one host, its connections pooled, and every failure told apart in one clear sentence.

A key is read from the environment once, sent in one header, and shown in no sentence, representation or log. Redirects
are not followed: they would carry it to a host that nobody named.
"""

import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from evals import __version__
from evals.errors import BadInput, FailureKind, ProviderError
from evals.net import complaint
from evals.net.complaint import Complaint
from evals.pacing import quota
from evals.pacing.quota import NOTHING, Quota

if TYPE_CHECKING:
    import httpx2

    from evals.net.transport import Transport


class Shape(BaseModel):
    """What an interface promises of an answer; validation errors do not quote what came instead."""

    model_config = ConfigDict(hide_input_in_errors=True)


AnyShape = TypeVar("AnyShape", bound=Shape)

CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
IDLE_SECONDS = 4.0
"""How long an idle connection is kept: less than the 5 s after which common servers hang up on it."""

LARGEST = 64 << 20
"""Bytes of an answer, decompressed, after which it is no reply of a model and is read no further."""

SHORTEST_KEY = 8
"""Characters below which a key is a placeholder ("none", "EMPTY") and may well occur in what a host says."""

REASONS: Mapping[FailureKind, tuple[str, str]] = {
    "filtered": ("refused by its content policy", ""),
    "rate_limit": ("asks for fewer requests", "lower --concurrency"),
    "bad_request": ("refused the request", ""),
    "server": ("failed", "the same command goes on later, and asks only what is missing"),
    "too_long": (
        "has no room for the prompt and its reply",
        "name a model with a longer context, or ?max_tokens=N",
    ),
}
"""What an error answer means, and what to do, where that does not depend on the request."""

KEYLESS = "try a model that needs none: evals run SUITE -m pocket"


class HostError(ProviderError):
    """A host answered with an error; `complaint` is that answer, taken apart."""

    def __init__(self, kind: FailureKind, message: str, fix: str, said: Complaint) -> None:
        super().__init__(kind, message, fix, said.retry_after)
        self.complaint = said


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a status of success: the bytes, and seconds from request to last byte where that was one wait."""

    content: bytes
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the environment variable it came from; without a value where a host wants none."""

    variable: str = ""
    value: str = field(default="", repr=False)

    @classmethod
    def read(cls, variable: str, host: str, *, needed: bool) -> "Key":
        """The key in an environment variable.

        Raises: ProviderError: it is needed and not set, or holds characters that no key has.
        """
        value = os.environ.get(variable, "").strip()
        if needed and not value:
            raise ProviderError(
                "auth",
                f"{host} needs an API key and {variable} is not set",
                f"set it: export {variable}=...  or {KEYLESS}",
            )
        if not (value.isascii() and value.isprintable()):
            raise ProviderError(
                "auth",
                f"{variable} holds characters that no API key has",
                f"set it again: export {variable}=...",
            )
        return cls(variable, value)


@dataclass
class Http:
    """A client for one host, whose connections are pooled.

    Attributes:
        host: its name, as sentences show it.
        url: what paths are appended to, such as "https://api.together.ai/v1".
        key: sent in the header that `auth` names, unless empty.
        start: the command that starts the server, where it is one that users run themselves.
        fetch: the command that gets a model it does not have, ending before the model's name.
        timeout: the most seconds without a byte from the host.
        auth: the header that carries the key; in "authorization" it is a bearer token.
        headers: what else is sent with every request.
        quota: what the last answer said is left of the account's limits.
    """

    host: str
    url: str
    key: Key = Key()
    start: str = ""
    fetch: str = ""
    timeout: float = READ_SECONDS
    auth: str = "authorization"
    headers: Mapping[str, str] = field(default_factory=dict)
    quota: Quota = NOTHING
    _transport: "Transport | None" = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        try:
            parts = urlsplit(self.url)
            good = (
                parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.query
            )
        except ValueError:
            good = False
        if not good:
            raise BadInput(
                f"base_url {self.url!r} is not the address of a server",
                "write base_url=http://HOST:PORT/v1 or base_url=https://HOST/v1",
            )

    async def post(
        self, path: str, body: Mapping[str, Any], model: str = "", *, beside: bool = False
    ) -> Answer:
        """Send JSON that concerns a model, get the answer's bytes.

        Args: beside: the path does not lie below /v1, but beside it.
        Raises: HostError: the host answered with an error. ProviderError: no whole answer came.
        """
        url = self.url.removesuffix("/v1") if beside else self.url
        model = model or str(body.get("model", ""))
        return await self._send(self._json(url + path, json.dumps(body).encode()), model)

    async def post_bytes(self, path: str, json_text: bytes, model: str) -> Answer:
        """Send JSON that is written out already, and may be large. Raises: as `post`."""
        return await self._send(self._json(self.url + path, json_text), model)

    async def upload(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """Send a file as a form does, with the form's other fields. Raises: as `post`."""
        form = {"data": fields, "files": {"file": (name, content)}}
        return await self._send(self._request("POST", self.url + path, **form))

    async def get(self, path: str) -> Answer:
        """Ask for what is there. Raises: as `post`."""
        return await self._send(self._request("GET", self.url + path))

    async def lines(self, path: str) -> AsyncIterator[bytes]:
        """The lines of a file that is there, as they come in: it may be larger than memory.

        Raises: as `post`, also after some lines have come.
        """
        rest = b""
        async with self._answering(self._request("GET", self.url + path)) as response:
            if not response.is_success:
                await self._whole(response, "")
            async for chunk in _pieces(response):
                *whole, rest = (rest + chunk).split(b"\n")
                self._bound(len(rest))
                for line in whole:
                    yield self._without_key(line)
        if rest:
            yield self._without_key(rest)

    def _request(self, method: str, url: str, **body: Any) -> "httpx2.Request":
        """A request of this client; `httpx2.Request` says what its body may be."""
        import httpx2  # a fifth of a second, for which `evals --help` need not wait

        limits = {"timeout": {"connect": CONNECT_SECONDS, "read": self.timeout}}
        return httpx2.Request(method, _parsed(url), headers=self._sent, extensions=limits, **body)

    def _json(self, url: str, text: bytes) -> "httpx2.Request":
        import httpx2

        request = self._request("POST", url, stream=httpx2.ByteStream(text))
        request.headers["content-type"] = "application/json"
        return request

    @cached_property
    def _sent(self) -> "httpx2.Headers":
        """The headers of every request."""
        import httpx2

        headers = {
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "user-agent": f"evals/{__version__}",
            **self.headers,
        }
        if self.key.value:
            bearer = "Bearer " if self.auth == "authorization" else ""
            headers[self.auth] = bearer + self.key.value
        return httpx2.Headers(headers)

    async def _send(self, request: "httpx2.Request", model: str = "") -> Answer:
        started = perf_counter()
        async with self._answering(request) as response:
            answered = await self._whole(response, model)
        return Answer(answered, perf_counter() - started)

    @asynccontextmanager
    async def _answering(self, request: "httpx2.Request") -> AsyncIterator["httpx2.Response"]:
        """What is answered, from its first byte on. Raises: ProviderError: the connection failed."""
        import httpx2

        if self._transport is None:
            self._transport = self._open()
        try:
            response = await self._transport.handle_async_request(request)
            response.request = request
            try:
                yield response
            finally:
                await response.aclose()
        except httpx2.HTTPError as error:
            raise self._broken(error) from None

    async def _whole(self, response: "httpx2.Response", model: str) -> bytes:
        """An answer's bytes. Raises: HostError: it is an error. ProviderError: it is no reply of a model."""
        got = bytearray()
        async for chunk in _pieces(response):
            got += chunk
            self._bound(len(got))
        self.quota = quota.read(response.headers)
        answered = self._without_key(bytes(got))
        if not response.is_success:
            said = complaint.read(response.status_code, response.headers, answered)
            raise self.refusal(said, model, str(response.url), response.headers.get("location", ""))
        return answered

    def _bound(self, size: int) -> None:
        if size > LARGEST:
            raise ProviderError("garbled", f"{self.host} answered with more than {LARGEST >> 20} MiB")

    def read(self, shape: type[AnyShape], answer: Answer) -> AnyShape:
        """The answer in the shape that the interface promises.

        Raises: HostError: it is an error in spite of its status. ProviderError: it is not what the interface promises.
        """
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError as error:
            raise self._garbled(answer.content, error) from None

    async def close(self) -> None:
        """Close all connections; the next request would open new ones."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    def _open(self) -> "Transport":
        from evals.net.transport import Transport

        return Transport(
            idle=IDLE_SECONDS,
            proxies=not is_local(self.url),  # a server on this machine is never behind one
        )

    @property
    def where(self) -> str:
        """The address as sentences show it."""
        return _shown(self.url)

    def quote(self, text: str) -> str:
        """Foreign text as one safe line without our key."""
        return complaint.plain(self._without_key(text.encode("utf-8", "replace")).decode())

    def _without_key(self, content: bytes) -> bytes:
        """What a host says, in which our key does not appear even if the host repeats it."""
        if len(self.key.value) < SHORTEST_KEY:
            return content
        return content.replace(self.key.value.encode(), b"[key]")

    def _broken(self, error: "httpx2.HTTPError") -> ProviderError:
        """The failure of a request to which no whole answer came."""
        import httpx2

        match error:
            case httpx2.ConnectTimeout():
                return ProviderError(
                    "unreached",
                    f"no connection to {self.where} within {CONNECT_SECONDS:g} s",
                    "check the network",
                )
            case httpx2.TimeoutException():
                return ProviderError(
                    "timeout",
                    f"{self.host} sent nothing for {self.timeout:g} s",
                    "allow it more: ?timeout=SECONDS",
                )
            case httpx2.DecodingError():
                return ProviderError(
                    "garbled", f"{self.host} answered with bytes that cannot be decompressed"
                )
            case httpx2.ConnectError():
                return self._unreached(error)
        detail = self.quote(str(error)) or type(error).__name__
        return ProviderError("network", f"the connection to {self.host} broke: {detail}")

    def _unreached(self, error: Exception) -> ProviderError:
        """The failure to open a connection."""
        causes = {type(cause).__name__ for cause in _causes(error)}
        if "gaierror" in causes:
            name = urlsplit(self.url).hostname
            return ProviderError(
                "unreached", f"there is no host called {name}", "check the network and base_url"
            )
        if causes & {"SSLError", "SSLCertVerificationError"}:
            return ProviderError(
                "unreached",
                f"no safe connection to {self.where}: {self.quote(str(error))}",
                "check base_url; certificates of your own are named by SSL_CERT_FILE",
            )
        start = f"start it with: {self.start}" if self.start else "start the server, or mend base_url"
        return ProviderError(
            "unreached",
            f"nothing answers at {self.where}",
            start if is_local(self.url) else "check the network and base_url",
        )

    def refusal(self, said: Complaint, model: str, url: str = "", location: str = "") -> HostError:
        """The failure of a request, concerning a model, that was answered with an error."""
        what, fix = self._reason(said, model, url or self.url)
        if location:
            target = urlsplit(location)
            what = "has moved"
            fix = f"it says: {target.scheme}://{target.netloc}{target.path}; write that into base_url"
        words = f": {said.said}" if said.said else ""
        return HostError(said.kind, f"{self.host} {what} ({said.status}){words}", fix, said)

    def _reason(self, said: Complaint, model: str, url: str) -> tuple[str, str]:
        """What a complaint means to a user, and what to do about it."""
        if said.kind == "auth":
            return self._locked(said)
        if said.kind != "not_found":
            return REASONS.get(said.kind, ("failed", ""))
        if said.status == 400 or "model" in f"{said.said} {said.code}".lower():
            fetch = (
                f"get it with: {self.fetch} {model}" if self.fetch else "check how the host spells its name"
            )
            return f"does not have the model {model!r}", fetch
        return f"has nothing at {_shown(url)}", "check base_url; it usually ends in /v1"

    def _locked(self, said: Complaint) -> tuple[str, str]:
        """What a refusal that concerns the key means."""
        variable = self.key.variable
        if said.abroad:
            return "does not serve this place", "its terms list the countries it serves; try another host"
        if said.unpaid:
            return "has no credit left for this key", f"add credit there, or {KEYLESS}"
        if self.key.value:
            return f"refused the key in {variable}", f"set the right one: export {variable}=...  or {KEYLESS}"
        if variable:
            return f"wants a key and {variable} is not set", f"set it: export {variable}=..."
        return "wants a key", "name the variable that holds it: ?key_env=VARIABLE"

    def _garbled(self, content: bytes, error: ValidationError) -> ProviderError:
        """The failure of an answer that claims success and is not what the interface promises."""
        start = content[:100].lstrip().lower()
        if start.startswith((b"<!doctype", b"<html", b"<?xml")):
            return ProviderError(
                "garbled",
                f"{self.host} answered with a web page instead of JSON",
                f"check base_url ({self.where}); it usually ends in /v1",
            )
        first = error.errors(include_url=False)[0]
        if first["type"] == "json_invalid":
            return ProviderError("garbled", f"{self.host} answered with broken JSON ({len(content)} bytes)")
        if (said := complaint.in_disguise(self._without_key(content))) is not None:
            return self.refusal(said, "")
        place = ".".join(str(step) for step in first["loc"])
        return ProviderError(
            "garbled", f"{self.host} answered without a usable {place or 'object'}: {first['msg']}"
        )


@lru_cache(256)
def _parsed(url: str) -> "httpx2.URL":
    """An address taken apart; most requests go to one and the same."""
    import httpx2

    return httpx2.URL(url)


def _pieces(response: "httpx2.Response") -> AsyncIterator[bytes]:
    """An answer's bytes as they come in. What is not compressed needs none of what httpx2 would do to it."""
    import httpx2

    if "content-encoding" in response.headers or not isinstance(response.stream, httpx2.AsyncByteStream):
        return response.aiter_bytes()
    return aiter(response.stream)


def is_local(url: str) -> bool:
    """Whether an address is one of this machine."""
    name = urlsplit(url).hostname or ""
    return name in ("localhost", "::1") or name.startswith("127.")


def _shown(url: str) -> str:
    """An address without what may be secret in it: user, password, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and everything that led to it."""
    yield error
    for cause in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        if cause is not None:
            yield from _causes(cause)
