"""The price list: what hosts charge, by the data of the package `genai-prices`; it is read and never fetched.

The package matches loosely: "gpt-5.6" is priced as gpt-5.6-sol. So a price says whose it is, and where a host answers with
a model that is listed at another price than the one asked for, the cost is not known.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from evals.money.prices import Price, Rates

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice, Provider

COUNTED: Mapping[str, str] = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached",
    "cache_write_mtok": "stored",
}
"""What the list calls our rates."""

UNASKED = frozenset(
    {
        "cache_write_1h_mtok",
        "cache_audio_read_mtok",
        "input_audio_mtok",
        "input_video_mtok",
        "output_audio_mtok",
        "web_searches_kcount",
        "storage_searches_kcount",
    }
)
"""What we never ask for. A model that charges for anything beyond these and our rates has no price that we can count."""

BATCH = {"processing": "batch"}
"""How the list marks what requests in a batch cost."""

MOVED = {"https://api.together.ai/": "https://api.together.xyz/"}
"""Addresses of hosts -> under which the list knows them."""

ROUTER = "https://router.huggingface.co/"
"""Hugging Face's router: the list has the hosts behind it, as in "openai/gpt-oss-120b:groq", each at an address of its own."""


def listed(url: str, model: str, *, batch: bool = False, at: datetime | None = None) -> Price | None:
    """What the host at an address charges for a model; None where host or model is not listed, or not by tokens alone.

    Args:
        batch: for requests in a batch: half of it, where the list does not say.
        at: when, now unless given: some hosts charge by the hour of the day.
    """
    entry = _entry(url, model)
    if entry is None:
        return None
    host, info = entry
    at = at or datetime.now(UTC)
    standard = info.get_prices(at)
    rates = _rates(standard)
    if batch:
        rates = _rates(info.get_prices(at, BATCH)) if _has_batch(host, info) else halved(rates)
    if not rates:
        return None
    return Price(rates, info.id, host.id, _source(host), _since(info, standard))


def differs(url: str, model: str, served: str) -> bool:
    """Whether what answered is listed at another price than what was asked for."""
    asked, answered = _entry(url, model), _entry(url, served)
    if asked is None or answered is None or asked[1] is answered[1]:
        return False
    at = datetime.now(UTC)
    return _rates(asked[1].get_prices(at)) != _rates(answered[1].get_prices(at))


def halved(rates: tuple[Rates, ...]) -> tuple[Rates, ...]:
    """Half of what is read and written; what a cache saves is not halved again."""
    return tuple(
        Rates(each.input / 2, each.output / 2, each.cached, each.stored, each.beyond) for each in rates
    )


@cache
def _table() -> "DataSnapshot":
    """The list that the package brings along; what fetches a newer one is never called."""
    from genai_prices.data import providers
    from genai_prices.data_snapshot import DataSnapshot

    return DataSnapshot(providers=providers, from_auto_update=False)


@cache
def _entry(url: str, model: str) -> "tuple[Provider, ModelInfo] | None":
    """The list's entries of host and model.

    Every host on it is reached by https: for the others a quarter of a second need not be spent on reading the list.
    """
    if not url.startswith("https://"):
        return None
    for now, known in MOVED.items():
        url = known + url.removeprefix(now) if url.startswith(now) else url
    if url.startswith(ROUTER):
        model, _, behind = model.partition(":")
        url = ROUTER + behind
    try:
        return _table().find_provider_model(model, None, None, url)
    except LookupError:
        return None


def _has_batch(host: "Provider", info: "ModelInfo") -> bool:
    """Whether the list says what a batch costs at this very host."""
    own = any(info is each for each in host.models)
    return own and any(variant.when == BATCH for variant in info.price_variants or ())


def _rates(found: "ModelPrice") -> tuple[Rates, ...]:
    """The rates of an entry; none where it does not charge by tokens alone."""
    charged = {name: value for name, value in vars(found).items() if value is not None}
    if not {"input_mtok", "output_mtok"} <= charged.keys() <= COUNTED.keys() | UNASKED:
        return ()
    counted = {ours: charged[theirs] for theirs, ours in COUNTED.items() if theirs in charged}
    steps = {0, *(start for value in counted.values() for start, _ in _tiers(value))}
    return tuple(
        Rates(**{name: _beyond(value, step) for name, value in counted.items()}, beyond=step)
        for step in sorted(steps)
    )


def _tiers(value: Any) -> Iterator[tuple[int, float]]:
    """(tokens beyond which it holds, rate) of a price that grows with the length of the prompt."""
    for tier in getattr(value, "tiers", ()):
        yield tier.start, float(tier.price)


def _beyond(value: Any, step: int) -> float:
    """The rate of requests that read more tokens than this."""
    found = [rate for start, rate in _tiers(value) if start <= step]
    return found[-1] if found else float(getattr(value, "base", value))


def _since(info: "ModelInfo", price: "ModelPrice") -> str:
    """The day from which on this price holds, where the list says it."""
    for each in info.prices if isinstance(info.prices, list) else ():
        start = getattr(each.constraint, "start_date", None)
        if each.prices is price and start:
            return str(start.isoformat())
    return ""


def _source(host: "Provider") -> str:
    from genai_prices import __version__

    return ", ".join((f"genai-prices {__version__}", *(host.pricing_urls or ())[:1]))
