"""Pieces that teach arithmetic: single operations, and the suite's stories, answered first or worked out, in equal number."""

from collections.abc import Mapping
from random import Random
from typing import Any, TypeVar

from .document import Document, Part, chat
from .suite import SHOWN, module

Drawn = TypeVar("Drawn")

LEVELS = {1: 26, 2: 28, 3: 22, 4: 12, 5: 7, 6: 5}
"""How often a level is taught."""

WIDE = {1: 60, 2: 26, 3: 9, 4: 5}
NARROW = {1: 80, 2: 16, 3: 3, 4: 1}
"""How often numbers of a length are taught: at first all of them, then mostly those whose sums a model of this size can learn."""

STYLES = {"answer first": 40, "step by step": 40, "answer only": 14, "no advice": 6}
"""How often each advice is given; without any, both orders are equally frequent."""


def story(rng: Random, digits: Mapping[int, int] = WIDE) -> Document:
    """A problem with its reply."""
    form, length = _form(rng), _drawn(rng, digits)
    numbers = next(module("arithmetic", "draw").draws(form, length, rng, training=True))
    problem = module("arithmetic", "items").tell(form, length, numbers, rng).text
    working = "\n".join(module("arithmetic", "draw").working(form, numbers))
    style = _drawn(rng, STYLES)
    return chat(_question(rng, problem, style), _reply(rng, style, numbers.answer, working))


def steps(rng: Random, digits: Mapping[int, int] = NARROW) -> Document:
    """Single operations as the stories have them, one below the other: only their results are learned."""
    parts: list[Part] = []
    while len(parts) < 10:
        form, draw = _form(rng), module("arithmetic", "draw")
        numbers = next(draw.draws(form, _drawn(rng, digits), rng, training=True))
        for line in draw.working(form, numbers):
            asked, result = line.split("= ")
            parts += [Part(f" {asked}=", False), Part(f" {result}\n", True)]
    return Document(tuple(parts))


def _form(rng: Random) -> Any:
    forms = module("arithmetic", "forms")
    return forms.forms()[rng.choice(forms.templates()), _drawn(rng, LEVELS)]


def _drawn(rng: Random, weights: Mapping[Drawn, int]) -> Drawn:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _question(rng: Random, problem: str, style: str) -> str:
    """The problem, with a shown wording of the advice below."""
    if style == "no advice":
        return problem
    return f"{problem}\n{rng.choice(module('arithmetic', 'arms').advice()[style][:SHOWN])}"


def _reply(rng: Random, style: str, answer: int, working: str) -> str:
    if style == "no advice":
        style = rng.choice(("answer first", "step by step"))
    return {
        "answer first": f"Answer: {answer}\n{working}",
        "step by step": f"{working}\nAnswer: {answer}",
        "answer only": str(answer),
    }[style]


def operations(rng: Random) -> Document:
    """Single operations, one below the other: only their results are learned."""
    parts = []
    for _ in range(rng.randint(3, 8)):
        left, sign, right, result = _operation(rng)
        parts += [Part(f" {left} {sign} {right} =", False), Part(f" {result}\n", True)]
    return Document(tuple(parts))


def _operation(rng: Random) -> tuple[int, str, int, int]:
    """As the stories have them: products and quotients by one digit, sums and differences of up to five."""
    sign, few = rng.choices("+-*/", weights=(5, 5, 3, 3))[0], rng.randint(2, 9)
    one, other = (
        rng.randrange(2, 10 ** rng.choices((1, 2, 3, 4), weights=(35, 42, 17, 6))[0]) for _ in range(2)
    )
    match sign:
        case "+":
            return one, sign, other, one + other
        case "-":
            return max(one, other), sign, min(one, other), abs(one - other)
        case "*":
            return (one, sign, few, one * few) if rng.random() < 0.5 else (few, sign, one, one * few)
        case _:
            return one * few, sign, few, one
