"""What can be asked here and now: the providers, which keys are set, which local servers answer and what they hold.

No key is shown, and none is sent anywhere but to a server on this machine.
"""

import ast
import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Literal

from evals import shelf
from evals.errors import ProviderError
from evals.host import Host
from evals.net.http import Answer, Http, Key, Shape, is_local

SECONDS = 3.0
"""How long a server on this machine has to say which models it holds."""

State = Literal["ready", "to install", "gone", "key set", "no key", "answers", "silent", "by address"]


@dataclass(frozen=True)
class Stock:
    """A provider as it stands.

    Attributes:
        name: as in `-m name/model`.
        about: what it is, in one line.
        state: "ready" (in this process), "to install" (the same, once its extra is there), "gone" (no more), "key set" or "no key" (hosted), "answers" or "silent" (on this machine),
            "by address" (reached by ?base_url).
        key: the environment variable of its key; empty if it has none.
        models: what a server on this machine holds.
        why: what is wrong with a server that answers oddly, how a silent one is started, or how an extra is installed.
    """

    name: str
    about: str
    state: State
    key: str = ""
    models: tuple[str, ...] = ()
    why: str = ""


class _Model(Shape):
    id: str


class _Models(Shape):
    data: list[_Model]


async def take(names: Iterable[str]) -> list[Stock]:
    """How providers stand, local servers asked all at once. Raises: BadFile: a provider's file is not right."""
    return list(await asyncio.gather(*(_stock(name) for name in names)))


async def _stock(name: str) -> Stock:
    path = shelf.find("provider", name)
    about = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0]
    module = shelf.load(path)
    host = getattr(getattr(module, "connect", None), "__self__", None)
    if not isinstance(host, Host):
        return _own(name, about, module)
    if not host.url:
        return Stock(name, about, "by address")
    if is_local(host.url):
        return await _ask(name, about, host)
    has = bool(os.environ.get(host.key, "").strip())
    return Stock(name, about, "key set" if has else "no key", host.key)


def _own(name: str, about: str, module: ModuleType) -> Stock:
    """A provider that is no host: what it runs in this process, if what it needs (`NEEDS`, by `EXTRA`) is installed."""
    if getattr(module, "CAN", None) == frozenset():
        return Stock(name, about, "gone", why=about)
    if any(find_spec(needed) is None for needed in getattr(module, "NEEDS", ())):
        return Stock(name, about, "to install", why=f"pip install 'behavior-evals[{module.EXTRA}]'")
    return Stock(name, about, "ready")


async def _ask(name: str, about: str, host: Host) -> Stock:
    """A server on this machine, as it answers."""
    http = Http(
        host.name, host.url, Key.read(host.key, host.name, needed=False), start=host.start, timeout=SECONDS
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer: Answer = await http.get("/models")
        held = tuple(model.id for model in http.read(_Models, answer).data)
        return Stock(name, about, "answers", host.key, held)
    except TimeoutError:
        return Stock(name, about, "silent", host.key, why=_start(host))
    except ProviderError as error:
        if error.kind in ("unreached", "timeout"):
            return Stock(name, about, "silent", host.key, why=_start(host))
        return Stock(name, about, "answers", host.key, why=error.message)
    finally:
        await http.close()


def _start(host: Host) -> str:
    return f"start: {host.start}" if host.start else "nothing answers there"


def plain(stock: Stock) -> dict[str, Any]:
    """As JSON-able data."""
    return {
        "provider": stock.name,
        "about": stock.about,
        "state": stock.state,
        "key": stock.key,
        "models": list(stock.models),
        "why": stock.why,
    }
