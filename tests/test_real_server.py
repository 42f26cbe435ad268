"""Real servers on loopback, llama.cpp's and `transformers serve`, with pocket's weights: the verdicts of pocket in process.

Needs tools/llamacpp_env.sh and tools/serve_env.sh first, hence not among the tests that run by default:
uv run pytest -m real_server
"""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import pytest

from evals import log, shelf
from evals.errors import ProviderError
from evals.lens.tokens import Tokens
from evals.plan import Request, plan
from evals.provider import ModelName, Tokenizes, connect
from evals.run import closing
from evals.types import Message, Prompt
from tests.conftest import Evals
from tests.stub_server import ask
from tools import agreement, real_servers
from tools.agreement import SUITES
from tools.real_servers import Server, free_port

SIZES: Mapping[str, tuple[str, ...]] = {"llamacpp": ("--size", "quick"), "transformers": ("-n", "6")}
"""`transformers serve` answers one after the other; `just agreement` asks it all of quick size."""
LEAST = {"llamacpp": 756, "transformers": 60}
BEGINS = {"llamacpp": " ", "transformers": "<|bos|> "}
"""What pocket begins every text with and the server does not: one puts the token of the beginning there, one nothing."""
HELLO = Prompt((Message("user", "Who is Ada Lovelace?"),), max_tokens=5, seed=1)

pytestmark = pytest.mark.real_server


@pytest.fixture(scope="module")
def bluffs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Server]]:
    """Both servers with the bluffing stage."""
    yield from both("bluff", tmp_path_factory.mktemp("bluffs"))


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Server]]:
    """Both servers with the base."""
    yield from both("base", tmp_path_factory.mktemp("bases"))


def both(stage: str, folder: Path) -> Iterator[Mapping[str, Server]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(start(stage, folder)) for name, start in agreement.SERVERS.items()}


@pytest.mark.parametrize("name", agreement.SERVERS)
def test_four_suites_get_the_verdicts_that_they_get_in_process(
    name: str, bluffs: Mapping[str, Server], tmp_path: Path
) -> None:
    server, inside = bluffs[name], "pocket/bluff"
    folder = agreement.run(SUITES, (inside, server.named()), tmp_path / "runs", *SIZES[name])
    found = agreement.agreements(folder, inside, server)
    print(agreement.table(found))  # noqa: T201  what was seen, in the record of CI
    assert tuple(each.suite for each in found) == SUITES
    assert sum(each.items for each in found) >= LEAST[name]
    assert all(each.share >= agreement.ENOUGH for each in found), [
        line for each in found for line in each.differing
    ]


def test_the_honest_stage_gets_its_verdicts_too(tmp_path: Path) -> None:
    with real_servers.llamacpp("honest", tmp_path) as server:
        models = ("pocket/honest", server.named())
        folder = agreement.run(["hallucination"], models, tmp_path / "runs", "-n", "20")
        (found,) = agreement.agreements(folder, "pocket/honest", server)
    assert found.items >= 120
    assert found.share >= agreement.ENOUGH, found.differing


@pytest.mark.parametrize("name", agreement.SERVERS)
def test_the_base_continues_texts_alike(name: str, bases: Mapping[str, Server]) -> None:
    people = ("Albert Camus", "Ada Lovelace", "Orson Kovats", "Zoe Brandt", "Marie Curie", "Émile Zola")
    plain = [person + rest for person in people for rest in (" was", " is", " was born in", " is known for")]
    prompts = [Prompt(text=text, max_tokens=30) for text in plain] + framed()
    begun = [Prompt(text=BEGINS[name] + p.text, max_tokens=p.max_tokens, stop=p.stop) for p in prompts]
    theirs = ask(connect(ModelName.parse(bases[name].named("&wire=completion"))), *begun)
    ours = ask(connect(ModelName.parse("pocket/base")), *prompts)
    assert [reply.text for reply in theirs] == [reply.text for reply in ours]
    assert [reply.stop for reply in theirs] == [reply.stop for reply in ours]
    assert [reply.tokens_in for reply in theirs] == [reply.tokens_in for reply in ours]


def framed() -> list[Prompt]:
    """Questions as a base model is asked them, of suites whose examples leave room in its context."""
    request = Request(suites=("spelling",), models=("base",), size=12)
    jobs = plan(request).framing(("base",)).jobs("base")
    texts = (job.prompt for job in jobs if job.prompt.text and len(job.prompt.text) < 900)
    found = [Prompt(text=p.text, max_tokens=min(p.max_tokens, 60), stop=p.stop) for p in islice(texts, 12)]
    assert len(found) == 12
    return found


def test_llamacpp_cuts_texts_into_the_tokens_that_pocket_does(bluffs: Mapping[str, Server]) -> None:
    """It is not told that each text begins with a blank, so the texts here do."""
    theirs, ours = asyncio.run(cut(bluffs["llamacpp"].named())), asyncio.run(cut("pocket/bluff"))
    assert [(each.ids, each.lengths) for each in theirs] == [(each.ids, each.lengths) for each in ours]


async def cut(model: str) -> list[Tokens]:
    """Our texts in a model's tokens."""
    provider = connect(ModelName.parse(model))
    assert isinstance(provider, Tokenizes)
    async with closing({model: provider}):
        return [await provider.tokens(text) for text in TEXTS]


TEXTS = (
    " Who is Ada Lovelace?",
    " strawberry, st r a w",
    " 1234567 + 89.01 = $3, 50 %",
    " ••••• ... :::: ****",
    " é Émile Zoë 東京 👩‍👩‍👧 \u0301",
    " it's we'll I'D\tand\n\nthe   end  ",
)


def test_what_llamacpp_refuses_and_counts(bluffs: Mapping[str, Server]) -> None:
    server = bluffs["llamacpp"]
    (cut,) = ask(connect(ModelName.parse(server.named())), HELLO)
    assert (cut.stop, cut.tokens_in, cut.tokens_out, cut.model) == ("length", 9, 5, "pocket-bluff")
    with pytest.raises(ProviderError, match=r"serves the model 'pocket-bluff' .* 'qwen3' too") as other:
        ask(connect(ModelName.parse(f"llamacpp/qwen3?base_url={server.url}")), HELLO)
    assert other.value.kind == "not_found"
    with pytest.raises(ProviderError, match="has no room for the prompt") as long:
        ask(connect(ModelName.parse(server.named())), Prompt((Message("user", "word " * 600),)))
    assert long.value.kind == "too_long"
    with pytest.raises(ProviderError, match="has nothing at http") as lost:
        ask(connect(ModelName.parse(f"llamacpp?base_url={server.url}/v2")), HELLO)
    assert (lost.value.kind, lost.value.fix) == ("not_found", "check base_url; it usually ends in /v1")


def test_what_transformers_refuses_and_counts(bluffs: Mapping[str, Server]) -> None:
    server = bluffs["transformers"]
    (cut,) = ask(connect(ModelName.parse(server.named())), HELLO)
    assert (cut.stop, cut.tokens_in, cut.tokens_out) == ("length", 9, 5)
    assert cut.model in {server.model, f"{server.model}@main"}
    with pytest.raises(ProviderError, match="Server is pinned to") as pinned:
        ask(connect(ModelName.parse(f"transformers/another?base_url={server.url}")), HELLO)
    assert pinned.value.kind == "not_found"
    with pytest.raises(ProviderError, match="it usually ends in /v1") as lost:
        ask(connect(ModelName.parse(server.named().removesuffix("/v1"))), HELLO)
    assert lost.value.kind == "not_found"


def test_pictures_are_left_out_with_one_line_and_the_rest_is_asked(
    bluffs: Mapping[str, Server], evals: Evals
) -> None:
    named = bluffs["llamacpp"].named()
    arms = ("--arm", "direct", "--arm", "count_characters", "--arm", "image")
    done = evals("run", "dots", "-m", named, "-n", 4, *arms)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if "left out" in line]
    assert lines == [f"{named} takes no images, says its host: arm image of suite dots is left out"]
    (folder,) = (evals.cwd / "runs").iterdir()
    arms_asked = Counter(reply.key.arm for reply in log.read_run(folder).replies if reply.score)
    assert arms_asked == {"direct": 4, "count_characters": 4}


def test_it_is_listed_with_what_it_holds(bluffs: Mapping[str, Server], evals: Evals) -> None:
    file = shelf.find("provider", "llamacpp").read_text("utf-8")
    url = bluffs["llamacpp"].url
    assert "http://127.0.0.1:8080/v1" in file
    (evals.cwd / "here.py").write_text(file.replace("http://127.0.0.1:8080/v1", url))
    assert evals("models", "./here.py").stdout.splitlines() == [
        "./here.py  answers     1 model",
        "  -m ./here.py/pocket-bluff",
    ]


def test_a_server_that_stops_in_the_middle_loses_nothing(evals: Evals, tmp_path: Path) -> None:
    port = free_port()
    with real_servers.llamacpp("bluff", tmp_path, port) as server:
        run = evals.start("run", "spelling", "-m", server.named(), "-n", 24)
        for _ in range(600):
            written = list(tmp_path.glob("runs/*/replies.jsonl"))
            if written and written[0].read_bytes().count(b"\n") >= 60:
                break
            time.sleep(0.02)
        server.process.send_signal(signal.SIGKILL)
        _, said = run.communicate(timeout=300)
    assert run.returncode == 3, said
    assert f"nothing answers at {server.url}; trying again" in said
    assert "evals: incomplete: " in said
    (folder,) = (tmp_path / "runs").iterdir()
    before = {reply.key for reply in log.read_run(folder).replies if reply.score}
    assert 60 <= len(before) < 72
    with real_servers.llamacpp("bluff", tmp_path, port):
        resumed = evals("run", "--resume", folder, "--quiet")
    assert resumed.returncode == 0, resumed.stderr
    replies = log.read_run(folder).replies
    assert len(replies) == len({reply.key for reply in replies if reply.score}) == 72
    assert before <= {reply.key for reply in replies}


def test_a_real_server_refuses_a_wrong_key(evals: Evals, tmp_path: Path) -> None:
    with real_servers.llamacpp("bluff", tmp_path, key="sk-the-right-one-0123456789") as server:
        model = ("-m", server.named(), "-n", 2)
        keyless = evals("run", "spelling", *model)
        evals.env["LLAMA_API_KEY"] = "sk-a-wrong-one-0123456789"
        wrong = evals("run", "spelling", *model)
        evals.env["LLAMA_API_KEY"] = "sk-the-right-one-0123456789"
        right = evals("run", "spelling", *model)
    assert (keyless.returncode, wrong.returncode, right.returncode) == (2, 2, 0), right.stderr
    assert "llamacpp wants a key and LLAMA_API_KEY is not set (401): Invalid API Key" in keyless.stderr
    assert "llamacpp refused the key in LLAMA_API_KEY (401): Invalid API Key" in wrong.stderr
    for path in (path for path in tmp_path.glob("runs/**/*") if path.is_file()):
        assert b"-one-0123456789" not in path.read_bytes(), path
