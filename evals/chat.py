"""Chat Completions, the wire that nearly every host speaks: messages in, one message out.

Source: the `openai` package's types of `chat.completions` (3.54), and what vLLM, Ollama, llama.cpp, Together, Mistral
and transformers serve make of them: null fields left out, reasoning under two names, content in parts.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from evals.errors import Unsupported
from evals.http import Answer, Shape
from evals.types import Capability, Message, Prompt, Response
from evals.wire import Quirks, Wire, counts, stop_reason


class _Message(Shape):
    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: Any = None


class _Choice(Shape):
    message: _Message
    finish_reason: str | None = None


class _Completion(Shape):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    model: str | None = None
    usage: Any = None


@dataclass
class Chat(Wire):
    """A model that is talked to."""

    path: ClassVar[str] = "/chat/completions"
    interface: ClassVar[Capability] = "chat"

    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and what was dropped.

        Raises: Unsupported: the prompt is a text to be continued.
        """
        if not prompt.messages:
            raise Unsupported(
                f"{self.model} is spoken to over the chat wire and cannot continue a text",
                "add ?wire=completion",
            )
        messages = prompt.messages
        body, dropped = self.sampling(prompt, quirks)
        if not quirks.system and messages[0].role == "system":
            messages, dropped = _without_system(messages), (*dropped, "system role")
        body["messages"] = [{"role": message.role, "content": message.content} for message in messages]
        if self.settings.reasoning_effort:
            body["reasoning_effort"] = self.settings.reasoning_effort
        return body, dropped

    def read(self, answer: Answer) -> Response:
        """The answer's meaning: content that is null is an empty text, reasoning is kept apart.

        Raises: ProviderError: it is garbled.
        """
        completion = self.http.read(_Completion, answer)
        choice, tokens = completion.choices[0], counts(completion.usage)
        message = choice.message
        text, thinking = _parts(message.content)
        reasoning = message.reasoning_content or message.reasoning or thinking
        return Response(
            text=text or message.refusal or "",
            reasoning=reasoning if isinstance(reasoning, str) else "",
            stop=stop_reason(self.http, choice.finish_reason),
            seconds=answer.seconds,
            model=completion.model or "",
            tokens_in=tokens.read,
            tokens_out=tokens.written,
            tokens_reasoning=tokens.reasoning,
        )


def _without_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system message put before the first message of the user, for models that know no system role."""
    system, first, *rest = messages
    return (Message(first.role, f"{system.content}\n\n{first.content}"), *rest)


def _parts(content: str | list[dict[str, Any]] | None) -> tuple[str, str]:
    """(text, reasoning) of a content that may come in parts, as Mistral's reasoning models send it."""
    if not isinstance(content, list):
        return content or "", ""
    text = "".join(str(part.get("text", "")) for part in content if part.get("type") == "text")
    thinking = [part.get("thinking") for part in content if part.get("type") == "thinking"]
    return text, "".join(_parts(part)[0] if isinstance(part, list) else str(part or "") for part in thinking)
