"""A cache answers what was asked before and nothing else, costs nothing, and several processes may use it at once."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals import frame, log
from evals.errors import BadFile, BadInput, NotFound, ProviderError
from evals.host import Host
from evals.keeping.cache import FILE, Cache
from evals.keeping.cached import Cached, Tally, identity
from evals.money.budget import Budget
from evals.provider import ModelName, addressed, connect, recalled
from evals.spending import purse
from evals.types import Key, Message, Prompt, Response
from tests.conftest import Done
from tests.stub_server import Reply, Stub, ask, chat, complaint, serving

KEY = Key("m", "s", "one", "plain")
HELLO = Prompt((Message("user", "Hello"),))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as server:
        yield server


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    kept = Cache(tmp_path / "cache")
    yield kept
    kept.close()


def model(stub: Stub, cache: Cache, name: str = "m", **options: str) -> Cached:
    """A model of the stub, through the cache, as a process of its own would have it."""
    wire = Host("place", stub.url).connect(name, **options)
    return Cached(wire, name, cache=cache, identity=identity(name, wire), tally=Tally())


def answered(one: Cached, prompt: Prompt = HELLO, key: Key = KEY) -> Response:
    """The answer to a prompt, from the cache if it is there."""
    own = addressed(one, key)
    known = recalled(own, prompt)
    response = known.response if known else ask(own, prompt)[0]
    assert response
    return response


def test_what_was_asked_is_answered_from_the_cache_word_for_word_and_marked(stub: Stub, cache: Cache) -> None:
    stub.plays(Reply(chat("Yes, it is.")))
    first = answered(model(stub, cache))
    again = answered(model(stub, cache))
    assert len(stub.seen) == 1
    assert not first.cached
    assert again == replace(first, cached=True)


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt((Message("user", "Hello!"),)),
        replace(HELLO, temperature=0.7),
        replace(HELLO, max_tokens=9),
        replace(HELLO, seed=1),
        replace(HELLO, stop=("x",)),
    ],
)
def test_another_prompt_is_asked(stub: Stub, cache: Cache, prompt: Prompt) -> None:
    answered(model(stub, cache))
    assert not answered(model(stub, cache), prompt).cached


@pytest.mark.parametrize("other", [{"repeat": 1}, {"sample": "two"}, {"arm": "steps"}])
def test_another_draw_of_the_same_words_is_asked(stub: Stub, cache: Cache, other: dict[str, Any]) -> None:
    answered(model(stub, cache))
    assert not answered(model(stub, cache), key=replace(KEY, **other)).cached


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("n", {}),
        ("m", {"top_p": "0.5"}),
        ("m", {"reasoning_effort": "low"}),
        ("m", {"temperature": "0.5"}),
        ("m", {"wire": "messages"}),
    ],
)
def test_another_model_or_other_options_are_asked(
    stub: Stub, cache: Cache, name: str, options: dict[str, str]
) -> None:
    answered(model(stub, cache))
    assert recalled(addressed(model(stub, cache, name, **options), KEY), HELLO) is None


@pytest.mark.parametrize(
    "options", [{"timeout": "7"}, {"price_in": "1", "price_out": "2"}, {"max_tokens": "512"}]
)
def test_options_that_reach_no_host_change_nothing(stub: Stub, cache: Cache, options: dict[str, str]) -> None:
    answered(model(stub, cache))
    assert answered(model(stub, cache, **options)).cached


def test_the_same_words_of_another_host_are_asked(stub: Stub, cache: Cache) -> None:
    answered(model(stub, cache))
    with serving() as other:
        assert not answered(model(other, cache)).cached


@pytest.mark.parametrize(
    "reply",
    [
        Reply(complaint("no"), 400),
        Reply(complaint("slow down"), 429),
        Reply(b"", 500),
        Reply(chat("Yes."), cut=20),
        Reply("<html>"),
        Reply({"choices": []}),
    ],
)
def test_failures_and_cut_bodies_are_not_stored(stub: Stub, cache: Cache, reply: Reply) -> None:
    stub.plays(reply)
    with pytest.raises(ProviderError):
        answered(model(stub, cache))
    assert cache.held() == []


def test_what_a_host_wants_back_is_kept_with_the_answer_and_part_of_the_next_request(
    stub: Stub, cache: Cache
) -> None:
    one = addressed(model(stub, cache), KEY)
    assert isinstance(one, Cached)
    address = one.address(HELLO)
    cache.put(address, "m", Response("Hm.", echo={"signature": "abc"}))
    kept = cache.get(address)
    assert kept
    assert kept.echo == {"signature": "abc"}
    turns = [Prompt((*HELLO.messages, Message("assistant", "Hm.", echo=echo))) for echo in ({}, kept.echo)]
    assert one.address(turns[0]) != one.address(turns[1])


def test_an_alias_that_leads_to_another_model_now_is_asked_and_what_was_mixed_is_said(
    stub: Stub, cache: Cache
) -> None:
    stub.plays(Reply(chat("Yes.", model="m-2025")))
    old = model(stub, cache)
    for sample in ("one", "two"):
        answered(old, key=replace(KEY, sample=sample))
    stub.plays(Reply(chat("No.", model="m-2026")))
    new = model(stub, cache)
    came = [answered(new, key=replace(KEY, sample=sample)) for sample in ("one", "three", "two")]
    assert [each.model for each in came] == ["m-2025", "m-2026", "m-2026"]
    assert "1 answers from the cache are m-2025's, and its host serves m-2026 now" in " ".join(
        new.tally.said("m")
    )


def test_a_users_own_provider_is_known_by_its_file(adder: Path) -> None:
    name = f"{adder}/m"
    before = identity(name, connect(ModelName.parse(name)))
    adder.write_text(adder.read_text() + "\n# changed\n")
    assert identity(name, connect(ModelName.parse(name))) != before


@pytest.mark.usefixtures("sums", "adder")
class TestARun:
    def run(self, command: Callable[..., Done], *more: object) -> Done:
        return command("run", "./sums", "-m", "./adder.py/m", "-n", 10, "--cache", "kept", *more)

    def asked(self) -> int:
        return len(Path("requests.txt").read_text().splitlines())

    def test_asks_only_what_is_new_and_says_what_came_from_the_cache(
        self, command: Callable[..., Done]
    ) -> None:
        first = self.run(command)
        assert first.status == 0, first.err
        assert "cache" not in first.err
        again = self.run(command, "-n", 15)
        assert self.asked() == 30
        assert "20 of 30 answers came from the cache" in again.err
        newest = max(Path("runs").iterdir())
        found = frame.read(newest).frame
        assert found["cached"].sum() == 20
        assert set(found["attempts"]) == {0, 1}
        assert "20 replies from the cache" in again.out

    def test_never_gives_one_repeat_anothers_answer(self, command: Callable[..., Done]) -> None:
        self.run(command, "--quiet", "--repeat", 2)
        assert self.asked() == 40
        assert self.run(command, "--quiet", "--repeat", 2).status == 0
        assert self.asked() == 40
        self.run(command, "--quiet", "--repeat", 3)
        assert self.asked() == 60

    def test_takes_nothing_out_of_a_budget_for_what_is_there(self, command: Callable[..., Done]) -> None:
        for cached in (False, True):
            self.run(command, "--quiet")
            run = log.read_run(max(Path("runs").iterdir()))
            assert purse(Budget(tokens=9999), {}, run.replies).meters["tokens"].taken == (0 if cached else 80)

    def test_needs_no_room_in_a_budget_for_what_is_there(self, command: Callable[..., Done]) -> None:
        self.run(command, "--quiet")
        assert self.run(command, "--quiet", "--max-tokens", 1).status == 0
        assert self.run(command, "--quiet", "--max-tokens", 1, "-n", 12).status == 3
        newest = log.read_run(max(Path("runs").iterdir()))
        assert sum(bool(each.response and each.response.cached) for each in newest.replies) <= 20
        assert self.asked() == 20

    def test_leaves_no_mark_without_a_cache(self, command: Callable[..., Done]) -> None:
        command("run", "./sums", "-m", "./adder.py/m", "-n", 2, "--quiet")
        assert b"cached" not in next(Path().glob("runs/*/replies.jsonl")).read_bytes()

    def test_does_not_begin_where_no_cache_can_be_kept(self, command: Callable[..., Done]) -> None:
        Path("kept").write_text("")
        with pytest.raises(BadInput, match="no cache can be kept in kept: it is a file"):
            self.run(command)
        assert not Path("runs").exists()


STORE = """
import sys
from pathlib import Path
from evals.keeping.cache import Cache
from evals.types import Response
cache = Cache(Path(sys.argv[1]))
for n in range(300):
    assert not cache.put(f"{sys.argv[2]}/{n}".encode(), "m", Response(f"{n}"))
    assert not cache.put(f"both/{n}".encode(), "m", Response(f"{n}"))
"""


def test_several_processes_store_at_once_and_lose_nothing(tmp_path: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", STORE, tmp_path, name]) for name in "abc"]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    kept = Cache(tmp_path)
    assert [each.entries for each in kept.held()] == [1200]
    assert kept.get(b"both/7") == kept.get(b"a/7") == Response("7")
    kept.close()


def test_kill_9_leaves_a_cache_that_can_be_read(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", STORE.replace("300", "300_000"), tmp_path, "a"])
    while not (tmp_path / FILE).exists() or not _count(tmp_path):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert _count(tmp_path) > 0


def _count(folder: Path) -> int:
    kept = Cache(folder)
    try:
        return sum(each.entries for each in kept.held())
    finally:
        kept.close()


def _damage(path: Path) -> None:
    path.mkdir()
    (path / FILE).write_bytes(b"this is no database, whatever its name says" * 100)


def _later(path: Path) -> None:
    import sqlite3

    path.mkdir()
    file = sqlite3.connect(path / FILE)
    file.execute("PRAGMA user_version=9")
    file.close()


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (_damage, BadFile, "damaged"),
        (_later, BadFile, "format 9"),
        (lambda path: path.write_text(""), BadInput, "no cache can be kept"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, make: Callable[[Path], Any], error: type[Exception], said: str
) -> None:
    make(tmp_path / "kept")
    with pytest.raises(error, match=said):
        Cache(tmp_path / "kept")


def test_a_full_disk_costs_the_entry_and_not_the_answer(stub: Stub, cache: Cache) -> None:
    cache._file.execute("PRAGMA max_page_count=1")
    one = model(stub, cache)
    for n in range(50):
        assert answered(one, key=replace(KEY, repeat=n)).text == "Yes."
    assert "full" in one.tally.lost
    assert any("could be stored" in sentence for sentence in one.tally.said("m"))


def test_the_command_tells_what_a_cache_holds_and_empties_it(
    command: Callable[..., Done], tmp_path: Path
) -> None:
    kept = Cache(tmp_path / "kept")
    for n in range(3):
        kept.put(f"{n}".encode(), "openai/m", Response("x" * 99, model="m-1"))
    kept.close()
    assert "openai/m, served as m-1: 3 answers, 20" in command("cache", "kept").out
    found = json.loads(command("cache", "kept", "--json").out)
    assert found["models"][0]["entries"] == 3
    assert command("cache", "kept", "--clear").out == "3 answers forgotten\n"
    assert "0 answers" in command("cache", "kept").out
    with pytest.raises(NotFound, match="no cache in nowhere"):
        command("cache", "nowhere")
    assert not Path("nowhere").exists()
