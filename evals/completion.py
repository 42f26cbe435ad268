"""Text completions: a base model continues a text.

Source: the `openai` package's types of `completions` (3.54), as vLLM, llama.cpp, Together and Hyperbolic serve them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from evals.errors import Unsupported
from evals.http import Answer, Shape
from evals.types import Capability, Prompt, Response
from evals.usage import counts
from evals.wire import DeskName, Quirks, Wire, stop_reason


class _Choice(Shape):
    text: str | None
    finish_reason: str | None = None


class _Completion(Shape):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    model: str | None = None
    usage: Any = None


@dataclass
class Completion(Wire):
    """A model that continues texts."""

    path: ClassVar[str] = "/completions"
    desk: ClassVar[DeskName | None] = "openai"
    names: ClassVar[Mapping[str, str]] = {"max_tokens": "max_tokens"}
    interface: ClassVar[Capability] = "completion"

    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and what was dropped.

        Raises: Unsupported: the prompt is a conversation.
        """
        if prompt.messages:
            raise Unsupported(f"{self.model} continues texts and cannot be talked to", "add ?wire=chat")
        sampling, dropped = self.sampling(prompt, quirks)
        return {"model": self.model, "prompt": prompt.text, **sampling}, dropped

    def read(self, answer: Answer) -> Response:
        """The answer's meaning: the continuation, without the prompt.

        Raises: ProviderError: it is garbled.
        """
        completion = self.http.read(_Completion, answer)
        choice, tokens = completion.choices[0], counts(completion.usage)
        return Response(
            text=choice.text or "",
            stop=stop_reason(self.http, choice.finish_reason),
            seconds=answer.seconds,
            model=completion.model or "",
            **self.spent(tokens, completion.model or ""),
        )
