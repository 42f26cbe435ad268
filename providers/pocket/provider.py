"""pocket: the embedded model, a real transformer of one million parameters that hallucinates.  -m pocket/bluff

Stages: pocket/base continues text, pocket/bluff never learned to say "I don't know", pocket/honest did. No key, no
network, no GPU. See README.md in this folder for how they were trained and what they can do.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from evals.errors import BadInput, NotFound, ProviderError, Unsupported
from evals.lens.tokens import Tokens
from evals.prices import FREE, Price
from evals.together import Together
from evals.types import Capability, Prompt, Response

from .runtime import Continuation, Request, Runtime

WEIGHTS = Path(__file__).parent / "weights"
STAGES: dict[str, frozenset[Capability]] = {
    "base": frozenset({"completion", "seed"}),
    "bluff": frozenset({"chat", "completion", "seed"}),
    "honest": frozenset({"chat", "completion", "seed"}),
}
CAN = frozenset[Capability]().union(*STAGES.values())
"""What its stages can be asked for; the base only continues texts."""

DEFAULT = "bluff"
BATCH = 32
"""Prompts computed together: more gain little on one core and make the first reply wait longer."""


@dataclass
class Pocket:
    """One stage. Replies asked for at the same time are computed together, in a thread beside the event loop."""

    stage: str
    runtime: Runtime
    concurrency: int = BATCH
    notice: str = "pocket is a toy model of 1 million parameters: what it says is invented."
    in_process: bool = True

    def __post_init__(self) -> None:
        self._together = Together[Request, Continuation](self.runtime.generate, BATCH)

    @property
    def can(self) -> frozenset[Capability]:
        return STAGES[self.stage]

    async def reply(self, prompt: Prompt) -> Response:
        """One reply to one prompt.

        Raises: Unsupported: messages for the base. ProviderError: the prompt fills the model's context.
        """
        start, request = time.monotonic(), self._request(prompt)
        written = await self._together.ask(request)
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
        context = self.runtime.network.context
        if len(ids) >= context:
            raise ProviderError(
                "too_long",
                f"the prompt has {len(ids)} tokens, pocket reads {context} in all",
                "shorten it",
            )
        return Request(ids, prompt.max_tokens, prompt.temperature or 0.0, prompt.seed, prompt.stop)


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
