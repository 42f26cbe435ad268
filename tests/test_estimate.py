"""Estimates and precision: what a plan asks, by hand; what it says of money; how wide its intervals are at worst."""

import math
from dataclasses import replace

import pytest

from evals import plan as plans
from evals import stats, types
from evals.estimate import AROUND, PICTURE, PROBES, Amount, Bill, estimate, took
from evals.forecast import forecast, sentence
from evals.money.prices import FREE, Price, flat
from evals.plan import Plan, Planned, Request
from evals.precision import Width, precision
from evals.provider import ModelName, Provider, connect
from evals.scorer import exact
from evals.show import render
from evals.suite import Suite, Track
from evals.types import (
    Arm,
    Image,
    Index,
    ItemMetric,
    Key,
    Metric,
    Prompt,
    Response,
    Sample,
    Score,
    Tool,
)
from tests.stub_server import Reply, serving

RIGHT = {"right": 1.0, "wrong": 0.0}


def made(
    n: int, *arms: Arm, each: int = 1, metrics: tuple[Metric | Index | ItemMetric, ...] = (), repeat: int = 1
) -> Plan:
    """A plan of n samples, `each` of them a cluster; the odd ones have the tag odd."""
    samples = tuple(
        Sample(f"{i}", "four", cluster=f"{i // each}", tags={"odd": i % 2 == 1}) for i in range(n)
    )
    arms = arms or (Arm("plain", "{input}"),)
    suite = Suite(
        name="made",
        version="1",
        about="",
        samples=lambda *_: samples,
        arms=arms,
        score=exact,
        metrics=metrics or (Metric("accuracy", "right answers", RIGHT),),
    )
    return Plan(Request(suites=("made",), models=("m",), repeat=repeat), 1, (Planned(suite, arms, samples),))


def server(options: str = "&price_in=1&price_out=2") -> Provider:
    return connect(ModelName.parse(f"openai-compatible/m?base_url=https://host.example/v1{options}"))


def bill(plan: Plan, provider: Provider | None = None, done: tuple[Key, ...] = ()) -> Bill:
    (found,) = estimate(plan, {"m": provider or server()}, done).bills
    return found


# What is asked


def test_one_question_reads_its_prompt_and_writes_at_most_its_limit() -> None:
    found = bill(made(10, Arm("plain", "{input}" * 10, max_tokens=100)))
    read = 10 * (10 + AROUND)
    for amount, written in ((found.likely, 250), (found.most, 1000)):
        assert (amount.requests, amount.tokens_in, amount.tokens_out) == (10, read, written)
        assert amount.cost_usd == pytest.approx((read + 2 * written) / 1e6)
    assert (found.replies, found.probed, found.prompts, found.route) == (10, 10, 10, "")


def test_what_the_name_of_a_model_sets_bounds_its_replies() -> None:
    assert bill(made(10), server("&max_tokens=7")).most.tokens_out == 70


def test_every_arm_and_repeat_counts_and_what_is_answered_does_not() -> None:
    plan = made(4, Arm("once", "{input}"), Arm("thrice", "{input}", repeat=3), repeat=2)
    assert bill(plan).replies == len(plan) == 4 * 2 * (1 + 3)
    done = tuple(Key("m", "made", "0", "thrice", repeat) for repeat in range(5))
    assert bill(plan, done=done).replies == len(plan) - 5
    assert bill(plan, done=tuple(job.key for job in plan.jobs("m"))).most == Amount()


def test_what_is_likely_goes_by_the_replies_that_are_there_and_the_guess_counts_as_one() -> None:
    plan = made(10, Arm("plain", "{input}" * 10, max_tokens=100), Arm("other", "{input}", max_tokens=100))
    there = [answer(n, "plain", 50, 81) for n in range(3)] + [answer(3, "plain", None, None)]
    done = tuple(each.key for each in there)
    guessed, known = (
        estimate(plan, {"m": server()}, done, each).bills[0] for each in (None, took(iter(there)))
    )
    guess, read, written = 10 + AROUND, (10 + AROUND + 150) / 4, (25 + 3 * 81) / 4
    assert known.likely.tokens_out == guessed.likely.tokens_out + round(6 * (written - 25))
    assert known.likely.tokens_in == guessed.likely.tokens_in + round(6 * (read - guess))
    assert (known.likely.cost_usd or 0) > (guessed.likely.cost_usd or 0)
    assert (known.most.tokens_out, known.told, known.likely.requests) == (1600, 3, 16)
    assert known.most.tokens_in == known.likely.tokens_in > guessed.most.tokens_in
    assert "likely: as the 3 replies that are there; that a reply takes one in 4" in " ".join(
        shown(known).split()
    )
    assert "likely: a reply takes one in 4" in shown(guessed)


def answer(n: int, arm: str, read: int | None, written: int | None) -> types.Reply:
    came = Response("x", tokens_in=read, tokens_out=written)
    key = Key("m", "made", f"{n}", arm)
    return types.Reply(key, Prompt(), came, Score("right"), None, None, f"{n}", {}, 1, "")


def test_later_questions_read_again_what_was_said() -> None:
    found = bill(made(1, Arm("talk", "{input}", followups=("{input}", "four"), max_tokens=100)))
    first, second, third = 1 + AROUND, 2 + AROUND, 1 + AROUND
    assert found.most.requests == 3
    assert found.most.tokens_in == 3 * first + 2 * second + third + 100 + 200
    assert found.most.tokens_out == 300


def test_a_model_that_calls_tools_is_asked_again_likely_once_and_at_most_eight_times() -> None:
    tool = Tool("count", "counts", {"type": "object", "properties": {}})
    found = bill(made(1, Arm("tool", "{input}", tools=(tool,), max_tokens=100)))
    assert (found.likely.requests, found.most.requests) == (2, 9)
    assert found.most.tokens_in > 9 * (1 + AROUND) + 36 * 100


def test_pictures_are_counted_and_are_said_to_be_a_guess() -> None:
    plan = made(3, Arm("seen", "{input}", images=lambda _: (Image.of(b"png"),)))
    found = bill(plan)
    assert found.pictures == 3
    assert found.most.tokens_in == 3 * (1 + AROUND + PICTURE)


def test_an_adaptive_test_counts_its_calls() -> None:
    pool = tuple(Sample(f"{i}", "four") for i in range(500))
    plan = made(1)
    part = replace(plan.parts[0], samples=(), tracks=(Track("climb", 80, pool, lambda _: pool[0]),))
    found = bill(replace(plan, parts=(part,)))
    assert (found.replies, found.prompts, found.probed) == (80, 500, PROBES)


def test_of_many_prompts_some_are_looked_at_and_their_mean_is_that_of_all() -> None:
    plan = made(10_000)
    long = tuple(
        replace(sample, input="four" * (place % 7 + 1)) for place, sample in enumerate(plan.parts[0].samples)
    )
    plan = replace(plan, parts=(replace(plan.parts[0], samples=long),))
    found = bill(plan)
    assert (found.probed, found.prompts) == (PROBES, 10_000)
    assert found.most.tokens_in == pytest.approx(10_000 * (4 + AROUND), rel=0.1)


def test_tokens_are_counted_by_the_models_own_tokenizer_where_it_is_at_hand() -> None:
    found = bill(made(2, Arm("plain", "{input}" * 10)), connect(ModelName.parse("pocket")))
    assert found.route == "pocket's own tokenizer"
    assert found.most.cost_usd == 0.0


@pytest.mark.parametrize(
    ("reply", "route", "tokens"),
    [
        (Reply({"tokens": [1, 2], "token_strs": ["fo", "ur"]}), "vllm's /tokenize", 2),
        (Reply({"detail": "Not Found"}, 404), "", 1),
        (Reply(reset=True), "", 1),
    ],
)
def test_a_server_is_asked_how_it_cuts_texts_and_bytes_are_counted_where_it_does_not_say(
    reply: Reply, route: str, tokens: int
) -> None:
    with serving() as stub:
        stub.plays(reply)
        found = bill(made(1), connect(ModelName.parse(f"vllm/m?base_url={stub.url}")))
    assert (found.route, found.most.tokens_in) == (route, tokens + AROUND)


# Money


@pytest.mark.parametrize(
    ("options", "own", "text"),
    [
        ("", None, "m: 10 requests; what they cost is not known"),
        ("&price_in=1&price_out=2", flat(1, 2, "as given in its name"), "m: 10 requests, about $0.0026, at most $0.010"),
    ],
)  # fmt: skip
def test_a_bill_is_one_line_and_unknown_is_never_0(options: str, own: Price | None, text: str) -> None:
    found = bill(made(10), server(options))
    assert found.price == own
    assert sentence(found) == text
    assert (found.most.cost_usd is None) == (own is None)


def test_amounts_of_which_one_is_not_known_have_no_known_sum() -> None:
    assert (Amount(1, 2, 3, 0.5) + Amount(1, 2, 3, None)).cost_usd is None
    assert (Amount(1, 2, 3, 0.5) + Amount(1, 2, 3, 0.25)).cost_usd == 0.75


def test_a_long_prompt_is_counted_at_the_rate_of_long_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    plan = made(1, Arm("long", "{input}" * 300_000))
    found = bill(plan, connect(ModelName.parse("openai/gpt-5.6")))
    assert found.price
    assert found.most.cost_usd
    assert found.most.cost_usd > 300_000 * found.price.rates[1].input / 1e6


def test_a_batch_is_counted_at_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-0123456789")
    provider = connect(ModelName.parse("anthropic/claude-sonnet-5-5"))
    alone, batch = (
        estimate(made(10), {"m": provider}, batch=batch).bills[0].most.cost_usd for batch in (False, True)
    )
    assert alone
    assert batch == pytest.approx(alone / 2)


# How sure it will be


@pytest.mark.parametrize(("n", "points"), [(50, 13.4), (100, 9.6), (400, 4.9), (1000, 3.1)])
def test_the_widest_interval_of_a_share_is_wilsons_at_a_half(n: int, points: float) -> None:
    (found,) = precision(made(n))
    assert 100 * found.half == pytest.approx(points, abs=0.05)
    exactly = stats.wilson(n / 2, n)
    assert found.half == pytest.approx((exactly.high - exactly.low) / 2)


def test_items_of_one_cluster_may_all_say_the_same() -> None:
    (found,) = precision(made(400, each=4))
    assert (found.n, found.clusters, found.half) == (400, 100, precision(made(100))[0].half)


def test_a_metric_of_some_items_is_as_sure_as_these_allow() -> None:
    odd = Metric("odd", "", RIGHT, {"odd": frozenset({True})})
    none = Metric("none", "", RIGHT, {"odd": frozenset({"?"})})
    extra = Metric("extra", "", RIGHT, main=False)
    assert [(each.metric, each.n) for each in precision(made(100, metrics=(odd, none, extra)))] == [
        ("odd", 50)
    ]


def test_the_parts_of_an_index_err_apart_unless_they_share_clusters() -> None:
    odd = Metric("odd", "", RIGHT, {"odd": frozenset({True})})
    even = Metric("even", "", RIGHT, {"odd": frozenset({False})})
    metrics = (odd, even, Index("J", "", {"odd": 1, "even": -1}))
    apart = {each.metric: each.half for each in precision(made(100, metrics=metrics))}
    assert apart["J"] == pytest.approx(math.hypot(apart["odd"], apart["even"]))
    shared = {each.metric: each.half for each in precision(made(100, each=2, metrics=metrics))}
    assert shared["J"] == pytest.approx(shared["odd"] + shared["even"])


def test_what_has_no_bounds_has_no_known_width_and_what_has_three_values_a_t_interval() -> None:
    error = ItemMetric("error", "", lambda _: 1.0, unit="marks")
    graded = Metric("graded", "", {"right": 1, "abstained": 0, "wrong": -3})
    unbounded, bounded = precision(made(50, metrics=(error, graded)))
    assert math.isnan(unbounded.half)
    assert bounded.half == pytest.approx(2 * stats.t_quantile(49) / 7)


# What is shown


def shown(*bills: Bill) -> str:
    widths = [Width("made", "plain", name, "", 400, 400, 0.049, "share") for name in ("a", "b")]
    return render(forecast(replace(estimate(made(1), {}), bills=bills), widths, ["goes on"]), "table")


def test_a_forecast_fits_80_columns_and_says_what_is_a_guess() -> None:
    text = shown(replace(bill(made(10)), model="openai-compatible/" + "x" * 60), bill(made(10), server("")))
    assert max(map(len, text.splitlines())) <= 80
    for words in ("goes on", "unknown", "20 replies", "guess", "±4.9 points", "a, b", "$1 in and $2 out"):
        assert words in text
    assert "together" not in text


def test_what_all_models_cost_together_is_said_where_it_is_known() -> None:
    text = shown(bill(made(10)), bill(made(10)))
    assert "together about $0.0052, at most $0.021" in text


def test_what_is_free_is_shown_without_a_price() -> None:
    text = shown(bill(made(10), connect(ModelName.parse("scripted/idk"))))
    assert "$0" in text
    assert FREE.source not in text


def test_the_shipped_suites_can_all_be_estimated() -> None:
    request = Request(
        suites=("hallucination", "dots", "spelling", "arithmetic", "decimals", "talk"), models=("m",), size=12
    )
    plan = plans.plan(request)
    found = bill(plan)
    assert found.replies == len(plan)
    assert 0 < (found.likely.cost_usd or 0) < (found.most.cost_usd or 0)
    assert {each.suite for each in precision(plan)} == {
        "hallucination",
        "dots",
        "spelling",
        "arithmetic",
        "decimals",
    }
