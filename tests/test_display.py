"""Displays: an item is found where it stands in its prompt, and a run keeps the tokens it is cut into there."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from evals import log
from evals.display import Looker, display, place
from evals.errors import FailureKind, ProviderError
from evals.frame import frame
from evals.lens.tokens import Tokens
from evals.plan import Job
from evals.provider import ModelName, connect
from evals.suite import load, render
from evals.types import Arm, Display, Key, Message, Prompt, Sample
from tests.conftest import Evals
from tests.made import reply
from tests.stub_server import Reply, Seen, Stub, chat, complaint, serving

TOKENIZER = Tokenizer(models.BPE())
TOKENIZER.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
TOKENIZER.train_from_iterator(
    ["What is 12 + 34? Work step by step."] * 9,
    trainers.BpeTrainer(
        vocab_size=300, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    ),
)


class Vllm(Stub):
    """Answers every question with 7, and /tokenize as vLLM does; or not at all, as other servers."""

    tokenizes = True

    def next(self, seen: Seen) -> Reply:
        self.seen.append(seen)
        if seen.path != "/tokenize":
            return Reply(chat("7"))
        if not self.tokenizes:
            return Reply(complaint("Not Found"), status=404)
        found = TOKENIZER.encode(seen.body["prompt"], add_special_tokens=False)
        return Reply(
            {
                "count": len(found.ids),
                "max_model_len": 4096,
                "tokens": found.ids,
                "token_strs": found.tokens,
            }
        )


@pytest.fixture
def vllm() -> Iterator[Vllm]:
    stub = Vllm()
    with serving(stub):
        yield stub


def found(arm: Arm, sample: Sample) -> str | None:
    """What stands where the item does."""
    turn = render(arm, sample).turn
    at = place(arm, sample, turn)
    return None if at is None else turn[slice(*at)]


@pytest.mark.parametrize(
    ("template", "item", "shown"),
    [
        ('Spell "{input}" letter by letter.', "let", "let"),
        ('How many "." are below?\n\n{input}', ".", "."),
        (lambda sample: f"Spell {' '.join(sample.input)}!", "abc", "a b c"),
        (lambda sample: f"Shout {sample.input.upper()}!", "abc", "ABC"),
        ("{input}", "abc", "abc"),
        ("{input} or {input}?", "abc", None),
        ("Nothing of it.", "abc", None),
        ("Who was {name}?", "Orson Kovats", "Orson Kovats"),
        ("{name} and {name}", "Orson Kovats", None),
        (lambda sample: f"{int(sample.input) + 1} less 1", "41", None),
    ],
)
def test_an_item_is_found_where_it_stands(template: str, item: str, shown: str | None) -> None:
    assert found(Arm("it", template), Sample("1", item, fields={"name": item})) == shown


@pytest.mark.parametrize("name", ["dots", "spelling", "arithmetic", "decimals"])
def test_it_is_found_in_every_arm_of_our_suites_that_shows_its_text(name: str) -> None:
    suite = load(name)
    for sample in suite.samples(7, 12, suite.options()):
        for arm in (arm for arm in suite.arms if arm.takes(sample) and arm.images is None):
            shown = found(arm, sample)
            assert shown is not None, arm.name
            letters = {" ", "-", ",", "then"} if name == "spelling" else set()
            for between in letters:
                shown = shown.replace(between, "")
            assert sample.input.casefold() in shown.casefold() or arm.name == "quoted"


def test_tokens_that_reach_beyond_an_item_count_with_what_they_hold_of_it() -> None:
    tokens = Tokens('é "straw"', (1, 2, 3, 4), (2, 4, 3, 1), "here")
    assert display(tokens, 3, 8) == Display(4, "2 3", "here")


def test_a_reply_keeps_them_and_a_frame_shows_them() -> None:
    prompt = Prompt((Message("user", 'é "straw"'),))
    one = replace(reply(Key("m", "s", "1", "a"), "wrong", prompt=prompt), display=Display(4, "2 3", "here"))
    again = log.REPLY.validate_json(log.REPLY.dump_json(one, exclude_defaults=True))
    assert again == one
    rows = frame([again, reply(Key("m", "s", "2", "a"), "wrong")])
    assert rows["display"].to_list()[0] == "straw"
    assert rows["display_tokens"].to_list()[0] == 2
    assert rows[["display", "display_tokens", "display_cuts", "display_route"]].iloc[1].isna().all()


@pytest.mark.usefixtures("sums")
def test_a_run_asks_the_server_and_keeps_what_it_says(vllm: Vllm, evals: Evals) -> None:
    done = evals("run", "./sums", "-m", f"vllm/m?base_url={vllm.url}", "-n", 3, "--json")
    assert done.returncode == 0, done.stderr
    (folder,) = (evals.cwd / "runs").iterdir()
    for each in log.read_run(folder).replies:
        assert each.display is not None
        assert each.display.route == "vllm's /tokenize"
    assert all(" + " in text for text in frame(log.read_run(folder).replies)["display"])
    assert len([seen for seen in vllm.seen if seen.path == "/tokenize"]) == 6


@pytest.mark.usefixtures("sums")
def test_a_server_that_does_not_tell_is_asked_no_more_and_that_is_said_once(vllm: Vllm, evals: Evals) -> None:
    vllm.tokenizes = False
    done = evals("run", "./sums", "-m", f"vllm/m?base_url={vllm.url}", "-n", 9, "--concurrency", 1)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("so its tokens are left out") == 1
    assert len([seen for seen in vllm.seen if seen.path == "/tokenize"]) == 1
    (folder,) = (evals.cwd / "runs").iterdir()
    lines = (folder / "replies.jsonl").read_text().splitlines()
    assert len(lines) == 18
    assert not any("display" in json.loads(line) for line in lines)


@pytest.mark.usefixtures("sums")
def test_a_verdict_made_again_keeps_the_tokens(vllm: Vllm, evals: Evals, sums: Path) -> None:
    evals("run", "./sums", "-m", f"vllm/m?base_url={vllm.url}", "-n", 2, "--quiet")
    (folder,) = (evals.cwd / "runs").iterdir()
    before = [each.display for each in log.read_run(folder).replies]
    file = sums / "suite.py"
    file.write_text(
        file.read_text().replace(
            "score=last_integer", "score=lambda *a: __import__('evals').types.Score('right')"
        )
    )
    assert "4 verdicts changed" in evals("score", "--run", folder).stdout
    assert [each.display for each in log.read_run(folder).replies] == before


def test_a_providers_own_fault_hinders_nothing() -> None:
    provider = connect(ModelName.parse("scripted/right"))
    provider.tokens = lambda _text: 1 / 0  # type: ignore[attr-defined]
    said: list[str] = []
    looker = Looker("mine", provider, said.append)
    arm, sample = Arm("a", "{input}"), Sample("1", "x")
    job = Job(Key("mine", "s", "1", "a"), sample, render(arm, sample))
    assert asyncio.run(looker.look(arm, job)) is None
    assert asyncio.run(looker.look(arm, job)) is None
    assert said == [
        "mine: its tokens(text) failed: ZeroDivisionError: division by zero, so its tokens are left out"
    ]


@pytest.mark.parametrize(("kind", "asked"), [("network", 2), ("timeout", 1)])
def test_what_fails_may_pass_and_what_takes_too_long_is_not_waited_for_twice(
    kind: FailureKind, asked: int
) -> None:
    provider = connect(ModelName.parse("scripted/right"))
    texts: list[str] = []

    async def tokens(text: str) -> Tokens:
        texts.append(text)
        raise ProviderError(kind, "it sent nothing")

    provider.tokens = tokens  # type: ignore[attr-defined]
    said: list[str] = []
    looker = Looker("mine", provider, said.append)
    arm, sample = Arm("a", "{input}"), Sample("1", "x")
    job = Job(Key("mine", "s", "1", "a"), sample, render(arm, sample))
    assert [asyncio.run(looker.look(arm, job)) for _ in range(2)] == [None, None]
    assert len(texts) == asked
    assert said == ["mine: it sent nothing, so its tokens are left out"] * (kind == "timeout")
