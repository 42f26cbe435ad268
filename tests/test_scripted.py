"""Scripted responders do what their names say, whatever the order and time of requests."""

import asyncio
from random import Random
from typing import Any

import pytest

from evals.errors import BadInput, EvalsError, NotFound, ProviderError
from evals.provider import ModelName, connect
from evals.types import Message, Prompt, Response

PROMPTS = [Prompt((Message("user", f"Who is Orson Kovats the {n}th?"),), seed=n) for n in range(60)]
PROMPT = PROMPTS[0]
LATER = Prompt((*PROMPT.messages, Message("assistant", "He is."), Message("user", "Are you sure?")), seed=0)


def scripted(name: str) -> Any:
    return connect(ModelName.parse(f"scripted/{name}"))


def reply(name: str, prompt: Prompt = PROMPT, target: str | None = "4") -> Response:
    provider = scripted(name)
    provider.prepare([(PROMPT, target)])
    response: Response = asyncio.run(provider.reply(prompt))
    return response


def outcomes(name: str, prompts: list[Prompt]) -> dict[str, str]:
    """By prompt: the text, or the kind of the failure, of the first request."""
    provider = scripted(name)
    provider.prepare([(prompt, str(prompt.seed)) for prompt in PROMPTS])

    async def all_of_them() -> dict[str, str]:
        found = {}
        for prompt in prompts:
            try:
                found[prompt.hash] = (await provider.reply(prompt)).text
            except ProviderError as error:
                found[prompt.hash] = error.kind
        return found

    return asyncio.run(all_of_them())


@pytest.mark.parametrize(
    ("name", "target", "text"),
    [
        ("right", "a Dutch painter", "a Dutch painter"),
        ("right", None, "I don't know."),
        ("wrong", "4", "5"),
        ("wrong", "-1", "0"),
        ("wrong", "yes", "no"),
        ("wrong", "No", "yes"),
        ("wrong", "Orson", "Something else."),
        ("idk", "4", "I don't know."),
        ("empty", "4", ""),
        ("yes", "4", "Yes."),
        ("no", "4", "No."),
        ("three", "4", "3"),
        ("echo", "4", "Who is Orson Kovats the 0th?"),
        ("slow?seconds=0", "4", "I don't know."),
        ("slow?seconds=0&then=right", "4", "4"),
    ],
)
def test_it_says_what_its_name_says(name: str, target: str | None, text: str) -> None:
    assert reply(name, target=target).text == text


def test_the_long_ones_are_long() -> None:
    assert reply("the").text.split() == ["the"] * 200
    assert reply("numbers").text.split() == [str(n) for n in range(1, 201)]
    assert len(reply("bio").text.split()) > 80
    assert "Kovats" not in reply("bio").text


def test_truncating_stops_at_the_limit() -> None:
    response = reply("truncating", Prompt(PROMPT.messages, max_tokens=17))
    assert (response.stop, len(response.text.split()), response.tokens_out) == ("length", 17, 17)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who is Orson Kovats?", "Orson Kovats"),
        ("Is Orson van der Kovats a real person?", "Orson van der Kovats"),
        ("What year was the composer Zoë O'Brien-Łuk born?", "Zoë O'Brien-Łuk"),
        ("Tell me who Mary de la Cruz is.", "Mary de la Cruz"),
        ("Write a short biography of “Ada King”.", "Ada King"),
        ("What is the drug Velmoxin used for?", "Velmoxin"),
        ("how many dots? .....", "It"),
    ],
)
def test_the_fabricator_speaks_flatly_of_whom_it_is_asked_about(question: str, name: str) -> None:
    text = reply("fabricator", Prompt((Message("user", question),))).text
    assert text.startswith(f"{name} is a ")
    assert (
        text == reply("fabricator", Prompt((Message("system", "Be brief."), Message("user", question)))).text
    )


def test_a_fabricator_sticks_to_its_story() -> None:
    assert reply("fabricator", LATER).text == reply("fabricator", PROMPT).text


def test_the_right_answer_holds_for_later_turns() -> None:
    assert reply("right", LATER).text == "4"
    assert reply("echo", LATER).text == "Are you sure?"


def test_who_was_not_told_the_answers_says_so() -> None:
    with pytest.raises(ProviderError, match="was not told the right answer"):
        asyncio.run(scripted("right").reply(PROMPT))


@pytest.mark.parametrize("name", ["wrong?every=3", "limited?every=3&then=right", "flaky?every=3&then=right"])
def test_every_third_is_chosen_by_the_prompt_alone(name: str) -> None:
    forward = outcomes(name, PROMPTS)
    shuffled = outcomes(name, Random(1).sample(PROMPTS, len(PROMPTS)))
    alone = {prompt.hash: outcomes(name, [prompt])[prompt.hash] for prompt in PROMPTS}
    assert forward == shuffled == alone
    spared = sum(forward[prompt.hash] == str(prompt.seed) for prompt in PROMPTS)
    assert 28 <= spared <= 52  # 40 of 60 expected, 3.3 standard deviations


@pytest.mark.parametrize(
    ("name", "kind"), [("limited", "rate_limit"), ("flaky", "server"), ("garbled", "garbled")]
)
def test_passing_trouble_meets_each_prompt_once(name: str, kind: str) -> None:
    first, second = PROMPTS[:2]
    provider = scripted(f"{name}?then=three")

    async def thrice() -> list[str]:
        seen = []
        for prompt in (first, second, first, second, first):
            try:
                seen.append((await provider.reply(prompt)).text)
            except ProviderError as error:
                seen.append(error.kind)
        return seen

    assert asyncio.run(thrice()) == [kind, kind, "3", "3", "3"]


@pytest.mark.parametrize(
    ("name", "kind", "retry_after"),
    [
        ("limited", "rate_limit", 0.1),
        ("limited?seconds=3", "rate_limit", 3.0),
        ("flaky", "server", None),
        ("failing", "server", None),
        ("failing?kind=auth", "auth", None),
        ("hanging?seconds=0", "timeout", None),
    ],
)
def test_trouble_is_of_its_kind(name: str, kind: str, retry_after: float | None) -> None:
    with pytest.raises(ProviderError) as caught:
        reply(name)
    assert (caught.value.kind, caught.value.retry_after) == (kind, retry_after)


def test_lasting_trouble_lasts() -> None:
    provider = scripted("failing?kind=not_found")
    for _ in range(3):
        with pytest.raises(ProviderError):
            asyncio.run(provider.reply(PROMPT))


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("", NotFound, ["''", "fabricator", "right"]),
        ("rigth", NotFound, ["did you mean right?"]),
        ("idk?every=2", BadInput, ["scripted/idk takes no option 'every'", "it takes: none"]),
        ("flaky?kind=auth", BadInput, ["takes no option 'kind'", "every, then"]),
        ("wrong?every=0", BadInput, ["every='0'"]),
        ("slow?seconds=-1", BadInput, ["seconds='-1'"]),
        ("failing?kind=bored", BadInput, ["kind='bored'"]),
        ("limited?then=slow", NotFound, ["'slow'", "echo"]),
    ],
)
def test_what_there_is_not_is_told(name: str, error: type[EvalsError], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        scripted(name)
    assert [word for word in words if word not in str(caught.value)] == []


def test_it_is_named_as_simulated_and_meets_every_suite() -> None:
    provider = scripted("idk")
    assert "simulated" in provider.notice
    assert {"chat", "completion"} <= provider.can
    response = reply("idk")
    assert response.model == "scripted/idk"
    assert response.cost_usd == 0.0
    asyncio.run(provider.close())
