"""The wires beside chat: what is sent and read equals what the API's own client sends and reads; errors in its own words."""

import base64
import warnings
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

from evals.errors import ProviderError, Unsupported
from evals.host import WIRES, Host
from evals.types import Image, Message, Prompt, Response, Tool, ToolCall
from evals.wires.wire import Quirks, WireName
from tests.shapes import KEY, TROUBLES, Said, Trouble, anthropic_error, google_error, openai_error
from tests.stub_server import Reply, Seen, Stub, ask, serving

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from google import genai

TALKED: tuple[WireName, ...] = ("chat", "responses", "messages", "gemini")
NEW: tuple[WireName, ...] = ("responses", "messages", "gemini")

HELLO = Prompt((Message("user", "Who is Orson Kovats?"),), temperature=None)
TALK = Prompt(
    (
        Message("system", "Be brief.\nAlways."),
        Message("user", 'Who is "Zoë" ☃ 王小明?'),
        Message("assistant", "I don't know."),
        Message("user", "Are you sure?"),
    ),
    max_tokens=64,
    temperature=None,
)
PNG = Image.of(b"\x89PNG\r\n\x1a\n and so on")
LOOK = Prompt((Message("user", "How many dots?", images=(PNG,)),), temperature=None)
ADD = Tool("add", "adds", {"type": "object", "properties": {"a": {"type": "integer"}}}, str)
CALL = ToolCall("add", '{"a": 1}', "1", id="call_1")
FAILED = ToolCall("add", "{}", "error: the argument 'a' is missing", failed=True, id="call_2")
CALLED = Prompt(
    (Message("user", "Add 1."), Message("assistant", "Let me.", calls=(CALL, FAILED))),
    temperature=None,
    tools=(ADD,),
)
PROMPTS = {"hello": HELLO, "talk": TALK, "look": LOOK, "called": CALLED}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setenv("PLACE_API_KEY", KEY)
    with serving() as server:
        yield server


def reply(
    stub: Stub, wire: WireName, prompt: Prompt = HELLO, quirks: Quirks | None = None, **options: str
) -> Response:
    host = Host("place", stub.url, key="PLACE_API_KEY", wires=(wire,), quirks=quirks or Quirks())
    return ask(host.connect("some-model", **options), prompt)[0]


B64 = base64.b64encode(PNG.data).decode()
CALLED_BACK: dict[WireName, list[dict[str, Any]]] = {
    "responses": [
        {"role": "user", "content": "Add 1."},
        {"role": "assistant", "content": "Let me."},
        {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a": 1}'},
        {"type": "function_call", "call_id": "call_2", "name": "add", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "1"},
        {"type": "function_call_output", "call_id": "call_2", "output": FAILED.result},
    ],
    "messages": [
        {"role": "user", "content": "Add 1."},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me."},
                {"type": "tool_use", "id": "call_1", "name": "add", "input": {"a": 1}},
                {"type": "tool_use", "id": "call_2", "name": "add", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "1"},
                {"type": "tool_result", "tool_use_id": "call_2", "content": FAILED.result, "is_error": True},
            ],
        },
    ],
    "gemini": [
        {"role": "user", "parts": [{"text": "Add 1."}]},
        {
            "role": "model",
            "parts": [
                {"text": "Let me."},
                {"function_call": {"id": "call_1", "name": "add", "args": {"a": 1}}},
                {"function_call": {"id": "call_2", "name": "add", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"function_response": {"id": "call_1", "name": "add", "response": {"output": "1"}}},
                {"function_response": {"id": "call_2", "name": "add", "response": {"error": FAILED.result}}},
            ],
        },
    ],
}
LOOKED: dict[WireName, list[dict[str, Any]]] = {
    "responses": [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "How many dots?"},
                {"type": "input_image", "image_url": f"data:image/png;base64,{B64}", "detail": "auto"},
            ],
        }
    ],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": B64}},
                {"type": "text", "text": "How many dots?"},
            ],
        }
    ],
    "gemini": [
        {
            "role": "user",
            "parts": [
                {"inline_data": {"mime_type": "image/png", "data": PNG.data}},
                {"text": "How many dots?"},
            ],
        }
    ],
}
"""Prompts with pictures and calls, as the documentation of each client writes them."""


def in_its_words(wire: WireName, prompt: Prompt) -> list[dict[str, Any]]:
    special = {LOOK.hash: LOOKED, CALLED.hash: CALLED_BACK}.get(prompt.hash)
    if special:
        return special[wire]
    turns = [turn for turn in prompt.messages if turn.role != "system"]
    if wire == "gemini":
        roles = {"assistant": "model", "user": "user"}
        return [{"role": roles[turn.role], "parts": [{"text": turn.content}]} for turn in turns]
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def sdk(stub: Stub, wire: WireName, prompt: Prompt, **more: Any) -> Any:
    """The same request by the API's own client, and what it makes of the answer."""
    system = next((turn.content for turn in prompt.messages if turn.role == "system"), None)
    talk: Any = in_its_words(wire, prompt)
    schema = dict(ADD.parameters)
    if wire == "responses":
        words: dict[str, Any] = {"instructions": system} if system else {}
        if prompt.tools:
            words["tools"] = [
                {
                    "type": "function",
                    "name": "add",
                    "description": "adds",
                    "parameters": schema,
                    "strict": False,
                }
            ]
        with openai.OpenAI(api_key=KEY, base_url=stub.url, max_retries=0) as client:
            return client.responses.create(
                model="some-model", input=talk, max_output_tokens=prompt.max_tokens, store=False, stream=False, **words, **more
            )  # fmt: skip
    if wire == "messages":
        words = {"system": system} if system else {}
        if prompt.tools:
            words["tools"] = [{"name": "add", "description": "adds", "input_schema": schema}]
        root = stub.url.removesuffix("/v1")
        with anthropic.Anthropic(api_key=KEY, base_url=root, max_retries=0) as claude:
            return claude.messages.create(
                model="some-model", messages=talk, max_tokens=prompt.max_tokens, **words, **more
            )
    words = {"system_instruction": system} if system else {}
    if prompt.tools:
        told = {"name": "add", "description": "adds", "parameters_json_schema": schema}
        words["tools"] = [{"function_declarations": [told]}]
        words["automatic_function_calling"] = {"disable": True}
    options: Any = {"base_url": stub.url.removesuffix("/v1"), "api_version": "v1"}
    google = genai.Client(api_key=KEY, http_options=options)
    try:
        config: Any = {"max_output_tokens": prompt.max_tokens, **words, **more}
        return google.models.generate_content(model="some-model", contents=talk, config=config)
    finally:
        google.close()


def settled(body: Any) -> Any:
    """What a body says: names as JSON has them, which Google takes in both spellings; no role of a system instruction."""
    if isinstance(body, dict):
        body = {_camel(name): settled(value) for name, value in body.items()}
        body.get("systemInstruction", {}).pop("role", None)
        return body
    return [settled(each) for each in body] if isinstance(body, list) else body


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def spoken(wire: WireName, body: Any) -> Any:
    """A body of the client's in the words in which ours is written."""
    return settled(body) if wire == "gemini" else body


KEYS = {
    "chat": "authorization",
    "responses": "authorization",
    "messages": "x-api-key",
    "gemini": "x-goog-api-key",
}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
@pytest.mark.parametrize("wire", NEW)
def test_what_is_sent_is_what_the_sdk_sends(stub: Stub, wire: WireName, prompt: Prompt) -> None:
    stub.plays(Reply(Said().over(wire)))
    reply(stub, wire, prompt)
    sdk(stub, wire, prompt)
    ours, theirs = stub.seen
    assert ours.body == spoken(wire, theirs.body)
    assert ours.path == theirs.path
    assert ours.headers[KEYS[wire]].removeprefix("Bearer ") == KEY


EFFORTS: dict[WireName, dict[str, dict[str, Any]]] = {
    "responses": {"low": {"reasoning": {"effort": "low", "summary": "auto"}}},
    "messages": {
        "low": {
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": "low"},
        },
        "2048": {"thinking": {"type": "enabled", "budget_tokens": 2048}},
        "none": {"thinking": {"type": "disabled"}},
    },
    "gemini": {
        "low": {"thinking_config": {"thinking_level": "LOW", "include_thoughts": True}},
        "2048": {"thinking_config": {"thinking_budget": 2048, "include_thoughts": True}},
        "none": {"thinking_config": {"thinking_budget": 0}},
    },
}


@pytest.mark.parametrize(
    ("wire", "effort", "words"),
    [(wire, effort, words) for wire, table in EFFORTS.items() for effort, words in table.items()],
)
def test_a_reasoning_effort_is_asked_for_as_the_sdk_does(
    stub: Stub, wire: WireName, effort: str, words: dict[str, Any]
) -> None:
    stub.plays(Reply(Said().over(wire)))
    reply(stub, wire, reasoning_effort=effort)
    sdk(stub, wire, HELLO, **words)
    ours, theirs = stub.seen
    assert ours.body == spoken(wire, theirs.body)


SAMPLED = Prompt(HELLO.messages, temperature=0.5, stop=("\n\n", "Q:"), seed=11)
SAMPLING: dict[WireName, tuple[dict[str, Any], tuple[str, ...]]] = {
    "responses": ({"temperature": 0.5, "top_p": 0.9}, ("stop", "seed")),
    "messages": (
        {"stop_sequences": ["\n\n", "Q:"], "extra_body": {"temperature": 0.5, "top_p": 0.9}},
        ("seed",),
    ),
    "gemini": ({"temperature": 0.5, "top_p": 0.9, "seed": 11, "stop_sequences": ["\n\n", "Q:"]}, ()),
}


@pytest.mark.parametrize("wire", NEW)
def test_sampling_is_asked_for_as_the_sdk_does_and_what_a_wire_has_not_is_recorded(
    stub: Stub, wire: WireName
) -> None:
    words, dropped = SAMPLING[wire]
    stub.plays(Reply(Said().over(wire)))
    assert reply(stub, wire, SAMPLED, top_p="0.9").dropped == dropped
    sdk(stub, wire, HELLO, **words)
    ours, theirs = stub.seen
    assert ours.body == spoken(wire, theirs.body)


def test_where_stop_strings_are_not_taken_the_reply_is_cut_here(stub: Stub) -> None:
    stub.plays(Reply(Said("Four.\nQ: And then?\n\nA: Five.").over("responses")))
    assert reply(stub, "responses", SAMPLED).text == "Four.\n"


REPLIES = {
    "plain": Said("I don't know who that is."),
    "cut": Said("cut of", stop="length"),
    "filtered": Said("", stop="filter"),
    "reasoning": Said("It is 7.", reasoning="3 + 4 is 7.", tokens=(20, 300, 256)),
    "only reasoning": Said("", reasoning="hmm", stop="length", tokens=(20, 64, 64)),
    "calls": Said("Let me.", calls=(("add", {"a": 1}, "call_1"), ("add", {"a": 2}, "call_2"))),
    "unicode": Said("  leading space, \u202e and an emoji 🙂\n"),
}


@pytest.mark.parametrize("said", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("wire", TALKED)
def test_every_wire_reads_the_same_reply_alike(stub: Stub, wire: WireName, said: Said) -> None:
    stub.plays(Reply(said.over(wire)))
    read = reply(stub, wire)
    assert (read.text, read.reasoning, read.model) == (said.text, said.reasoning, "served")
    assert read.stop == ("tool" if said.calls else said.stop)
    assert (read.tokens_in, read.tokens_out, read.tokens_reasoning) == said.tokens
    assert [(call.name, call.given(), call.id) for call in read.calls] == [*said.calls]
    assert read.seconds is not None
    assert read.cost_usd is None


@pytest.mark.parametrize("said", REPLIES.values(), ids=REPLIES)
def test_what_is_read_of_a_response_is_what_the_sdk_reads(stub: Stub, said: Said) -> None:
    stub.plays(Reply(said.over("responses")))
    ours, theirs = reply(stub, "responses"), sdk(stub, "responses", HELLO)
    assert ours.text == theirs.output_text
    assert theirs.usage is not None
    assert ours.tokens_in == theirs.usage.input_tokens
    assert ours.tokens_out == theirs.usage.output_tokens
    assert ours.tokens_reasoning == theirs.usage.output_tokens_details.reasoning_tokens


@pytest.mark.parametrize("said", REPLIES.values(), ids=REPLIES)
def test_what_is_read_of_a_message_is_what_the_sdk_reads(stub: Stub, said: Said) -> None:
    stub.plays(Reply(said.over("messages")))
    ours, theirs = reply(stub, "messages"), sdk(stub, "messages", HELLO)
    assert ours.text == "".join(block.text for block in theirs.content if block.type == "text")
    assert ours.reasoning == "".join(block.thinking for block in theirs.content if block.type == "thinking")
    assert ours.tokens_reasoning == theirs.usage.output_tokens_details.thinking_tokens


@pytest.mark.parametrize("said", REPLIES.values(), ids=REPLIES)
def test_what_is_read_of_geminis_is_what_the_sdk_reads(stub: Stub, said: Said) -> None:
    stub.plays(Reply(said.over("gemini")))
    ours = reply(stub, "gemini")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sdk(stub, "gemini", HELLO)
        assert ours.text == (theirs.text or "")
    assert theirs.usage_metadata is not None
    assert ours.tokens_in == theirs.usage_metadata.prompt_token_count
    assert ours.tokens_reasoning == theirs.usage_metadata.thoughts_token_count


@pytest.mark.parametrize("wire", TALKED)
def test_a_turn_with_calls_goes_back_as_it_came(stub: Stub, wire: WireName) -> None:
    """Reasoning, signatures and ids that the host gave return to it, and the results after them."""
    said = Said("Let me.", reasoning="I will add.", calls=(("add", {"a": 1}, "call_1"),))
    stub.plays(Reply(said.over(wire)))
    first = reply(stub, wire, Prompt(CALLED.messages[:1], tools=(ADD,)))
    calls = tuple(ToolCall(call.name, call.arguments, "1", id=call.id) for call in first.calls)
    turn = Message("assistant", first.text, calls=calls, echo=first.echo)
    reply(stub, wire, Prompt((*CALLED.messages[:1], turn), tools=(ADD,)))
    sent, body = stub.seen[1].body, said.over(wire)
    if wire == "responses":
        assert sent["input"][1:-1] == body["output"]
        assert sent["input"][-1] == {"type": "function_call_output", "call_id": "call_1", "output": "1"}
    elif wire == "messages":
        assert sent["messages"][1]["content"] == body["content"]
        assert sent["messages"][2]["content"][0]["tool_use_id"] == "call_1"
    elif wire == "gemini":
        assert sent["contents"][1]["parts"] == body["candidates"][0]["content"]["parts"]
        assert sent["contents"][2]["parts"][0]["functionResponse"]["response"] == {"output": "1"}
    else:
        assert sent["messages"][1]["reasoning_content"] == "I will add."


def test_reasoning_that_is_not_sealed_does_not_go_back(stub: Stub) -> None:
    body = Said("", reasoning="hm", calls=(("add", {}, "call_1"),)).over("responses")
    del body["output"][0]["encrypted_content"]
    stub.plays(Reply(body))
    assert [item["type"] for item in reply(stub, "responses").echo["output"]] == ["function_call"]


@pytest.mark.parametrize("wire", ["messages", "gemini"])
def test_a_turn_without_words_is_left_out_where_it_would_be_refused(stub: Stub, wire: WireName) -> None:
    stub.plays(Reply(Said().over(wire)))
    silent = (Message("user", "Well?"), Message("assistant", ""), Message("user", "And?"))
    reply(stub, wire, Prompt(silent))
    body = stub.seen[0].body
    assert [turn["role"] for turn in body.get("messages") or body["contents"]] == ["user", "user"]


@pytest.mark.parametrize(
    ("wire", "change", "kind", "words"),
    [
        ("responses", {"status": "failed", "output": [], "error": {"code": "server_error", "message": "Oops."}}, "server", "failed (500): Oops."),
        ("responses", {"status": "failed", "output": [], "error": {"code": "rate_limit_exceeded", "message": "Slow down."}}, "rate_limit", "fewer requests"),
        ("responses", {"status": "failed", "output": [], "error": {"code": "image_content_policy_violation", "message": "No."}}, "filtered", "content policy"),
        ("responses", {"status": "failed", "output": [], "error": None}, "bad_request", "does not say why"),
        ("responses", {"status": "queued", "output": []}, "garbled", "before the reply was there"),
        ("responses", {"status": "incomplete", "incomplete_details": {"reason": "steered"}}, "garbled", "unknown reason: steered"),
        ("messages", {"stop_reason": "pause_turn"}, "garbled", "unknown reason: pause_turn"),
        ("gemini", {"candidates": []}, "garbled", "without a reply"),
        ("gemini", {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]}, "garbled", "unknown reason"),
        ("gemini", {"candidates": [], "promptFeedback": {"blockReason": "SAFETY"}}, "filtered", "content policy: SAFETY"),
    ],
)  # fmt: skip
def test_an_answer_without_a_reply_is_a_failure(
    stub: Stub, wire: WireName, change: dict[str, Any], kind: str, words: str
) -> None:
    stub.plays(Reply({**Said().over(wire), **change}))
    with pytest.raises(ProviderError) as failed:
        reply(stub, wire)
    assert failed.value.kind == kind
    assert words in failed.value.message


@pytest.mark.parametrize(
    ("wire", "change", "wanted"),
    [
        ("gemini", {"candidates": [{"content": {"parts": [{"text": "No"}]}, "finishReason": "RECITATION"}]}, {"text": "No", "stop": "filter"}),
        ("gemini", {"candidates": [{"finishReason": "OTHER"}]}, {"text": "", "stop": "filter"}),
        ("gemini", {"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]}, {"text": "", "stop": "length"}),
        ("gemini", {"usageMetadata": None}, {"tokens_in": None, "tokens_out": None}),
        ("messages", {"usage": {"input_tokens": 5, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 5, "output_tokens": 3}}, {"tokens_in": 100, "tokens_out": 3, "tokens_reasoning": None}),
        ("messages", {"content": [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "7"}]}, {"text": "7", "reasoning": ""}),
        ("messages", {"content": [{"type": "text", "text": "3"}, {"type": "text", "text": "7"}]}, {"text": "37"}),
        ("messages", {"stop_reason": "model_context_window_exceeded"}, {"stop": "length"}),
        ("responses", {"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "I can't help."}]}]}, {"text": "I can't help.", "stop": "stop"}),
        ("responses", {"output": [{"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "3 + 4"}]}]}, {"reasoning": "3 + 4", "text": ""}),
        ("responses", {"usage": None, "model": None}, {"tokens_in": None, "model": ""}),
        ("chat", {"usage": {"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135, "completion_tokens_details": {"reasoning_tokens": 94}}}, {"tokens_out": 103, "tokens_reasoning": 94}),
    ],
)  # fmt: skip
def test_what_apis_send_beside_the_usual_is_read_too(
    stub: Stub, wire: WireName, change: dict[str, Any], wanted: dict[str, Any]
) -> None:
    stub.plays(Reply({**Said().over(wire), **change}))
    read = reply(stub, wire)
    assert {name: getattr(read, name) for name in wanted} == wanted


REFUSALS: list[tuple[WireName, Reply, str]] = [
    ("responses", Reply(openai_error("Unsupported parameter: 'temperature' is not supported with this model.", "unsupported_parameter", "temperature"), 400), "temperature"),
    ("messages", Reply(anthropic_error("invalid_request_error", "`temperature` is deprecated for this model."), 400), "temperature"),
    ("messages", Reply(anthropic_error("invalid_request_error", "temperature: Extra inputs are not permitted"), 400), "temperature"),
    ("messages", Reply(anthropic_error("invalid_request_error", "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."), 400), "temperature"),
    ("messages", Reply(anthropic_error("invalid_request_error", "stop_sequences: Extra inputs are not permitted"), 400), "stop"),
    ("gemini", Reply(google_error(400, 'Invalid JSON payload received. Unknown name "seed" at \'generation_config\': Cannot find field.', "INVALID_ARGUMENT"), 400), "seed"),
    ("gemini", Reply(google_error(400, "Developer instruction is not enabled for models/gemma-3-27b-it", "INVALID_ARGUMENT"), 400), "system role"),
    ("chat", Reply(openai_error("Argument not supported on this model: stop"), 400), "stop"),
    ("chat", Reply({"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}, "type": "invalid_request_error"}, 422), "seed"),
]  # fmt: skip


@pytest.mark.parametrize(("wire", "refusal", "spared"), REFUSALS)
def test_what_a_400_refuses_is_left_out_at_once_and_from_then_on(
    stub: Stub, wire: WireName, refusal: Reply, spared: str
) -> None:
    stub.plays(refusal, Reply(Said().over(wire)))
    asked = Prompt(TALK.messages, temperature=0.5, stop=("\n\n",), seed=3)
    replies = ask(Host("place", stub.url, wires=(wire,)).connect("some-model"), asked, asked)
    assert all(spared in each.dropped for each in replies)
    assert len(stub.seen) == 3


def test_a_seed_goes_by_the_hosts_own_name_for_it(stub: Stub) -> None:
    reply(stub, "chat", SAMPLED, Quirks(seed="random_seed"))
    assert stub.seen[0].body["random_seed"] == 11
    assert "seed" not in stub.seen[0].body


def test_what_the_user_insists_on_is_sent_whatever_is_known_of_the_host(stub: Stub) -> None:
    read = reply(stub, "chat", SAMPLED, Quirks(temperature=False), temperature="0.1")
    assert stub.seen[0].body["temperature"] == 0.1
    assert read.dropped == ()


@pytest.mark.parametrize("wire", NEW)
def test_a_text_to_continue_is_no_talk(stub: Stub, wire: WireName) -> None:
    with pytest.raises(Unsupported, match=r"\?wire=completion"):
        reply(stub, wire, Prompt(text="Once upon"))


@pytest.mark.parametrize("wire", WIRES)
def test_what_a_wire_can_is_known(stub: Stub, wire: WireName) -> None:
    found = Host("place", stub.url, wires=(wire,)).connect("m").can
    talks = {"chat", "images", "tools"} if wire != "completion" else {"completion"}
    assert found == talks | (set() if wire in ("responses", "messages") else {"seed"})


@pytest.mark.parametrize(
    ("wire", "trouble"),
    [(wire, trouble) for wire, table in TROUBLES.items() for trouble in table],
    ids=lambda value: value.name if isinstance(value, Trouble) else value,
)
def test_an_error_is_one_sentence_that_names_the_fix_and_never_the_key(
    stub: Stub, wire: WireName, trouble: Trouble
) -> None:
    stub.plays(trouble.reply)
    prompt = Prompt(text="Once") if wire == "completion" else HELLO
    with pytest.raises(ProviderError) as failed:
        reply(stub, wire, prompt)
    error = failed.value
    assert error.kind == trouble.kind
    assert [word for word in trouble.words if word not in str(error)] == []
    assert "place" in error.message
    assert "\n" not in error.message
    assert KEY[:8] not in str(error)
    assert error.retry_after == trouble.wait


def test_a_key_is_in_no_reply_even_if_the_host_repeats_it(stub: Stub) -> None:
    stub.plays(Reply(Said(f"You sent {KEY}.").over("messages")))
    assert reply(stub, "messages").text == "You sent [key]."


def seen_by(stub: Stub) -> Seen:
    (seen,) = stub.seen
    return seen


def test_the_messages_wire_names_its_version(stub: Stub) -> None:
    stub.plays(Reply(Said().over("messages")))
    reply(stub, "messages")
    assert seen_by(stub).headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in seen_by(stub).headers
