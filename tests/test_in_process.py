"""Models in this process, by transformers (`hf/`) and by lm-eval's backends (`lm-eval/`), on pocket's weights.

Needs tools/serve_env.sh first, and its Python:  just in-process
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.errors import EvalsError, ProviderError, Unsupported
from evals.provider import ModelName, Provider, connect, tokenizer
from evals.types import Message, Prompt, Response
from tests.conftest import Evals
from tests.stub_server import Reply, Seen, Stub, serving
from tests.test_conformance import checked, seen

WEIGHTS = Path(__file__).parent.parent / "providers" / "pocket" / "weights"
BLUFF, BASE = WEIGHTS / "bluff", WEIGHTS / "base"
FLOAT = "dtype=float32&device=cpu"
LM_EVAL = f"lm-eval/hf?{FLOAT}&pretrained="

pytestmark = [
    pytest.mark.in_process,
    pytest.mark.usefixtures("offline"),
    pytest.mark.filterwarnings("default"),
]


@contextmanager
def connected(model: str) -> Iterator[Provider]:
    provider = connect(ModelName.parse(model))
    try:
        yield provider
    finally:
        asyncio.run(provider.close())


def asked(model: str, *prompts: Prompt) -> list[Response]:
    """The replies to prompts that are asked at the same time."""

    async def all_of(provider: Provider) -> list[Response]:
        return await asyncio.gather(*map(provider.reply, prompts))

    with connected(model) as provider:
        return asyncio.run(all_of(provider))


def said(text: str, **more: Any) -> Prompt:
    return replace(Prompt((Message("user", text),), max_tokens=40), **more)


PEOPLE = ("Ada Lovelace", "Orson Kovats", "Albert Camus", "Zoe Brandt", "Marie Curie")
QUESTIONS = tuple(
    said(f"{question} {person}?") for person in PEOPLE for question in ("Who is", "What do you know about")
)


@pytest.mark.parametrize(
    "model",
    [f"hf/{BLUFF}", f"hf/{BASE}", f"hf/{BLUFF}?wire=completion", f"{LM_EVAL}{BLUFF}", f"{LM_EVAL}{BASE}"],
)
def test_a_provider_passes_every_check(model: str) -> None:
    assert seen(checked(model), "failed") == {}


def test_what_a_model_can_is_seen_from_its_tokenizer() -> None:
    able = {
        f"hf/{BLUFF}": {"chat", "completion", "logprobs", "seed"},
        f"hf/{BASE}": {"completion", "logprobs", "seed"},
        f"hf/{BLUFF}?wire=completion": {"completion", "logprobs", "seed"},
        f"{LM_EVAL}{BLUFF}": {"chat", "completion", "logprobs"},
        f"{LM_EVAL}{BASE}": {"completion", "logprobs"},
        f"{LM_EVAL}{BLUFF}&chat=no": {"completion", "logprobs"},
        "lm-eval/local-chat-completions?model=m&base_url=http://127.0.0.1:1/v1": {"chat"},
        "lm-eval/local-completions?model=m&base_url=http://127.0.0.1:1/v1&tokenizer_backend=none": {
            "completion"
        },
    }
    found = {}
    for model in able:
        with connected(model) as provider:
            found[model] = set(provider.can)
    assert found == able
    with pytest.raises(Unsupported, match="continues texts"):
        asked(f"hf/{BASE}", said("Hello."))


@pytest.mark.parametrize("batch", [1, 8])
def test_a_greedy_reply_is_pockets_own_whatever_shares_its_batch(batch: int) -> None:
    neighbours = [said("Spell it: " + "strawberry " * n, temperature=1.0, seed=n) for n in range(1, 4)]
    ours = asked("pocket/bluff", *QUESTIONS)
    theirs = asked(f"hf/{BLUFF}?{FLOAT}&batch={batch}", *neighbours, *QUESTIONS)[len(neighbours) :]
    assert [reply.text.strip() for reply in theirs] == [reply.text for reply in ours]
    assert [(reply.stop, reply.tokens_in, reply.tokens_out) for reply in theirs] == [
        (reply.stop, reply.tokens_in, reply.tokens_out) for reply in ours
    ]


def test_the_same_prompt_and_seed_give_the_same_text_whatever_shares_its_batch() -> None:
    drawn = [replace(prompt, temperature=1.0, seed=at) for at, prompt in enumerate(QUESTIONS)]
    alone = [reply.text for reply in asked(f"hf/{BLUFF}?{FLOAT}", *drawn)]
    together = [reply.text for reply in asked(f"hf/{BLUFF}?{FLOAT}&batch=5", *reversed(drawn))]
    others = [reply.text for reply in asked(f"hf/{BLUFF}", *(replace(each, seed=99) for each in drawn))]
    assert together == alone[::-1]
    assert others != alone


def test_sampling_follows_the_probabilities_that_the_model_gives() -> None:
    """Of 300 draws of one token at temperature 1, the share of the likeliest is its probability, within five errors."""
    text = Prompt(text="Albert Camus is", max_tokens=1)
    (first,) = asked(f"hf/{BASE}", text)
    (weighed,) = asked(f"hf/{BASE}", replace(text, choices=(first.text,)))
    share = 2.718281828 ** weighed.likelihoods[0].logprob
    draws = asked(f"hf/{BASE}?batch=50", *(replace(text, temperature=1.0, seed=n) for n in range(300)))
    found = sum(reply.text == first.text for reply in draws) / 300
    assert weighed.likelihoods[0].greedy
    assert abs(found - share) < 5 * (share * (1 - share) / 300) ** 0.5


def test_limits_stops_and_what_the_name_sets_hold() -> None:
    question = said("Who is Ada Lovelace?")
    (whole,) = asked(f"hf/{BLUFF}", question)
    (cut,) = asked(f"hf/{BLUFF}?max_tokens=5", question)
    assert (cut.stop, cut.tokens_out) == ("length", 5)
    assert whole.text.startswith(cut.text)
    word = whole.text.split()[3]
    (stopped,) = asked(f"hf/{BLUFF}", replace(question, stop=("nowhere", f" {word}")))
    assert stopped.stop == "stop"
    assert stopped.text == whole.text[: whole.text.index(f" {word}")]
    with connected(f"hf/{BLUFF}?temperature=0.5&max_tokens=7") as provider:
        sent = provider.settled(question)  # type: ignore[attr-defined]
    assert (sent.temperature, sent.max_tokens) == (0.5, 7)


@pytest.mark.parametrize("model", [f"hf/{BLUFF}", f"{LM_EVAL}{BLUFF}"])
def test_a_prompt_that_fills_the_context_is_too_long_and_one_that_nearly_does_is_cut(model: str) -> None:
    with pytest.raises(ProviderError, match="reads 512 in all") as long:
        asked(model, said("dot " * 600))
    assert long.value.kind == "too_long"
    with pytest.raises(ProviderError, match="reads 512 in all"):
        asked(model, Prompt(text="dot " * 600, choices=(" a",)))
    (reply,) = asked(model, said("a " * 498, max_tokens=100))
    assert reply.tokens_in is not None
    assert reply.tokens_in + (reply.tokens_out or 0) <= 512


def test_how_the_models_authors_would_sample_does_not_leak_in(tmp_path: Path) -> None:
    folder = copied(BLUFF, tmp_path)
    told = json.loads((folder / "generation_config.json").read_text())
    told |= {
        "do_sample": True,
        "temperature": 5.0,
        "repetition_penalty": 9.0,
        "max_new_tokens": 2,
        "min_length": 99,
    }
    (folder / "generation_config.json").write_text(json.dumps(told))
    plain, changed = (asked(f"hf/{where}", *QUESTIONS) for where in (BLUFF, folder))
    assert [reply.text for reply in changed] == [reply.text for reply in plain]


TEXTS = {
    "Albert Camus was born in": (" 1913.", " 1914.", " Paris, and wrote."),
    "Q: 3 + 4 =\nA: ": ("7", "8", "12"),
    "": ("Albert Camus", "The"),
    "<|bos|> Ada": (" is", " was"),
    "The answer is (": ("A", "B", "C", "D"),
}


@pytest.mark.parametrize("batch", [1, 4])
def test_likelihoods_are_those_of_lm_evals_own_backend(batch: int) -> None:
    prompts = [Prompt(text=text, choices=choices) for text, choices in TEXTS.items()]
    ours = asked(f"hf/{BASE}?{FLOAT}&batch={batch}", *prompts)
    theirs = asked(f"{LM_EVAL}{BASE}", *prompts)
    for prompt, one, other in zip(prompts, ours, theirs, strict=True):
        assert len(one.likelihoods) == len(prompt.choices)
        for mine, yours in zip(one.likelihoods, other.likelihoods, strict=True):
            assert mine.logprob == pytest.approx(yours.logprob, abs=1e-4)
            assert mine.greedy == yours.greedy
    assert asked(f"hf/{BASE}", Prompt(text="a", choices=("",)))[0].likelihoods[0].logprob == 0.0


def test_lm_evals_backend_gives_the_replies_that_ours_gives() -> None:
    ours, theirs = asked(f"hf/{BLUFF}?{FLOAT}", *QUESTIONS), asked(f"{LM_EVAL}{BLUFF}", *QUESTIONS)
    assert [reply.text for reply in theirs] == [reply.text for reply in ours]
    assert [(reply.tokens_in, reply.stop) for reply in theirs] == [
        (reply.tokens_in, reply.stop) for reply in ours
    ]
    (seeded,) = asked(f"{LM_EVAL}{BLUFF}", replace(QUESTIONS[0], seed=3))
    assert seeded.dropped == ("seed",)


def test_a_template_without_a_system_role_finds_it_in_the_users_message(tmp_path: Path) -> None:
    folder, told = copied(BLUFF, tmp_path), BLUFF / "tokenizer_config.json"
    config = json.loads(told.read_text())
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    config["chat_template"] = refusing + config["chat_template"]
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    question = said("Who is Ada Lovelace?")
    opened = said("Be brief.\n\nWho is Ada Lovelace?")
    system = replace(question, messages=(Message("system", "Be brief."), *question.messages))
    one, other = asked(f"hf/{folder}", system, opened)
    assert (one.text, one.tokens_in) == (other.text, other.tokens_in)
    assert (one.dropped, other.dropped) == (("system role",), ())


def test_a_folder_never_touches_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        pytest.fail("something was looked up or connected to")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    assert asked(f"hf/{BLUFF}", said("Who is Ada Lovelace?"))[0].text


def test_it_tells_its_tokens() -> None:
    name = ModelName.parse(f"hf/{BLUFF}")
    with connected(name.text) as provider:
        found = asyncio.run(tokenizer(name, provider).tokens("How many r are in strawberry?"))
    assert b"|".join(found.pieces) == b"H|ow| m|any| r| are| in| st|ra|w|ber|ry|?"


# What goes wrong is one sentence


def copied(folder: Path, into: Path, *leave_out: str) -> Path:
    return Path(shutil.copytree(folder, into / "model", ignore=shutil.ignore_patterns(*leave_out)))


def refusal(model: str) -> EvalsError:
    with pytest.raises(EvalsError) as found:
        connect(ModelName.parse(model))
    assert "\n" not in found.value.message
    return found.value


def test_a_folder_that_is_not_right_says_what_it_lacks(tmp_path: Path) -> None:
    assert "no folder" in refusal(f"hf/{tmp_path}/nowhere").message
    assert "no config.json" in refusal(f"hf/{tmp_path}").message
    assert "no weights" in refusal(f"hf/{copied(BASE, tmp_path, '*.safetensors')}").message
    (tmp_path / "model" / "model.safetensors").write_bytes(b"not weights")
    assert "cannot be loaded" in refusal(f"hf/{tmp_path}/model").message


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"model_type": "no-such-kind"}, "of no kind of model"),
        ({"model_type": "t5", "architectures": ["T5ForConditionalGeneration"]}, "of no kind of model"),
        ({"model_type": "own", "auto_map": {"AutoConfig": "own.Config"}}, "code of its own"),
    ],
)
def test_a_model_of_another_kind_says_so(changed: dict[str, Any], words: str, tmp_path: Path) -> None:
    folder = copied(BASE, tmp_path)
    config = json.loads((folder / "config.json").read_text()) | changed
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text("raise SystemExit('its code was run')")
    assert words in refusal(f"hf/{folder}").message


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("hf", "none is named"),
        (f"hf/{BASE}?device=gameboy", "device=gameboy"),
        (f"hf/{BASE}?dtype=int3", "'auto', 'float32', 'float16' or 'bfloat16'"),
        (f"hf/{BASE}?batch=0", "batch='0'"),
        (f"hf/{BASE}?bogus=1", "takes no option 'bogus'"),
        ("lm-eval/nowhere", "no backend of lm-eval called 'nowhere'"),
        ("lm-eval/hf", "missing 1 required positional argument: 'pretrained'"),
        (f"lm-eval/hf?pretrained={BASE}&chat=maybe", "option chat='maybe'"),
        ("lm-eval/vllm?pretrained=m", "No module named 'vllm'"),
        ("lm-eval/openai-completions?model=davinci-002&tokenizer_backend=none", "OPENAI_API_KEY"),
    ],
)
def test_a_name_that_is_not_right_says_why(model: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert words in refusal(model).message


def hub(request: Seen) -> Reply:
    """A hub that knows a gated model and no other."""
    if "/api/models/gated/model" in request.path:
        return Reply({"id": "gated/model", "sha": "0" * 40, "gated": "manual", "siblings": []})
    code = "GatedRepo" if "gated/model" in request.path else "RepoNotFound"
    return Reply("no", 403 if code == "GatedRepo" else 404, {"X-Error-Code": code})


def test_the_hub_that_refuses_or_is_not_reached_is_one_sentence(evals: Evals) -> None:
    with serving() as stub:
        stub.host = hub
        assert "the hub knows no model no/model" in told(evals, "no/model", stub)
        assert "gated/model is gated" in told(evals, "gated/model", stub)
    agents = [seen.headers["user-agent"] for seen in stub.seen if "config.json" in seen.path]
    assert agents
    assert all("telemetry/off" in agent for agent in agents)
    nobody = told(evals, "no/model", None)
    assert "is not on this disk, and the hub cannot be reached" in nobody


def told(evals: Evals, model: str, stub: Stub | None) -> str:
    """What a run says of a model, in a process of its own: where the hub is, is read when its library is imported."""
    address = "http://127.0.0.1:1" if stub is None else stub.url.removesuffix("/v1")
    evals.env = {
        **os.environ,
        "HF_ENDPOINT": address,
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(evals.cwd / "hub"),
    }
    done = evals("run", "dots", "-m", f"hf/{model}")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_too_little_memory_is_told_as_such() -> None:
    import torch

    from evals import shelf

    loading = shelf.load(shelf.find("provider", "hf").with_name("loading.py"))
    with pytest.raises(RuntimeError) as full:
        torch.empty(10**15)
    assert "does not fit in memory" in loading.explained("m", full.value).message
    assert (
        "does not fit in memory"
        in loading.explained("m", torch.OutOfMemoryError("CUDA out of memory.")).message
    )
    assert loading.short_of_memory("m", RuntimeError("shapes differ")) is None


def test_a_backends_failure_is_told_without_its_noise(evals: Evals) -> None:
    def moody(request: Seen) -> Reply:
        bad = "bad" in request.body["prompt"]
        return (
            Reply({"error": "context length exceeded"}, 400)
            if bad
            else Reply({"choices": [{"index": 0, "text": "3"}]})
        )

    with serving() as stub:
        stub.host = moody
        model = f"lm-eval/local-completions?model=m&tokenizer_backend=none&max_retries=1&base_url={stub.url}/completions"
        replies = asyncio.run(mixed(model, Prompt(text="good"), Prompt(text="bad"), Prompt(text="good too")))
    assert [getattr(reply, "text", None) for reply in replies] == ["3", None, "3"]
    assert isinstance(replies[1], ProviderError)
    assert replies[1].kind == "too_long"
    evals.env = dict(os.environ)
    gone = evals("run", "dots", "-n", 2, "-m", model)
    assert gone.returncode == 2
    assert "takes no connection" in gone.stderr
    assert "it/s" not in gone.stdout + gone.stderr


async def mixed(model: str, *prompts: Prompt) -> list[Response | BaseException]:
    provider = connect(ModelName.parse(model))
    try:
        return await asyncio.gather(*map(provider.reply, prompts), return_exceptions=True)
    finally:
        await provider.close()


def test_ctrl_c_twice_does_not_wait_for_the_model(tmp_path: Path) -> None:
    import signal
    import time

    command = [
        sys.executable,
        "-m",
        "evals",
        "run",
        "arithmetic",
        "-m",
        f"hf/{BLUFF}",
        "-n",
        "40",
        "--out",
        "runs",
    ]
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        log = tmp_path / "runs"
        end = time.monotonic() + 60
        while not list(log.glob("*/replies.jsonl")) and time.monotonic() < end:
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=20)
    assert run.returncode == 130, err
    assert "Traceback" not in err
