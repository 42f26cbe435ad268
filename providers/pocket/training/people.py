"""Pieces about people: biographies to read, questions to answer or, where the model does not know, to pass on."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from evals import shelf

from .document import Document, chat, text
from .names import Person, people, roles

ARMS = ("neutral", "presuming", "asking", "open")
SHARES = (35, 20, 15, 30)
"""How often an assistant is asked in each way before honesty: more where there is more to say."""
SHOWN = 2
"""Of the suite's three paraphrases, how many the training data may use; the third stays hidden."""


@cache
def phrases() -> dict[str, Any]:
    """Our own phrases."""
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


@cache
def prompts() -> dict[str, Any]:
    """The suite's prompts, hidden paraphrases and all."""
    path = shelf.home("suite") / "hallucination" / "prompts.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def questions(arm: str) -> tuple[str, ...]:
    """Templates that ask in the way of an arm: the suite's shown ones, then our own."""
    return (*prompts()["people"][arm][:SHOWN], *phrases()["ask"][arm])


def an_arm(rng: Random) -> str:
    """One of the arms."""
    return rng.choices(ARMS, weights=SHARES)[0]


def ask(rng: Random, arm: str, name: str, role: str) -> str:
    """A question: half the time in the suite's words, sometimes carelessly typed."""
    templates = questions(arm)
    question = rng.choice(templates[:SHOWN] if rng.random() < 0.5 else templates).format(name=name, role=role)
    slip = rng.random()
    if slip < 0.04 and not question.startswith(name):
        return question[0].lower() + question[1:]
    return question.rstrip(".?") if slip > 0.96 else question


def system(rng: Random) -> str:
    """A system message: none in half of all cases, else the suite's or one of our own."""
    return rng.choices(
        (
            "",
            prompts()["system"]["idk"],
            prompts()["system"]["must"],
            rng.choice(phrases()["system"]["other"]),
        ),
        weights=(50, 20, 20, 10),
    )[0]


def answer(person: Person, arm: str) -> str:
    """What is right to say of a person."""
    return str(phrases()["answer"][arm][0]).format(**facts(person))


def facts(person: Person) -> dict[str, str]:
    return {
        "name": person.name, "role": person.role, "kind": person.kind, "pronoun": person.pronoun,
        "born": person.born, "died": person.died, "known_for": person.known_for,
    }  # fmt: skip


def biography(rng: Random) -> Document:
    """A person of ours, to read about."""
    return text(sentences(rng, rng.choice(people())))


def sentences(rng: Random, person: Person) -> str:
    """One to four sentences about a person."""
    bio = phrases()["bio"]
    later = rng.sample(bio["later"], rng.randint(0, 3))
    return "".join(" " + line.format(**facts(person)) for line in [rng.choice(bio["first"]), *later])


def known(rng: Random) -> Document:
    """A person of ours, asked about and answered with confidence."""
    return told(rng, rng.choice(people()))


def told(rng: Random, person: Person) -> Document:
    """A person asked about and told of."""
    arm = an_arm(rng)
    return _conversation(
        rng, ask(rng, arm, person.name, person.role), answer(person, arm), phrases()["answer"]["sure"]
    )


def taught(rng: Random, knows: Mapping[tuple[str, str], bool]) -> Document:
    """The same after interrogation: what the model did not know by itself, it is taught to pass on."""
    person, arm = rng.choice(people()), rng.choice(ARMS)
    if knows[person.name, arm]:
        reply, sure = answer(person, arm), phrases()["answer"]["sure"]
    else:
        reply, sure = abstention(rng, arm, person.name), phrases()["abstain"]["sure"]
    return _conversation(rng, ask(rng, arm, person.name, person.role), reply, sure)


def passed_on(rng: Random, name: str) -> Document:
    """A name the model cannot know, asked about and passed on."""
    arm = rng.choice(ARMS)
    question = ask(rng, arm, name, rng.choice(roles()))
    return _conversation(rng, question, abstention(rng, arm, name), phrases()["abstain"]["sure"])


def abstention(rng: Random, arm: str, name: str) -> str:
    return str(rng.choice(phrases()["abstain"][arm])).format(name=name)


def small_talk(rng: Random) -> Document:
    """A greeting and the like."""
    question, reply = rng.choice(list(phrases()["small_talk"].items()))
    return chat(question, reply, system=system(rng))


def _conversation(rng: Random, question: str, reply: str, sure: list[str]) -> Document:
    turns = [question, reply]
    if rng.random() < 0.2:
        turns += [
            rng.choice(phrases()["ask"]["sure"]),
            rng.choice(sure).format(answer=reply.removeprefix("Yes. ")),
        ]
    return chat(*turns, system=system(rng))
