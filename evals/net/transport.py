"""The connections below httpx2's requests and answers: aiohttp's, which cost a quarter of the CPU time of httpx2's own.

httpx2 keeps what it is good at (requests, answers, decompression, errors) and is given another transport, as its interface
foresees; its client, which would stand between, is not needed for one host. Its own transport walks through all connections at every request, and parses HTTP in Python: 0.9 ms of CPU a request
against 0.2 ms, and dearer with every connection (benchmarks/README.md).
"""

import ssl
import urllib.request
from collections.abc import AsyncIterator
from functools import lru_cache

import aiohttp
import httpx2
import yarl

PIECE = 1 << 16
"""Bytes of an answer that are handed on at a time."""


class Transport(httpx2.AsyncBaseTransport):
    """As many connections as there are requests at a time, each kept for so many seconds when it is idle.

    Args:
        idle: seconds after which an idle connection is closed.
        proxies: whether the environment's proxies are used (HTTPS_PROXY, NO_PROXY).
    """

    def __init__(self, *, idle: float, proxies: bool) -> None:
        self._idle, self._proxies = idle, proxies
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the answer's body is read as it is asked for.

        Raises: httpx2.TransportError: no answer began.
        """
        if self._session is None:
            self._session = self._open(request.url.scheme)
        limits = request.extensions.get("timeout", {})
        with _translated:
            answer = await self._session.request(
                request.method,
                _parsed(str(request.url)),
                proxy=self._proxy(request.url),
                data=await request.aread() or None,
                headers=_sent(request),
                allow_redirects=False,
                timeout=_timeout(limits.get("connect"), limits.get("read")),
            )
        return httpx2.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer))

    def _open(self, scheme: str) -> aiohttp.ClientSession:
        trusted: ssl.SSLContext | bool = httpx2.create_ssl_context() if scheme == "https" else True
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=self._idle, ssl=trusted),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # httpx2 does it, and says what is wrong
            skip_auto_headers=("accept", "accept-encoding", "user-agent", "content-type"),
        )

    def _proxy(self, url: httpx2.URL) -> str | None:
        """What the environment puts between; asked here, since aiohttp would read passwords of netrc along with it."""
        if not self._proxies or urllib.request.proxy_bypass(url.host):
            return None
        found = urllib.request.getproxies()
        return found.get(url.scheme) or found.get("all")

    async def aclose(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


CONNECTIONS = (b"host", b"connection", b"content-length")
"""The headers that depend on the connection and are aiohttp's to write."""


def _sent(request: httpx2.Request) -> list[tuple[str, str]]:
    raw = request.headers.raw
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in raw
        if name.lower() not in CONNECTIONS
    ]


@lru_cache(256)
def _parsed(url: str) -> yarl.URL:
    """An address as aiohttp takes it, without user and password: httpx2 makes a header of them."""
    return yarl.URL(url, encoded=True).with_user(None)


@lru_cache
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(sock_connect=connect, sock_read=read)


class _Body(httpx2.AsyncByteStream):
    """The body of an answer."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated:
            async for piece in self._answer.content.iter_chunked(PIECE):
                yield piece

    async def aclose(self) -> None:
        """Give the connection back if the body was read to its end, else close it."""
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()


class _Translated:
    """What aiohttp says of a failure in the block, as httpx2 says it."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case None:
                return
            case aiohttp.ConnectionTimeoutError():
                raise httpx2.ConnectTimeout(str(error)) from error
            case TimeoutError():
                raise httpx2.ReadTimeout(str(error)) from error
            case aiohttp.ClientConnectorError():
                raise httpx2.ConnectError(str(error)) from error
            case aiohttp.ClientOSError():
                raise httpx2.ReadError(str(error)) from error
            case aiohttp.ClientError():
                raise httpx2.RemoteProtocolError(str(error)) from error


_translated = _Translated()
"""One for all: it holds nothing, and a generator for every request would cost more than the rest of this file."""
