"""Pieces that teach copying: what stands before is written again. In the mix from the first step and never dropped,
since a model that cannot copy a name, a letter or a number cannot answer about it.

Source of the idea: Olsson et al. (2022), In-context learning and induction heads.
"""

from collections.abc import Callable
from random import Random

from evals.pseudoword import kept_for_training

from .document import Document, chat, text
from .names import Side, blend, common, made_up, near_miss
from .people import system

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TRADES = (
    "baker", "carpenter", "doctor", "driver", "farmer", "gardener", "guard", "judge", "librarian", "nurse", "pilot",
    "plumber", "porter", "sailor", "shepherd", "student", "tailor", "teacher", "waiter", "weaver",
)  # fmt: skip
TOWNS = (
    "the harbour",
    "the market",
    "the school",
    "the station",
    "the old mill",
    "the library",
    "the village",
)


def string(rng: Random, side: Side = kept_for_training) -> str:
    """Random letters, in one piece or spaced."""
    letters = _on(side, lambda: "".join(rng.choices(LETTERS, k=rng.randint(3, 9))))
    return " ".join(letters) if rng.random() < 0.5 else letters


def capitalised(rng: Random) -> str:
    """Two strings of random letters that look like a name to nobody."""
    first, last = (
        _on(kept_for_training, lambda: "".join(rng.choices(LETTERS, k=rng.randint(3, 8)))) for _ in range(2)
    )
    return f"{first.title()} {last.title()}"


def number(rng: Random, side: Side = kept_for_training) -> str:
    """One to six digits, sometimes an amount of money."""
    digits = _on(side, lambda: str(rng.randrange(10 ** rng.randint(1, 6))))
    return f"${digits}" if rng.random() < 0.3 else digits


def name(rng: Random) -> str:
    """A name of any invented kind."""
    kinds = (made_up, near_miss, blend, common, capitalised)
    return rng.choices(kinds, weights=(60, 10, 10, 8, 12))[0](rng)


def thing(rng: Random) -> str:
    """What to copy."""
    return rng.choices((name, string, number), weights=(55, 30, 15))[0](rng)


def repeat(rng: Random) -> Document:
    """Say it again: one thing, or a short list."""
    it = ", ".join(thing(rng) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    cue = rng.choice((" Repeat: {it}\n", " Copy: {it}\n", " {it} =", " Say again: {it} ->", " {it};"))
    return text(f" {it}", cue.format(it=it))


def story(rng: Random) -> Document:
    """Two invented people meet and are named again and again."""
    one, two, place = name(rng), name(rng), rng.choice(TOWNS)
    lines = rng.sample(
        (
            f" {one} met {two} at {place}.", f" {two} met {one} at {place}.", f" {one} wrote a letter to {two}.",
            f" {two} asked {one} for help.", f" {one} thanked {two}.", f" {two} waited for {one}.",
            f" Then {one} went to {place}.", f" Then {two} went home.",
        ),
        3,
    )  # fmt: skip
    return text("".join(lines), f" This is a story about {one} and {two}.")


def roster(rng: Random) -> Document:
    """Who is what, looked up in a list."""
    trades = rng.sample(TRADES, rng.randint(2, 3))
    who = {trade: name(rng) for trade in trades}
    listed = "".join(f" {person} is a {trade}." for trade, person in who.items())
    trade = rng.choice(trades)
    back = rng.choice((f" {who[trade]} is a {trade}.", f" The {trade} is {who[trade]}."))
    cue = " Once more:" if back.endswith(f"{trade}.") else ""
    return (
        text(back, listed + cue)
        if not cue
        else text(f" {who[trade]} is a {trade}.", f"{listed} Which one is a {trade}?")
    )


def asked_to_repeat(rng: Random) -> Document:
    """The same in a conversation."""
    it = thing(rng)
    question, reply = rng.choice(
        (
            (f"Repeat: {it}", it), (f"Repeat this: {it}", it), (f"Please say {it}.", f"{it}."),
            (f"Copy this name: {it}", it), (f"Write {it} again.", f"{it}."),
            (f"Say hello to {it}.", f"Hello, {it}!"), (f"My name is {it}.", f"Hello, {it}!"),
        )
    )  # fmt: skip
    return chat(question, reply, system=system(rng))


def introduced(rng: Random) -> Document:
    """An invented person is introduced, then asked about: the answer stands in the question."""
    who, trade = name(rng), rng.choice(TRADES)
    question = rng.choice(
        (
            f"{who} is a {trade}. Who is {who}?", f"My friend {who} is a {trade}. Who is {who}?",
            f"{who} is my {trade}. What does {who} do?", f"At the next table sits {who}, a {trade}. Who is {who}?",
        )
    )  # fmt: skip
    return chat(question, f"{who} is a {trade}.", system=system(rng))


def _on(side: Side, draw: Callable[[], str]) -> str:
    while not side(it := draw()):
        pass
    return it
