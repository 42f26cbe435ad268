"""What both wires share: options, and quirks learned from a host's refusals."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from evals.errors import BadInput, ProviderError
from evals.host import Host
from evals.provider import Provider
from evals.types import Message, Prompt
from evals.wires.wire import Quirks, Wire
from tests.stub_server import Reply, Stub, ask, chat, complaint, completion, serving

PROMPT = Prompt((Message("system", "Be brief."), Message("user", "Who is Orson Kovats?")), seed=5)

NO_MAX_TOKENS = Reply(
    complaint(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "unsupported_parameter",
        "max_tokens",
    ),
    status=400,
)
NO_ZERO = Reply(
    complaint(
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
        "unsupported_value",
        "temperature",
    ),
    status=400,
)
NO_SYSTEM = Reply(
    complaint(
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "unsupported_value",
        "messages[0].role",
    ),
    status=400,
)
YES = Reply(chat("Yes."))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def connect(stub: Stub, **options: str) -> Provider:
    return Host("place", stub.url).connect("m", **options)


@pytest.mark.parametrize(
    ("refusal", "field", "value", "dropped"),
    [
        (NO_MAX_TOKENS, "max_tokens", None, ()),
        (NO_MAX_TOKENS, "max_completion_tokens", 512, ()),
        (NO_ZERO, "temperature", None, ("temperature",)),
        (Reply({"error": "`temperature` must be strictly positive"}, status=422), "temperature", None, ("temperature",)),
        (Reply({"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}, status=422), "seed", None, ("seed",)),
        (Reply({"detail": "Unexpected fields in the request: {'seed'}"}, status=422), "seed", None, ("seed",)),
        (NO_SYSTEM, "messages", [{"role": "user", "content": "Be brief.\n\nWho is Orson Kovats?"}], ("system role",)),
        (Reply(complaint("System role not supported"), status=400), "messages", [{"role": "user", "content": "Be brief.\n\nWho is Orson Kovats?"}], ("system role",)),
        (Reply({"error": {"code": 500, "message": "Jinja Exception: System role not supported", "type": "server_error"}}, status=500), "messages", [{"role": "user", "content": "Be brief.\n\nWho is Orson Kovats?"}], ("system role",)),
    ],
)  # fmt: skip
def test_a_refused_field_is_left_out_at_once_and_from_then_on(
    stub: Stub, refusal: Reply, field: str, value: Any, dropped: tuple[str, ...]
) -> None:
    stub.plays(refusal, YES)
    replies = ask(connect(stub), PROMPT, PROMPT)
    assert [reply.dropped for reply in replies] == [dropped, dropped]
    assert len(stub.seen) == 3
    assert [seen.body.get(field) for seen in stub.seen[1:]] == [value, value]
    unchanged = {name: text for name, text in stub.seen[0].body.items() if name not in (field, "max_tokens")}
    assert unchanged.items() <= stub.seen[1].body.items()


def test_several_refusals_are_learned_one_after_the_other(stub: Stub) -> None:
    stub.plays(NO_MAX_TOKENS, NO_ZERO, NO_SYSTEM, YES)
    first, second = ask(connect(stub), PROMPT, PROMPT)
    assert first.dropped == second.dropped == ("temperature", "system role")
    assert len(stub.seen) == 5


def test_what_the_two_names_of_a_limit_both_fail_at_is_told(stub: Stub) -> None:
    stub.plays(NO_MAX_TOKENS)
    with pytest.raises(ProviderError, match="max_completion_tokens"):
        ask(connect(stub), PROMPT)
    assert len(stub.seen) == 2


def test_a_lesson_that_did_not_help_is_forgotten(stub: Stub) -> None:
    stub.plays(NO_ZERO, Reply(complaint("Something else"), status=400), YES)
    provider = connect(stub)

    async def twice() -> tuple[str, ...]:
        with pytest.raises(ProviderError):
            await provider.reply(PROMPT)
        try:
            return (await provider.reply(PROMPT)).dropped
        finally:
            await provider.close()

    assert asyncio.run(twice()) == ()
    assert stub.seen[-1].body["temperature"] == 0.0


def test_lessons_of_requests_in_flight_are_kept_together(stub: Stub) -> None:
    provider = connect(stub)
    assert isinstance(provider, Wire)
    stub.plays(NO_ZERO, NO_SYSTEM, YES)

    async def both() -> None:
        await asyncio.gather(provider.reply(PROMPT), provider.reply(PROMPT))
        await provider.close()

    asyncio.run(both())
    assert not provider.quirks.temperature
    assert not provider.quirks.system


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(complaint("Unsupported value for 'temperature'", param="temperature"), status=401),
        Reply(complaint("Your request is too hot"), status=400),
        Reply(complaint("The question mentions temperature and seed"), status=400),
        Reply(complaint("max_tokens must be at least 1, got -186."), status=400),
        Reply(complaint("'max_tokens' or 'max_completion_tokens' is too large: 512. This model's maximum context length is 256.", param="max_tokens"), status=400),
        Reply(complaint("This model's maximum context length is 256 tokens", "context_length_exceeded", "messages"), status=400),
    ],
)  # fmt: skip
def test_what_names_no_field_that_could_be_spared_is_not_sent_again(stub: Stub, refusal: Reply) -> None:
    stub.plays(refusal)
    with pytest.raises(ProviderError):
        ask(connect(stub), PROMPT)
    assert len(stub.seen) == 1


def test_what_the_user_asked_for_is_never_dropped(stub: Stub) -> None:
    stub.plays(NO_ZERO, YES)
    with pytest.raises(ProviderError, match="'temperature' does not support 0"):
        ask(connect(stub, temperature="0"), PROMPT)
    assert len(stub.seen) == 1


def test_the_completion_wire_learns_too(stub: Stub) -> None:
    stub.plays(NO_ZERO, Reply(completion("x")))
    assert ask(connect(stub, wire="completion"), Prompt(text="A"))[0].dropped == ("temperature",)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"foo": "1"}, ["place takes no option 'foo'", "base_url", "temperature", "max_tokens", "key_env"]),
        ({"temperature": "hot"}, ["temperature='hot'", "number"]),
        ({"temperature": "-1"}, ["temperature='-1'", "greater than or equal to 0"]),
        ({"temperature": "nan"}, ["temperature='nan'", "finite"]),
        ({"max_tokens": "0"}, ["max_tokens='0'"]),
        ({"max_tokens": "1.5"}, ["max_tokens='1.5'", "integer"]),
        ({"top_p": "2"}, ["top_p='2'"]),
        ({"timeout": "0"}, ["timeout='0'"]),
        ({"timeout": "inf"}, ["timeout='inf'"]),
        ({"wire": "smoke"}, ["wire='smoke'", "'chat', 'completion', "]),
        ({"reasoning_effort": ""}, ["reasoning_effort=''"]),
    ],
)
def test_a_bad_option_is_told_in_one_sentence(options: dict[str, str], words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        Host("place", "http://127.0.0.1:1/v1").connect("m", **options)
    assert [word for word in words if word not in str(caught.value)] == []
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("named", "answered", "refused"),
    [
        ("qwen3", "qwen3", False),
        ("qwen3.gguf", "/models/qwen3.gguf", False),
        ("qwen3", "/models/qwen3.gguf", False),
        ("default", "/models/qwen3.gguf", False),
        ("qwen3", "", False),
        ("qwen3", "llama4", True),
        ("qwen3", "/models/qwen3-8b.gguf", True),
    ],
)
def test_where_any_name_is_answered_another_model_is_refused(
    stub: Stub, named: str, answered: str, refused: bool
) -> None:
    stub.plays(Reply(chat("Yes.", model=answered)))
    assert ask(Host("place", stub.url).connect(named), PROMPT)[0].text == "Yes."
    heedless = Host("place", stub.url, quirks=Quirks(model=False)).connect(named)
    if not refused:
        assert ask(heedless, PROMPT)[0].model == answered
        return
    with pytest.raises(ProviderError, match=f"serves the model '{answered}' .* 'qwen3' too") as caught:
        ask(heedless, PROMPT)
    assert caught.value.kind == "not_found"
    assert caught.value.fix.startswith("write -m place ")
