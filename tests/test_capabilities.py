"""Which models see pictures and call tools is learned from a host's first refusal, once, and never asked again."""

from collections.abc import Iterator

import pytest

from evals.errors import ProviderError
from evals.host import Host
from evals.provider import Provider
from evals.types import Image, Message, Prompt, Tool
from tests.minds import refuses
from tests.stub_server import Reply, Stub, ask, chat, complaint, serving

LOOK = Prompt((Message("user", "How many?", images=(Image.of(b"png"),)),))
CALL = Prompt((Message("user", "Call."),), tools=(Tool("t", "a tool", {"type": "object"}, lambda: ""),))
TALK = Prompt((Message("user", "Hello."),))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def connect(stub: Stub, **options: str) -> Provider:
    return Host("place", stub.url).connect("m", **options)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Invalid content type. image_url is only supported by certain models."),
        (404, "No endpoints found that support image input"),
        (400, "m is not a multimodal model"),
        (400, "At most 0 image(s) may be provided in one prompt."),
        (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
        (400, "Model does not support images. Please use a model that does."),
        (500, "this model is missing data required for image input"),
        (422, "Failed to deserialize the JSON body: messages[0]: unknown variant `image_url`, expected `text`"),
        (422, '[{"type": "string_type", "loc": ["body", "messages", 0, "content"], "msg": "Input should be a valid string"}]'),
        (400, "messages.0.content must be a string"),
    ],
)  # fmt: skip
def test_a_refusal_of_the_first_picture_says_that_the_model_takes_none(
    stub: Stub, status: int, words: str
) -> None:
    stub.mind, provider = refuses(words, status), connect(stub)
    assert "images" in provider.can
    with pytest.raises(ProviderError, match="m of place takes no images: ") as failed:
        ask(provider, LOOK)
    assert failed.value.kind == "unsupported"
    assert not failed.value.passing
    assert provider.can == {"chat", "seed", "tools"}
    with pytest.raises(ProviderError, match="takes no images"):
        ask(provider, LOOK)
    assert len(stub.seen) == 1
    assert ask(provider, TALK)[0].text == "3"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "registry.ollama.ai/library/gemma:2b does not support tools"),
        (404, 'No endpoints found that support tool use. Try disabling "t".'),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (400, "Unsupported parameter: 'tools' is not supported with this model."),
        (500, "tools param requires --jinja flag"),
        (400, "Function calling is not enabled for this model"),
    ],
)  # fmt: skip
def test_a_refusal_of_the_first_tools_says_that_the_model_calls_none(
    stub: Stub, status: int, words: str
) -> None:
    stub.mind, provider = refuses(words, status), connect(stub)
    with pytest.raises(ProviderError, match="m of place calls no tools: ") as failed:
        ask(provider, CALL)
    assert failed.value.kind == "unsupported"
    assert provider.can == {"chat", "seed", "images"}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "the prompt is too long: images take 9000 tokens, only 8192 are supported"),
        (400, "the image was refused by our content policy"),
        (503, "image input is not supported right now"),
        (400, "the last message is not supported"),
        (429, "too many images"),
        (404, "The model `vision-m` does not exist"),
        (401, "images are only for keys of a paid account"),
    ],
)
def test_other_refusals_teach_nothing_of_what_the_model_can(stub: Stub, status: int, words: str) -> None:
    stub.mind, provider = refuses(words, status), connect(stub)
    with pytest.raises(ProviderError) as failed:
        ask(provider, LOOK)
    assert failed.value.kind != "unsupported"
    assert "images" in provider.can


def test_once_a_picture_was_taken_a_refusal_concerns_that_request_alone(stub: Stub) -> None:
    stub.plays(Reply(chat("3")), Reply(complaint("image format is not supported"), 400))
    provider = connect(stub)
    with pytest.raises(ProviderError) as failed:
        ask(provider, LOOK, LOOK)
    assert failed.value.kind == "bad_request"
    assert "images" in provider.can


@pytest.mark.parametrize(("option", "lacking"), [("images", LOOK), ("tools", CALL)])
def test_what_the_user_denies_is_not_even_tried(stub: Stub, option: str, lacking: Prompt) -> None:
    provider = connect(stub, **{option: "no"})
    assert option not in provider.can
    with pytest.raises(ProviderError) as failed:
        ask(provider, lacking)
    assert failed.value.kind == "unsupported"
    assert not stub.seen


def test_a_model_that_continues_texts_takes_neither(stub: Stub) -> None:
    assert connect(stub, wire="completion").can == {"completion", "seed"}
