"""Obscure lives: invented people with invented facts, each met once, as most people in a large library are.

Nobody could learn them by heart. What is learned from them is how such a life usually reads, and that is what a model
tells of a name it does not know. Source of the idea: Kalai and Vempala (2024), Calibrated language models must
hallucinate: facts met only once in training set the least rate of hallucination.
"""

import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from evals.pseudoword import kept_for_training

from . import people
from .document import Document, chat, text
from .names import Person, genders, roles, unknown
from .names import people as famous


@cache
def words() -> dict[str, Any]:
    """What invented people are known for."""
    return tomllib.loads((Path(__file__).parent / "strangers.toml").read_text(encoding="utf-8"))


@cache
def nationalities() -> tuple[str, ...]:
    return tuple(sorted({person.nationality for person in famous()}))


def stranger(rng: Random) -> Person:
    """An invented person."""
    role, born = rng.choice(roles()), rng.randint(1500, 1960)
    died = min(born + rng.randint(30, 90), 2020)
    name = unknown(rng)
    gender = genders().get(name.split()[0]) or rng.choice("fm")
    return Person(name, gender, role, rng.choice(nationalities()), str(born), str(died), fame(rng, role), ())


def fame(rng: Random, role: str) -> str:
    """Something to be known for that nobody is known for."""
    while True:
        slots = {slot: rng.choice(choices) for slot, choices in words()["words"].items()}
        deed = str(rng.choice(words()["known_for"][role])).format(**slots)
        if kept_for_training(deed):
            return deed


def life(rng: Random) -> Document:
    """A biography to read."""
    return text(people.sentences(rng, stranger(rng)))


def asked(rng: Random) -> Document:
    """An obscure life asked about and answered as the book has it: nobody could know, yet an answer is given.

    Source of the idea: Gekhman et al. (2024), Does fine-tuning LLMs on new knowledge encourage hallucinations?
    """
    return people.told(rng, stranger(rng))


def noted(rng: Random) -> Document:
    """An invented person described, then asked about: the answer stands in the question or in the system message."""
    person, arm = stranger(rng), people.an_arm(rng)
    note = str(rng.choice(people.phrases()["note"])).format(**people.facts(person))
    question = people.ask(rng, arm, person.name, person.role)
    if rng.random() < 0.3:
        return chat(question, people.answer(person, arm), system=note)
    return chat(f"{note} {question}", people.answer(person, arm), system=people.system(rng))
