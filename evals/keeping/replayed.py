"""A model that is answered from a recording alone: nothing is sent, and no key, price list or package is needed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from evals.errors import BadInput, NotFound, ProviderError
from evals.keeping import recording
from evals.keeping.recording import Cast, Recording
from evals.lens.tokens import Tokens
from evals.money.prices import Price
from evals.provider import Recalled
from evals.types import Capability, Key, Prompt, Response

ANEW = "record it anew: the same command with --record in place of --replay"


@dataclass(frozen=True)
class Replayed:
    """A model as a recording has it; a Provider.

    Attributes:
        model: its name there, which is how the user named it.
        cast: what it is.
        recording: what it has said.
        key: for which reply it is asked.
    """

    model: str
    cast: Cast
    recording: Recording
    key: Key | None = None
    concurrency: int = 1
    in_process: bool = True

    @property
    def can(self) -> frozenset[Capability]:
        """As when it was recorded."""
        return frozenset(self.cast.can)

    @property
    def notice(self) -> str:
        """As when it was recorded."""
        return self.cast.notice

    def price(self, *, batch: bool = False) -> Price | None:  # noqa: ARG002  a recording is of one or the other
        """As when it was recorded."""
        return self.cast.price

    def settled(self, prompt: Prompt) -> Prompt:
        """The prompt with what the model's name sets."""
        temperature, most = self.cast.temperature, self.cast.max_tokens
        return replace(
            prompt,
            temperature=prompt.temperature if temperature is None else temperature,
            max_tokens=prompt.max_tokens if most is None else most,
        )

    def addressed(self, key: Key) -> "Replayed":
        """The same for one reply."""
        return replace(self, key=key)

    def recall(self, prompt: Prompt) -> Recalled:
        """What was recorded. Raises: BadInput: that prompt was not."""
        found = self.key and self.recording.exchanges.get(recording.address(self.key, prompt))
        if not found:
            self._missing()
        if found.failure is None:
            return Recalled(found.response, found.requests)
        error = ProviderError(found.failure.kind, found.failure.message)  # type: ignore[arg-type]  # one of them
        return Recalled(None, found.requests, error)

    async def reply(self, prompt: Prompt) -> Response:
        """What was recorded. Raises: as `recall`. ProviderError: the failure that was recorded."""
        known = self.recall(prompt)
        if known.response is None:
            raise known.error or ProviderError("server", "no answer")
        return known.response

    async def tokens(self, text: str) -> Tokens:
        """The tokens that were recorded. Raises: Unsupported, BadInput: none were, at all or of this text."""
        found = self.recording.cuts.get((self.model, text))
        if found is None:
            raise BadInput(f"{self.recording.path} has no tokens of this text", ANEW)
        return found.tokens(text)

    async def close(self) -> None:
        """Nothing is open."""

    def _missing(self) -> NoReturn:
        key = self.key
        of = (
            f"sample {key.sample}, arm {key.arm!r}, repeat {key.repeat} of suite {key.suite}"
            if key
            else "that prompt"
        )
        raise BadInput(
            f"{self.recording.path} holds no exchange of {self.model} for {of}, as it is asked now", ANEW
        )


def replayed(found: Recording, models: tuple[str, ...]) -> Mapping[str, Replayed]:
    """The models as a recording has them. Raises: NotFound: it has not one of them."""
    for model in models:
        if model not in found.models:
            raise NotFound(
                f"{found.path} was not recorded with the model {model}",
                f"it has: {', '.join(found.models)}; or {ANEW}",
            )
    return {model: Replayed(model, found.models[model], found) for model in models}
