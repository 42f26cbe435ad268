"""Prices: the arithmetic, the list that is read and never fetched, a file of one's own, and what answers say that they cost."""

import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import BadFile, BadInput, NotFound
from evals.host import WIRES
from evals.money import pricelist, prices
from evals.money.prices import FREE, Price, Rates, flat
from evals.money.usage import counts
from evals.net.http import Answer, Http
from evals.provider import ModelName, connect, may_cost, price
from evals.types import Message, Prompt
from evals.wires.wire import Settings, Wire, WireName
from tests.shapes import Said
from tests.stub_server import Reply, ask, serving

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com/v1"
ASKED = Prompt((Message("user", "Is it so?"),))


# The arithmetic


tokens = st.integers(0, 10**7)
rates = st.floats(0.001, 1000)


@given(st.tuples(tokens, tokens, tokens, tokens), rates, rates)
def test_each_token_is_paid_once_at_its_own_rate(
    taken: tuple[int, int, int, int], low: float, high: float
) -> None:
    fresh, written, cached, stored = taken
    own = Price((Rates(low, high, cached=low / 10, stored=low * 1.25),))
    found = own.cost(fresh + cached + stored, written, cached, stored)
    whole = fresh * low + written * high + cached * low / 10 + stored * low * 1.25
    assert found == pytest.approx(whole / 1e6)


@given(tokens, tokens, tokens)
def test_what_a_cache_saves_is_not_saved_without_a_rate_for_it(fresh: int, cached: int, written: int) -> None:
    own = flat(2, 8, "here")
    assert own.cost(fresh + cached, written, cached) == own.cost(fresh + cached, written)


@given(tokens, tokens)
def test_a_longer_prompt_never_costs_less(read: int, more: int) -> None:
    own = Price((Rates(1, 2), Rates(2, 3, beyond=200_000)))
    cost, longer = own.cost(read, 7), own.cost(read + more, 7)
    assert cost is not None
    assert longer is not None
    assert cost <= longer


@pytest.mark.parametrize(("read", "input_"), [(0, 1), (200_000, 1), (200_001, 2)])
def test_a_tier_begins_beyond_its_bound(read: int, input_: float) -> None:
    assert Price((Rates(1, 2), Rates(2, 3, beyond=200_000))).at(read).input == input_


@pytest.mark.parametrize(
    "told", [(None, 5), (5, None), (None, None), (5, 5, 6), (5, 5, 3, 3), (-1, 5), (5, -1), (5, 5, -2)]
)
def test_a_cost_is_not_known_where_tokens_are_not_or_contradict_each_other(
    told: tuple[int | None, ...],
) -> None:
    assert flat(1, 2, "here").cost(*told) is None


def test_what_runs_here_costs_nothing_whatever_is_known_of_it() -> None:
    assert FREE.cost(None, None) == 0.0


# The list


@pytest.mark.parametrize(
    ("url", "model", "found"),
    [
        (OPENAI, "gpt-5.6", ("openai", "gpt-5.6-sol")),
        (OPENAI, "gpt-4o-2024-08-06", ("openai", "gpt-4o")),
        (ANTHROPIC, "claude-sonnet-5-5", ("anthropic", "claude-sonnet-5-5")),
        ("https://api.together.ai/v1", "meta-llama/Llama-3.3-70B-Instruct-Turbo", ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo")),
        ("https://mine.openai.azure.com/openai/v1", "gpt-4o", ("azure", "gpt-4o")),
        ("https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1", "openai.gpt-oss-120b-1:0", ("aws", "openai.gpt-oss-120b-1:0")),
        ("https://router.huggingface.co/v1", "openai/gpt-oss-120b:groq", ("huggingface_groq", "openai/gpt-oss-120b")),
        ("https://router.huggingface.co/v1", "openai/gpt-oss-120b", None),
        ("https://router.huggingface.co/v1", "openai/gpt-oss-120b:fastest", None),
        (OPENAI, "gpt-5.6-made-up", None),
        (OPENAI, "whisper-1", None),
        (OPENAI, "text-embedding-3-small", None),
        ("https://api.perplexity.ai", "sonar", None),
        ("https://openrouter.ai/api/v1", "mistralai/mistral-7b-instruct:free", None),
        ("https://api.hyperbolic.xyz/v1", "meta-llama/Llama-3.3-70B-Instruct", None),
        ("http://127.0.0.1:4000/v1", "gpt-4o", None),
    ],
)  # fmt: skip
def test_a_model_is_priced_by_the_address_of_its_host_and_says_whose_price_it_is(
    url: str, model: str, found: tuple[str, str] | None
) -> None:
    listed = pricelist.listed(url, model)
    assert (listed and (listed.provider, listed.model)) == found
    if listed:
        assert listed.source.startswith("genai-prices ")
        assert all(0 < each.input < 200 and 0 < each.output < 1000 for each in listed.rates)


def test_a_price_is_the_one_of_its_day_and_says_since_when() -> None:
    before, after = (
        pricelist.listed(OPENAI, "gpt-5.6", at=datetime(2026, month, 1, tzinfo=UTC)) for month in (8, 9)
    )
    assert before
    assert after
    assert (before.rates[0].input, before.since) == (5.0, "")
    assert (after.rates[0].input, after.since) == (4.0, "2026-08-21")
    assert after.rates[1].beyond > 100_000
    assert after.rates[1].input > after.rates[0].input


def test_a_price_is_the_one_of_its_hour() -> None:
    night, noon = (
        pricelist.listed(
            "https://api.deepseek.com", "deepseek-v4-flash", at=datetime(2026, 11, 20, hour, tzinfo=UTC)
        )
        for hour in (2, 12)
    )
    assert night
    assert noon
    assert night.rates[0].input == 2 * noon.rates[0].input


@pytest.mark.parametrize(("url", "model"), [(ANTHROPIC, "claude-sonnet-5-5"), (OPENAI, "davinci-002")])
def test_a_batch_costs_half_by_the_list_or_where_it_does_not_say(url: str, model: str) -> None:
    alone, batch = pricelist.listed(url, model), pricelist.listed(url, model, batch=True)
    assert alone
    assert batch
    assert [each.input for each in batch.rates] == [each.input / 2 for each in alone.rates]
    assert [each.output for each in batch.rates] == [each.output / 2 for each in alone.rates]


def test_the_list_is_read_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        pytest.fail("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    pricelist._table.cache_clear()
    pricelist._entry.cache_clear()
    assert pricelist.listed(OPENAI, "gpt-4o")


# What a reply has cost


def wire(name: WireName, url: str, model: str, **settings: str) -> Wire:
    return WIRES[name](model, Http("host", url), Settings.parse("host", settings))


def body(name: WireName, served: str, said: Said) -> Any:
    found = said.over(name)
    return {**found, ("modelVersion" if name == "gemini" else "model"): served}


def cost(one: Wire, answer: Mapping[str, Any]) -> float | None:
    return one.read(Answer(json.dumps(answer).encode(), 0.1)).cost_usd


@pytest.mark.parametrize(
    ("name", "url", "model"),
    [
        ("chat", OPENAI, "gpt-4o"),
        ("responses", OPENAI, "gpt-5.6"),
        ("completion", OPENAI, "davinci-002"),
        ("messages", ANTHROPIC, "claude-sonnet-5-5"),
        ("gemini", "https://generativelanguage.googleapis.com/v1beta", "gemini-2.5-flash"),
    ],
)
def test_a_reply_over_every_wire_costs_what_the_list_says_its_reasoning_included(
    name: WireName, url: str, model: str
) -> None:
    listed = pricelist.listed(url, model)
    assert listed
    per = listed.rates[0]
    said = Said(tokens=(2000, 800, 300 if name != "completion" else 0))
    assert cost(wire(name, url, model), body(name, model, said)) == pytest.approx(
        (2000 * per.input + 800 * per.output) / 1e6
    )


CACHED: Mapping[WireName, tuple[str, str, Mapping[str, Any], tuple[int, int, int]]] = {
    "chat": (OPENAI, "gpt-5.6", {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30}}, (10, 60, 30)),
    "responses": (OPENAI, "gpt-5.6", {"input_tokens": 100, "output_tokens": 10, "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30}}, (10, 60, 30)),
    "messages": (ANTHROPIC, "claude-sonnet-5-5", {"input_tokens": 10, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 30, "output_tokens": 10}, (10, 60, 30)),
    "gemini": ("https://generativelanguage.googleapis.com", "gemini-2.5-flash", {"promptTokenCount": 100, "cachedContentTokenCount": 60, "candidatesTokenCount": 10}, (40, 60, 0)),
}  # fmt: skip
"""Wire -> address, model, usage as its host sends it, and (fresh, cached, stored) tokens in it."""


@pytest.mark.parametrize("name", CACHED)
def test_tokens_from_a_cache_and_into_it_have_rates_of_their_own(name: WireName) -> None:
    url, model, usage, (fresh, cached, stored) = CACHED[name]
    listed = pricelist.listed(url, model)
    assert listed
    per = listed.rates[0]
    answer = body(name, model, Said()) | {"usageMetadata" if name == "gemini" else "usage": usage}
    assert per.cached
    whole = fresh * per.input + cached * per.cached + stored * (per.stored or 0) + 10 * per.output
    assert cost(wire(name, url, model), answer) == pytest.approx(whole / 1e6)


@pytest.mark.parametrize(
    ("usage", "cached"),
    [
        ({"prompt_cache_hit_tokens": 5, "prompt_cache_miss_tokens": 15}, 5),
        ({"cached_tokens": 6}, 6),
        ({"prompt_tokens_details": None}, None),
        ({}, None),
    ],
)
def test_hosts_of_the_chat_wire_have_names_of_their_own_for_what_was_cached(
    usage: dict[str, Any], cached: int | None
) -> None:
    assert counts({"prompt_tokens": 20, "completion_tokens": 1, **usage}).cached == cached


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        ({"cost": 0.0125}, 0.0125),
        ({"cost": 0}, 0.0),
        ({"cost": 0.001, "is_byok": False, "cost_details": {"upstream_inference_cost": None}}, 0.001),
        ({"cost": 0.001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.02}}, 0.021),
        ({"cost": 0.001, "is_byok": True, "cost_details": {}}, None),
        ({"cost_in_usd_ticks": 37_756_000}, 0.0037756),
        ({"cost": {"total_cost": 1}}, None),
        ({"cost": True}, None),
        ({"cost": "0.1"}, None),
    ],
)
def test_what_an_answer_says_that_it_cost_is_believed(usage: dict[str, Any], dollars: float | None) -> None:
    said = {**body("chat", "x", Said()), "usage": usage}
    assert cost(wire("chat", "https://openrouter.ai/api/v1", "none/such"), said) == (
        None if dollars is None else pytest.approx(dollars)
    )


def test_a_price_in_the_name_goes_before_what_the_answer_says_and_that_before_the_list() -> None:
    said = body("chat", "gpt-4o", Said(tokens=(1_000_000, 0, 0)))
    stated = {**said, "usage": {**said["usage"], "cost": 0.5}}
    assert cost(wire("chat", OPENAI, "gpt-4o"), said) == 2.5
    assert cost(wire("chat", OPENAI, "gpt-4o"), stated) == 0.5
    assert cost(wire("chat", OPENAI, "gpt-4o", price_in="7", price_out="9"), stated) == 7.0


@pytest.mark.parametrize(
    ("served", "known"),
    [
        ("gpt-4o-2024-08-06", True),
        ("", True),
        ("a-name-of-ours", True),
        ("gpt-4o-mini", False),
    ],
)
def test_a_cost_is_not_known_where_another_model_answers_that_is_listed_at_another_price(
    served: str, known: bool
) -> None:
    assert (cost(wire("chat", OPENAI, "gpt-4o"), body("chat", served, Said())) is not None) == known


def test_a_batch_is_billed_as_one() -> None:
    said, one = (
        body("messages", "claude-sonnet-5-5", Said()),
        wire("messages", ANTHROPIC, "claude-sonnet-5-5"),
    )
    alone = cost(one, said)
    one.batched = True
    assert alone
    assert cost(one, said) == alone / 2


def test_a_reply_without_its_usage_has_no_known_cost() -> None:
    said = body("chat", "gpt-4o", Said())
    del said["usage"]
    assert cost(wire("chat", OPENAI, "gpt-4o"), said) is None


# Whose price it is


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("pocket", FREE),
        ("scripted/idk", FREE),
        ("ollama/llama3.2", FREE),
        ("vllm/Qwen/Qwen3-8B", FREE),
        ("llamacpp", FREE),
        ("ollama/gpt-oss:120b-cloud", None),
        ("vllm/Qwen/Qwen3-8B?base_url=http://gpu.example:8000/v1", None),
        ("openai-compatible/x?base_url=http://127.0.0.1:4000/v1", None),
        ("openai-compatible/x?base_url=https://host.example/v1", None),
        ("vllm/m?price_in=1&price_out=2", flat(1, 2, "as given in its name")),
    ],
)
def test_what_this_machine_computes_is_free_and_what_may_be_a_gateway_is_not_known(
    model: str, found: Price | None
) -> None:
    assert price(connect(ModelName.parse(model))) == found


@pytest.mark.parametrize(
    ("model", "may"),
    [
        ("pocket", False),
        ("vllm/m", False),
        ("openai-compatible/x?base_url=http://127.0.0.1:4000/v1", False),
        ("openai-compatible/x?base_url=https://host.example/v1", True),
        ("vllm/m?price_in=1&price_out=2", True),
    ],
)
def test_a_model_may_cost_money_where_it_has_a_price_or_is_elsewhere(model: str, may: bool) -> None:
    assert may_cost(connect(ModelName.parse(model))) == may


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("price_in=1", "price_out"),
        ("price_out=1", "price_in"),
        ("price_in=-1&price_out=2", "price_in"),
        ("price_in=1&price_out=nan", "price_out"),
        ("price_in=cheap&price_out=2", "price_in"),
    ],
)
def test_a_price_in_the_name_is_two_numbers_from_0(options: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        connect(ModelName.parse(f"vllm/m?{options}"))


def test_a_price_in_the_name_counts_what_a_real_server_says_it_took() -> None:
    with serving() as stub:
        stub.plays(Reply(Said(tokens=(1000, 500, 100)).over("chat")))
        name = f"openai-compatible/m?base_url={stub.url}&price_in=2&price_out=10"
        (reply,) = ask(connect(ModelName.parse(name)), ASKED)
    assert reply.cost_usd == pytest.approx((1000 * 2 + 500 * 10) / 1e6)


# A file of one's own

FILE = """
["openai/gpt-5.6"]
input = 1
output = 2.5
cached = 0.1
source = "our contract"
since = 2026-11-01

["vllm/*"]
input = 0.2
output = 0.2

["vllm/big*"]
input = 9
output = 9
"""


def test_a_file_prices_a_model_by_its_name_or_the_first_pattern_it_fits(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(FILE)
    own = prices.read(tmp_path / "prices.toml")
    found = own.of("openai/gpt-5.6?temperature=0")
    assert found == Price((Rates(1, 2.5, 0.1),), "openai/gpt-5.6", "", "our contract", "2026-11-01")
    big = own.of("vllm/bigger")
    assert big
    assert (big.rates[0].input, big.source) == (0.2, "prices.toml")
    assert own.of("openai/gpt-5.6-mini") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a]\ninput = 1", ["a.output", "required"]),
        ("[a]\ninput = 1\noutput = -1", ["a.output", "greater than or equal to 0"]),
        ("[a]\ninput = '1'\noutput = 1", ["a.input", "valid number"]),
        ("[a]\ninput = true\noutput = 1", ["a.input", "valid number"]),
        ("[a]\ninput = inf\noutput = 1", ["a.input", "finite"]),
        ("[a]\ninput = 1\noutput = 1\nouput = 2", ["a.ouput", "Extra"]),
        ("a = 3", ["a", "dictionary"]),
        ("[a\n", ["line 1"]),
        ("[a]\ninput = 1\ninput = 2\n", ["line 3"]),
    ],
)
def test_a_file_that_is_none_is_named_with_its_key(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "prices.toml").write_text(text)
    with pytest.raises(BadFile) as caught:
        prices.read(tmp_path / "prices.toml")
    assert [word for word in ["prices.toml", *words] if word not in str(caught.value)] == []


def test_a_file_that_is_not_text_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadFile, match=r"prices\.toml"):
        prices.read(tmp_path / "prices.toml")
    with pytest.raises(NotFound, match="none"):
        prices.read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, "unknown"), (float("nan"), "unknown"), (0.0, "$0"), (0.00042, "$0.00042"), (0.05, "$0.050"), (0.999, "$1.00"), (1234.5, "$1,234.50")],
)  # fmt: skip
def test_dollars_are_said_with_two_digits_at_least(amount: float | None, text: str) -> None:
    assert prices.dollars(amount) == text
