"""What can go wrong, as a tree; each error is one clear sentence that a user can act on.

EvalsError                  shown without a traceback, exit status 2
├── NotFound                an unknown suite, model, arm, run, option; names what there is
├── BadFile                 a file that cannot be read as what it should be; names file and line
├── BadInput                an argument or option out of range, or two that do not go together
├── Unsupported             a model asked for what it cannot do
└── ProviderError           a request that failed; `kind` says how, and whether it can pass later
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pydantic import ValidationError

FailureKind = Literal[
    "auth",  # the key is missing, wrong or without credit
    "bad_request",  # the host refuses this very request
    "unsupported",  # the host does not let this model see pictures, call tools or tell likelihoods
    "too_long",  # the prompt does not fit the model's context
    "not_found",  # the host does not know the model
    "filtered",  # the host's content policy refused
    "rate_limit",  # too many requests or tokens
    "server",  # the host failed
    "unreached",  # no connection could be opened
    "network",  # the connection broke
    "timeout",  # no answer in time
    "cancelled",  # somebody has cancelled the batch that it was in
    "garbled",  # an answer that is not what the interface promises
    "provider",  # the provider's own code raised: a fault of its file
    "tool",  # the suite's tool raised: a fault of the suite
    "scorer",  # the suite's scorer raised: a fault of the suite, the response is kept
]

PASSING: frozenset[FailureKind] = frozenset(
    {"rate_limit", "server", "unreached", "network", "timeout", "garbled"}
)
"""The kinds that can pass later and are retried; the others are not."""

FINAL: frozenset[FailureKind] = frozenset({"too_long"})
"""The kinds that say something of model and prompt for good: such a reply is not missing and never asked again."""

MENDED: frozenset[FailureKind] = frozenset(
    {"auth", "not_found", "unreached", "garbled", "unsupported", "too_long", "provider", "tool", "scorer"}
)
"""The kinds that, where a model has answered nothing at all, are for the user to mend: a key, a name, an address, room, code."""


ALIKE = 0.75
"""How like a known name a mistyped one must be (difflib's ratio): "poket" is pocket (.91), "nope" is not openai (.6)."""


def fault(error: "ValidationError") -> str:
    """The first thing that is wrong with data, and where it stands, for a sentence: `seed: Field required`."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


class EvalsError(Exception):
    """The root: what went wrong and why; `fix` says what to do next."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}\n  {self.fix}" if self.fix else self.message


class NotFound(EvalsError):
    """Something named does not exist; the message lists what does."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> "NotFound":
        """There is no `kind` called `name`; suggests the nearest known one, else lists them."""
        known = sorted(known)
        near = get_close_matches(name, known, n=1, cutoff=ALIKE)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none'}"
        return cls(f"there is no {kind} called {name!r}", hint)


class BadFile(EvalsError):
    """A file that is not what it should be."""

    @classmethod
    def later(cls, path: Path, version: int, known: int) -> "BadFile":
        """The file has a later version of its format than the last that is known here."""
        return cls(f"{path} has format {version}, this evals reads up to {known}", "update evals")


class BadInput(EvalsError):
    """An argument that cannot be used."""


class Unsupported(EvalsError):
    """A model that cannot do what is asked."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What requests that came to nothing have taken, as far as hosts told: tokens read and written, and US dollars."""

    tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: "Lost") -> "Lost":
        return Lost(self.tokens + other.tokens, self.cost_usd + other.cost_usd)


NOTHING_LOST = Lost()


class ProviderError(EvalsError):
    """A request that failed.

    Attributes:
        kind: see FailureKind; decides whether it is retried.
        retry_after: seconds the host asks us to wait, if it said.
        lost: what the request has taken all the same, as far as that is known.
    """

    def __init__(
        self, kind: FailureKind, message: str, fix: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, fix)
        self.kind: FailureKind = kind
        self.retry_after = retry_after
        self.lost = NOTHING_LOST

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.kind in PASSING
