"""The completion wire: what is sent and what is read equals what OpenAI's own client sends and reads."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from evals.errors import ProviderError, Unsupported
from evals.host import Host
from evals.types import Message, Prompt, Response
from tests.stub_server import Reply, Stub, ask, completion, serving

FEW_SHOT = Prompt(
    text="Q: Who is Ada Lovelace?\nA: A mathematician.\n\nQ: Who is Orson Kovats?\nA:",
    max_tokens=48,
    stop=("\n\nQ:",),
    seed=3,
)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        server.plays(Reply(completion(" A composer.")))
        yield server


def reply(stub: Stub, prompt: Prompt = FEW_SHOT) -> Response:
    return ask(Host("place", stub.url).connect("base", wire="completion"), prompt)[0]


@pytest.mark.parametrize(
    "prompt", [FEW_SHOT, Prompt(text="Once", temperature=None), Prompt(text="")], ids=str
)
def test_what_is_sent_is_what_the_sdk_sends(stub: Stub, prompt: Prompt) -> None:
    reply(stub, prompt)
    asked: dict[str, Any] = {
        "temperature": prompt.temperature,
        "stop": list(prompt.stop),
        "seed": prompt.seed,
    }
    with openai.OpenAI(api_key="none", base_url=stub.url, max_retries=0) as client:
        client.completions.create(
            model="base",
            prompt=prompt.text,
            max_tokens=prompt.max_tokens,
            **{name: value for name, value in asked.items() if value not in (None, [])},
        )
    ours, theirs = stub.seen
    assert (ours.path, ours.body) == (theirs.path, theirs.body)
    assert "authorization" not in ours.headers


@pytest.mark.parametrize(
    "body", [completion(" A composer."), completion("and", "length"), completion("", "stop")]
)
def test_what_is_read_is_what_the_sdk_reads(stub: Stub, body: dict[str, Any]) -> None:
    stub.plays(Reply(body))
    ours = reply(stub)
    with openai.OpenAI(api_key="none", base_url=stub.url, max_retries=0) as client:
        theirs = client.completions.create(model="base", prompt="x")
    assert theirs.usage is not None
    assert ours.text == theirs.choices[0].text
    assert ours.stop == theirs.choices[0].finish_reason
    assert ours.model == theirs.model
    assert (ours.tokens_in, ours.tokens_out) == (theirs.usage.prompt_tokens, theirs.usage.completion_tokens)


def test_a_text_that_is_null_is_empty(stub: Stub) -> None:
    stub.plays(Reply(completion(None, "length")))
    assert (reply(stub).text, reply(stub).stop) == ("", "length")


@pytest.mark.parametrize("body", [{"choices": []}, {"choices": [{"finish_reason": "stop"}]}, {"text": "no"}])
def test_an_answer_without_a_text_is_garbled(stub: Stub, body: dict[str, Any]) -> None:
    stub.plays(Reply(body))
    with pytest.raises(ProviderError) as caught:
        reply(stub)
    assert caught.value.kind == "garbled"


def test_a_conversation_is_no_text_to_continue(stub: Stub) -> None:
    with pytest.raises(Unsupported, match=r"\?wire=chat"):
        reply(stub, Prompt((Message("user", "Hi"),)))


def test_completion_is_what_it_can(stub: Stub) -> None:
    assert Host("place", stub.url).connect("base", wire="completion").can == {"completion", "seed"}
