"""The chat wire: what is sent and what is read equals what OpenAI's own client sends and reads."""

import base64
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion

from evals.errors import Unsupported
from evals.host import Host
from evals.types import Image, Message, Prompt, Response, Tool, ToolCall
from evals.wires.wire import Quirks
from tests.stub_server import Reply, Stub, ask, chat, serving

KEY = "sk-test"
HELLO = Prompt((Message("user", "Who is Orson Kovats?"),))
TALK = Prompt(
    (
        Message("system", "Be brief.\nAlways."),
        Message("user", 'Who is "Zoë" ☃ 王小明?'),
        Message("assistant", "I don't know."),
        Message("user", "Are you sure?"),
    ),
    max_tokens=64,
    temperature=0.7,
    stop=("\n\n", "Q:"),
    seed=11,
)
PNG = Image.of(b"\x89PNG\r\n\x1a\n and so on")
LOOK = Prompt(
    (Message("system", "Look."), Message("user", "How many dots?", images=(PNG, PNG))), max_tokens=64
)
ADD = Tool("add", "adds", {"type": "object", "properties": {"a": {"type": "integer"}}}, str)
CALLED = Prompt(
    (
        Message("user", "Add 1."),
        Message("assistant", "Let me.", calls=(ToolCall("add", '{"a": 1}', "1", id="call_1"),)),
    ),
    tools=(ADD,),
)
UNSET = Prompt((Message("user", "\u2028 \x00 🙂"),), max_tokens=1, temperature=None)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setenv("PLACE_API_KEY", KEY)
    with serving() as server:
        yield server


def reply(stub: Stub, prompt: Prompt = HELLO, quirks: Quirks | None = None, /, **options: str) -> Response:
    host = Host("place", stub.url, key="PLACE_API_KEY", quirks=quirks or Quirks())
    return ask(host.connect("vendor/model", **options), prompt)[0]


URL = {"url": "data:image/png;base64," + base64.b64encode(PNG.data).decode()}
IN_ITS_WORDS: dict[str, list[dict[str, Any]]] = {
    LOOK.hash: [
        {"role": "system", "content": "Look."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "How many dots?"},
                *[{"type": "image_url", "image_url": URL}] * 2,
            ],
        },
    ],
    CALLED.hash: [
        {"role": "user", "content": "Add 1."},
        {
            "role": "assistant",
            "content": "Let me.",
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "1"},
    ],
}
"""Prompts with pictures and calls, as the documentation of that client writes them."""


def as_the_sdk_is_called(prompt: Prompt) -> dict[str, Any]:
    """The same request in the words of OpenAI's client."""
    wanted = {
        "model": "vendor/model",
        "messages": IN_ITS_WORDS.get(
            prompt.hash, [{"role": turn.role, "content": turn.content} for turn in prompt.messages]
        ),
        "tools": [
            {
                "type": "function",
                "function": {"name": tool.name, "description": "adds", "parameters": dict(tool.parameters)},
            }
            for tool in prompt.tools
        ],
        "max_tokens": prompt.max_tokens,
        "temperature": prompt.temperature,
        "stop": list(prompt.stop),
        "seed": prompt.seed,
    }
    return {name: value for name, value in wanted.items() if value not in (None, [])}


def sdk(stub: Stub, prompt: Prompt, **words: Any) -> ChatCompletion:
    with openai.OpenAI(api_key=KEY, base_url=stub.url, max_retries=0) as client:
        asked = {**as_the_sdk_is_called(prompt), **words}
        completion: ChatCompletion = client.chat.completions.create(**asked)
        return completion


@pytest.mark.parametrize(
    "prompt", [HELLO, TALK, UNSET, LOOK, CALLED], ids=["hello", "talk", "unset", "look", "called"]
)
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, {}),
        ({"top_p": "0.5"}, {"top_p": 0.5}),
        ({"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
        ({"temperature": "1", "max_tokens": "9"}, {"temperature": 1.0, "max_tokens": 9}),
    ],
)
def test_what_is_sent_is_what_the_sdk_sends(
    stub: Stub, prompt: Prompt, options: dict[str, str], words: dict[str, Any]
) -> None:
    reply(stub, prompt, None, **options)
    sdk(stub, prompt, **words)
    ours, theirs = stub.seen
    assert ours.body == theirs.body
    assert ours.path == theirs.path
    assert {name: ours.headers[name] for name in ("authorization", "content-type", "accept", "host")} == {
        name: theirs.headers[name] for name in ("authorization", "content-type", "accept", "host")
    }


USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 300,
    "total_tokens": 320,
    "completion_tokens_details": {"reasoning_tokens": 256, "audio_tokens": 0},
    "prompt_tokens_details": {"cached_tokens": 0},
}
VLLM = {
    **chat("It is 7.", reasoning_content="3 + 4 is 7", tool_calls=[], refusal=None),
    "usage": {**USAGE, "completion_tokens_details": None},
    "system_fingerprint": None,
    "prompt_logprobs": None,
}
LLAMA_CPP = {**chat("Hi"), "timings": {"predicted_ms": 4.2}, "system_fingerprint": "b6000-abc"}
TOOL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{}"}}


@pytest.mark.parametrize(
    "body",
    [
        chat("I don't know who that is."),
        chat("cut of", "length"),
        chat("", "stop"),
        chat(None, "content_filter"),
        chat(None, refusal="I can't help with that."),
        chat(None, "tool_calls", tool_calls=[TOOL]),
        {**chat("Yes."), "usage": USAGE},
        VLLM,
        LLAMA_CPP,
        chat("  leading space, \u202e and an emoji 🙂\n"),
    ],
    ids=["plain", "cut", "empty", "filter", "refusal", "tool", "reasoning", "vllm", "llama.cpp", "unicode"],
)  # fmt: skip
def test_what_is_read_is_what_the_sdk_reads(stub: Stub, body: dict[str, Any]) -> None:
    stub.plays(Reply(body))
    ours = reply(stub)
    theirs = sdk(stub, HELLO)
    choice = theirs.choices[0]
    assert ours.text == (choice.message.content or choice.message.refusal or "")
    assert ours.stop == {"content_filter": "filter", "tool_calls": "tool"}.get(
        choice.finish_reason, choice.finish_reason
    )
    assert ours.model == theirs.model
    assert theirs.usage is not None
    assert (ours.tokens_in, ours.tokens_out) == (theirs.usage.prompt_tokens, theirs.usage.completion_tokens)
    details = theirs.usage.completion_tokens_details
    assert ours.tokens_reasoning == (details.reasoning_tokens if details else None)
    assert ours.reasoning == getattr(choice.message, "reasoning_content", "")
    made = [call for call in choice.message.tool_calls or [] if call.type == "function"]
    assert [(call.name, call.arguments, call.id) for call in ours.calls] == [
        (call.function.name, call.function.arguments, call.id) for call in made
    ]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (chat(None, "length", reasoning_content="hmm"), {"text": "", "stop": "length", "reasoning": "hmm"}),
        (chat(None, "stop"), {"text": "", "stop": "stop", "reasoning": ""}),
        (chat("7", reasoning="3 + 4"), {"text": "7", "reasoning": "3 + 4"}),
        (chat("7", None), {"text": "7", "stop": "stop"}),
        (chat("7", "EOS"), {"stop": "stop"}),
        (chat("7", "max_tokens"), {"stop": "length"}),
        (chat("<think>not ours to judge</think>7"), {"text": "<think>not ours to judge</think>7", "reasoning": ""}),
        (
            chat([{"type": "thinking", "thinking": [{"type": "text", "text": "3 + 4"}]}, {"type": "text", "text": "7"}]),
            {"text": "7", "reasoning": "3 + 4"},
        ),
        ({"choices": [{"message": {"role": "assistant"}}]}, {"text": "", "model": "", "tokens_in": None}),
        ({**chat("7"), "usage": None, "model": None}, {"tokens_in": None, "tokens_out": None, "model": ""}),
        ({**chat("7"), "usage": {"prompt_tokens": "many"}}, {"text": "7", "tokens_in": None}),
        ({**chat("7"), "usage": {"reasoning_tokens": 5}}, {"tokens_reasoning": 5}),
    ],
)  # fmt: skip
def test_what_hosts_do_beyond_the_sdk_is_read_too(
    stub: Stub, body: dict[str, Any], wanted: dict[str, Any]
) -> None:
    stub.plays(Reply(body))
    read = reply(stub)
    assert {name: getattr(read, name) for name in wanted} == wanted
    assert read.seconds is not None
    assert read.seconds > 0
    assert read.cost_usd is None


@pytest.mark.parametrize(
    ("quirks", "sent", "dropped"),
    [
        (Quirks(), {"max_tokens": 64, "temperature": 0.7, "seed": 11}, ()),
        (Quirks(max_tokens="max_completion_tokens"), {"max_completion_tokens": 64}, ()),
        (Quirks(temperature=False), {"temperature": None, "seed": 11}, ("temperature",)),
        (Quirks(seed=False, temperature=False), {"temperature": None, "seed": None}, ("temperature", "seed")),
    ],
)
def test_a_declared_quirk_is_respected_and_recorded(
    stub: Stub, quirks: Quirks, sent: dict[str, Any], dropped: tuple[str, ...]
) -> None:
    assert reply(stub, TALK, quirks).dropped == dropped
    assert {name: stub.seen[0].body.get(name) for name in sent} == sent


def test_what_was_not_asked_for_is_not_dropped(stub: Stub) -> None:
    assert reply(stub, UNSET, Quirks(temperature=False, seed=False, system=False)).dropped == ()


def test_where_there_is_no_system_role_its_words_open_the_users(stub: Stub) -> None:
    assert reply(stub, TALK, Quirks(system=False)).dropped == ("system role",)
    messages = stub.seen[0].body["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[0]["content"] == 'Be brief.\nAlways.\n\nWho is "Zoë" ☃ 王小明?'


def test_where_there_is_no_system_role_the_pictures_stay_with_the_user(stub: Stub) -> None:
    reply(stub, LOOK, Quirks(system=False))
    (message,) = stub.seen[0].body["messages"]
    assert [part["type"] for part in message["content"]] == ["text", "image_url", "image_url"]
    assert message["content"][0]["text"] == "Look.\n\nHow many dots?"


def test_a_text_to_continue_is_no_chat(stub: Stub) -> None:
    with pytest.raises(Unsupported, match=r"\?wire=completion"):
        reply(stub, Prompt(text="Once upon"))


def test_chat_is_what_it_can(stub: Stub) -> None:
    assert Host("place", stub.url).connect("m").can == {"chat", "seed", "images", "tools"}
    bare = Quirks(seed=False, images=False, tools=False)
    assert Host("place", stub.url, quirks=bare).connect("m").can == {"chat"}
    assert Host("place", stub.url).connect("m", images="no").can == {"chat", "seed", "tools"}
    assert Host("place", stub.url).connect("m", tools="off").can == {"chat", "seed", "images"}
