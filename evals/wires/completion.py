"""Text completions: a base model continues a text, or tells how likely given continuations of it are.

Likelihoods are asked for choice by choice: text and choice are sent together, to be echoed with the probability of each
token. Where the tokens do not spell the choice (SentencePiece drops the blank before a token), the text is sent alone
once more: the choice begins where its tokens end. So lm-eval finds it, with a tokenizer of its own.

Source: the `openai` package's types of `completions` (3.54), as vLLM, llama.cpp, Together and Hyperbolic serve them.
"""

from asyncio import gather
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from evals.errors import ProviderError, Unsupported
from evals.money.usage import counts, together
from evals.net.http import Answer, HostError, Shape
from evals.types import Capability, Likelihood, Prompt, Response
from evals.wires.echo import Echo, echo
from evals.wires.wire import DeskName, Extra, Post, Quirks, Wire, stop_reason


class _Logprobs(Shape):
    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: list[dict[str, float] | None]


class _Choice(Shape):
    text: str | None
    finish_reason: str | None = None
    logprobs: Any = None


class _Completion(Shape):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    model: str | None = None
    usage: Any = None


class _Heard(NamedTuple):
    """A text echoed, and the answer in which it came."""

    echo: Echo
    completion: _Completion
    seconds: float


@dataclass
class Completion(Wire):
    """A model that continues texts."""

    path: ClassVar[str] = "/completions"
    desk: ClassVar[DeskName | None] = "openai"
    names: ClassVar[Mapping[str, str]] = {"max_tokens": "max_tokens"}
    interface: ClassVar[Capability] = "completion"
    takes: ClassVar[tuple[Extra, ...]] = ("logprobs",)

    async def reply(self, prompt: Prompt, post: Post | None = None) -> Response:
        """One reply to one prompt, or the likelihoods of its choices.

        Args: post: as in Wire.reply.
        Raises: ProviderError: the request failed. Unsupported: the prompt is for the other wire.
        """
        if not prompt.choices:
            return await super().reply(prompt, post)
        self._check(prompt)
        self.admit(prompt)
        heard = await self._all_heard(prompt, post)
        starts = [
            each.echo.begins(prompt.text, choice) for each, choice in zip(heard, prompt.choices, strict=True)
        ]
        if None in starts:
            alone = await self._alone(prompt, post or self.http.post)
            starts = [each.echo.shared(alone.echo) for each in heard]
            heard = [*heard, alone]
        found = [
            self._told(each.echo.likelihood(start or 0)) for each, start in zip(heard, starts, strict=False)
        ]
        self._taken |= prompt.needs
        served = heard[0].completion.model or ""
        return Response(
            text="",
            seconds=sum(each.seconds for each in heard),
            model=served,
            likelihoods=tuple(found),
            **self.spent(together(counts(each.completion.usage) for each in heard), served),
        )

    async def _all_heard(self, prompt: Prompt, post: Post | None) -> list[_Heard]:
        """The text echoed with each choice: one after the other, but for those that travel in one batch."""
        if post is not None:
            return await gather(*(self._heard(prompt, prompt.text + each, post) for each in prompt.choices))
        return [await self._heard(prompt, prompt.text + each, self.http.post) for each in prompt.choices]

    async def _heard(self, prompt: Prompt, text: str, post: Post) -> _Heard:
        """A text echoed. One token is written besides, for not every server can be asked for none."""
        body = {"model": self.model, "prompt": text, "max_tokens": 1, "echo": True, "logprobs": 1}
        try:
            answer = await post(self.path, body, self.model)
        except HostError as error:
            raise self.incapable(error, prompt) or error from None
        completion = self.http.read(_Completion, answer)
        choice, written = completion.choices[0], counts(completion.usage).written
        try:
            told = _Logprobs.model_validate(choice.logprobs)
            found = echo(
                told.tokens, told.token_logprobs, told.top_logprobs, 1 if written is None else written
            )
        except ValueError:
            found = None
        if found is None or not found.tells or text not in (choice.text or ""):
            why = "its answer does not repeat the text with the probability of each token"
            if "logprobs" in self._taken:
                raise ProviderError("garbled", f"{self.http.host}: {why}, as others did")
            raise self.lacking("logprobs", why)
        return _Heard(found, completion, answer.seconds or 0.0)

    async def _alone(self, prompt: Prompt, post: Post) -> _Heard:
        """The text without a choice. Raises: ProviderError: there is none."""
        if not prompt.text:
            raise self._untold("where the text begins, for its tokens do not spell it")
        return await self._heard(prompt, prompt.text, post)

    def _told(self, found: Likelihood | None) -> Likelihood:
        """A likelihood that is known. Raises: ProviderError: it is not."""
        if found is None:
            raise self._untold("how likely the first token of a text is")
        return found

    def _untold(self, what: str) -> ProviderError:
        said = f"{self.http.host} does not tell of {self.model} {what}"
        return ProviderError("bad_request", said, "ask for what follows a text")

    def request(self, prompt: Prompt, quirks: Quirks) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The JSON to send, and what was dropped.

        Raises: Unsupported: the prompt is a conversation.
        """
        self._check(prompt)
        sampling, dropped = self.sampling(prompt, quirks)
        return {"model": self.model, "prompt": prompt.text, **sampling}, dropped

    def _check(self, prompt: Prompt) -> None:
        if prompt.messages:
            raise Unsupported(f"{self.model} continues texts and cannot be talked to", "add ?wire=chat")

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
