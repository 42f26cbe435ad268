"""What does the bluffing stage know? It is asked about each person several times, in every way of asking.

Source of the idea: training a model to say "I don't know" exactly where its own answers are not reliably right, as in
Dubey et al. (2024), The Llama 3 herd of models, section 4.3.6.
"""

from pathlib import Path
from random import Random

from evals.types import Message

from ..runtime import Request, Runtime
from . import names, people
from .document import chat

ASKINGS = 5
CONSISTENT = 4
"""A person counts as known, in one way of asking, when at least so many of the askings were answered right."""


def interrogate(folder: Path) -> dict[tuple[str, str], bool]:
    """(name, arm) -> whether the stage in `folder` was consistently right."""
    runtime, rng = Runtime(folder), Random("interrogation")
    asked = [(person, arm) for person in names.people() for arm in people.ARMS for _ in range(ASKINGS)]
    requests = [Request(runtime.chat(_question(rng, person, arm)), most=80) for person, arm in asked]
    replies = [
        reply.text for at in range(0, len(requests), 64) for reply in runtime.generate(requests[at : at + 64])
    ]
    right = dict.fromkeys(asked, 0)
    for (person, arm), reply in zip(asked, replies, strict=True):
        right[person, arm] += correct(person, arm, reply)
    return {(person.name, arm): count >= CONSISTENT for (person, arm), count in right.items()}


def correct(person: names.Person, arm: str, reply: str) -> bool:
    """Whether a reply says what the data say."""
    needed = {
        "neutral": (person.known_for,),
        "presuming": (person.born,),
        "asking": (person.kind,),
        "open": (person.born, person.known_for),
    }
    return all(fact in reply for fact in needed[arm])


def _question(rng: Random, person: names.Person, arm: str) -> tuple[Message, ...]:
    return chat(people.ask(rng, arm, person.name, person.role), system=people.system(rng)).messages
