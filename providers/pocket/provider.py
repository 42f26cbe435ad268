"""pocket: the embedded model, a real transformer of one million parameters that hallucinates.  -m pocket/bluff

Stages: pocket/base continues text, pocket/bluff never learned to say "I don't know", pocket/honest did. No key, no
network, no GPU. See README.md in this folder for how they were trained and what they can do.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import BadInput, NotFound, ProviderError, Unsupported
from evals.lens.tokens import Tokens
from evals.money.prices import FREE, Price
from evals.together import Together
from evals.types import Capability, Likelihood, Prompt, Response

from .runtime import Continuation, Given, Request, Runtime

WEIGHTS = Path(__file__).parent / "weights"
STAGES: dict[str, frozenset[Capability]] = {
    "base": frozenset({"completion", "logprobs", "seed"}),
    "bluff": frozenset({"chat", "completion", "logprobs", "seed"}),
    "honest": frozenset({"chat", "completion", "logprobs", "seed"}),
}
CAN = frozenset[Capability]().union(*STAGES.values())
"""What its stages can be asked for; the base only continues texts."""

DEFAULT = "bluff"
BATCH = 32
"""Prompts computed together: more gain little on one core and make the first reply wait longer."""


Asked = Request | tuple[Given, ...]
"""What a prompt asks for: a reply, or how likely continuations are."""


@dataclass
class Pocket:
    """One stage. Replies asked for at the same time are computed together, in a thread beside the event loop."""

    stage: str
    runtime: Runtime
    concurrency: int = BATCH
    notice: str = "pocket is a toy model of 1 million parameters: what it says is invented."
    in_process: bool = True

    def __post_init__(self) -> None:
        self._together = Together[Asked, Any](self._compute, BATCH)

    @property
    def can(self) -> frozenset[Capability]:
        return STAGES[self.stage]

    async def reply(self, prompt: Prompt) -> Response:
        """One reply to one prompt.

        Raises: Unsupported: messages for the base. ProviderError: the prompt fills the model's context.
        """
        start = time.monotonic()
        if prompt.choices:
            given = self._given(prompt)
            found: list[Likelihood] = await self._together.ask(given)
            return Response(
                text="",
                tokens_in=sum(len(each.ids) for each in given),
                tokens_out=0,
                seconds=time.monotonic() - start,
                cost_usd=0.0,
                model=f"pocket/{self.stage}",
                likelihoods=tuple(found),
            )
        request = self._request(prompt)
        written: Continuation = await self._together.ask(request)
        return Response(
            text=written.text.strip() if prompt.messages else written.text,
            stop="stop" if written.ended else "length",
            tokens_in=len(request.ids),
            tokens_out=len(written.ids),
            seconds=time.monotonic() - start,
            cost_usd=0.0,
            model=f"pocket/{self.stage}",
        )

    def price(self, *, batch: bool = False) -> Price:  # noqa: ARG002  a batch costs nothing either
        """Nothing: it is computed here."""
        return FREE

    async def tokens(self, text: str) -> Tokens:
        """A text in tokens, as a turn or a text to be continued is read: one blank goes before it."""
        return self.runtime.tokens(text)

    async def close(self) -> None:
        """Stop working; what still waits is cancelled."""
        self._together.close()

    def _request(self, prompt: Prompt) -> Request:
        if prompt.messages and "chat" not in self.can:
            raise Unsupported(
                f"pocket/{self.stage} continues text and has no chat", "use pocket/bluff or pocket/honest"
            )
        ids = self.runtime.chat(prompt.messages) if prompt.messages else self.runtime.plain(prompt.text)
        self._check_room(len(ids) + 1)  # one for the reply
        return Request(ids, prompt.max_tokens, prompt.temperature or 0.0, prompt.seed, prompt.stop)

    def _given(self, prompt: Prompt) -> tuple[Given, ...]:
        if prompt.messages:
            raise Unsupported(
                "pocket tells how likely a text goes on, not a conversation", "put it into a text"
            )
        given = tuple(self.runtime.given(prompt.text, choice) for choice in prompt.choices)
        self._check_room(max(len(each.ids) for each in given) - 1)  # nothing follows the last
        return given

    def _check_room(self, tokens: int) -> None:
        context = self.runtime.network.context
        if tokens > context:
            raise ProviderError(
                "too_long", f"the prompt takes {tokens} tokens, pocket reads {context} in all", "shorten it"
            )

    def _compute(self, asked: Sequence[Asked]) -> list[Continuation | list[Likelihood]]:
        """Replies are written together; likelihoods are found prompt by prompt, to the last bit whatever shares the batch."""
        requests = [each for each in asked if isinstance(each, Request)]
        written = iter(self.runtime.generate(requests) if requests else ())
        return [
            next(written) if isinstance(each, Request) else self.runtime.likelihoods(each) for each in asked
        ]


def connect(model: str = "", **options: str) -> Pocket:
    """A stage of pocket, the bluffing one unless named.

    Raises: NotFound: no such stage. BadInput: pocket takes no options.
    """
    stage = model or DEFAULT
    if stage not in STAGES:
        raise NotFound.among("stage of pocket", stage, STAGES)
    if options:
        raise BadInput(f"pocket takes no option {next(iter(options))!r}", f"write pocket/{stage} alone")
    return Pocket(stage, Runtime(WEIGHTS / stage))
