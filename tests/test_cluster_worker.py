"""What a worker of a cluster hands back: responses and failures as data, of connections that a run has for itself."""

import asyncio
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals import __version__
from evals.cluster import worker
from evals.cluster.remote import _raised
from evals.cluster.worker import Fault, Model, Order, Told
from evals.errors import BadInput, Lost, ProviderError
from evals.money.prices import read
from evals.provider import ModelName
from evals.types import Key, Message, Prompt
from tests.conftest import Done
from tests.stub_server import Reply, chat, serving

KEY = Key("m", "sums", "1", "plain")


def order(model: str, text: str = "What is 20 + 3?", **more: Any) -> Order:
    """One reply of a model, for a run of this test's own."""
    named = Model(more.pop("run", "a run"), ModelName.parse(model), more.pop("price", None))
    return Order(named, Prompt((Message("user", text),)), more.pop("key", KEY), more.pop("target", None))


def told(wanted: Order) -> Told:
    """What a worker hands back, as it comes out of a network."""
    found = asyncio.run(worker.answer(pickle.loads(pickle.dumps(wanted))))  # noqa: S301  our own
    again: Told = pickle.loads(pickle.dumps(found))  # noqa: S301  the same
    return again


def test_a_worker_says_its_version() -> None:
    assert asyncio.run(worker.hello()) == __version__


def test_a_response_comes_back(adder: Path) -> None:
    found = told(order(f"{adder}/m?journal={adder.parent / 'asked.txt'}"))
    assert found.fault is None
    assert found.response is not None
    assert found.response.text == "23"


def test_a_simulated_model_is_told_the_right_answer() -> None:
    found = told(order("scripted/right", target="23"))
    assert found.response is not None
    assert "23" in found.response.text


def test_what_goes_wrong_comes_back_as_what_it_is(adder: Path, tmp_path: Path) -> None:
    journal = f"journal={tmp_path / 'asked.txt'}"
    cases = [
        (order(f"{adder}/m?{journal}&fail=1"), Fault("bad_request", "this sum is refused")),
        (order("scripted/limited?seconds=0.5", run="limits"), ("rate_limit", 0.5)),
        (order(f"{adder}/m?{journal}", "no sum"), "provider"),
        (order(f"{tmp_path}/none.py/m"), None),
        (order("pocket/none"), None),
    ]
    for wanted, expected in cases:
        found = told(wanted)
        assert found.response is None
        assert found.fault is not None
        match expected:
            case Fault():
                assert found.fault == expected
            case (kind, seconds):
                assert (found.fault.kind, found.fault.retry_after) == (kind, seconds)
            case _:
                assert found.fault.kind == expected
                assert found.fault.message


def test_what_the_host_says_is_left_and_the_users_own_price_hold(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('["openai-compatible/m"]\ninput = 1\noutput = 2\n')
    limits = {"x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s"}
    with serving() as stub:
        stub.plays(Reply(chat("23", model="m"), headers=limits))
        model = f"openai-compatible/m?base_url={stub.url}"
        price = read(prices).of("openai-compatible/m")
        found = told(order(model, price=price))
        asyncio.run(worker.farewell("a run"))
    assert found.quota is not None
    assert found.quota.requests is not None
    assert found.quota.requests.amount == 59
    assert found.response is not None
    assert found.response.cost_usd == pytest.approx((20 * 1 + 8 * 2) / 1e6)


def test_what_a_garbled_answer_has_taken_counts_on_a_cluster_too() -> None:
    with serving() as stub:
        stub.plays(Reply({**chat("23"), "choices": []}))
        found = told(order(f"openai-compatible/m?base_url={stub.url}"))
        asyncio.run(worker.farewell("a run"))
    assert found.fault is not None
    error = _raised(found.fault)
    assert isinstance(error, ProviderError)
    assert error.lost == Lost(tokens=28)


def test_each_run_has_connections_of_its_own_and_lets_go_of_them(adder: Path, tmp_path: Path) -> None:
    model = f"{adder}/m?journal={tmp_path / 'asked.txt'}"
    for run in ("one", "two", "one"):
        told(order(model, run=run))
    kept = [key for key in worker._connected if key[1] == model]
    assert sorted(kept) == [("one", model), ("two", model)]
    asyncio.run(worker.farewell("one"))
    assert [key for key in worker._connected if key[1] == model] == [("two", model)]
    asyncio.run(worker.farewell("two"))


def test_a_cluster_without_dask_is_told_how_to_get_it(
    command: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(BadInput, match=r"needs dask\.distributed") as told_so:
        command("run", "dots", "-n", 2, "--on", "dask", "--quiet")
    assert told_so.value.fix == "pip install 'behavior-evals[dask]'"
