"""The guard: what a request must be before it is heard, and what every answer says of itself to the browser."""

import ipaddress
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Server": "evals",
}
BODY = 256 * 1024
"""Bytes of a request at most."""


@dataclass
class Bucket:
    """Lets through `burst` requests at once, and `rate` a second in the long run, for each name."""

    rate: float
    burst: float
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def lets(self, name: str) -> bool:
        """Whether one more is let through now."""
        at = time.monotonic()
        left, before = self._left.get(name, (self.burst, at))
        left = min(self.burst, left + (at - before) * self.rate)
        if len(self._left) > 10_000:
            self._left.clear()
        self._left[name] = (left - 1 if left >= 1 else left, at)
        return left >= 1


def guard(hosts: frozenset[str], rate: float, *, numeric: bool = False) -> "Middleware":
    """A wall before all routes.

    Another site in the same browser cannot come through: what it sends carries its own Origin; under another name for
    this address (DNS rebinding) the Host is wrong; and it does not know the token, which no browser adds by itself, as
    it would a cookie. There is none here.

    Args:
        hosts: `name:port` that requests may be addressed to.
        rate: requests a second of one person.
        numeric: whether an IP address is a good name too: nobody's name server gives those, so none can be misled.
    """
    bucket = Bucket(rate, burst=3 * rate)

    @web.middleware
    async def wall(request: web.Request, handler: "Handler") -> web.StreamResponse:
        named = request.host.lower() in hosts or (numeric and _is_number(request.host))
        answer = (
            _fault(request, bucket) if named else refusal(421, "this name is not served: see --allow-host")
        )
        if answer is None:
            try:
                answer = await handler(request)
            except web.HTTPException as error:
                answer = refusal(error.status, error.reason)
        answer.headers.update(HEADERS)
        return answer

    return wall


def refusal(status: int, why: str) -> web.Response:
    """An answer that says in one sentence why not."""
    return web.json_response({"error": why}, status=status)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return True


def _fault(request: web.Request, bucket: Bucket) -> web.StreamResponse | None:
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        return refusal(403, "another site may not ask here")
    elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
    if elsewhere and request.path != "/":  # a link may lead to the page, and nothing else
        return refusal(403, "another site may not ask here")
    if not bucket.lets(request.headers.get("Authorization", request.remote or "")):
        return refusal(429, "too many requests: wait a moment")
    return None
