"""What each wire's APIs really send: replies, reasoning, calls of tools, cut and filtered ones, and their error bodies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.wires.wire import WireName
from tests.stub_server import Reply, chat, completion


@dataclass(frozen=True)
class Said:
    """What a model says in one reply.

    Attributes:
        text, reasoning: visible and hidden.
        calls: (name, arguments, id) of the tools it calls.
        stop: why it ends: "stop", "length" or "filter".
        tokens: (read, written, of which reasoning).
        model: what the host calls the model.
    """

    text: str = "Yes."
    reasoning: str = ""
    calls: tuple[tuple[str, Mapping[str, Any], str], ...] = ()
    stop: str = "stop"
    tokens: tuple[int, int, int] = (20, 8, 0)
    model: str = "served"

    def over(self, wire: WireName) -> dict[str, Any]:
        """The body in which it comes."""
        return SHAPES[wire](self)


def _chat(said: Said) -> dict[str, Any]:
    reasons = {"stop": "tool_calls" if said.calls else "stop", "filter": "content_filter", "length": "length"}
    message: dict[str, Any] = {"refusal": None}
    if said.reasoning:
        message["reasoning_content"] = said.reasoning
    if said.calls:
        message["tool_calls"] = [
            {"id": key, "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
            for name, given, key in said.calls
        ]
    read, written, hidden = said.tokens
    usage = {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "completion_tokens_details": {"reasoning_tokens": hidden},
    }
    return {**chat(said.text or None, reasons[said.stop], model=said.model, **message), "usage": usage}


def _completion(said: Said) -> dict[str, Any]:
    read, written, _ = said.tokens
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    reasons = {"filter": "content_filter"}
    return {
        **completion(said.text, reasons.get(said.stop, said.stop)),
        "usage": usage,
        "model": said.model,
    }


def _responses(said: Said) -> dict[str, Any]:
    read, written, hidden = said.tokens
    output: list[dict[str, Any]] = []
    if said.reasoning:
        summary = [{"type": "summary_text", "text": said.reasoning}]
        output.append(
            {"id": "rs_1", "type": "reasoning", "summary": summary, "encrypted_content": "c2VhbGVk"}
        )
    if said.text:
        part = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
        output.append(
            {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
        )
    output += [
        {"id": f"fc_{key}", "type": "function_call", "status": "completed", "call_id": key, "name": name, "arguments": json.dumps(given)}
        for name, given, key in said.calls
    ]  # fmt: skip
    why = {"length": {"reason": "max_output_tokens"}, "filter": {"reason": "content_filter"}}.get(said.stop)
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "incomplete" if why else "completed",
        "error": None,
        "incomplete_details": why,
        "model": said.model,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": hidden},
            "total_tokens": read + written,
        },
    }


def _messages(said: Said) -> dict[str, Any]:
    read, written, hidden = said.tokens
    content: list[dict[str, Any]] = []
    if said.reasoning:
        content.append({"type": "thinking", "thinking": said.reasoning, "signature": "c2lnbmVk"})
    if said.text:
        content.append({"type": "text", "text": said.text, "citations": None})
    content += [
        {"type": "tool_use", "id": key, "name": name, "input": given} for name, given, key in said.calls
    ]
    reasons = {"stop": "tool_use" if said.calls else "end_turn", "length": "max_tokens", "filter": "refusal"}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": content,
        "stop_reason": reasons[said.stop],
        "stop_sequence": None,
        "usage": {
            "input_tokens": read,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": written,
            "output_tokens_details": {"thinking_tokens": hidden},
            "service_tier": "standard",
        },
    }


def _gemini(said: Said) -> dict[str, Any]:
    read, written, hidden = said.tokens
    parts: list[dict[str, Any]] = []
    if said.reasoning:
        parts.append({"text": said.reasoning, "thought": True})
    if said.text:
        parts.append({"text": said.text, "thoughtSignature": "c2lnbmVk"})
    parts += [
        {"functionCall": {"id": key, "name": name, "args": given}, "thoughtSignature": "c2lnbmVk"}
        for name, given, key in said.calls
    ]
    reasons = {"stop": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}
    return {
        "candidates": [
            {"content": {"parts": parts, "role": "model"}, "finishReason": reasons[said.stop], "index": 0}
        ],
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": written - hidden,
            "thoughtsTokenCount": hidden,
            "totalTokenCount": read + written,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": read}],
        },
        "modelVersion": said.model,
        "responseId": "r-1",
    }


SHAPES = {
    "chat": _chat,
    "completion": _completion,
    "responses": _responses,
    "messages": _messages,
    "gemini": _gemini,
}


def openai_error(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """As OpenAI and most others send it."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def anthropic_error(kind: str, message: str, **details: str) -> dict[str, Any]:
    """As Anthropic sends it."""
    error = {"type": kind, "message": message, **({"details": details} if details else {})}
    return {"type": "error", "error": error, "request_id": "req_1"}


def google_error(code: int, message: str, status: str, *details: Mapping[str, Any]) -> dict[str, Any]:
    """As Google sends it."""
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}
QUOTA = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}],
}
DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
EXCEEDED = "You exceeded your current quota, please check your plan and billing details."


@dataclass(frozen=True)
class Trouble:
    """An error answer, and what it means.

    Attributes:
        name: what is wrong.
        reply: what the API sends.
        kind: see errors.FailureKind.
        words: what the sentence says, the host's name and what to do among it.
        wait: seconds the host asks us to wait.
    """

    name: str
    reply: Reply
    kind: str
    words: tuple[str, ...]
    wait: float | None = None
    model: str = field(default="some-model")


KEY = "sk-secret-0123456789abcdef"
"""The key of these tests; some of these bodies repeat it."""

OPENAI = (
    Trouble("wrong key", Reply(openai_error(f"Incorrect API key provided: {KEY}. You can find your API key at https://platform.openai.com.", "invalid_api_key"), 401), "auth", ("refused the key in", "export")),
    Trouble("masked key", Reply(openai_error("Incorrect API key provided: sk-secre**************cdef.", "invalid_api_key"), 401), "auth", ("refused the key in", "[key]")),
    Trouble("expired key", Reply(openai_error("Your API key has expired.", "invalid_api_key"), 401), "auth", ("refused the key in", "expired")),
    Trouble("no credit", Reply(openai_error(EXCEEDED, "insufficient_quota"), 429), "auth", ("has no credit left", "add credit")),
    Trouble("payment", Reply({"error": {"message": "Insufficient credits. Add more using https://openrouter.ai/settings/credits", "code": 402}}, 402), "auth", ("has no credit left",)),
    Trouble("unknown model", Reply(openai_error("The model `some-model` does not exist or you do not have access to it.", "model_not_found"), 404), "not_found", ("does not have the model 'some-model'", "spells its name")),
    Trouble("region", Reply(openai_error("Country, region, or territory not supported", "unsupported_country_region_territory"), 403), "auth", ("does not serve this place", "another host")),
    Trouble("too long", Reply(openai_error("This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.", "context_length_exceeded", "messages"), 400), "too_long", ("no room", "longer context")),
    Trouble("filtered", Reply(openai_error("The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", "content_filter"), 400), "filtered", ("content policy",)),
    Trouble("too many", Reply(openai_error("Rate limit reached for requests", "rate_limit_exceeded"), 429, {"retry-after": "2", "x-ratelimit-remaining-requests": "0"}), "rate_limit", ("asks for fewer requests", "--concurrency"), 2.0),
    Trouble("down", Reply("upstream connect error", 503), "server", ("failed (503)",)),
    Trouble("no deployment", Reply(openai_error("The API deployment for this resource does not exist.", "DeploymentNotFound"), 404), "not_found", ("has nothing at",)),
    Trouble("pinned", Reply({"detail": "Server is pinned to 'mine'; requested 'some-model'."}, 400), "not_found", ("does not have the model 'some-model'",)),
    Trouble("aws model", Reply({"message": "The provided model identifier is invalid."}, 400), "not_found", ("does not have the model",)),
)  # fmt: skip

ANTHROPIC = (
    Trouble("wrong key", Reply(anthropic_error("authentication_error", f"invalid x-api-key {KEY}"), 401), "auth", ("refused the key in",)),
    Trouble("no credit", Reply(anthropic_error("invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."), 400), "auth", ("has no credit left", "add credit")),
    Trouble("spent", Reply(anthropic_error("billing_error", "The organization has reached its limit.", error_code="enforced_spend_limit_reached"), 403), "auth", ("has no credit left",)),
    Trouble("unknown model", Reply(anthropic_error("not_found_error", "model: some-model"), 404), "not_found", ("does not have the model 'some-model'",)),
    Trouble("not for you", Reply(anthropic_error("permission_error", "Your API key does not have permission to use the specified resource."), 403), "auth", ("refused the key in",)),
    Trouble("too long", Reply(anthropic_error("invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"), 400), "too_long", ("no room",)),
    Trouble("too many", Reply(anthropic_error("rate_limit_error", "This request would exceed your organization's rate limit."), 429, {"retry-after": "3", "anthropic-ratelimit-requests-remaining": "0"}), "rate_limit", ("asks for fewer requests",), 3.0),
    Trouble("overloaded", Reply(anthropic_error("overloaded_error", "Overloaded"), 529), "server", ("failed (529): Overloaded",)),
)  # fmt: skip

GOOGLE = (
    Trouble("wrong key", Reply(google_error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", BAD_KEY), 400), "auth", ("refused the key in",)),
    Trouble("expired key", Reply(google_error(400, "API key expired. Please renew the API key.", "INVALID_ARGUMENT", BAD_KEY), 400), "auth", ("refused the key in", "expired")),
    Trouble("day's quota", Reply(google_error(429, EXCEEDED, "RESOURCE_EXHAUSTED", DAY, RETRY), 429), "auth", ("has no credit left",)),
    Trouble("minute's quota", Reply(google_error(429, EXCEEDED, "RESOURCE_EXHAUSTED", QUOTA, RETRY), 429), "rate_limit", ("asks for fewer requests",), 17.0),
    Trouble("unknown model", Reply(google_error(404, "models/some-model is not found for API version v1beta, or is not supported for generateContent.", "NOT_FOUND"), 404), "not_found", ("does not have the model 'some-model'",)),
    Trouble("region", Reply(google_error(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"), 400), "auth", ("does not serve this place",)),
    Trouble("too long", Reply(google_error(400, "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).", "INVALID_ARGUMENT"), 400), "too_long", ("no room",)),
    Trouble("filtered", Reply({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 4}}), "filtered", ("content policy: PROHIBITED_CONTENT",)),
    Trouble("down", Reply(google_error(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"), 503), "server", ("failed (503)",)),
)  # fmt: skip

EVERYWHERE = (
    Trouble("web page", Reply("<!DOCTYPE html><html><title>Welcome</title></html>"), "garbled", ("a web page instead of JSON", "base_url")),
    Trouble("web page of an error", Reply("<html><head><title>502 Bad Gateway</title></head></html>", 502), "server", ("502 Bad Gateway",)),
    Trouble("broken JSON", Reply('{"choices": ['), "garbled", ("broken JSON",)),
    Trouble("empty object", Reply("{}"), "garbled", ("answered without",)),
    Trouble("cut off", Reply('{"a": "b"}', cut=4), "network", ("the connection to", "broke")),
)  # fmt: skip

TROUBLES: Mapping[WireName, tuple[Trouble, ...]] = {
    "chat": OPENAI + EVERYWHERE,
    "completion": OPENAI + EVERYWHERE,
    "responses": OPENAI + EVERYWHERE,
    "messages": ANTHROPIC + EVERYWHERE,
    "gemini": GOOGLE + EVERYWHERE,
}
