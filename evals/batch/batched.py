"""A model that is asked by batches: a provider around a provider, the same in all but how its requests travel."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals.batch.desk import Desk
from evals.batch.files import Files
from evals.batch.ledger import NAME, Ledger
from evals.batch.messages import MessageBatches
from evals.batch.office import Office
from evals.batch.watch import Request, Waiting
from evals.errors import BadInput, ProviderError, Unsupported
from evals.lens.tokens import Tokens
from evals.net.http import Answer
from evals.plan import Plan
from evals.provider import Provider
from evals.types import Capability, Key, Prompt, Response
from evals.wires.wire import DeskName, Wire

DESKS: Mapping[DeskName, type[Desk]] = {"openai": Files, "messages": MessageBatches}


@dataclass(frozen=True)
class Batched:
    """A model over its wire, whose requests go through an office; a Provider.

    Attributes:
        wire: the connection, which writes requests and reads answers as it always does.
        office: carries them.
        size: how many replies it is to give in all.
        key: for which reply it is asked.
    """

    wire: Wire
    office: Office
    size: int
    key: Key | None = None

    @property
    def can(self) -> frozenset[Capability]:
        """As the wire."""
        return self.wire.can

    @property
    def concurrency(self) -> int:
        """As many as one batch may have."""
        return max(1, min(self.size, self.office.desk.most))

    @property
    def notice(self) -> str:
        """As the wire."""
        return self.wire.notice

    @property
    def identity(self) -> dict[str, Any]:
        """As the wire: how a request travels does not change it."""
        return self.wire.identity

    def settled(self, prompt: Prompt) -> Prompt:
        """As the wire."""
        return self.wire.settled(prompt)

    def addressed(self, key: Key) -> "Batched":
        """The same model, asked for that reply: two requests that are alike word for word are two."""
        return replace(self, key=key)

    def submitted(self, prompt: Prompt) -> bool:
        """Whether an earlier process has submitted the prompt's first request, so that it is paid for."""
        first = replace(prompt, followups=()) if prompt.followups else prompt
        body, _ = self.wire.request(first, self.wire.quirks)
        return self.office.ledger.find(Request.of(self.key, body).hash) is not None

    async def reply(self, prompt: Prompt) -> Response:
        """One reply to one prompt, once its batch has ended.

        Raises: ProviderError: as the wire, or the batch failed. BadInput: the ledger cannot be written.
        """
        made: list[Waiting] = []

        async def post(_path: str, body: Mapping[str, Any], _model: str) -> Answer:
            made.append(self.office.take(Request.of(self.key, body)))
            return await made[-1].answer

        try:
            return await self.wire.reply(prompt, post)
        except ProviderError:
            self.office.spend(made)
            raise

    async def tokens(self, text: str) -> Tokens:
        """As the wire."""
        return await self.wire.tokens(text)

    async def close(self) -> None:
        """Leave the batches to their host, and close all connections."""
        await self.office.close()
        await self.wire.close()


def begun(folder: Path) -> bool:
    """Whether a run has batches: it then goes on by batches, as its replies may be waiting at the hosts."""
    return (folder / NAME).exists()


def ready(plan: Plan, providers: Mapping[str, Provider]) -> None:
    """Have the models billed as they are in batches, once it is sure that all that is planned can be asked so.

    Raises: Unsupported: a model's host takes none. BadInput: an adaptive test.
    """
    for part in plan.parts:
        if part.tracks:
            raise BadInput(
                f"suite {part.suite.name} is adaptive with these options: each question follows from the last answer",
                "that cannot be asked by batches; leave out --batch",
            )
    for model, provider in providers.items():
        if not (isinstance(provider, Wire) and provider.batches and provider.desk):
            raise Unsupported(
                f"{model} cannot be asked by batches: its host takes none that evals knows of",
                "openai and anthropic do; ask it without --batch, in a run of its own",
            )
        provider.batched = True


@contextmanager
def by_batches(
    plan: Plan,
    providers: Mapping[str, Provider],
    folder: Path,
    say: Callable[[str], None],
    *,
    wait: bool,
) -> Iterator[dict[str, Batched]]:
    """The models that are planned, asked by batches, which are written down in the run's folder.

    Raises: BadFile: the ledger is damaged.
    """
    with Ledger(folder) as ledger:
        yield {
            model: Batched(wire, Office(model, _desk(wire), ledger, say, wait), plan.size(model))
            for model, wire in providers.items()
            if isinstance(wire, Wire)
        }


def _desk(wire: Wire) -> Desk:
    if wire.desk is None:
        raise Unsupported(f"{wire.http.host} takes no batches over this wire", "leave out --batch")
    return DESKS[wire.desk](wire.http, wire.path, wire.model)
