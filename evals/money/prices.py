"""Prices: what a model costs, what a reply has cost, and a file of prices of one's own.

What is not known is None and never 0 by mistake. A model that runs on this machine costs nothing a token: that is known.
"""

import datetime as dt
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from evals.errors import BadFile, NotFound, fault

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens.

    Attributes:
        input, output: of what is read and of what is written, hidden reasoning included.
        cached: of what was read from the host's cache; None: as `input`.
        stored: of what was put into that cache; None: as `input`.
        beyond: they hold for requests that read more tokens than this.
    """

    input: float
    output: float
    cached: float | None = None
    stored: float | None = None
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, and how that is known.

    Attributes:
        rates: by the length of what is read, the shortest first.
        model: whose price it is, as the source calls the model: not always as it was asked for.
        provider: the same of the host; empty unless the price is from the list.
        source: where it stands.
        since: the day from which on it holds, ISO 8601; empty where the source does not say.
    """

    rates: tuple[Rates, ...]
    model: str = ""
    provider: str = ""
    source: str = ""
    since: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether it is from the list of what hosts charge; what is not was given by the user, or is free."""
        return bool(self.provider)

    @property
    def is_free(self) -> bool:
        """Whether no token costs anything."""
        return not any(each.input or each.output or each.cached or each.stored for each in self.rates)

    def cost(
        self, read: int | None, written: int | None, cached: int | None = None, stored: int | None = None
    ) -> float | None:
        """US dollars for one request; None where its tokens are not known, or contradict each other.

        Args: read, written, cached, stored: tokens; `cached` and `stored` are among those read, none where not told.
        """
        if self.is_free:
            return 0.0
        if read is None or written is None:
            return None
        cached, stored = cached or 0, stored or 0
        fresh = read - cached - stored
        if min(fresh, written, cached, stored) < 0:
            return None
        rates = self.at(read)
        whole = fresh * rates.input + written * rates.output
        whole += cached * (rates.input if rates.cached is None else rates.cached)
        whole += stored * (rates.input if rates.stored is None else rates.stored)
        return whole / MILLION

    def at(self, read: float) -> Rates:
        """The rates of a request that reads so many tokens."""
        return next((each for each in reversed(self.rates) if read > each.beyond), self.rates[0])


def flat(input_: float, output: float, source: str) -> Price:
    """A price that is the same for every request."""
    return Price((Rates(input_, output),), source=source)


FREE = flat(0, 0, "runs on this machine")
"""What a model costs that is computed here."""


# One's own


class _Entry(BaseModel):
    """One table of a file of prices."""

    model_config = ConfigDict(extra="forbid", strict=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    cached: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    stored: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    source: str = ""
    since: dt.date | None = None


_FILE = TypeAdapter(dict[str, _Entry])


@dataclass(frozen=True)
class Own:
    """The prices of a file: model without its options, or a pattern of such -> price."""

    path: Path
    prices: Mapping[str, Price]

    def of(self, model: str) -> Price | None:
        """The price of a model: the one of its very name, else the first whose pattern it fits; None without one."""
        name = model.partition("?")[0]
        fitting = (price for pattern, price in self.prices.items() if fnmatchcase(name, pattern))
        return self.prices.get(name) or next(fitting, None)


def read(path: Path) -> Own:
    """A file of prices: a TOML table a model, `["openai/gpt-5.6"]`, with `input` and `output` in US dollars for a million
    tokens; if wanted also `cached`, `stored`, `source` and `since`.

    Raises: NotFound: there is no such file. BadFile: it is not a file of prices; names file and key.
    """
    try:
        entries = _FILE.validate_python(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise NotFound(
            f"{path} cannot be read: {error.strerror}", "name a file of prices: --prices FILE"
        ) from None
    except ValueError as error:
        raise BadFile(
            f"{path} is no file of prices: {fault(error) if isinstance(error, ValidationError) else error}",
            "see docs/runs.md",
        ) from None
    return Own(path, {name: _own(path, name, entry) for name, entry in entries.items()})


def _own(path: Path, name: str, entry: _Entry) -> Price:
    rates = Rates(entry.input, entry.output, entry.cached, entry.stored)
    since = entry.since.isoformat() if entry.since else ""
    return Price((rates,), model=name, source=entry.source or path.name, since=since)


# In words


def dollars(amount: float | None) -> str:
    """US dollars as people read them: "$12.34", "$0.0042"; what is not known is "unknown"."""
    if amount is None or math.isnan(amount):
        return "unknown"
    if amount == 0 or amount >= 0.995:
        return f"${amount:,.2f}" if amount else "$0"
    return f"${amount:.{1 - math.floor(math.log10(amount))}f}"


def said(price: Price) -> str:
    """A price in words: "$4 in and $20 out for a million tokens, as gpt-5.6-sol of openai since 2026-08-21 (...)"."""
    first = price.rates[0]
    whose = f", as {price.model} of {price.provider}" if price.is_listed else ""
    since = f" since {price.since}" if price.since else ""
    more = ", more for long prompts" if price.rates[1:] else ""
    return f"${first.input:g} in and ${first.output:g} out for a million tokens{more}{whose}{since} ({price.source})"
