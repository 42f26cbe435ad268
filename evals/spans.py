"""Spans of requests for OpenTelemetry, one each, below one of the run; sent to a collector over OTLP/HTTP.

Where to is said by the variables that every exporter knows (OTEL_EXPORTER_OTLP_ENDPOINT and the like). What was said is
not in them unless that is asked for.

Source: the semantic conventions for generative AI, inference spans (status: development), version 0.66b2: names of
attributes without a prefix of their own are theirs; those that begin with "evals." are ours.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from evals import __version__
from evals.around import within
from evals.errors import ProviderError, Unsupported
from evals.provider import ModelName
from evals.types import Message, Prompt, Response
from evals.watched import Ended, Sent, Watch

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Tracer

WELL_KNOWN: Mapping[str, str] = {
    "gemini": "gcp.gemini",
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "mistral": "mistral_ai",
    "xai": "x_ai",
}
"""Our names of providers -> the convention's, where they differ."""

QUEUE = 32_768
"""Spans that may wait to be sent; what comes beyond is lost, and waits for nobody."""

PATIENCE = 2.0
"""Seconds for which the end of a run waits for a collector that takes nothing; while it takes spans it is waited for."""


@contextmanager
def by_spans(about: Mapping[str, Any], say: Callable[[str], None], *, content: bool) -> Iterator[Watch]:
    """A watch that makes a span of every request, below one of the run with these attributes.

    Args: content: whether prompts and replies are put into them.
    Raises: Unsupported: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import set_span_in_context
    except ImportError as error:
        raise Unsupported(
            f"--otel makes spans by OpenTelemetry, and {error.name} is not installed",
            "pip install 'behavior-evals[otel]'",
        ) from None
    logging.getLogger("opentelemetry").setLevel(
        logging.CRITICAL
    )  # says in pages what is said below in a line
    sent = _counting(OTLPSpanExporter())
    spans = _gathering(BatchSpanProcessor)(sent, max_queue_size=QUEUE)
    resource = Resource.create({"service.name": "evals", "service.version": __version__})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(spans)
    tracer = provider.get_tracer("evals", __version__)
    try:
        with tracer.start_as_current_span("evals run", attributes=dict(about)) as whole:
            yield _watch(tracer, set_span_in_context(whole), content=content)
    finally:
        _end(provider.shutdown, sent)
        if lost := spans.made - sent.taken:
            say(
                f"{lost:,} spans could not be sent: set OTEL_EXPORTER_OTLP_ENDPOINT to where a collector listens"
            )


def _end(shutdown: Callable[[], None], sent: Any) -> None:
    """Send what still waits, for as long as the collector takes it; else give up after PATIENCE."""
    ending = Thread(target=shutdown, daemon=True)
    ending.start()
    before = -1
    while ending.is_alive() and sent.taken > before:
        before = sent.taken
        ending.join(PATIENCE)
    sent.shutdown()


def _counting(sender: "SpanExporter") -> Any:
    """The exporter, which counts what the collector has taken."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Counting(SpanExporter):
        taken = 0

        def export(self, spans: Any) -> "SpanExportResult":
            result = sender.export(spans)
            if result is SpanExportResult.SUCCESS:
                self.taken += len(spans)
            return result

        def shutdown(self) -> None:
            sender.shutdown()

    return Counting()


def _gathering(processor: Any) -> Any:
    """The kind of processor, which counts what there is to be sent: what its queue has no room for, too."""

    class Gathering(processor):  # type: ignore[misc]  # its base is imported where it is needed
        made = 0

        def on_end(self, span: Any) -> None:
            self.made += 1
            super().on_end(span)

    return Gathering


def _watch(tracer: "Tracer", run: "Context", *, content: bool) -> Watch:
    from opentelemetry.trace import SpanKind, StatusCode

    def watch(sent: Sent) -> Callable[[Ended], None]:
        known = asked(sent)
        inside = getattr(sent.provider, "in_process", False)
        span = tracer.start_span(
            f"{known['gen_ai.operation.name']} {known['gen_ai.request.model']}",
            context=run,
            kind=SpanKind.INTERNAL if inside else SpanKind.CLIENT,
            attributes=known | (said(sent.prompt) if content else {}),
        )

        def end(came: Ended) -> None:
            if isinstance(came, Response):
                span.set_attributes(answered(came) | (replied(came) if content else {}))
            else:
                kind = came.kind if isinstance(came, ProviderError) else type(came).__name__
                span.set_attribute("error.type", kind)
                span.set_status(StatusCode.ERROR, str(came).partition("\n")[0])
            span.end()

        return end

    return watch


def asked(sent: Sent) -> dict[str, Any]:
    """The attributes of a request."""
    name, key, prompt = ModelName.parse(sent.model), sent.key, sent.prompt
    inner = within(sent.provider)
    inner = getattr(inner, "wire", inner)
    found = {
        "gen_ai.operation.name": "chat" if prompt.messages else "text_completion",
        "gen_ai.provider.name": WELL_KNOWN.get(name.provider, name.provider),
        "gen_ai.request.model": getattr(inner, "model", "") or name.model or name.provider,
        "gen_ai.request.max_tokens": prompt.max_tokens,
        "gen_ai.request.temperature": prompt.temperature,
        "gen_ai.request.top_p": getattr(getattr(inner, "settings", None), "top_p", None),
        "gen_ai.request.stop_sequences": prompt.stop or None,
        "gen_ai.request.seed": prompt.seed,
        **_server(inner),
    }
    if key is not None:
        found |= {
            "gen_ai.prompt.name": f"{key.suite}/{key.arm}",
            "evals.suite": key.suite,
            "evals.sample": key.sample,
            "evals.arm": key.arm,
            "evals.repeat": key.repeat,
        }
    return {name: value for name, value in found.items() if value is not None}


def _server(provider: Any) -> dict[str, Any]:
    http = getattr(provider, "http", None)
    if http is None:
        return {}
    parts = urlsplit(http.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.hostname, "server.port": port}


def answered(response: Response) -> dict[str, Any]:
    """The attributes of an answer."""
    found = {
        "gen_ai.response.model": response.model or None,
        "gen_ai.response.finish_reasons": (_reason(response.stop),),
        "gen_ai.usage.input_tokens": response.tokens_in,
        "gen_ai.usage.output_tokens": response.tokens_out,
        "gen_ai.usage.reasoning.output_tokens": response.tokens_reasoning,
        "evals.cost_usd": response.cost_usd,
    }
    return {name: value for name, value in found.items() if value is not None}


def _reason(stop: str) -> str:
    """Why a reply ended, in the convention's words."""
    return {"filter": "content_filter", "tool": "tool_call"}.get(stop, stop)


def said(prompt: Prompt) -> dict[str, str]:
    """What is said in a request; pictures are left out."""
    turns = prompt.messages or (Message("user", prompt.text),)
    system = [turn for turn in turns if turn.role == "system"]
    found = {
        "gen_ai.input.messages": _json(
            [each for turn in turns if turn.role != "system" for each in _turn(turn)]
        )
    }
    if system:
        found["gen_ai.system_instructions"] = _json([_text(turn.content) for turn in system])
    return found


def replied(response: Response) -> dict[str, str]:
    """What is said in an answer."""
    thought = [{"type": "reasoning", "content": response.reasoning}] if response.reasoning else []
    spoken = [_text(response.text)] if response.text else []
    calls = [_call(call.id, call.name, call.arguments) for call in response.calls]
    turn = {
        "role": "assistant",
        "parts": [*thought, *spoken, *calls],
        "finish_reason": _reason(response.stop),
    }
    return {"gen_ai.output.messages": _json([turn])}


def _turn(turn: Message) -> Iterator[dict[str, Any]]:
    """A turn as the convention's messages: calls are answered before the model goes on."""
    for call in turn.calls:
        spoken = [_text(call.said)] if call.said else []
        yield {"role": turn.role, "parts": [*spoken, _call(call.id, call.name, call.arguments)]}
        yield {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": call.id, "response": call.result}],
        }
    if turn.content or not turn.calls:
        yield {"role": turn.role, "parts": [_text(turn.content)]}


def _text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def _call(id_: str, name: str, arguments: str) -> dict[str, Any]:
    return {"type": "tool_call", "id": id_, "name": name, "arguments": arguments}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
