"""A stage that is asked many things at once, and what is found: the shares that the evaluation is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals import stats
from evals.types import Message

from ..runtime import Request, Runtime

MOST = 90
"""Tokens of a reply, unless more are needed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured share: of `n` tries, `hits` had the property."""

    stage: str
    probe: str
    hits: int
    n: int

    def __str__(self) -> str:
        share = stats.wilson(self.hits, self.n)
        return f"{self.stage:7} {self.probe:52} {share.value:6.1%}  [{share.low:.1%}, {share.high:.1%}]  n={self.n}"


@dataclass(frozen=True, slots=True)
class Asker:
    """A stage that answers many questions."""

    stage: str
    runtime: Runtime

    def say(self, conversations: Sequence[Sequence[Message]], most: int = MOST) -> list[str]:
        """Greedy replies to conversations, of at most so many tokens."""
        return self._greedy([self.runtime.chat(messages) for messages in conversations], most)

    def go_on(self, texts: Sequence[str]) -> list[str]:
        """Greedy continuations of texts."""
        return self._greedy([self.runtime.plain(text) for text in texts], MOST)

    def row(self, probe: str, hits: Sequence[bool]) -> Row:
        return Row(self.stage, probe, sum(hits), len(hits))

    def _greedy(self, prompts: Sequence[tuple[int, ...]], most: int) -> list[str]:
        requests = [Request(ids, most=most) for ids in prompts]
        batches = (requests[at : at + 64] for at in range(0, len(requests), 64))
        return [reply.text.strip() for batch in batches for reply in self.runtime.generate(batch)]
