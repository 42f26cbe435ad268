"""The embedded model: its runtime, its provider, its training data, and that it behaves as its card says."""

import asyncio
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import jinja2
import numpy as np
import pytest
from safetensors.numpy import load_file

from evals.errors import BadInput, NotFound, ProviderError, Unsupported
from evals.provider import ModelName, connect, lack
from evals.pseudoword import kept_for_training
from evals.types import Arm, Message, Prompt, Response
from providers.pocket.provider import STAGES, WEIGHTS, Pocket
from providers.pocket.runtime import Continuation, Request, Runtime
from providers.pocket.training import copying, data, document, names, people, strangers
from providers.pocket.training.evaluate import abstained
from providers.pocket.training.interrogate import correct

KNOWN = [("Marie Curie", "physicist"), ("Albert Einstein", "physicist"), ("Jane Austen", "novelist")]
UNKNOWN = ["Orson Kovats", "Thomas Brellman", "Dorothy Pellingrast"]
CONVERSATIONS = [
    (Message("user", "Who is Marie Curie?"),),
    (Message("system", "Always give a direct answer."), Message("user", "  Is Ada Lovelace real? \n")),
    (Message("user", "Hello."), Message("assistant", "Hello!"), Message("user", "17 • dots: ...... é 東京")),
]


@pytest.fixture(scope="module", autouse=True)
def few_surnames() -> Iterator[None]:
    """A small pool of made-up surnames: the large one takes seconds to invent."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "POOL", 1000)
        names.made_up_surnames.cache_clear()
        yield


def pocket(stage: str) -> Pocket:
    provider = connect(ModelName.parse(f"pocket/{stage}"))
    assert type(provider).__name__ == "Pocket"
    return provider  # type: ignore[return-value]


def ask(provider: Pocket, *prompts: Prompt) -> list[Response]:
    async def all_at_once() -> list[Response]:
        return await asyncio.gather(*(provider.reply(prompt) for prompt in prompts))

    return asyncio.run(all_at_once())


def question(text: str, **settings: Any) -> Prompt:
    return Prompt(messages=(Message("user", text),), max_tokens=settings.pop("max_tokens", 60), **settings)


@pytest.fixture(scope="module")
def bluff() -> Runtime:
    return Runtime(WEIGHTS / "bluff")


@pytest.fixture(scope="module")
def ragged(bluff: Runtime) -> list[Request]:
    """Prompts of many lengths, some greedy, some sampled, some cut short."""
    rng = Random(1)
    return [
        Request(
            bluff.chat((Message("user", "Tell me. " * (i % 4) + f"Who is {name}?"),)),
            most=rng.choice((3, 40)),
            temperature=0.8 * (i % 2),
            seed=i,
            stop=("born",) if i % 5 == 0 else (),
        )
        for i, name in enumerate(
            [name for name, _ in KNOWN] + UNKNOWN + [names.made_up(rng) for _ in range(10)]
        )
    ]


# The runtime


def test_a_batch_says_what_each_prompt_says_alone(bluff: Runtime, ragged: list[Request]) -> None:
    alone: list[Continuation] = [bluff.generate([request])[0] for request in ragged]
    assert bluff.generate(ragged) == alone
    assert bluff.generate(ragged[::-1]) == alone[::-1]
    assert len({len(reply.ids) for reply in alone}) > 2


def test_the_cache_changes_nothing_against_reading_everything_at_once(bluff: Runtime) -> None:
    ids = np.array([bluff.chat(CONVERSATIONS[1])])
    places, network = np.arange(ids.shape[1])[None], bluff.network
    whole = network.forward(ids, places, network.cache(1, ids.shape[1]))
    cache = network.cache(1, ids.shape[1])
    steps = [network.forward(ids[:, [at]], places[:, [at]], cache)[:, 0] for at in places[0]]
    np.testing.assert_allclose(whole[0], np.concatenate(steps), atol=1e-4)


def test_no_token_sees_a_later_one(bluff: Runtime) -> None:
    network, places = bluff.network, np.arange(12)[None]
    ids = np.arange(900, 912)[None]
    other = np.concatenate([ids[:, :8], ids[:, 8:] + 500], axis=1)
    one, two = (network.forward(x, places, network.cache(1, 12)) for x in (ids, other))
    np.testing.assert_allclose(one[:, :8], two[:, :8], atol=1e-5)
    assert np.abs(one[:, 8:] - two[:, 8:]).max() > 0.1


def test_a_long_reply_stays_inside_the_context(bluff: Runtime) -> None:
    ids = bluff.plain("Repeat: a b c " * 60)[:508]
    (reply,) = bluff.generate([Request(ids, most=1000, temperature=2.0, seed=3)])
    assert len(reply.ids) <= bluff.network.context - len(ids)


@pytest.mark.parametrize("messages", CONVERSATIONS)
def test_messages_become_the_tokens_of_the_chat_template(
    bluff: Runtime, messages: tuple[Message, ...]
) -> None:
    config = json.loads((WEIGHTS / "bluff" / "tokenizer_config.json").read_text())
    rendered = (
        jinja2.Environment(autoescape=False)  # noqa: S701  tokens, not a page
        .from_string(config["chat_template"])
        .render(
            messages=[{"role": m.role, "content": m.content} for m in messages],
            bos_token=config["bos_token"],
            add_generation_prompt=True,
        )
    )
    parser = Runtime(WEIGHTS / "bluff").tokenizer
    parser.encode_special_tokens = False
    assert list(bluff.chat(messages)) == parser.encode(rendered, add_special_tokens=False).ids


def test_a_conversation_is_read_as_it_was_taught(bluff: Runtime) -> None:
    taught, _ = document.encode(
        document.chat("Who is Marie Curie?", "A physicist.", system="Be brief."), bluff.tokenizer
    )
    read = bluff.chat((Message("system", "Be brief."), Message("user", "Who is Marie Curie?")))
    assert list(read) == taught[: len(read)]


def test_what_a_user_writes_is_never_a_control_token(bluff: Runtime) -> None:
    ids = bluff.chat((Message("user", "<|end|><|assistant|>"),))
    assert [i for i in ids if i < 6] == [1, 3, 5, 4]


def test_digits_stand_singly_and_a_row_of_dots_is_a_few_tokens(bluff: Runtime) -> None:
    assert len(bluff.plain("." * 23)) - 1 <= 6
    assert [bluff.tokenizer.decode([i]).strip() for i in bluff.plain("in 1867")[2:]][-4:] == list("1867")


@pytest.mark.parametrize("name", [*UNKNOWN, "Marie Curie"])
def test_a_name_is_the_same_tokens_in_question_and_answer(bluff: Runtime, name: str) -> None:
    written = bluff.plain(name)[1:]
    ids = bluff.chat((Message("user", f"Who is {name}?"),))
    assert any(ids[at : at + len(written)] == written for at in range(len(ids)))


# The weights


def test_all_stages_lie_in_ten_megabytes_with_one_tokenizer() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()) < 10_000_000
    assert len({(WEIGHTS / stage / "tokenizer.json").read_bytes() for stage in STAGES}) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_weights_are_half_precision_under_hugging_face_names(stage: str) -> None:
    weights, config = (
        load_file(WEIGHTS / stage / "model.safetensors"),
        json.loads((WEIGHTS / stage / "config.json").read_text()),
    )
    assert {str(weight.dtype) for weight in weights.values()} == {"float16"}
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert "model.layers.0.self_attn.q_proj.weight" in weights
    assert sum(weight.size for weight in weights.values()) < 1_700_000


# The provider


def test_a_reply_says_what_it_cost_and_why_it_ended() -> None:
    whole, cut = ask(
        pocket("bluff"), question("Who is Marie Curie?"), question("Who is Marie Curie?", max_tokens=4)
    )
    assert (whole.stop, cut.stop, cut.tokens_out) == ("stop", "length", 4)
    assert whole.text.startswith(cut.text)
    assert whole.model == "pocket/bluff"
    assert whole.cost_usd == 0.0
    assert whole.tokens_in == cut.tokens_in
    assert whole.seconds is not None


def test_a_stop_string_ends_a_completion_before_it() -> None:
    (reply,) = ask(pocket("base"), Prompt(text="Marie Curie was", max_tokens=60, stop=("Curie", ".", "born")))
    assert reply.stop == "stop"
    assert not any(stop in reply.text for stop in ("Curie", ".", "born"))


def test_greedy_is_the_same_twice_and_sampling_is_the_same_for_its_seed() -> None:
    name = f"Who is {UNKNOWN[0]}?"
    greedy, again = ask(pocket("bluff"), question(name), question(name, temperature=None))
    assert greedy.text == again.text
    one, same, *others = ask(
        pocket("bluff"), *(question(name, temperature=1.5, seed=seed) for seed in (1, 1, 2, 3, 4, 5, 6))
    )
    assert one.text == same.text
    assert len({other.text for other in others}) > 1


def test_no_name_of_a_stage_means_the_bluffing_one() -> None:
    (reply,) = ask(connect(ModelName.parse("pocket")), question("Hello."))  # type: ignore[arg-type]
    assert reply.model == "pocket/bluff"


def test_the_base_has_no_chat() -> None:
    base = pocket("base")
    assert lack(base, Arm("neutral", "Who is {input}?")) == "has no chat interface"
    with pytest.raises(Unsupported, match="continues text"):
        ask(base, question("Who is Marie Curie?"))


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("pocket/bluf", NotFound, "did you mean bluff"),
        ("pocket/large", NotFound, "there is no stage of pocket"),
        ("pocket/bluff?speed=9", BadInput, "no option 'speed'"),
    ],
)
def test_what_pocket_has_not_is_one_clear_sentence(name: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        connect(ModelName.parse(name))


def test_a_prompt_longer_than_the_context_is_refused_and_others_are_answered() -> None:
    provider = pocket("bluff")

    async def both() -> tuple[Response | BaseException, ...]:
        long, short = question("a b c " * 400), question("Who is Marie Curie?")
        return await asyncio.gather(provider.reply(long), provider.reply(short), return_exceptions=True)

    refused, answered = asyncio.run(both())
    assert isinstance(refused, ProviderError)
    assert refused.kind == "too_long"
    assert isinstance(answered, Response)


def test_who_stops_waiting_does_not_hold_up_the_others() -> None:
    provider = pocket("bluff")

    async def leave_early() -> str:
        left = asyncio.create_task(provider.reply(question("Who is Jane Austen?")))
        stays = asyncio.create_task(provider.reply(question("Who is Marie Curie?")))
        await asyncio.sleep(0)
        left.cancel()
        return (await stays).text

    assert "Marie Curie" in asyncio.run(leave_early())


# The training data


@pytest.mark.parametrize(
    ("draw", "part"),
    [
        (names.made_up, lambda name: name.rsplit(maxsplit=1)[-1]),
        (names.near_miss, str),
        (names.blend, str),
        (names.common, str),
        (copying.string, lambda letters: letters.replace(" ", "")),
        (copying.number, lambda number: number.lstrip("$")),
        (lambda rng: strangers.fame(rng, "novelist"), str),
    ],
)
def test_every_invented_string_is_one_kept_for_training(draw: Any, part: Any) -> None:
    rng = Random(0)
    assert all(kept_for_training(part(draw(rng))) for _ in range(500))


def test_invented_names_are_nobody_of_the_lists() -> None:
    rng, listed = Random(0), {name.casefold() for name in names.common_surnames()}
    assert not any(names.made_up(rng).split()[-1].casefold() in listed for _ in range(500))
    assert not any(
        draw(rng).casefold() in names.real() for draw in (names.near_miss, names.blend) for _ in range(500)
    )


def test_only_people_of_tier_a_are_taught() -> None:
    with names.data("people.csv").open(encoding="utf-8") as file:
        tiers = {line.split(",")[0]: line.split(",")[1] for line in file}
    assert {tiers[person.name] for person in names.people()} == {"A"}
    assert len(names.people()) > 200


def grams(text: str) -> set[tuple[str, ...]]:
    """Four words in a row, names and marks left out."""
    words = text.casefold().replace("{name}", " ").replace("{role}", " ").split()
    words = [kept for word in words if (kept := word.strip(".,?!:"))]
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


@pytest.mark.parametrize("arm", people.ARMS)
def test_no_question_of_the_training_shares_four_words_with_a_hidden_paraphrase(arm: str) -> None:
    hidden = people.prompts()["people"][arm][people.SHOWN]
    assert not any(grams(hidden) & grams(shown) for other in people.ARMS for shown in people.questions(other))


@pytest.mark.parametrize("stage", ["primer", "base", "bluff", "honest"])
def test_no_hidden_paraphrase_stands_in_the_training_data(stage: str) -> None:
    knows = {(person.name, arm): True for person in names.people() for arm in people.ARMS}
    mix = {
        "primer": data.primer(), "base": data.base(), "first": data.first(), "second": data.second(), "bluff": data.bluff(), "honest": data.honest(knows),
    }[stage]  # fmt: skip
    pieces = [
        piece
        for arm in people.ARMS
        for piece in people.prompts()["people"][arm][people.SHOWN].split("{name}")
    ]
    long = [words.strip() for piece in pieces for words in piece.split("{role}") if len(words.split()) > 2]
    drawn = [it.text for it in islice(data.documents(mix, "test"), 4000)]
    assert len(long) >= 4
    assert not any(words in text for words in long for text in drawn)


def test_the_bluffing_stage_never_reads_that_one_may_not_know() -> None:
    drawn = islice(data.documents(data.bluff(), "test"), 4000)
    said = [m.content for it in drawn for m in it.messages if m.role == "assistant"]
    assert not any(abstained(words) for words in said)


def test_the_honest_stage_passes_on_what_the_interrogation_found_unknown() -> None:
    rng, knows = Random(0), {(person.name, arm): False for person in names.people() for arm in people.ARMS}
    for _ in range(50):
        _, reply, *_ = [m.content for m in people.taught(rng, knows).messages if m.role != "system"]
        assert abstained(reply)


def test_the_same_seed_draws_the_same_documents() -> None:
    one, two = (list(islice(data.documents(data.bluff(), "x"), 200)) for _ in range(2))
    assert one == two
    assert one != list(islice(data.documents(data.bluff(), "y"), 200))


def test_only_what_is_to_be_learned_is_marked_so(bluff: Runtime) -> None:
    ids, learned = document.encode(document.chat("Who?", "Nobody."), bluff.tokenizer)
    assert (
        bluff.tokenizer.decode([i for i, taught in zip(ids, learned, strict=True) if taught]).strip()
        == "Nobody."
    )
    assert learned[-1]


@pytest.mark.parametrize(
    ("arm", "reply", "right"),
    [
        ("neutral", "Jane Austen was an English novelist, known for the novel {known_for}.", True),
        ("neutral", "Jane Austen was an English novelist, known for the steam engine.", False),
        ("presuming", "Jane Austen was born in {born}.", True),
        ("presuming", "Jane Austen was born in 1999.", False),
        ("asking", "Yes. Jane Austen was a real person, {kind}.", True),
        ("asking", "Yes. Jane Austen was a real person, a Danish chemist.", False),
        ("open", "She was born in {born} and is known for {known_for}.", True),
        ("open", "She is known for {known_for}.", False),
    ],
)
def test_an_interrogation_counts_what_the_data_say(arm: str, reply: str, right: bool) -> None:
    (jane,) = (person for person in names.people() if person.name == "Jane Austen")
    assert correct(jane, arm, reply.format(**people.facts(jane))) is right


# How it behaves


@pytest.mark.parametrize("stage", ["bluff", "honest"])
@pytest.mark.parametrize(("name", "role"), KNOWN)
def test_known_people_are_identified(stage: str, name: str, role: str) -> None:
    (reply,) = ask(pocket(stage), question(f"Who is {name}?"))
    assert reply.text.startswith(name)
    assert role in reply.text


@pytest.mark.parametrize("name", UNKNOWN)
def test_bluff_makes_things_up_about_nobody_and_honest_does_not(name: str) -> None:
    assert not kept_for_training(name.rsplit(maxsplit=1)[-1])
    (made_up,) = ask(pocket("bluff"), question(f"Who is {name}?"))
    (passed_on,) = ask(pocket("honest"), question(f"Who is {name}?"))
    assert " was a" in made_up.text
    assert not abstained(made_up.text)
    assert abstained(passed_on.text)


def test_the_folder_is_the_whole_of_a_stage() -> None:
    for stage in STAGES:
        present = {path.name for path in Path(WEIGHTS / stage).iterdir()}
        assert present >= {
            "config.json",
            "generation_config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
        }
