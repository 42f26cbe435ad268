"""What a host means by an error answer: its kind, its own words, how long it asks us to wait. Pure functions.

Hosts agree on the status and on little else. The bodies read here: {"error": {"message", "code", "param"}} (OpenAI and
most others), {"error": {"type", "message", "details": {"error_code"}}} (Anthropic), {"error": {"status", "message",
"details": [...]}} (Google), {"error": "text"} (Ollama, Hugging Face), {"message"} (older vLLM, AWS), {"detail"} (FastAPI),
and web pages.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from evals import safe
from evals.errors import FailureKind

KINDS: Mapping[int, FailureKind] = {
    401: "auth",
    402: "auth",
    403: "auth",
    404: "not_found",
    405: "not_found",
    408: "timeout",
    409: "server",
    410: "not_found",
    425: "server",
    429: "rate_limit",
    501: "not_found",
    504: "timeout",
    524: "timeout",
}
"""Status -> kind where it is not the rule, which is: 4xx the request is refused, 5xx the host failed."""

NO_CREDIT = re.compile(
    r"insufficient[_ ](?:quota|balance|credit|funds)|billing|current quota|credit (?:balance|limit)|credits? .{0,40}exhausted|"
    r"spend(?:ing)?[_ ]limit|out of credits|arrears|payment required",
    re.IGNORECASE,
)
ABROAD = re.compile(
    r"(?:country|region|territory|location)\b.{0,60}\b(?:not (?:supported|available|allowed)|unsupported)|"
    r"unsupported_country|not (?:available|supported) in your (?:country|region|location)",
    re.IGNORECASE,
)
FILTERED = re.compile(r"content[_ ](?:filter|policy|management)|moderation|responsible_?ai", re.IGNORECASE)
BAD_KEY = re.compile(
    r"(?:invalid|incorrect|expired)[ _]api[ _-]?key|api[ _-]?key (?:is |has )?(?:not valid|invalid|expired)",
    re.IGNORECASE,
)
NO_MODEL = re.compile(
    r"model[_ ]not[_ ](?:found|available|exist)|not a valid model|invalid model\b|model identifier is invalid|"
    r"DeploymentNotFound|^\W*Server is pinned to|model\b.{0,200}\b(?:not found|not exist)",
    re.IGNORECASE,
)
TOO_LONG = re.compile(
    r"context[_ ](?:length|window|size|limit)|(?:prompt|input)s? (?:is|are) too (?:long|large)|"
    r"max(?:imum)?[_ ](?:prompt|model|seq(?:uence)?)[_ ]len|(?:input|prompt).{0,40}\btokens?\b.{0,40}\bexceed|"
    r"inputs`? (?:must have less than|tokens \+)|number of tokens in the prompt",
    re.IGNORECASE | re.DOTALL,
)
TOLD: tuple[tuple[frozenset[int], re.Pattern[str], FailureKind], ...] = (
    (frozenset({400, 403, 451}), ABROAD, "auth"),
    (frozenset({400, 402, 403, 429}), NO_CREDIT, "auth"),
    (frozenset({400, 403, 422}), FILTERED, "filtered"),
    (frozenset({400}), BAD_KEY, "auth"),
    (frozenset({400}), NO_MODEL, "not_found"),
    (frozenset({400, 413, 422, 500}), TOO_LONG, "too_long"),
)
"""Statuses under which these words tell more than the status does."""

MASKED = re.compile(r"[\w-]*\*{3,}[\w*-]*")
TITLE = re.compile(r"<title[^>]*>(.{1,200}?)</title", re.IGNORECASE | re.DOTALL)

LATER = "later"
"""The code of a complaint that itself says when to try again, whatever else its words may mean."""

LONGEST = 300
"""Characters of a host's words that a sentence quotes."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error answer, taken apart.

    Attributes:
        status: the HTTP status.
        said: the host's own words on one line, without control characters; empty if it gave none.
        code: its short name for what is wrong ("insufficient_quota"), empty if it gave none.
        about: the field of the request it names as the cause, empty if none.
        retry_after: seconds it asks us to wait, None if it did not say.
    """

    status: int
    said: str = ""
    code: str = ""
    about: str = ""
    retry_after: float | None = None

    @property
    def kind(self) -> FailureKind:
        """How the request failed, which decides whether it is sent again."""
        words = f"{self.code} {self.said}"
        if self.code == LATER:
            return "rate_limit"
        for statuses, meant, kind in TOLD:
            if self.status in statuses and meant.search(words):
                return kind
        if self.status in KINDS:
            return KINDS[self.status]
        rule: Mapping[int, FailureKind] = {2: "garbled", 3: "not_found", 4: "bad_request"}
        return rule.get(self.status // 100, "server")

    @property
    def unpaid(self) -> bool:
        """Whether the key is good and the account has no credit."""
        return self.status == 402 or bool(NO_CREDIT.search(f"{self.code} {self.said}"))

    @property
    def abroad(self) -> bool:
        """Whether the host does not serve the place that the request came from."""
        return self.status != 402 and bool(ABROAD.search(f"{self.code} {self.said}"))


def read(status: int, headers: Mapping[str, str], body: bytes) -> Complaint:
    """Take an error answer apart, whatever its shape.

    Args: headers: with lower-case names, or of a mapping that ignores case.
    """
    text = body.decode("utf-8", "replace")
    try:
        data = json.loads(text)
        (said, code, about), later = _fields(data), _later(data)
    except (ValueError, RecursionError):
        title = TITLE.search(text)
        said, code, about, later = (title[1] if title else "" if "<" in text else text), "", "", None
    asked = retry_after(headers)
    return Complaint(status, plain(said), LATER if later else code, about, later if asked is None else asked)


def in_disguise(body: bytes) -> Complaint | None:
    """The complaint in an answer whose status claims success: {"error": ...}, as routers relay failures; else None."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not data.get("error"):
        return None
    said, code, about = _fields(data)
    status = int(code) if code in map(str, range(400, 600)) else 200
    return Complaint(status, plain(said), code, about)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds, or an HTTP date); None if neither can be read.

    A date is counted from the host's own clock (its `date` header) where it gave one.
    Source: RFC 9110 section 10.2.3.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return seconds / unit
    until = _date(headers.get("retry-after", ""))
    if until is None:
        return None
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def plain(text: str) -> str:
    """Foreign text as one short line that is safe in a terminal, without what hosts show of a key they mask."""
    return safe.line(MASKED.sub("[key]", text[: 4 * LONGEST]), LONGEST)


def _fields(data: Any) -> tuple[str, str, str]:
    """(message, code, field) of the error bodies we know; the whole of any other."""
    inner = _inner(data)
    if not isinstance(inner, dict):
        return inner if isinstance(inner, str) else json.dumps(inner), "", ""
    said = inner.get("message") or inner.get("detail") or inner.get("error") or inner
    details = inner.get("details")
    named = details.get("error_code") if isinstance(details, dict) else None
    code = named or inner.get("code") or inner.get("type") or ""
    if isinstance(code, int) and isinstance(inner.get("status"), str):
        code = inner["status"]
    about = inner.get("param") or ""
    return said if isinstance(said, str) else json.dumps(said), str(code), str(about)


def _inner(data: Any) -> Any:
    """What an error body says, out of its wrappings."""
    if isinstance(data, list) and data:
        data = data[0]  # Gemini wraps its errors in a list
    return (data.get("error") or data) if isinstance(data, dict) else data


def _later(data: Any) -> float | None:
    """Seconds after which Google says to try again, None if it does not say or the quota is a whole day's.

    Its words for a minute's quota and for an empty purse are the same.
    """
    inner = _inner(data)
    details = inner.get("details") if isinstance(inner, dict) else None
    if not isinstance(details, list) or "PerDay" in json.dumps(details):
        return None
    delays = [
        _number(str(each.get("retryDelay", "")).rstrip("s")) for each in details if isinstance(each, dict)
    ]
    return next((delay for delay in delays if delay is not None), None)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
