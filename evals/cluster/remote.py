"""A model that is asked by the workers of a cluster: a provider around a provider, the same in all but who sends."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evals.around import Around
from evals.cluster.team import Team
from evals.cluster.worker import Fault, Model, Order
from evals.errors import BadInput, EvalsError, ProviderError
from evals.pacing.quota import NOTHING, Quota
from evals.plan import Plan
from evals.provider import ModelName, Provider
from evals.shelf import find
from evals.types import Key, Prompt, Response


@dataclass
class Heard:
    """What a model's host said last is left of its limits, to whichever worker."""

    quota: Quota = NOTHING


@dataclass(frozen=True)
class Remote(Around):
    """A model asked by workers.

    Attributes:
        team: the workers.
        loop: in which they are spoken to.
        named: the model as they connect it.
        workers: how many there are: a model that they compute themselves is asked so many times as much at a time.
        targets: the right answers, of a simulated model that is told them.
        heard: what its host says of its limits.
    """

    team: Team = field(kw_only=True)
    loop: asyncio.AbstractEventLoop = field(kw_only=True)
    named: Model = field(kw_only=True)
    workers: int = field(kw_only=True)
    targets: Mapping[Key, str | None] = field(kw_only=True)
    heard: Heard = field(kw_only=True)

    @property
    def concurrency(self) -> int:
        """As many as within, in all; of a model that workers compute, as many for each of them."""
        here = getattr(self.provider, "in_process", False)
        return self.provider.concurrency * (self.workers if here else 1)

    @property
    def quota(self) -> Quota:
        """What its host said last."""
        return self.heard.quota

    async def reply(self, prompt: Prompt) -> Response:
        """One reply to one prompt, by the least busy worker.

        Raises: ProviderError: as within, or the worker is gone. BadInput: the worker cannot connect the model, or the
            scheduler is gone.
        """
        tools = tuple(replace(tool, answer=None) for tool in prompt.tools)
        target = self.targets.get(self.key) if self.key else None
        order = Order(self.named, replace(prompt, tools=tools) if tools else prompt, self.key, target)
        told = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self.team.ask(order), self.loop))
        self.heard.quota = told.quota or NOTHING
        if told.response is None:
            raise _raised(told.fault or Fault("garbled", "a worker sent neither a response nor a failure"))
        return told.response


def remote(run: str, model: str, provider: Provider, team: Team, plan: Plan) -> Remote:
    """A model, asked by the workers of a team. Raises: NotFound: the provider's file is not there."""
    name = ModelName.parse(model)
    if name.provider.endswith(".py"):
        name = replace(name, provider=str(find("provider", name.provider)))
    told = hasattr(provider, "prepare")
    return Remote(
        provider,
        model,
        team=team,
        loop=team.client.loop.asyncio_loop,
        named=Model(run, name, getattr(provider, "own_price", None)),
        workers=len(team.hands),
        targets={job.key: job.sample.target for job in plan.candidates(model)} if told else {},
        heard=Heard(),
    )


def _raised(fault: Fault) -> EvalsError:
    if fault.kind is None:
        return BadInput(f"a worker of the cluster cannot ask: {fault.message}", fault.fix)
    error = ProviderError(fault.kind, fault.message, fault.fix, fault.retry_after)
    error.lost = fault.lost
    return error
