"""Hosts that speak OpenAI's wire: what a provider file declares, in three lines."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from evals.chat import Chat
from evals.completion import Completion
from evals.errors import BadInput
from evals.http import READ_SECONDS, Http, Key
from evals.lens.local import Local
from evals.provider import Provider
from evals.wire import Lens, Quirks, Settings


@dataclass(frozen=True)
class Host:
    """A host, as data. `connect = Host(...).connect` makes a file a provider.

    Attributes:
        name: as in `-m name/model` and in sentences.
        url: what paths are appended to, up to and with /v1; empty where the user has to give it (`base_url`).
        key: the environment variable that holds the API key, empty if there is none.
        needs_key: whether nothing works without it.
        start: the command that starts it, where users run it themselves.
        fetch: the command that gets it a model, up to the model's name.
        model: what to ask for when the user names no model; empty where one must be named.
        base_models: patterns of models that only continue texts, so that they are not asked to chat.
        quirks: what it is known not to take.
        concurrency: how many requests at a time it is best given.
        lens: how the tokens of its models are known, where they are.
    """

    name: str
    url: str = ""
    key: str = ""
    needs_key: bool = True
    start: str = ""
    fetch: str = ""
    model: str = ""
    base_models: tuple[str, ...] = ()
    quirks: Quirks = field(default_factory=Quirks)
    concurrency: int = 16
    lens: Lens | None = None

    def connect(self, model: str, /, **options: str) -> Provider:
        """A connection to one of its models; nothing is sent yet.

        Raises:
            BadInput: no model, no address, an option it does not take or a value out of range.
            NotFound, BadFile: a tokenizer is named and is not there, or is none.
            ProviderError: a key is needed and not set.
        """
        settings = Settings.parse(self.name, options)
        name = model or self.model
        if not name:
            raise BadInput(f"{self.name} serves many models and none is named", f"write -m {self.name}/MODEL")
        url = settings.base_url or self.url
        if not url:
            raise BadInput(
                f"{self.name} needs the address of a server",
                f"write -m '{self.name}/{name}?base_url=http://127.0.0.1:8000/v1'",
            )
        variable = settings.key_env or self.key
        needed = bool(settings.key_env) or bool(self.key and self.needs_key)
        http = Http(
            host=self.name,
            url=url,
            key=Key.read(variable, self.name, needed=needed),
            start=self.start,
            fetch=self.fetch,
            timeout=settings.timeout or READ_SECONDS,
        )
        wire = Completion if self._continues(name, settings) else Chat
        local = Local(settings.tokenizer) if settings.tokenizer else None
        return wire(name, http, settings, self.quirks, self.concurrency, local or self.lens)

    def _continues(self, model: str, settings: Settings) -> bool:
        """Whether the model is to continue texts: as the user says, else as is known of it."""
        if settings.wire:
            return settings.wire == "completion"
        return any(fnmatchcase(model, pattern) for pattern in self.base_models)
