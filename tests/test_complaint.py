"""Error answers of real hosts, read: kind, words, waiting time."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import safe
from evals.net.complaint import LONGEST, in_disguise, plain, read, retry_after


def openai(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def vllm(message: str, kind: str, code: int) -> dict[str, Any]:
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


TOO_LONG = [
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 8227 tokens.",
    "This model's maximum context length is 4097 tokens, however you requested 4231 tokens (3975 in your prompt; 256 for the completion).",
    "'max_tokens' or 'max_completion_tokens' is too large: 512. This model's maximum context length is 256 tokens.",
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
    "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "the request exceeds the available context size, try increasing it",
    "Trying to keep the first 5000 tokens when context overflows. However, the model is loaded with context length of only 4096 tokens",
    "prompt is too long: 200082 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
    "length of prompt_tokens (163280) must be less than max_seq_len (32768).",
    "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 512 `max_new_tokens`",
    "too many tokens: total number of tokens in the prompt cannot exceed 4081",
    "Input is too long for requested model.",
]
"""How hosts say that a prompt does not fit."""


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, openai("Incorrect API key provided: sk-***x.", "invalid_api_key"), "auth", "Incorrect API key"),
        (
            400,
            [{"error": {"code": 400, "message": "API key not valid. Please pass one."}}],
            "auth",
            "API key not",
        ),
        (
            403,
            openai("Country, region, or territory not supported", "unsupported_country"),
            "auth",
            "Country",
        ),
        (
            402,
            {"error": {"message": "Insufficient Balance", "code": "invalid_request_error"}},
            "auth",
            "Insuff",
        ),
        (429, openai("You exceeded your current quota", "insufficient_quota"), "auth", "You exceeded"),
        (429, openai("Rate limit reached for gpt-9", "rate_limit_exceeded"), "rate_limit", "Rate limit"),
        (404, openai("The model `gpt-9` does not exist", "model_not_found"), "not_found", "The model"),
        (404, {"error": {"message": 'model "x" not found, try pulling it first'}}, "not_found", "model"),
        (404, vllm("The model `x` does not exist.", "NotFoundError", 404), "not_found", "The model"),
        (404, {"error": "model 'x' not found"}, "not_found", "model 'x' not found"),
        (404, {"detail": "Not Found"}, "not_found", "Not Found"),
        (405, {"detail": "Method Not Allowed"}, "not_found", "Method Not Allowed"),
        (501, {"error": {"message": "This server does not support chat"}}, "not_found", "This server"),
        (
            400,
            openai("Unable to access non-serverless model x.", "model_not_available"),
            "not_found",
            "Unable",
        ),
        (400, openai("google/x is not a valid model ID"), "not_found", "google/x"),
        (400, openai("Model Not Exist"), "not_found", "Model Not Exist"),
        *((400, openai(text), "too_long", text[:9]) for text in TOO_LONG),
        (400, openai("Too much.", "context_length_exceeded", "messages"), "too_long", "Too much."),
        (
            422,
            {"error": "Input validation error: `inputs` must have less than 4096 tokens."},
            "too_long",
            "Input",
        ),
        (
            413,
            openai("Request too large for model, on tokens per minute (TPM)", "rate_limit_exceeded"),
            "bad_request",
            "Req",
        ),
        (
            429,
            openai("The context length of your tier is used up for this minute"),
            "rate_limit",
            "The context",
        ),
        (
            400,
            openai("max_tokens is too large: 9999. This model supports at most 4096 completion tokens."),
            "bad_request",
            "max_tokens",
        ),
        (
            400,
            vllm("max_tokens must be at least 1, got -186.", "BadRequestError", 400),
            "bad_request",
            "max_to",
        ),
        (413, "Payload Too Large", "bad_request", "Payload Too Large"),
        (422, {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}, "bad_request", '[{"loc"'),
        (400, openai("The response was filtered", "content_filter"), "filtered", "The response"),
        (400, openai("Your request was rejected", "content_policy_violation"), "filtered", "Your request"),
        (
            403,
            {"error": {"code": 403, "message": "Your input was flagged by moderation"}},
            "filtered",
            "Your",
        ),
        (408, "", "timeout", ""),
        (409, "", "server", ""),
        (410, openai("This model has been retired"), "not_found", "This model"),
        (425, "", "server", ""),
        (500, {"error": "llama runner process has terminated"}, "server", "llama runner"),
        (502, "<html><head><title>502 Bad Gateway</title></head></html>", "server", "502 Bad Gateway"),
        (
            503,
            {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
            "server",
            "Load",
        ),
        (503, "<html>nothing to say</html>", "server", ""),
        (504, "upstream request timeout", "timeout", "upstream"),
        (
            529,
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            "server",
            "Over",
        ),
        (302, "", "not_found", ""),
        (418, {"msg": "a teapot"}, "bad_request", '{"msg": "a teapot"}'),
        (400, {"error": None}, "bad_request", '{"error": null}'),
    ],
)
def test_each_hosts_error_is_told_apart(status: int, body: Any, kind: str, said: str) -> None:
    complaint = read(status, {}, (body if isinstance(body, str) else json.dumps(body)).encode())
    assert (complaint.kind, complaint.said[: len(said)]) == (kind, said)
    assert bool(complaint.said) == bool(said)


def test_the_refused_field_is_known_where_the_host_names_it() -> None:
    body = openai("Unsupported value", "unsupported_value", "temperature")
    assert read(400, {}, json.dumps(body).encode()).about == "temperature"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"error": {"code": 429, "message": "Rate limited upstream"}}, 429, "rate_limit"),
        ({"error": {"code": "503", "message": "No instances"}}, 503, "server"),
        ({"error": "Unexpected endpoint or method. (POST /chat/completions)"}, 200, "garbled"),
    ],
)
def test_an_error_under_a_status_of_success_is_an_error(body: Any, status: int, kind: str) -> None:
    complaint = in_disguise(json.dumps(body).encode())
    assert complaint is not None
    assert (complaint.status, complaint.kind) == (status, kind)


@pytest.mark.parametrize("body", [{}, {"error": None, "choices": []}, [], 3, "error"])
def test_what_names_no_error_is_none(body: Any) -> None:
    assert in_disguise(json.dumps(body).encode()) is None


NOW = datetime(2025, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        (
            {
                "retry-after": format_datetime(NOW + timedelta(seconds=7), usegmt=True),
                "date": format_datetime(NOW, usegmt=True),
            },
            7.0,
        ),
        ({"retry-after": format_datetime(NOW, usegmt=True)}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "Fri, 99 Foo 2026 25:61:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_without_the_hosts_clock_is_counted_from_ours() -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    seconds = retry_after({"retry-after": format_datetime(until, usegmt=True)})
    assert seconds is not None
    assert 3500 < seconds <= 3600


@given(st.text(), st.text(), st.text())
def test_no_header_breaks_the_reading(after: str, after_ms: str, date: str) -> None:
    seconds = retry_after({"retry-after": after, "retry-after-ms": after_ms, "date": date})
    assert seconds is None or seconds >= 0


@given(st.integers(300, 599), st.binary())
def test_no_body_breaks_the_reading(status: int, body: bytes) -> None:
    complaint = read(status, {}, body)
    assert len(complaint.said) <= LONGEST
    assert complaint.said == safe.line(complaint.said)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["error", "message", "code", "param", "detail"]), inner)
    ),
)


@given(st.integers(300, 599), json_values)
def test_no_json_breaks_the_reading(status: int, body: Any) -> None:
    assert read(status, {}, json.dumps(body).encode()).kind != "garbled"


def test_words_are_one_safe_line() -> None:
    assert plain("a\x1b[31mb\r\n\tc\u202ed") == "ab cd"
    assert len(plain("x" * 10_000)) == LONGEST
