"""Pieces that teach arithmetic: single operations, and the suite's stories, answered first or worked out, in equal number."""

from random import Random

from .document import Document, Part, chat
from .suite import SHOWN, module

LEVELS = {1: 26, 2: 28, 3: 22, 4: 12, 5: 7, 6: 5}
DIGITS = {1: 60, 2: 26, 3: 9, 4: 5}
"""How often a level, and a length of numbers, is taught: mostly what a model of this size can learn."""

STYLES = {"answer first": 40, "step by step": 40, "answer only": 14, "no advice": 6}
"""How often each advice is given; without any, both orders are equally frequent."""


def story(rng: Random) -> Document:
    """A problem with its reply."""
    draw, items = module("arithmetic", "draw"), module("arithmetic", "items")
    forms = module("arithmetic", "forms")
    level = rng.choices(list(LEVELS), weights=list(LEVELS.values()))[0]
    digits = rng.choices(list(DIGITS), weights=list(DIGITS.values()))[0]
    form = forms.forms()[rng.choice(forms.templates()), level]
    numbers = next(draw.draws(form, digits, rng, training=True))
    style = rng.choices(list(STYLES), weights=list(STYLES.values()))[0]
    return chat(
        _question(rng, items.tell(form, digits, numbers, rng).text, style),
        _reply(rng, style, numbers.answer, "\n".join(draw.working(form, numbers))),
    )


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
