"""The client: every way a connection or an answer fails is one clear sentence of the right kind, without the key."""

import asyncio
import gzip
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evals.errors import BadInput, ProviderError
from evals.host import Host
from evals.net import http
from evals.net.http import LARGEST, Http, Key
from evals.types import Message, Prompt
from tests.stub_server import Reply, Stub, ask, chat, complaint, serving

PROMPT = Prompt((Message("user", "Who is Orson Kovats?"),))
SECRET = "sk-ThisIsTheSecret0123456789"  # noqa: S105  nobody's


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


def failure(host: Host, model: str = "m", **options: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(host.connect(model, **options), PROMPT)
    return caught.value


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply("<!doctype html><title>Welcome</title>"), "garbled", ["web page instead of JSON", "base_url"]),
        (Reply("<HTML><body>Hi</body></HTML>"), "garbled", ["web page instead of JSON"]),
        (Reply('{"choices": [{"mess'), "garbled", ["broken JSON"]),
        (Reply(""), "garbled", ["broken JSON"]),
        (Reply(b'{"choices": [{"message": {"content": "\xff"}}]}'), "garbled", ["broken JSON"]),
        (Reply({"choices": []}), "garbled", ["without a usable choices"]),
        (Reply({"id": "x"}), "garbled", ["without a usable choices"]),
        (Reply({"choices": [{"index": 0}]}), "garbled", ["choices.0.message"]),
        (Reply({"choices": [{"message": {"content": 7}}]}), "garbled", ["choices.0.message.content"]),
        (Reply([]), "garbled", ["without a usable object"]),
        (Reply(chat("Yes.", "abort")), "garbled", ["unknown reason", "abort"]),
        (Reply({"error": {"code": 502, "message": "Upstream is down"}}), "server", ["Upstream is down"]),
        (Reply(b"not gzip", headers={"content-encoding": "gzip"}), "garbled", ["cannot be decompressed"]),
        (Reply(chat("Yes."), cut=20), "network", ["broke"]),
        (Reply(reset=True), "network", ["broke"]),
        (Reply(status=500), "server", ["failed (500)"]),
        (Reply("<title>503 Unavailable</title>", status=503), "server", ["failed (503): 503 Unavailable"]),
        (Reply(complaint("Slow down"), status=429), "rate_limit", ["fewer requests (429): Slow down"]),
        (Reply(status=301, headers={"location": "https://new.example/v1?key=1"}), "not_found", ["has moved", "https://new.example/v1; "]),
        (Reply({"detail": "Not Found"}, status=404), "not_found", ["has nothing at http://127.0.0.1", "ends in /v1"]),
    ],
)  # fmt: skip
def test_a_faulty_answer_is_a_failure_of_its_kind(
    stub: Stub, reply: Reply, kind: str, words: list[str]
) -> None:
    stub.plays(reply)
    error = failure(Host("place", stub.url))
    assert error.kind == kind
    assert [word for word in words if word not in str(error)] == []
    assert str(error).startswith(("place ", "the connection to place "))


def test_silence_is_a_timeout_that_says_how_to_allow_more(stub: Stub) -> None:
    stub.plays(Reply(silent=True))
    error = failure(Host("place", stub.url), timeout="0.2")
    assert error.kind == "timeout"
    assert str(error) == "place sent nothing for 0.2 s\n  allow it more: ?timeout=SECONDS"


def test_a_server_that_is_not_started_says_how_to_start_it() -> None:
    error = failure(Host("ollama", f"http://127.0.0.1:{free_port()}/v1", start="ollama serve"))
    assert error.kind == "unreached"
    assert error.message.startswith("nothing answers at http://127.0.0.1:")
    assert error.fix == "start it with: ollama serve"


def test_an_unknown_host_is_named() -> None:
    error = failure(Host("place", "http://host.invalid/v1"))
    assert error.kind == "unreached"
    assert "host.invalid" in error.message


def test_plain_http_behind_https_is_no_safe_connection(stub: Stub) -> None:
    error = failure(Host("place", stub.url.replace("http:", "https:")))
    assert error.kind == "unreached"
    assert "no safe connection" in error.message


@pytest.mark.parametrize(
    "url",
    ["", "foo", "ftp://x/v1", "http://", "http://[::1", "https:///v1", "http://h:99999", "http://h/v1?a=b"],
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadInput, match="not the address of a server"):
        Http("place", url)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (
            401,
            "invalid_api_key",
            ["refused the key in PLACE_API_KEY (401)", "export PLACE_API_KEY=...", "pocket"],
        ),
        (429, "insufficient_quota", ["no credit left", "add credit"]),
    ],
)
def test_a_refused_key_is_named_by_its_variable(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, status: int, code: str, words: list[str]
) -> None:
    monkeypatch.setenv("PLACE_API_KEY", SECRET)
    stub.plays(Reply(complaint("No.", code), status=status))
    error = failure(Host("place", stub.url, key="PLACE_API_KEY"))
    assert error.kind == "auth"
    assert [word for word in words if word not in str(error)] == []


def test_a_host_that_wants_a_key_after_all_says_which(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLACE_API_KEY", raising=False)
    stub.plays(Reply({"error": "Unauthorized"}, status=401))
    error = failure(Host("place", stub.url, key="PLACE_API_KEY", needs_key=False))
    assert "wants a key and PLACE_API_KEY is not set (401): Unauthorized" in error.message
    error = failure(Host("place", stub.url))
    assert "?key_env=VARIABLE" in error.fix


def test_a_model_to_be_fetched_says_how(stub: Stub) -> None:
    stub.plays(Reply({"error": {"message": 'model "llama9" not found, try pulling it first'}}, status=404))
    error = failure(Host("ollama", stub.url, fetch="ollama pull"), "llama9")
    assert error.kind == "not_found"
    assert error.fix == "get it with: ollama pull llama9"


def test_a_missing_key_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLACE_API_KEY", raising=False)
    with pytest.raises(ProviderError) as caught:
        Host("place", "https://place.example/v1", key="PLACE_API_KEY").connect("m")
    assert caught.value.kind == "auth"
    assert caught.value.message == "place needs an API key and PLACE_API_KEY is not set"
    assert "export PLACE_API_KEY=..." in caught.value.fix
    assert "evals run SUITE -m pocket" in caught.value.fix


@pytest.mark.parametrize("value", ["sk-\nsecret", "sk-sécret", "sk-\x00secret"])
def test_a_mangled_key_is_told_without_being_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr("os.environ", {"PLACE_API_KEY": value})
    with pytest.raises(ProviderError) as caught:
        Key.read("PLACE_API_KEY", "place", needed=True)
    assert caught.value.kind == "auth"
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(complaint(f"Incorrect API key provided: {SECRET}"), status=401),
        Reply(complaint("x" * 290 + SECRET), status=400),
        Reply(f"<title>{SECRET}</title>", status=500),
        Reply({"error": f"who sent Bearer {SECRET}?"}),
        Reply(complaint(f"unsupported temperature {SECRET}", param="temperature"), status=400),
        Reply(SECRET),
        Reply({SECRET: SECRET}),
        Reply(chat("Yes.", f"{SECRET}")),
        Reply(chat("Yes."), cut=3),
        Reply(reset=True),
    ],
)
def test_the_key_never_shows(stub: Stub, monkeypatch: pytest.MonkeyPatch, reply: Reply) -> None:
    monkeypatch.setenv("PLACE_API_KEY", SECRET)
    stub.plays(reply)
    provider = Host("place", stub.url, key="PLACE_API_KEY").connect("m")
    with pytest.raises(ProviderError) as caught:
        ask(provider, PROMPT)
    assert stub.seen[0].headers["authorization"] == f"Bearer {SECRET}"
    shown = [str(caught.value), repr(caught.value), repr(caught.value.__dict__), repr(provider)]
    shown += [repr(link) for link in (caught.value.__cause__, caught.value.__context__)]
    assert [text for text in shown if SECRET[:12].lower() in text.lower()] == []


def test_a_placeholder_for_a_key_does_not_garble_what_a_host_says(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE_API_KEY", "or")
    stub.plays(Reply({"error": {"code": 500, "message": "an error occurred"}}))
    assert (
        failure(Host("place", stub.url, key="PLACE_API_KEY")).message
        == "place failed (500): an error occurred"
    )


def test_what_is_secret_in_an_address_never_shows() -> None:
    error = failure(Host("place", f"http://me:hunter2@127.0.0.1:{free_port()}/v1"))
    assert "hunter2" not in str(error)


def test_a_redirect_is_not_followed(stub: Stub) -> None:
    stub.plays(Reply(status=307, headers={"location": f"{stub.url}/elsewhere"}), Reply(chat("Yes.")))
    assert "has moved" in failure(Host("place", stub.url)).message
    assert len(stub.seen) == 1


def test_a_server_on_this_machine_is_not_sought_behind_a_proxy(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert ask(Host("place", stub.url).connect("m"), PROMPT)[0].text == "Yes."


def test_a_host_elsewhere_is_reached_through_the_proxy_that_the_environment_names(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine place.invalid login me password hunter2\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", stub.url.removesuffix("/v1"))
    monkeypatch.setenv("http_proxy", stub.url.removesuffix("/v1"))
    monkeypatch.setenv("PLACE_API_KEY", SECRET)
    place = Host("place", "http://place.invalid/v1", key="PLACE_API_KEY")
    assert ask(place.connect("m"), PROMPT)[0].text == "Yes."
    assert stub.seen[0].path == "http://place.invalid/v1/chat/completions"
    assert stub.seen[0].headers["authorization"] == f"Bearer {SECRET}"  # and not what netrc has of the host
    monkeypatch.setenv("NO_PROXY", "place.invalid")
    monkeypatch.setenv("no_proxy", "place.invalid")
    assert "there is no host called place.invalid" in failure(place).message


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_without_end_is_read_no_further(stub: Stub, status: int) -> None:
    bomb = gzip.compress(b"[" * (LARGEST + 1))
    stub.plays(Reply(bomb, status=status, headers={"content-encoding": "gzip"}))
    error = failure(Host("place", stub.url))
    assert (error.kind, error.message) == ("garbled", "place answered with more than 64 MiB")


def test_retry_after_reaches_the_runner(stub: Stub) -> None:
    stub.plays(Reply(status=429, headers={"retry-after": "7"}))
    assert failure(Host("place", stub.url)).retry_after == 7.0


def test_connections_are_reused_and_can_be_opened_again(stub: Stub) -> None:
    provider = Host("place", stub.url).connect("m")
    assert [reply.text for reply in ask(provider, PROMPT, PROMPT)] == ["Yes.", "Yes."]
    assert ask(provider, PROMPT)[0].text == "Yes."


async def all_lines(client: Http) -> list[bytes]:
    try:
        return [line async for line in client.lines("/file")]
    finally:
        await client.close()


def test_a_file_of_lines_may_be_larger_than_any_reply_but_none_of_its_lines(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST", 1 << 20)
    lines = [
        b"x" * 200_000 + SECRET.encode(),
        *(b"%d" % number * 100_000 for number in range(20)),
        b"",
        b"end",
    ]
    stub.plays(Reply(b"\n".join(lines)))
    got = asyncio.run(all_lines(Http("place", stub.url, Key("PLACE_API_KEY", SECRET))))
    assert got == [lines[0].replace(SECRET.encode(), b"[key]"), *lines[1:]]
    stub.plays(Reply(b"a\n" + b"x" * (2 << 20)))
    with pytest.raises(ProviderError, match="more than 1 MiB"):
        asyncio.run(all_lines(Http("place", stub.url)))


def test_a_file_that_is_not_there_is_an_error_like_any_other(stub: Stub) -> None:
    stub.plays(Reply(complaint("No such File object"), status=404))
    with pytest.raises(ProviderError, match="No such File object"):
        asyncio.run(all_lines(Http("place", stub.url)))
