"""Providers: where replies come from. A model is named `provider/model?key=value`.

A provider is a file on the `providers` shelf that exposes `connect(model, **options) -> Provider`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import parse_qsl

from evals import shelf
from evals.errors import BadFile, BadInput, EvalsError, ProviderError, Unsupported
from evals.lens.tokens import GIVE, Tokens
from evals.money.prices import Price
from evals.net.http import is_local
from evals.types import LACKS, Arm, Capability, Key, Prompt, Response

if TYPE_CHECKING:
    from pydantic import BaseModel

Told = TypeVar("Told", bound="BaseModel")

PATH = re.compile(r"(.+?\.py)(?:/(.*))?")
"""A user's provider file, and the model after it; a model whose name merely holds ".py" is none."""


class Provider(Protocol):
    """A connection to one model.

    Attributes:
        can: what this model is capable of; checked before anything is spent.
        concurrency: how many requests at a time it is best given, unless the user says.
        notice: a sentence shown wherever its words are shown; empty for real models.
    """

    @property
    def can(self) -> frozenset[Capability]: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def notice(self) -> str: ...

    async def reply(self, prompt: Prompt) -> Response:
        """One reply to one prompt, its follow-ups left alone.

        Raises: ProviderError: the request failed; its kind says whether it may pass later.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and memory."""
        ...


@runtime_checkable
class Tokenizes(Protocol):
    """What a provider may offer besides: to tell how its model cuts a text into tokens."""

    async def tokens(self, text: str) -> Tokens:
        """A text in the model's tokens, as it reads a turn of a conversation, or a text to be continued, of these words.

        Raises: Unsupported: this model's tokens are not known; says what to give. BadInput: those of this text are not.
            ProviderError: the request failed.
        """
        ...


@runtime_checkable
class Priced(Protocol):
    """What a provider may offer besides: to tell what its model costs."""

    def price(self, *, batch: bool = False) -> Price | None:
        """What it costs now; None where that is not known.

        Args: batch: where its requests go into a batch.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelName:
    """`provider/model?key=value`, taken apart.

    Attributes:
        provider: a bare name of our shelf, or the path of a user's provider file.
        model: what the provider calls the model; empty where it has only one.
        options: text values, as the provider's `connect` takes them.
        text: the name as the user wrote it, and as logs and reports show it.
    """

    provider: str
    model: str
    options: dict[str, str] = field(hash=False)
    text: str

    @classmethod
    def parse(cls, text: str) -> "ModelName":
        """Take a name apart.

        Raises: BadInput: an option without `=`, or no provider before the slash.
        """
        name, _, query = text.partition("?")
        try:
            options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
        except ValueError:
            raise BadInput(
                f"the options of model {text!r} are not key=value pairs", "write ?key=value&key=value"
            ) from None
        path = PATH.fullmatch(name)
        provider, model = (path[1], path[2] or "") if path else _split(name)
        if not provider:
            raise BadInput(f"model {text!r} names no provider", "write provider/model, such as pocket/bluff")
        return cls(provider, model, options, text)


def connect(name: ModelName) -> Provider:
    """The provider of a model, ready to reply.

    Raises: NotFound: no such provider or model. ProviderError: a missing key. BadInput: an option it does not take.
    """
    path = shelf.find("provider", name.provider)
    module = shelf.load(path)
    factory: Any = getattr(module, "connect", None)
    if not callable(factory):
        raise BadFile(f"{path} has no function connect(model, **options)", "see docs/providers.md")
    try:
        provider: Provider = factory(name.model, **name.options)
    except EvalsError:
        raise
    except Exception as error:
        raise BadFile(
            f"{path}: connect failed: {type(error).__name__}: {error}", "mend it, or the options after ?"
        ) from error
    return provider


def parsed(kind: "type[Told]", name: str, options: Mapping[str, str]) -> "Told":
    """The options of a model's name as typed values.

    Args: kind: a pydantic model that forbids what it does not know.
    Raises: BadInput: an unknown option, or a value out of range; names the known ones.
    """
    from pydantic import ValidationError

    try:
        return kind.model_validate(options)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = ".".join(str(step) for step in first["loc"])
        known = f"{name} takes: {', '.join(kind.model_fields)}"
        if first["type"] == "extra_forbidden":
            raise BadInput(f"{name} takes no option {option!r}", known) from None
        raise BadInput(
            f"option {option}={options[option]!r} of {name}: {first['msg'].lower()}", known
        ) from None


def settled(provider: Provider, prompt: Prompt) -> Prompt:
    """The prompt as this provider will send it: what the model's name sets overrides the arm's settings.

    Providers whose options do so have a method of this name; the others send what they are given.
    """
    own = getattr(provider, "settled", None)
    return prompt if own is None else own(prompt)


def price(provider: Provider, *, batch: bool = False) -> Price | None:
    """What the provider's model costs, as far as it tells."""
    return provider.price(batch=batch) if isinstance(provider, Priced) else None


def may_cost(provider: Provider) -> bool:
    """Whether its replies cost money, or come from another machine and might."""
    found = price(provider)
    http = getattr(provider, "http", None)
    return not found.is_free if found else http is not None and not is_local(http.url)


def agree(name: str, provider: Provider, own: Price) -> None:
    """Have the provider count by a price of the user's.

    Raises: BadInput: it does not count by prices.
    """
    if not hasattr(provider, "own_price"):
        raise BadInput(
            f"the provider of {name} says itself what its replies cost, and takes no price",
            "take its name out of the file of prices",
        )
    provider.own_price = own


def addressed(provider: Provider, key: Key) -> Provider:
    """The provider as it is asked for one reply.

    Providers to which it matters have a method of this name; the others are the same for all.
    """
    own = getattr(provider, "addressed", None)
    return provider if own is None else own(key)


def submitted(provider: Provider, prompt: Prompt) -> bool:
    """Whether an earlier process has asked this already, so that the answer only has to be collected.

    Providers that can tell have a method of this name.
    """
    own = getattr(provider, "submitted", None)
    return own is not None and own(prompt)


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a request would come to, without asking: a response, or why there will be none; and how many requests it took."""

    response: Response | None
    requests: int = 0
    error: ProviderError | None = None


def recalled(provider: Provider, prompt: Prompt) -> Recalled | None:
    """What a provider knows that it would be answered; None where it has to ask.

    Those that keep what they were answered have a method `recall`, the others ask every time.
    Raises: EvalsError: it neither knows nor may ask.
    """
    own = getattr(provider, "recall", None)
    return None if own is None else own(prompt)


def lens(provider: Provider) -> Tokenizes | None:
    """The provider, as one that tells its model's tokens; None if it does not."""
    own: Any = provider
    return own if callable(getattr(provider, "tokens", None)) else None


def tokenizer(name: ModelName, provider: Provider) -> Tokenizes:
    """The provider, as one that tells its model's tokens.

    Raises: Unsupported: it does not.
    """
    if (found := lens(provider)) is None:
        raise Unsupported(f"provider {name.provider} does not tell how its models cut text into tokens", GIVE)
    return found


def lack(provider: Provider, arm: Arm) -> str:
    """Why the model cannot take the arm, as in "takes no images"; empty if it can."""
    return " and ".join(LACKS[name] for name in sorted(arm.needs - provider.can))


def only_continues(provider: Provider) -> bool:
    """Whether the model continues texts and cannot be talked to."""
    return "completion" in provider.can and "chat" not in provider.can


def _split(name: str) -> tuple[str, str]:
    provider, _, model = name.partition("/")
    return provider, model
