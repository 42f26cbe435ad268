"""What happens on a worker: it is handed one prompt after the other, and hands back what its provider said.

It works in a thread beside the worker's own, so that a model which computes does not keep the worker from saying that it
is alive. What goes wrong comes back as data: not every error can be sent over a network and be what it was.
"""

import asyncio
import logging
import signal
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any

from evals import __version__
from evals.errors import NOTHING_LOST, EvalsError, FailureKind, Lost, ProviderError
from evals.money.prices import Price
from evals.pacing.quota import Quota
from evals.provider import ModelName, Provider, addressed, agree, connect
from evals.types import Key, Prompt, Response


@dataclass(frozen=True)
class Model:
    """A model as a worker connects it.

    Attributes:
        run: for which run; two runs on one cluster have connections of their own.
        name: as it was typed, but with the path of a user's own provider file written out.
        price: what the user says that it costs, if they do.
    """

    run: str
    name: ModelName
    price: Price | None


@dataclass(frozen=True, slots=True)
class Order:
    """One reply that is wanted.

    Attributes:
        model: of whom.
        prompt: its tools without their functions, which are carried out where the run is.
        key: for which reply.
        target: the right answer, for simulated models that are told it; None where there is none.
    """

    model: Model
    prompt: Prompt
    key: Key | None
    target: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """An error, in parts; the kind is None of one that the user has to mend before anything can be asked."""

    kind: FailureKind | None
    message: str
    fix: str = ""
    retry_after: float | None = None
    lost: Lost = NOTHING_LOST


@dataclass(frozen=True, slots=True)
class Told:
    """What came of an order: a response or a fault, and what the host said is left of its limits."""

    response: Response | None
    fault: Fault | None
    quota: Quota | None


_connected: dict[tuple[str, str], Provider] = {}
"""(run, model) -> connection. Only the loop of this module touches it."""


async def hello() -> str:
    """Which version of evals this worker has. From now on its log is not told of each request."""
    logging.getLogger("distributed.worker").addFilter(_not_of_each)
    return __version__


def _not_of_each(record: logging.LogRecord) -> bool:
    return record.args != (answer.__name__,)


async def answer(order: Order) -> Told:
    """One reply. Never raises but for what ends the worker."""
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_answer(order), _loop()))


async def farewell(run: str) -> None:
    """Let go of a run's connections, and of the memory of its models."""
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_close(run), _loop()))


async def dask_setup(_worker: Any) -> None:
    """Of workers that are processes of the run's own terminal: Ctrl-C there is meant for the run, which needs them yet."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, daemon=True, name="evals").start()
    return loop


async def _answer(order: Order) -> Told:
    provider = None
    try:
        provider = _provider(order.model)
        prepare = getattr(provider, "prepare", None)
        if prepare is not None:
            prepare([(order.prompt, order.target)])
        asked = provider if order.key is None else addressed(provider, order.key)
        return Told(await asked.reply(order.prompt), None, _quota(provider))
    except ProviderError as error:
        fault = Fault(error.kind, error.message, error.fix, error.retry_after, error.lost)
    except EvalsError as error:
        fault = Fault(None, error.message, error.fix)
    except Exception as error:  # noqa: BLE001  a provider may be the user's code; its fault is that request's
        fault = Fault("provider", f"{type(error).__name__}: {error}")
    return Told(None, fault, _quota(provider))


def _provider(model: Model) -> Provider:
    key = model.run, model.name.text
    if key not in _connected:
        made = connect(model.name)
        if model.price is not None:
            agree(model.name.text, made, model.price)
        _connected[key] = made
    return _connected[key]


def _quota(provider: Provider | None) -> Quota | None:
    return getattr(provider, "quota", None)


async def _close(run: str) -> None:
    for key in [key for key in _connected if key[0] == run]:
        await _connected.pop(key).close()
