"""Hosts that speak a known wire: what a provider file declares, in three lines."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from evals.errors import BadInput
from evals.lens.local import Local
from evals.net.http import READ_SECONDS, Http, Key, is_local
from evals.provider import Provider
from evals.wires.chat import Chat
from evals.wires.completion import Completion
from evals.wires.gemini import Gemini
from evals.wires.messages import Messages
from evals.wires.responses import Responses
from evals.wires.wire import Lens, Quirks, Settings, Wire, WireName

WIRES: Mapping[WireName, type[Wire]] = {
    "chat": Chat,
    "completion": Completion,
    "responses": Responses,
    "messages": Messages,
    "gemini": Gemini,
}


@dataclass(frozen=True)
class Host:
    """A host, as data. `connect = Host(...).connect` makes a file a provider.

    Attributes:
        name: as in `-m name/model` and in sentences.
        url: what paths are appended to, up to and with /v1; empty where the user has to give it (`base_url`). What stands
            in braces is the account's own, see `own`.
        key: the environment variable that holds the API key, empty if there is none.
        needs_key: whether nothing works without it.
        start: the command that starts it, where users run it themselves.
        fetch: the command that gets it a model, up to the model's name.
        model: what to ask for when the user names no model; empty where one must be named.
        wires: what it speaks; the first unless the user says otherwise (`?wire=`).
        base_models: patterns of models that only continue texts, so that they are not asked to chat.
        quirks: what it is known not to take.
        models: pattern of models -> what these are known not to take, in place of `quirks`.
        own: part of `url` in braces -> the environment variables that may hold it; an option of that name goes before.
        concurrency: how many requests at a time it is best given.
        lens: how the tokens of its models are known, where they are.
        passes_on: patterns of models that it does not run itself, but fetches from a host that charges for them.
        batches: whether it takes many requests as one batch, at half the price, by the interface of its wires.
    """

    name: str
    url: str = ""
    key: str = ""
    needs_key: bool = True
    start: str = ""
    fetch: str = ""
    model: str = ""
    wires: tuple[WireName, ...] = ("chat",)
    base_models: tuple[str, ...] = ()
    quirks: Quirks = field(default_factory=Quirks)
    models: Mapping[str, Quirks] = field(default_factory=dict)
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    concurrency: int = 16
    lens: Lens | None = None
    passes_on: tuple[str, ...] = ()
    batches: bool = False

    def connect(self, model: str, /, **options: str) -> Provider:
        """A connection to one of its models; nothing is sent yet.

        Raises:
            BadInput: no model, no address, an option it does not take or a value out of range.
            NotFound, BadFile: a tokenizer is named and is not there, or is none.
            ProviderError: a key is needed and not set.
        """
        settings = Settings.parse(
            self.name, {key: value for key, value in options.items() if key not in self.own}
        )
        name = model or self.model
        if not name:
            raise BadInput(f"{self.name} serves many models and none is named", f"write -m {self.name}/MODEL")
        wire = WIRES[self._wire(name, settings)]
        http = self.http(settings, options, wire)
        local = Local(settings.tokenizer) if settings.tokenizer else None
        quirks = self._quirks(name)
        if settings.logprobs:
            quirks = replace(quirks, logprobs=True)
        return wire(
            name,
            http,
            settings,
            quirks,
            self.concurrency,
            local or self.lens,
            batches=self.batches,
            runs_here=self._runs_here(name, http.url),
        )

    def http(self, settings: Settings, options: Mapping[str, str], wire: type[Wire]) -> Http:
        """A client for this host, as a wire speaks to it.

        Raises: BadInput: no address. ProviderError: a key is needed and not set.
        """
        needed = bool(settings.key_env) or bool(self.key and self.needs_key)
        key = Key.read(settings.key_env or self.key, self.name, needed=needed)
        return Http(
            host=self.name,
            url=settings.base_url or self.address(options),
            key=key,
            start=self.start,
            fetch=self.fetch,
            timeout=settings.timeout or READ_SECONDS,
            auth=wire.auth,
            headers=wire.headers,
        )

    def address(self, options: Mapping[str, str]) -> str:
        """The address, with the account's own part filled in from an option or the environment.

        Raises: BadInput: there is none, or that part is not given or could not stand in a host's name.
        """
        if not self.url:
            raise BadInput(
                f"{self.name} needs the address of a server",
                f"write -m '{self.name}/MODEL?base_url=http://127.0.0.1:8000/v1'",
            )
        own = {}
        for part, variables in self.own.items():
            given = [options.get(part, ""), *(os.environ.get(name, "") for name in variables)]
            own[part] = next(filter(None, given), "")
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", own[part]):
                raise BadInput(
                    f"the address of {self.name} needs your {part}, of letters, digits and hyphens",
                    f"write -m '{self.name}/MODEL?{part}=...', or export {variables[0]}=...",
                )
        return self.url.format(**own)

    def _runs_here(self, model: str, url: str) -> bool:
        """Whether this machine computes the model: a server that users start, which is here and passes nothing on.

        Any other server here may be a gateway to hosts that charge.
        """
        passed_on = any(fnmatchcase(model, pattern) for pattern in self.passes_on)
        return bool(self.start) and is_local(url) and not passed_on

    def _wire(self, model: str, settings: Settings) -> WireName:
        """What is spoken: as the user says, else as is known of the model, else as the host does."""
        if settings.wire:
            return settings.wire
        continues = any(fnmatchcase(model, pattern) for pattern in self.base_models)
        return "completion" if continues else self.wires[0]

    def _quirks(self, model: str) -> Quirks:
        """What is known of a model beforehand."""
        own = (quirks for pattern, quirks in self.models.items() if fnmatchcase(model, pattern))
        return next(own, self.quirks)
