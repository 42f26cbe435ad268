"""Messages, Anthropic's wire: content in blocks, thinking among them.

Source: the `anthropic` package's types of `messages` (2.12), as Anthropic, llama.cpp, LM Studio, SGLang and DeepSeek serve
it. The API version is the one before 2026-10-21: that one refuses a temperature for every model, the earlier one only for
the models that have none.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from evals.money.usage import Counts, added, count
from evals.net.http import Answer, Shape
from evals.types import Image, Message, Prompt, Response, Tool, ToolCall
from evals.wires.chat import as_text
from evals.wires.wire import DeskName, Quirks, Spared, Talk, apart, stop_reason


class _Message(Shape):
    content: list[dict[str, Any]]
    stop_reason: str | None = None
    model: str | None = None
    usage: Any = None


@dataclass
class Messages(Talk):
    """A model that is talked to."""

    path: ClassVar[str] = "/messages"
    desk: ClassVar[DeskName | None] = "messages"
    names: ClassVar[Mapping[str, str]] = {"max_tokens": "max_tokens", "stop": "stop_sequences"}
    auth: ClassVar[str] = "x-api-key"
    headers: ClassVar[Mapping[str, str]] = {"anthropic-version": "2023-06-01"}
    lacks: ClassVar[frozenset[Spared]] = frozenset({"seed"})

    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and what was dropped.

        Raises: Unsupported: the prompt is a text to be continued.
        """
        messages, folded = self.turns(prompt, quirks)
        sampling, dropped = self.sampling(prompt, quirks)
        system, turns = apart(messages)
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [sent for turn in turns for sent in _sent(turn)],
            **sampling,
        }
        if system:
            body["system"] = system
        if prompt.tools:
            body["tools"] = [_offered(tool) for tool in prompt.tools]
        if self.settings.reasoning_effort:
            body |= thinking(self.settings.reasoning_effort)
        return body, (*dropped, *folded)

    def counted(self, usage: Any) -> Counts:
        """What a usage record says."""
        return _counts(usage)

    def read(self, answer: Answer) -> Response:
        """The answer's meaning: text blocks joined, thinking kept apart.

        Raises: ProviderError: it is garbled.
        """
        found = self.http.read(_Message, answer)
        calls = tuple(_call(block) for block in found.content if block.get("type") == "tool_use")
        tokens = self.counted(found.usage)
        return Response(
            text=_joined(found.content, "text"),
            reasoning=_joined(found.content, "thinking"),
            stop=stop_reason(self.http, found.stop_reason),
            seconds=answer.seconds,
            model=found.model or "",
            **self.spent(tokens, found.model or ""),
            calls=calls,
            echo={"content": found.content} if calls else {},
        )


def thinking(effort: str) -> dict[str, Any]:
    """How a reasoning effort is asked for: "none", a number of tokens (older models), or a word (newer ones)."""
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if effort.isdecimal():
        return {"thinking": {"type": "enabled", "budget_tokens": int(effort)}}
    return {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": effort}}


def _sent(message: Message) -> Iterator[dict[str, Any]]:
    """A message as it is sent; one that called tools is followed by what they answered, an empty one is left out.

    The API refuses empty texts, and joins the turns of the user's between which one was left out.
    """
    if message.calls:
        yield {"role": "assistant", "content": message.echo.get("content") or list(_made_anew(message))}
        yield {"role": "user", "content": [_result(call) for call in message.calls]}
    elif message.images:
        shown = [_picture(image) for image in message.images]
        yield {"role": message.role, "content": [*shown, {"type": "text", "text": message.content}]}
    elif message.content.strip():
        yield {"role": message.role, "content": message.content}


def _made_anew(message: Message) -> Iterator[dict[str, Any]]:
    """A turn with calls, as its host may have sent it."""
    if message.content.strip():
        yield {"type": "text", "text": message.content}
    for call in message.calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": call.given()}


def _result(call: ToolCall) -> dict[str, Any]:
    told = {"type": "tool_result", "tool_use_id": call.id, "content": call.result}
    return {**told, "is_error": True} if call.failed else told


def _picture(image: Image) -> dict[str, Any]:
    data = base64.b64encode(image.data).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": data}}


def _offered(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _joined(content: list[dict[str, Any]], kind: str) -> str:
    """The text of all blocks of a kind, which stands under the name of the kind."""
    return "".join(str(block.get(kind) or "") for block in content if block.get("type") == kind)


def _call(block: Mapping[str, Any]) -> ToolCall:
    return ToolCall(
        str(block.get("name") or ""), as_text(block.get("input")), id=str(block.get("id") or "toolu_1")
    )


def _counts(usage: Any) -> Counts:
    """What is read from a cache or written to one was read as well."""
    fresh, stored = count(usage, "input_tokens"), count(usage, "cache_creation_input_tokens")
    cached = count(usage, "cache_read_input_tokens")
    return Counts(
        None if fresh is None else added(fresh, stored, cached),
        count(usage, "output_tokens"),
        count(usage, "output_tokens_details", "thinking_tokens"),
        cached,
        stored,
    )
