"""Gemini's own wire: contents in parts, thoughts among them.

Source: the `google-genai` package's types of `generate_content` (3.4).
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from evals.errors import ProviderError
from evals.money.usage import Counts, added, count
from evals.net.http import Answer, Shape
from evals.types import Image, Message, Prompt, Response, Tool, ToolCall
from evals.wires.chat import as_text
from evals.wires.wire import Quirks, Talk, apart, stop_reason

BLOCKED = "other"
"""The finish reason that is given for blocked replies, and for no others."""


class _Content(Shape):
    parts: list[dict[str, Any]] = Field(default_factory=list)


class _Candidate(Shape):
    content: _Content = _Content()
    reason: str | None = Field(default=None, alias="finishReason")


class _Feedback(Shape):
    reason: str | None = Field(default=None, alias="blockReason")


class _Generated(Shape):
    candidates: list[_Candidate] = Field(default_factory=list)
    feedback: _Feedback | None = Field(default=None, alias="promptFeedback")
    model: str | None = Field(default=None, alias="modelVersion")
    usage: Any = Field(default=None, alias="usageMetadata")


@dataclass
class Gemini(Talk):
    """A model that is talked to."""

    path: ClassVar[str] = "/models/{model}:generateContent"
    names: ClassVar[Mapping[str, str]] = {
        "max_tokens": "maxOutputTokens",
        "top_p": "topP",
        "stop": "stopSequences",
        "seed": "seed",
    }
    auth: ClassVar[str] = "x-goog-api-key"
    usage: ClassVar[str] = "usageMetadata"

    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and what was dropped.

        Raises: Unsupported: the prompt is a text to be continued.
        """
        messages, folded = self.turns(prompt, quirks)
        sampling, dropped = self.sampling(prompt, quirks)
        if self.settings.reasoning_effort:
            sampling["thinkingConfig"] = thinking(self.settings.reasoning_effort)
        system, turns = apart(messages)
        body: dict[str, Any] = {
            "contents": [content for turn in turns for content in _sent(turn)],
            "generationConfig": sampling,
        }
        if system:
            body["systemInstruction"] = {"parts": [{"text": system}]}
        if prompt.tools:
            body["tools"] = [{"functionDeclarations": [_offered(tool) for tool in prompt.tools]}]
        return body, (*dropped, *folded)

    def counted(self, usage: Any) -> Counts:
        """What a usage record says."""
        return _counts(usage)

    def read(self, answer: Answer) -> Response:
        """The answer's meaning: parts joined, thoughts kept apart.

        Raises: ProviderError: the prompt was blocked, or the answer is garbled.
        """
        found = self.http.read(_Generated, answer)
        if not found.candidates:
            raise self._unanswered(found.feedback)
        candidate = found.candidates[0]
        parts, tokens = candidate.content.parts, self.counted(found.usage)
        made = [part for part in parts if isinstance(part.get("functionCall"), dict)]
        calls = tuple(_call(number, part["functionCall"]) for number, part in enumerate(made, 1))
        reason = (candidate.reason or "stop").lower()
        stop = stop_reason(self.http, "content_filter" if reason == BLOCKED else reason)
        return Response(
            text="".join(str(part.get("text") or "") for part in parts if not part.get("thought")),
            reasoning="".join(str(part.get("text") or "") for part in parts if part.get("thought")),
            stop="tool" if calls and stop == "stop" else stop,
            seconds=answer.seconds,
            model=found.model or "",
            **self.spent(tokens, found.model or ""),
            calls=calls,
            echo={"parts": parts} if calls else {},
        )

    def _unanswered(self, feedback: _Feedback | None) -> ProviderError:
        """The failure of an answer without a reply in it."""
        if feedback and feedback.reason:
            reason = self.http.quote(feedback.reason)
            return ProviderError("filtered", f"{self.http.host} refused by its content policy: {reason}")
        return ProviderError("garbled", f"{self.http.host} answered without a reply, and did not say why")


def thinking(effort: str) -> dict[str, Any]:
    """How a reasoning effort is asked for: "none", a number of tokens (older models), or a word (newer ones)."""
    if effort == "none":
        return {"thinkingBudget": 0}
    if effort.isdecimal():
        return {"thinkingBudget": int(effort), "includeThoughts": True}
    return {"thinkingLevel": effort.upper(), "includeThoughts": True}


def _sent(message: Message) -> Iterator[dict[str, Any]]:
    """A message as it is sent; one that called tools is followed by what they answered, an empty one is left out."""
    role = "model" if message.role == "assistant" else "user"
    if message.calls:
        yield {"role": "model", "parts": message.echo.get("parts") or list(_made_anew(message))}
        yield {"role": "user", "parts": [_result(call) for call in message.calls]}
    elif message.content or message.images:
        shown = [{"inlineData": _picture(image)} for image in message.images]
        yield {"role": role, "parts": [*shown, {"text": message.content}]}


def _made_anew(message: Message) -> Iterator[dict[str, Any]]:
    """A turn with calls, as its host may have sent it."""
    if message.content:
        yield {"text": message.content}
    for call in message.calls:
        yield {"functionCall": {"id": call.id, "name": call.name, "args": call.given()}}


def _result(call: ToolCall) -> dict[str, Any]:
    said = {"error" if call.failed else "output": call.result}
    return {"functionResponse": {"id": call.id, "name": call.name, "response": said}}


def _picture(image: Image) -> dict[str, Any]:
    return {"mimeType": image.media_type, "data": base64.b64encode(image.data).decode()}


def _offered(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters}


def _call(number: int, made: Mapping[str, Any]) -> ToolCall:
    """A call as the model made it; older models give it no id, then its place stands for one."""
    name, arguments = str(made.get("name") or ""), as_text(made.get("args"))
    return ToolCall(name, arguments, id=str(made.get("id") or f"call_{number}"))


def _counts(usage: Any) -> Counts:
    """Thoughts are counted beside what is written, and results of tools beside what is read."""
    asked, thoughts = count(usage, "promptTokenCount"), count(usage, "thoughtsTokenCount")
    return Counts(
        None if asked is None else added(asked, count(usage, "toolUsePromptTokenCount")),
        added(count(usage, "candidatesTokenCount"), thoughts),
        thoughts,
        count(usage, "cachedContentTokenCount"),
    )
