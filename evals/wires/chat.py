"""Chat Completions, the wire that nearly every host speaks: messages in, one message out.

Source: the `openai` package's types of `chat.completions` (3.54), and what vLLM, Ollama, llama.cpp, Together, Mistral
and transformers serve make of them: null fields left out, reasoning under two names, content in parts.

Which models see pictures or call tools is not known beforehand: each is taken to, until the user says otherwise
(`?images=no`, `?tools=no`) or its host refuses. See evals.wires.wire.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from evals.net.http import Answer, Shape
from evals.types import Image, Message, Prompt, Response, Tool, ToolCall
from evals.wires.wire import DeskName, Quirks, Talk, stop_reason

KEPT = ("extra_content",)
"""What of a call goes back as it came, beside its name and arguments."""


class _Message(Shape):
    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: Any = None
    tool_calls: list[dict[str, Any]] | None = None


class _Choice(Shape):
    message: _Message
    finish_reason: str | None = None


class _Completion(Shape):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    model: str | None = None
    usage: Any = None


@dataclass
class Chat(Talk):
    """A model that is talked to."""

    path: ClassVar[str] = "/chat/completions"
    desk: ClassVar[DeskName | None] = "openai"

    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and what was dropped.

        Raises: Unsupported: the prompt is a text to be continued.
        """
        messages, folded = self.turns(prompt, quirks)
        sampling, dropped = self.sampling(prompt, quirks)
        body = {
            "model": self.model,
            "messages": [part for message in messages for part in _sent(message)],
            **sampling,
        }
        if prompt.tools:
            body["tools"] = [_offered(tool) for tool in prompt.tools]
        if self.settings.reasoning_effort:
            body["reasoning_effort"] = self.settings.reasoning_effort
        return body, (*dropped, *folded)

    def read(self, answer: Answer) -> Response:
        """The answer's meaning: content that is null is an empty text, reasoning is kept apart.

        Raises: ProviderError: it is garbled.
        """
        completion = self.http.read(_Completion, answer)
        choice, tokens = completion.choices[0], self.counted(completion.usage)
        message = choice.message
        text, thinking = _parts(message.content)
        reasoning = message.reasoning_content or message.reasoning or thinking
        return Response(
            text=text or message.refusal or "",
            reasoning=reasoning if isinstance(reasoning, str) else "",
            stop=stop_reason(self.http, choice.finish_reason),
            seconds=answer.seconds,
            model=completion.model or "",
            **self.spent(tokens, completion.model or ""),
            calls=tuple(_call(number, call) for number, call in enumerate(message.tool_calls or [], 1)),
            echo=_echo(message) if message.tool_calls else {},
        )


def _sent(message: Message) -> Iterator[dict[str, Any]]:
    """A message as it is sent; one that called tools is followed by what they answered."""
    if message.images:
        shown = [{"type": "image_url", "image_url": {"url": data_url(image)}} for image in message.images]
        yield {"role": message.role, "content": [{"type": "text", "text": message.content}, *shown]}
        return
    if not message.calls:
        yield {"role": message.role, "content": message.content}
        return
    calls = [_sent_call(call) for call in message.calls]
    yield {"role": message.role, "content": message.content, "tool_calls": calls, **message.echo}
    for call in message.calls:
        yield {"role": "tool", "tool_call_id": call.id, "content": call.result}


def data_url(image: Image) -> str:
    """A picture as a URL that holds it."""
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"


def _offered(tool: Tool) -> dict[str, Any]:
    told = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": told}


def _sent_call(call: ToolCall) -> dict[str, Any]:
    """A call as its host made it. Arguments that are no object go back as an empty one: hosts fail on reading others."""
    arguments = call.arguments if _is_object(call.arguments) else "{}"
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _call(number: int, made: dict[str, Any]) -> ToolCall:
    """A call as the model made it, whatever of it is there; arguments that come as an object become its text."""
    function = made.get("function")
    function = function if isinstance(function, dict) else {}
    return ToolCall(
        str(function.get("name") or ""),
        as_text(function.get("arguments")),
        id=str(made.get("id") or f"call_{number}"),
    )


def as_text(arguments: Any) -> str:
    """A call's arguments as text: as the model wrote them, or the JSON of the object that the host made of them."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)


def _echo(message: _Message) -> dict[str, Any]:
    """What hosts that reason between calls want to be told again: reasoning (DeepSeek, Moonshot), signatures (Gemini)."""
    made = [
        {**_sent_call(_call(number, call)), **{name: call[name] for name in KEPT if name in call}}
        for number, call in enumerate(message.tool_calls or [], 1)
    ]
    reasoning = message.reasoning_content
    return {"tool_calls": made} | ({} if reasoning is None else {"reasoning_content": reasoning})


def _parts(content: str | list[dict[str, Any]] | None) -> tuple[str, str]:
    """(text, reasoning) of a content that may come in parts, as Mistral's reasoning models send it."""
    if not isinstance(content, list):
        return content or "", ""
    text = "".join(str(part.get("text", "")) for part in content if part.get("type") == "text")
    thinking = [part.get("thinking") for part in content if part.get("type") == "thinking"]
    return text, "".join(_parts(part)[0] if isinstance(part, list) else str(part or "") for part in thinking)
