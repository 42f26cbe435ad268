"""A conversation: turns one after the other, tools answered in between, everything summed and kept."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from evals.converse import ROUNDS, converse
from evals.host import Host
from evals.pacing.limiter import Limiter
from evals.retry import Line, Patience, Tried
from evals.types import Message, Prompt, Tool, ToolCall
from tests.minds import calls, calls_first, results
from tests.stub_server import Reply, Stub, chat, complaint, serving


def repeat(text: str, times: int) -> str:
    if times > 9:
        raise ValueError("times must be at most 9")
    return text * times


def broken(**_given: Any) -> str:
    raise KeyError("lost")


REPEAT = Tool(
    "repeat",
    "a text several times",
    {
        "type": "object",
        "properties": {"text": {"type": "string"}, "times": {"type": "integer"}},
        "required": ["text", "times"],
    },
    repeat,
)
BROKEN = Tool("broken", "fails", {"type": "object", "properties": {}}, broken)
ASKED = Prompt((Message("user", "Say ab three times."),), tools=(REPEAT, BROKEN))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def talk(stub: Stub, prompt: Prompt = ASKED) -> Tried:
    async def once() -> Tried:
        provider = Host("place", stub.url).connect("m")
        try:
            line = Line(provider, Limiter(1), patience=Patience(attempts=2, first=0.01, most=0.01))
            return await converse(line, prompt)
        finally:
            await provider.close()

    return asyncio.run(once())


def test_a_call_is_answered_and_the_model_answers_from_the_result(stub: Stub) -> None:
    stub.mind = calls_first(("repeat", {"text": "ab", "times": 3}), content="Let me see.")
    tried = talk(stub)
    assert tried.response is not None
    assert tried.response.text == "ababab"
    assert tried.response.calls == (
        ToolCall("repeat", '{"text": "ab", "times": 3}', "ababab", said="Let me see.", id="call_0"),
    )
    assert tried.attempts == 2
    assert (tried.response.tokens_in, tried.response.tokens_out) == (40, 16)
    assert tried.response.earlier == ()


def test_the_second_request_holds_the_call_and_its_result_as_the_wire_wants_them(stub: Stub) -> None:
    stub.mind = calls_first(("repeat", {"text": "ab", "times": 3}))
    talk(stub)
    first, second = (seen.body for seen in stub.seen)
    assert [tool["function"]["name"] for tool in first["tools"]] == ["repeat", "broken"]
    assert second["tools"] == first["tools"]
    user, assistant, tool = second["messages"]
    assert [user] == first["messages"]
    assert assistant["role"] == "assistant"
    assert assistant["tool_calls"] == [
        {
            "id": "call_0",
            "type": "function",
            "function": {"name": "repeat", "arguments": '{"text": "ab", "times": 3}'},
        }
    ]
    assert tool == {"role": "tool", "tool_call_id": "call_0", "content": "ababab"}


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("shout", {"text": "ab"}, "there is no tool 'shout'; there is: repeat, broken"),
        ("repeat", '{"text": "ab", "times"', 'the arguments are not a JSON object: {"text": "ab", "times"'),
        ("repeat", "[1, 2]", "the arguments are not a JSON object: [1, 2]"),
        ("repeat", "[" * 100_000, "the arguments are not a JSON object: " + "[" * 200),
        ("repeat", "", "the arguments are not a JSON object: "),
        ("repeat", {"text": "ab"}, "the argument 'times' is missing"),
        ("repeat", {"text": "ab", "times": "3"}, "the argument 'times' must be of type integer"),
        ("repeat", {"text": "ab", "times": True}, "the argument 'times' must be of type integer"),
        ("repeat", {"text": "ab", "times": 3, "loud": 1}, "there is no argument 'loud'; there is: text, times"),
        ("repeat", {"text": "ab", "times": 10}, "times must be at most 9"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_carried_out_is_told_so_and_the_model_goes_on(
    stub: Stub, name: str, arguments: str | dict[str, Any], told: str
) -> None:
    def mind(body: Any) -> Reply:
        wrong = results(body)
        if not wrong:
            return calls((name, arguments))
        return calls(("repeat", {"text": "ab", "times": 2})) if len(wrong) == 1 else Reply(chat(wrong[1]))

    stub.mind = mind
    response = talk(stub).response
    assert response is not None
    assert response.text == "abab"
    assert [(call.result, call.failed) for call in response.calls] == [
        (f"error: {told}", True),
        ("abab", False),
    ]


def test_arguments_that_are_no_object_go_back_to_the_host_as_an_empty_one(stub: Stub) -> None:
    stub.mind = calls_first(("repeat", '{"text": '))
    response = talk(stub).response
    assert response is not None
    assert response.calls[0].arguments == '{"text": '
    assert stub.seen[1].body["messages"][1]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_several_calls_of_one_reply_are_all_answered_in_order(stub: Stub) -> None:
    stub.mind = calls_first(("repeat", {"text": "a", "times": 1}), ("repeat", {"text": "b", "times": 2}))
    response = talk(stub).response
    assert response is not None
    assert response.text == "a, bb"
    assert [turn.get("tool_call_id") for turn in stub.seen[1].body["messages"][2:]] == ["call_0", "call_1"]


def test_a_model_that_calls_for_ever_is_stopped(stub: Stub) -> None:
    stub.mind = lambda _body: calls(("repeat", {"text": "a", "times": 1}), content="Once more.")
    response = talk(stub).response
    assert response is not None
    assert len(stub.seen) == ROUNDS + 1
    assert [call.failed for call in response.calls] == [False] * ROUNDS + [True]
    assert (response.stop, response.text) == ("tool", "Once more.")
    assert response.tokens_in == 20 * (ROUNDS + 1)


def test_a_call_in_a_reply_that_was_cut_off_is_not_carried_out(stub: Stub) -> None:
    stub.plays(calls(("repeat", '{"text": "ab'), reason="length"))
    response = talk(stub).response
    assert response is not None
    assert (response.stop, len(stub.seen)) == ("length", 1)
    assert response.calls[0].failed


def test_hosts_that_end_a_call_by_an_ordinary_stop_are_answered_too(stub: Stub) -> None:
    stub.plays(calls(("repeat", {"text": "a", "times": 2}), reason="stop"), Reply(chat("aa")))
    response = talk(stub).response
    assert response is not None
    assert (response.text, len(response.calls)) == ("aa", 1)


def test_calls_of_tools_that_nobody_offered_are_kept_and_not_answered(stub: Stub) -> None:
    stub.plays(calls(("repeat", {"text": "a", "times": 2}), content="hm"))
    response = talk(stub, Prompt(ASKED.messages)).response
    assert response is not None
    assert (response.text, response.calls[0].failed, len(stub.seen)) == ("hm", True, 1)


def test_a_tool_that_fails_is_the_suites_fault(stub: Stub) -> None:
    stub.mind = calls_first(("broken", {}))
    tried = talk(stub)
    assert tried.response is None
    assert tried.error is not None
    assert (tried.error.kind, tried.attempts) == ("tool", 1)
    assert "the suite's tool broken failed: KeyError" in tried.error.message


def test_a_failure_after_a_call_fails_the_reply_and_counts_all_requests(stub: Stub) -> None:
    stub.plays(calls(("repeat", {"text": "a", "times": 2})), Reply(complaint("no"), 400))
    tried = talk(stub)
    assert tried.response is None
    assert tried.error is not None
    assert (tried.error.kind, tried.attempts) == ("bad_request", 2)


def test_follow_ups_come_after_the_calls_and_everything_is_summed(stub: Stub) -> None:
    def mind(body: Any) -> Reply:
        if body["messages"][-1]["content"] == "Are you sure?":
            return Reply(chat("Yes.", reasoning_content="sure"))
        return calls_first(("repeat", {"text": "ab", "times": 3}))(body)

    stub.mind = mind
    response = talk(stub, Prompt(ASKED.messages, tools=ASKED.tools, followups=("Are you sure?",))).response
    assert response is not None
    assert (response.text, response.earlier, response.reasoning) == ("Yes.", ("ababab",), "sure")
    assert len(response.calls) == 1
    assert response.tokens_out == 24
    roles = [turn["role"] for turn in stub.seen[2].body["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


def test_what_a_host_wants_back_with_a_call_goes_back_to_it_alone(stub: Stub) -> None:
    signed = {"google": {"thought_signature": "c2ln"}}
    first = calls(("repeat", {"text": "a", "times": 2}))
    message = first.body["choices"][0]["message"]
    message["reasoning_content"] = "twice"
    message["tool_calls"][0] |= {"extra_content": signed, "index": 0}
    stub.plays(first, Reply(chat("aa")))
    response = talk(stub).response
    assert response is not None
    assert (response.reasoning, dict(response.echo)) == ("twice", {})
    turn = stub.seen[1].body["messages"][1]
    assert turn["reasoning_content"] == "twice"
    assert turn["tool_calls"][0]["extra_content"] == signed
    assert "index" not in turn["tool_calls"][0]


@pytest.mark.parametrize("made", [[{}], [{"function": None}], [{"function": {"name": 3}}]])
def test_calls_that_lack_what_the_wire_promises_are_told_so(stub: Stub, made: list[Any]) -> None:
    stub.plays(Reply(chat(None, "tool_calls", tool_calls=made)), Reply(chat("sorry")))
    response = talk(stub).response
    assert response is not None
    assert response.text == "sorry"
    assert response.calls[0].result.startswith("error: there is no tool ")
    assert stub.seen[1].body["messages"][1]["tool_calls"][0]["id"] == "call_1"
