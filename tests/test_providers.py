"""The provider files: each is found by name, says what it is, and speaks to a real server as its host expects."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import shelf
from evals.errors import BadInput, ProviderError, Unsupported
from evals.host import WIRES, Host
from evals.net.http import Http
from evals.provider import ModelName, Provider, connect
from evals.types import Message, Prompt
from evals.wires.wire import Wire, WireName
from tests.shapes import Said
from tests.stub_server import Reply, Stub, ask, chat, completion, serving

HELLO = Prompt((Message("user", "Who is Orson Kovats?"),), seed=1)


def hosts() -> dict[str, Host]:
    """The provider files that declare a host, by name."""
    found = {}
    for name in shelf.names("provider"):
        host = getattr(shelf.load(shelf.find("provider", name)).connect, "__self__", None)
        if isinstance(host, Host):
            found[name] = host
    return found


HOSTS = hosts()
KEYED = [name for name, host in HOSTS.items() if host.key]
LOCAL = [name for name, host in HOSTS.items() if host.url.startswith("http://127.0.0.1:")]


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYED:
        monkeypatch.setenv(HOSTS[name].key, f"secret-of-{name}")


def at(stub: Stub, name: str, model: str = "served", more: str = "") -> Provider:
    return connect(ModelName.parse(f"{name}/{model}?base_url={stub.url}{more}"))


def test_the_hosts_that_users_expect_are_there() -> None:
    hosted = "openai anthropic gemini together hyperbolic fireworks groq mistral deepseek openrouter xai huggingface azure bedrock"
    local = "ollama lmstudio vllm sglang llamacpp transformers openai-compatible"
    assert {*hosted.split(), *local.split()} <= set(HOSTS)


@pytest.mark.parametrize("name", HOSTS)
def test_it_is_named_as_its_file_and_says_how_to_use_it(name: str) -> None:
    module = shelf.load(shelf.find("provider", name))
    doc = inspect.getdoc(module) or ""
    assert HOSTS[name].name == name
    assert f"-m {name}" in doc or f"-m '{name}" in doc
    assert HOSTS[name].key in doc
    assert HOSTS[name].start.split(" MODEL")[0] in doc


@pytest.mark.parametrize("name", HOSTS)
def test_it_is_a_docstring_an_import_and_a_connect(name: str) -> None:
    tree = ast.parse(shelf.find("provider", name).read_text("utf-8"))
    kinds = [type(statement) for statement in tree.body if not isinstance(statement, ast.ImportFrom)]
    assert kinds == [ast.Expr, ast.Assign]


PATHS: dict[WireName, str] = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "gemini": "/v1/models/served:generateContent",
}
LIMITS: dict[WireName, str] = {
    "responses": "max_output_tokens",
    "messages": "max_tokens",
    "gemini": "maxOutputTokens",
}


@pytest.mark.parametrize("name", HOSTS)
def test_it_asks_and_reads(stub: Stub, name: str) -> None:
    host, provider = HOSTS[name], at(stub, name)
    stub.plays(Reply(Said().over(host.wires[0])))
    assert {"chat"} <= provider.can <= {"chat", "seed", "images", "tools"}
    assert provider.concurrency >= 1
    assert provider.notice == ""
    reply = ask(provider, HELLO)[0]
    assert (reply.text, reply.stop, reply.model) == ("Yes.", "stop", "served")
    (seen,) = stub.seen
    assert seen.path == PATHS[host.wires[0]]
    assert "Who is Orson Kovats?" in str(seen.body)
    settings = seen.body.get("generationConfig", seen.body)
    assert settings[LIMITS.get(host.wires[0], host.quirks.max_tokens)] == 512
    assert ("temperature" in settings) != ("temperature" in reply.dropped)
    secret = f"secret-of-{name}" if host.key else None
    header = WIRES[host.wires[0]].auth
    assert (seen.headers.get(header) or "").removeprefix("Bearer ") == (secret or "")


@pytest.mark.parametrize("name", HOSTS)
def test_it_continues_texts_where_told_to(stub: Stub, name: str) -> None:
    stub.plays(Reply(completion(" a composer")))
    provider = at(stub, name, more="&wire=completion")
    assert "completion" in provider.can
    assert ask(provider, Prompt(text="Orson Kovats is"))[0].text == " a composer"
    assert stub.seen[0].path == "/v1/completions"


@pytest.mark.parametrize("name", HOSTS)
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=429, headers={"retry-after": "0"}), "rate_limit"),
        (Reply(status=503), "server"),
        (Reply("<html></html>"), "garbled"),
        (Reply(chat("Yes."), cut=9), "network"),
        (Reply(status=401), "auth"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_its_failures_are_of_their_kind_and_name_it(stub: Stub, name: str, reply: Reply, kind: str) -> None:
    stub.plays(reply)
    with pytest.raises(ProviderError) as caught:
        ask(at(stub, name), HELLO)
    assert caught.value.kind == kind
    assert name in caught.value.message
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in KEYED if HOSTS[name].needs_key])
def test_without_its_key_it_says_which_and_how(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = HOSTS[name].key
    monkeypatch.delenv(variable)
    with pytest.raises(ProviderError) as caught:
        connect(ModelName.parse(f"{name}/m"))
    assert caught.value.message == f"{name} needs an API key and {variable} is not set"
    assert f"export {variable}=" in caught.value.fix
    assert "-m pocket" in caught.value.fix


@pytest.mark.parametrize("name", [name for name in KEYED if not HOSTS[name].needs_key])
def test_where_a_key_is_optional_none_is_fine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOSTS[name].key)
    assert connect(ModelName.parse(f"{name}/m")).can >= {"chat"}


@pytest.mark.parametrize("name", LOCAL)
def test_a_server_of_ones_own_says_how_it_is_started(name: str) -> None:
    assert HOSTS[name].start


@pytest.mark.parametrize("name", [name for name in HOSTS if not HOSTS[name].model])
def test_a_model_has_to_be_named(name: str) -> None:
    with pytest.raises(BadInput, match=f"-m {name}/MODEL"):
        connect(ModelName.parse(name))


def test_a_server_with_one_model_needs_no_name(stub: Stub) -> None:
    ask(connect(ModelName.parse(f"llamacpp?base_url={stub.url}")), HELLO)
    assert stub.seen[0].body["model"] == "default"


def test_any_server_needs_its_address() -> None:
    with pytest.raises(BadInput, match="base_url=http://"):
        connect(ModelName.parse("openai-compatible/m"))


def test_any_server_gets_only_the_key_that_is_named(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "the-one")
    ask(at(stub, "openai-compatible", more="&key_env=MINE"), HELLO)
    assert stub.seen[0].headers["authorization"] == "Bearer the-one"
    monkeypatch.delenv("MINE")
    with pytest.raises(ProviderError, match="MINE is not set"):
        at(stub, "openai-compatible", more="&key_env=MINE")


@pytest.mark.parametrize(
    "model",
    ["hyperbolic/meta-llama/Meta-Llama-3.1-405B", "openai/davinci-002", "openai/gpt-3.5-turbo-instruct-0914"],
)
def test_known_base_models_continue_texts_unasked(model: str) -> None:
    assert connect(ModelName.parse(model)).can - {"logprobs"} == {"completion", "seed"}
    assert connect(ModelName.parse(f"{model}?wire=chat")).can == {"chat", "seed", "images", "tools"}


def test_an_instructed_model_is_not_taken_for_its_base() -> None:
    assert "chat" in connect(ModelName.parse("hyperbolic/meta-llama/Meta-Llama-3.1-405B-Instruct")).can


@pytest.mark.parametrize(
    ("text", "provider", "model"),
    [
        ("pocket", "pocket", ""),
        ("ollama/llama3.2", "ollama", "llama3.2"),
        ("together/deepseek-ai/DeepSeek-R1?temperature=0.6", "together", "deepseek-ai/DeepSeek-R1"),
        (
            "openai-compatible//home/me/.pyenv/weights?base_url=x",
            "openai-compatible",
            "/home/me/.pyenv/weights",
        ),
        ("mine.py", "mine.py", ""),
        ("./mine.py/some/model", "./mine.py", "some/model"),
    ],
)
def test_a_models_name_is_taken_apart(text: str, provider: str, model: str) -> None:
    name = ModelName.parse(text)
    assert (name.provider, name.model, name.text) == (provider, model, text)


def test_a_new_host_is_one_file_of_three_statements(stub: Stub, tmp_path: Path) -> None:
    path = tmp_path / "newhost.py"
    path.write_text(
        f'"""A new host."""\nfrom evals.host import Host\nconnect = Host("newhost", "{stub.url}").connect\n'
    )
    assert ask(connect(ModelName.parse(f"{path}/some/model")), HELLO)[0].text == "Yes."
    assert stub.seen[0].body["model"] == "some/model"


@pytest.mark.parametrize(
    ("name", "part", "variable", "url"),
    [
        ("azure", "resource", "AZURE_OPENAI_RESOURCE", "https://mine.openai.azure.com/openai/v1"),
        ("bedrock", "region", "AWS_REGION", "https://bedrock-runtime.mine.amazonaws.com/openai/v1"),
        ("bedrock", "region", "AWS_DEFAULT_REGION", "https://bedrock-runtime.mine.amazonaws.com/openai/v1"),
    ],
)
def test_the_accounts_own_part_of_an_address_comes_from_an_option_or_the_environment(
    name: str, part: str, variable: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in HOSTS[name].own[part]:
        monkeypatch.delenv(each, raising=False)
    with pytest.raises(BadInput, match=f"needs your {part}"):
        connect(ModelName.parse(f"{name}/m"))
    with pytest.raises(BadInput, match=f"needs your {part}"):
        connect(ModelName.parse(f"{name}/m?{part}=evil.example.com%2F"))
    assert http_of(f"{name}/m?{part}=mine").url == url
    monkeypatch.setenv(variable, "mine")
    assert http_of(f"{name}/m").url == url


def http_of(model: str) -> Http:
    provider = connect(ModelName.parse(model))
    assert isinstance(provider, Wire)
    return provider.http


@pytest.mark.parametrize(
    ("model", "taken"),
    [("claude-opus-4-6", True), ("claude-opus-4-7", False), ("claude-sonnet-5-5", False), ("claude-haiku-4-5-20251001", True)],
)  # fmt: skip
def test_which_models_take_a_temperature_is_known_beforehand(stub: Stub, model: str, taken: bool) -> None:
    stub.plays(Reply(Said().over("messages")))
    dropped = ask(at(stub, "anthropic", model), HELLO)[0].dropped
    assert ("temperature" in stub.seen[0].body) == taken
    assert ("temperature" in dropped) != taken


def test_a_host_whose_inference_ends_says_what_to_do() -> None:
    with pytest.raises(Unsupported, match="vllm/MODEL"):
        connect(ModelName.parse("lambda/llama"))


@pytest.mark.parametrize("option", ["key_env=sk-secret-0123", "base_url=https://me:secret-0123@host/v1"])
def test_a_secret_in_a_models_name_is_refused_and_not_repeated(option: str) -> None:
    with pytest.raises(BadInput) as caught:
        connect(ModelName.parse(f"openai/m?{option}"))
    assert "0123" not in str(caught.value)
    assert "key_env" in str(caught.value)
