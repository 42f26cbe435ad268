"""Responses, OpenAI's newer wire: items in, items out, reasoning among them.

Source: the `openai` package's types of `responses` (3.54), as OpenAI, Azure, Groq, xAI, vLLM, Ollama and LM Studio serve
it. Nothing is stored at the host: reasoning that the next turn needs goes back with it, encrypted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from evals.errors import ProviderError
from evals.money.usage import Counts, charged, count
from evals.net.complaint import Complaint, plain
from evals.net.http import Answer, Shape
from evals.types import Message, Prompt, Response, Stop, Tool, ToolCall
from evals.wires.chat import data_url
from evals.wires.wire import DeskName, Quirks, Spared, Talk, apart, stop_reason

STATUSES: Mapping[str, int] = {"server_error": 500, "rate_limit_exceeded": 429, "vector_store_timeout": 504}
"""A failed response's code -> the status a host would have answered with; 400 for the rest."""

LOST = ("in_progress", "queued", "cancelled")
"""How a response stands whose reply did not come with it."""


class _Response(Shape):
    output: list[dict[str, Any]]
    status: str | None = None
    incomplete_details: dict[str, Any] | None = None
    error: Any = None
    model: str | None = None
    usage: Any = None


@dataclass
class Responses(Talk):
    """A model that is talked to."""

    path: ClassVar[str] = "/responses"
    desk: ClassVar[DeskName | None] = "openai"
    names: ClassVar[Mapping[str, str]] = {"max_tokens": "max_output_tokens"}
    lacks: ClassVar[frozenset[Spared]] = frozenset({"seed", "stop"})

    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and what was dropped.

        Raises: Unsupported: the prompt is a text to be continued.
        """
        messages, folded = self.turns(prompt, quirks)
        sampling, dropped = self.sampling(prompt, quirks)
        system, turns = apart(messages)
        body: dict[str, Any] = {
            "model": self.model,
            "input": [item for turn in turns for item in _sent(turn)],
            "store": False,
            "stream": False,  # some servers stream unless told not to (transformers serve)
            **sampling,
        }
        if system:
            body["instructions"] = system
        if prompt.tools:
            body["tools"] = [_offered(tool) for tool in prompt.tools]
        if self.settings.reasoning_effort:
            body["reasoning"] = {"effort": self.settings.reasoning_effort, "summary": "auto"}
        return body, (*dropped, *folded)

    def counted(self, usage: Any) -> Counts:
        """What a usage record says."""
        return _counts(usage)

    def read(self, answer: Answer) -> Response:
        """The answer's meaning: messages joined, reasoning as far as it is shown.

        Raises: ProviderError: the model failed, or the answer is garbled.
        """
        found = self.http.read(_Response, answer)
        if found.status == "failed" or found.error:
            raise self._failed(found.error)
        said = [part for item in _of(found.output, "message") for part in _parts(item, "content")]
        calls = tuple(
            _call(number, item) for number, item in enumerate(_of(found.output, "function_call"), 1)
        )
        tokens = self.counted(found.usage)
        return Response(
            text=_joined(said, "output_text", "text") or _joined(said, "refusal", "refusal"),
            reasoning="\n\n".join(filter(None, map(_thought, _of(found.output, "reasoning")))),
            stop=self._stop(found, called=bool(calls)),
            seconds=answer.seconds,
            model=found.model or "",
            **self.spent(tokens, found.model or ""),
            calls=calls,
            echo={"output": [item for item in found.output if _goes_back(item)]} if calls else {},
        )

    def _stop(self, found: _Response, *, called: bool) -> Stop:
        if found.status in LOST:
            raise ProviderError(
                "garbled", f"{self.http.host} answered before the reply was there: {found.status}"
            )
        if found.status == "incomplete":
            return stop_reason(self.http, str((found.incomplete_details or {}).get("reason")))
        return "tool" if called else "stop"

    def _failed(self, error: Any) -> ProviderError:
        """The failure of a response that says it has failed."""
        error = error if isinstance(error, dict) else {}
        code = str(error.get("code") or "")
        said = plain(str(error.get("message") or "it does not say why"))
        return self.http.refusal(Complaint(STATUSES.get(code, 400), said, code), self.model)


def _sent(message: Message) -> Iterator[dict[str, Any]]:
    """A message as it is sent; one that called tools is followed by what they answered."""
    if message.images:
        shown = [
            {"type": "input_image", "image_url": data_url(image), "detail": "auto"}
            for image in message.images
        ]
        yield {"role": message.role, "content": [{"type": "input_text", "text": message.content}, *shown]}
    elif not message.calls:
        yield {"role": message.role, "content": message.content}
    else:
        yield from message.echo.get("output") or _made_anew(message)
        for call in message.calls:
            yield {"type": "function_call_output", "call_id": call.id, "output": call.result}


def _made_anew(message: Message) -> Iterator[dict[str, Any]]:
    """A turn with calls, as its host may have sent it."""
    if message.content:
        yield {"role": "assistant", "content": message.content}
    for call in message.calls:
        yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}


def _offered(tool: Tool) -> dict[str, Any]:
    told = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", **told, "strict": False}


def _of(output: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [item for item in output if item.get("type") == kind]


def _parts(item: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The parts of an item that are there and can be read."""
    found = item.get(name)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _joined(parts: list[dict[str, Any]], kind: str, name: str) -> str:
    return "".join(str(part.get(name) or "") for part in parts if part.get("type") == kind)


def _thought(item: Mapping[str, Any]) -> str:
    """What is shown of a reasoning item: the whole of it, else its summary."""
    whole = _joined(_parts(item, "content"), "reasoning_text", "text")
    return whole or "\n\n".join(str(part.get("text") or "") for part in _parts(item, "summary"))


def _call(number: int, item: Mapping[str, Any]) -> ToolCall:
    return ToolCall(
        str(item.get("name") or ""),
        str(item.get("arguments") or "{}"),
        id=str(item.get("call_id") or f"call_{number}"),
    )


def _goes_back(item: Mapping[str, Any]) -> bool:
    """Whether an item means something to a host that stored nothing: reasoning does only if it is sealed into it."""
    return item.get("type") != "reasoning" or bool(item.get("encrypted_content"))


def _counts(usage: Any) -> Counts:
    return Counts(
        count(usage, "input_tokens"),
        count(usage, "output_tokens"),
        count(usage, "output_tokens_details", "reasoning_tokens"),
        count(usage, "input_tokens_details", "cached_tokens"),
        count(usage, "input_tokens_details", "cache_write_tokens"),
        charged(usage),
    )
