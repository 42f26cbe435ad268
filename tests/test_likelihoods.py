"""How likely continuations are: over the completion wire, by pocket, and what a host that tells none is told apart by."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, get_args

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import ProviderError, Unsupported
from evals.host import Host
from evals.log import read_run
from evals.provider import ModelName, Provider
from evals.provider import connect as named
from evals.types import Likelihood, Message, Prompt, Response
from evals.wires.echo import echo
from evals.wires.wire import Quirks
from tests import echoes
from tests.conftest import Evals
from tests.echoes import Server, echoed
from tests.stub_server import Reply, Stub, ask, complaint, completion, serving

SERVERS: tuple[Server, ...] = get_args(Server)
TEXT = "Q: Is the sky blue?\nA:"
CHOICES = (" yes", " no!", "\nWho knows, and why", ":-)")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        server.mind = lambda body: Reply(echoed(body["prompt"]))
        yield server


def connect(stub: Stub, **options: str) -> Provider:
    options = {"wire": "completion", **options}
    return Host("place", stub.url, quirks=Quirks(logprobs=True)).connect("base", **options)


def likelihoods(stub: Stub, text: str, *choices: str) -> tuple[Likelihood, ...]:
    return ask(connect(stub), Prompt(text=text, choices=choices))[0].likelihoods


# What is asked


def test_each_choice_is_one_request_that_is_what_the_sdk_sends(stub: Stub) -> None:
    said = ask(connect(stub), Prompt(text=TEXT, choices=CHOICES[:2]))[0]
    assert said.text == ""
    assert said.tokens_in is not None
    assert (said.model, said.tokens_out) == ("served", 2)
    with openai.OpenAI(api_key="none", base_url=stub.url, max_retries=0) as client:
        for choice in CHOICES[:2]:
            client.completions.create(model="base", prompt=TEXT + choice, max_tokens=1, echo=True, logprobs=1)
    ours, theirs = stub.seen[:2], stub.seen[2:]
    assert [(one.path, one.body) for one in ours] == [(one.path, one.body) for one in theirs]


def test_the_user_s_settings_of_a_reply_do_not_concern_it(stub: Stub) -> None:
    ask(connect(stub, temperature="0.7", max_tokens="99"), Prompt(text=TEXT, choices=(" yes",)))
    assert stub.seen[0].body["max_tokens"] == 1
    assert "temperature" not in stub.seen[0].body


# What is read


@pytest.mark.parametrize("server", SERVERS)
def test_a_likelihood_is_that_of_the_choice_s_own_tokens_on_every_server(stub: Stub, server: Server) -> None:
    stub.mind = lambda body: Reply(echoed(body["prompt"], server))
    found = likelihoods(stub, TEXT, *CHOICES)
    assert found == tuple(echoes.likelihood(TEXT, choice) for choice in CHOICES)
    assert {each.greedy for each in found} == {True, False}
    alone = server == "sentencepiece"
    assert [seen.body["prompt"] for seen in stub.seen] == [TEXT + choice for choice in CHOICES] + [
        TEXT
    ] * alone


@pytest.mark.parametrize("server", SERVERS)
def test_a_token_that_reaches_into_the_choice_belongs_to_it(stub: Stub, server: Server) -> None:
    stub.mind = lambda body: Reply(echoed(body["prompt"], server))
    assert likelihoods(stub, "The sky is bl", "ue.") == (echoes.likelihood("", " blue."),)


@pytest.mark.parametrize("server", ["vllm", "sglang"])
def test_without_a_text_the_choice_is_all_but_the_token_that_begins_it(stub: Stub, server: Server) -> None:
    stub.mind = lambda body: Reply(echoed(body["prompt"], server))
    assert likelihoods(stub, "", "The sky") == (echoes.likelihood("", "The sky"),)


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("openai", "does not tell of base how likely the first token of a text is"),
        ("sentencepiece", "does not tell of base where the text begins, for its tokens do not spell it"),
    ],
)
def test_without_a_text_what_is_not_told_is_not_guessed(stub: Stub, server: Server, words: str) -> None:
    stub.mind, provider = (lambda body: Reply(echoed(body["prompt"], server))), connect(stub)
    with pytest.raises(ProviderError, match=words) as failed:
        ask(provider, Prompt(text="", choices=(" The sky",)))
    assert failed.value.kind == "bad_request"
    assert "logprobs" in provider.can


WORDS = st.lists(st.sampled_from((" yes", " no", " a", ".", ",")), min_size=1).map("".join)
"""Texts whose tokens are the same wherever they are cut in two."""


@pytest.mark.parametrize("server", ["openai", "vllm", "sglang"])
@given(text=WORDS, first=WORDS, second=WORDS)
def test_the_logprobs_of_two_parts_add_up_to_that_of_both(
    server: Server, text: str, first: str, second: str
) -> None:
    whole, begun = told(text, first + second, server), told(text, first, server)
    rest = told(text + first, second, server)
    assert whole.logprob == begun.logprob + rest.logprob
    assert whole.greedy == (begun.greedy and rest.greedy)


def told(text: str, choice: str, server: Server) -> Likelihood:
    """What an echo says of a choice."""
    said = echoed(text + choice, server)["choices"][0]["logprobs"]
    heard = echo(said["tokens"], said["token_logprobs"], said["top_logprobs"], 1)
    start = heard.begins(text, choice)
    assert start is not None
    found = heard.likelihood(start)
    assert found
    return found


# Who tells none


def ignored(_body: Any) -> Reply:
    """A server that takes `echo` and `logprobs` for nothing."""
    return Reply(completion(" the"))


def of_its_own_only(_body: Any) -> Reply:
    """A server that gives probabilities of what it writes."""
    logprobs = {"tokens": [" the"], "token_logprobs": [-0.1], "top_logprobs": [{" the": -0.1}]}
    body = completion(" the")
    body["choices"][0]["logprobs"] = logprobs
    return Reply(body)


def of_another_text(_body: Any) -> Reply:
    """A server that echoes nothing, and does not keep to one token."""
    return Reply(echoed("The quick brown fox jumps over the lazy dog."))


def without_numbers(body: Any) -> Reply:
    """A server that echoes tokens and says nothing of them."""
    said = echoed(body["prompt"])
    told = said["choices"][0]["logprobs"]
    told["token_logprobs"] = [None] * len(told["tokens"])
    return Reply(said)


def without_the_likeliest(body: Any) -> Reply:
    """A server that does not say which tokens are the likeliest."""
    said = echoed(body["prompt"])
    said["choices"][0]["logprobs"]["top_logprobs"] = None
    return Reply(said)


@pytest.mark.parametrize(
    "mind", [ignored, of_its_own_only, of_another_text, without_numbers, without_the_likeliest]
)
def test_an_answer_without_them_says_that_the_model_tells_none(stub: Stub, mind: Any) -> None:
    stub.mind, provider = mind, connect(stub)
    assert "logprobs" in provider.can
    with pytest.raises(ProviderError, match="base of place gives no probabilities: its answer") as failed:
        ask(provider, Prompt(text=TEXT, choices=CHOICES))
    assert (failed.value.kind, len(stub.seen)) == ("unsupported", 1)
    assert provider.can == {"completion", "seed"}
    with pytest.raises(ProviderError, match="gives no probabilities"):
        ask(provider, Prompt(text=TEXT, choices=CHOICES))
    assert len(stub.seen) == 1


def test_one_such_answer_among_others_is_garbled_and_may_pass(stub: Stub) -> None:
    provider = connect(stub)
    ask(provider, Prompt(text=TEXT, choices=CHOICES))
    stub.mind = ignored
    with pytest.raises(ProviderError, match="as others did") as failed:
        ask(provider, Prompt(text=TEXT, choices=CHOICES))
    assert failed.value.kind == "garbled"
    assert "logprobs" in provider.can


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "Only no echo is supported"),
        (400, "Setting 'echo' and 'logprobs' at the same time is not supported for this model."),
        (400, "logprobs is not supported with stream"),
        (422, "echo: Extra inputs are not permitted"),
    ],
)
def test_a_refusal_of_the_first_says_that_the_model_tells_none(stub: Stub, status: int, words: str) -> None:
    stub.mind, provider = (lambda _: Reply(complaint(words), status)), connect(stub)
    with pytest.raises(ProviderError, match="gives no probabilities: place ") as failed:
        ask(provider, Prompt(text=TEXT, choices=CHOICES))
    assert failed.value.kind == "unsupported"
    assert provider.can == {"completion", "seed"}


def test_another_trouble_says_nothing_of_it(stub: Stub) -> None:
    stub.mind, provider = (lambda _: Reply(complaint("Rate limit reached"), 429)), connect(stub)
    with pytest.raises(ProviderError) as failed:
        ask(provider, Prompt(text=TEXT, choices=CHOICES))
    assert failed.value.kind == "rate_limit"
    assert "logprobs" in provider.can


def test_they_are_asked_of_hosts_that_are_known_to_tell_them_or_as_the_user_says(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "a-key")
    unknown = Host("place", stub.url, wires=("completion",))
    assert unknown.connect("m").can == {"completion", "seed"}
    assert unknown.connect("m", logprobs="yes").can == {"completion", "seed", "logprobs"}
    assert connect(stub, logprobs="no").can == {"completion", "seed"}
    assert "logprobs" not in connect(stub, wire="chat", logprobs="yes").can
    for model, tells in (
        ("vllm/m?wire=completion", True),
        ("vllm/m", False),
        ("llamacpp?wire=completion", False),
        ("openai/davinci-002?key_env=MINE", True),
        ("openai/gpt-3.5-turbo-instruct?key_env=MINE", False),
    ):
        assert ("logprobs" in named(ModelName.parse(model)).can) is tells, model


SUITE = '''"""Asks for a word, and how likely it is."""
from evals.suite import Suite
from evals.types import Arm, Sample, Score

TEXT = frozenset({"completion"})
suite = Suite(
    name="likely",
    version="1",
    about="a word, and how likely it is",
    samples=lambda seed, n, options: (Sample(f"{i}", f"{i}, {i + 1},", f"{i + 2}") for i in range(n)),
    arms=(
        Arm("write", "{input}", needs=TEXT, max_tokens=4),
        Arm("weigh", "{input}", needs=TEXT, choices=lambda sample: (f" {sample.target}",)),
    ),
    score=lambda sample, arm, response: Score("right" if response.likelihoods else "wrong"),
)
'''


def test_of_a_host_that_turns_out_to_tell_none_the_arm_is_left_out_with_one_line(
    evals: Evals, stub: Stub
) -> None:
    (evals.cwd / "likely").mkdir()
    (evals.cwd / "likely" / "suite.py").write_text(SUITE)
    model = f"openai-compatible/m?wire=completion&base_url={stub.url}"
    told = evals("run", "./likely", "-m", model, "-n", 4, "--json")
    assert told.returncode == 0, told.stderr
    found = read_run(next(evals.cwd.glob("runs/*")))
    assert {(reply.key.arm, reply.outcome) for reply in found.replies} == {
        ("write", "wrong"),
        ("weigh", "right"),
    }
    stub.mind = ignored
    done = evals("run", "./likely", "-m", model, "-n", 4, "--out", "more")
    assert done.returncode == 0, done.stderr
    assert (
        done.stderr.count("gives no probabilities, says its host: arm weigh of suite likely is left out") == 1
    )
    assert read_run(next(evals.cwd.glob("more/*"))).missing == 0


def test_choices_of_a_conversation_are_refused(stub: Stub) -> None:
    talk = (Message("user", "Hello"),)
    with pytest.raises(Unsupported):
        ask(connect(stub), Prompt(talk, choices=CHOICES))
    with pytest.raises(Unsupported):
        ask(named(ModelName.parse("pocket/bluff")), Prompt(talk, choices=CHOICES))
    assert stub.seen == []


# pocket


def pocket(*prompts: Prompt, stage: str = "base") -> list[Response]:
    return ask(named(ModelName.parse(f"pocket/{stage}")), *prompts)


@cache
def runtime() -> Any:
    """Pocket's base, without a provider around it."""
    return getattr(named(ModelName.parse("pocket/base")), "runtime")  # noqa: B009  a provider promises none


@settings(max_examples=30)
@given(whole=st.text(st.sampled_from("abn ,.?\n7é☃"), min_size=1, max_size=24), data=st.data())
def test_pocket_s_logprob_is_the_same_however_the_text_is_cut(whole: str, data: st.DataObject) -> None:
    """P(ab) = P(a) P(b|a), where the cut lies between two tokens of both."""
    base = runtime()
    ids = base.tokens(whole).ids
    cut = data.draw(st.integers(0, len(whole)))
    first, second = whole[:cut], whole[cut:]
    apart = base.tokens(first).ids if first else ()
    all_of_it, begun, rest = base.likelihoods(
        [base.given("", whole), base.given("", first), base.given(first, second)]
    )
    if apart == ids[: len(apart)]:
        assert all_of_it.logprob == pytest.approx(begun.logprob + rest.logprob, abs=1e-4)
        assert all_of_it.greedy == (begun.greedy and rest.greedy)
    else:  # the choice begins with a token that reaches into it, and so holds more than itself
        assert rest.logprob < 0


def test_pocket_finds_greedy_what_it_would_write() -> None:
    asked = [Prompt(text=text, max_tokens=6) for text in ("Q: 2 + 3 =\nA:", "The word cat has", "Who is")]
    for prompt, said in zip(asked, pocket(*asked), strict=True):
        other = " zebra"
        (found, wrong) = pocket(replace(prompt, choices=(said.text, other)))[0].likelihoods
        assert found.greedy
        assert not wrong.greedy
        assert found.logprob / len(said.text) > wrong.logprob / len(other)


def test_pocket_tells_the_same_whatever_shares_the_batch() -> None:
    prompts = [Prompt(text=TEXT * n, choices=CHOICES) for n in (1, 2, 3)]

    async def together() -> list[Response]:
        provider = named(ModelName.parse("pocket/bluff"))
        try:
            return list(
                await asyncio.gather(*map(provider.reply, prompts), provider.reply(Prompt(text="Who")))
            )
        finally:
            await provider.close()

    assert [said.likelihoods for said in asyncio.run(together())[:3]] == [
        said.likelihoods for said in pocket(*prompts, stage="bluff")
    ]


def test_a_text_that_pocket_cannot_read_whole_is_too_long() -> None:
    long = "a, " * 300
    with pytest.raises(ProviderError, match="pocket reads 512") as failed:
        pocket(Prompt(text=long, choices=(" yes",)))
    assert failed.value.kind == "too_long"
