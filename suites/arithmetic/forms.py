"""Forms: the sixteen stories at six levels, read from templates.toml, with the words that fill them from words.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["count", "amount", "total"]
"""What a number of a problem is: one digit; as many as the item's `digits`; one digit more."""

SLOT = re.compile(r"\{(\w+):(count|amount|total)\}")
WORD = re.compile(r"\{(\w+)\}")
STEP = re.compile(r"(\w+) = (\w+) ([-+*/]) (\w+)")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a story, and the equations it states: "bill = n * apple"."""

    text: str
    equations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: `name` = `left` `op` `right`, each the name of a number of the problem or of an earlier step."""

    name: str
    left: str
    op: Literal["+", "-", "*", "/"]
    right: str


@dataclass(frozen=True, slots=True)
class Form:
    """A story at one level.

    Attributes:
        template: the story's name.
        level: how many operations its answer takes.
        unit: of the answer; may hold a word to fill.
        say: its sentences, in order.
        ask: the question; its equations say what `answer` is.
        steps: the operations, each on the result of the one before.
        kinds: name of a number -> its kind, in the order in which the text shows them.
    """

    template: str
    level: int
    unit: str
    say: tuple[Sentence, ...]
    ask: Sentence
    steps: tuple[Step, ...]
    kinds: Mapping[str, Kind]


@cache
def forms() -> dict[tuple[str, int], Form]:
    """(template, level) -> form, for the sixteen templates and six levels, in the order of the file."""
    stories = tomllib.loads((HERE / "templates.toml").read_text("utf-8"))
    return {
        (name, level): _form(name, level, raw)
        for name, story in stories.items()
        for level, raw in enumerate(story, 1)
    }


@cache
def templates() -> tuple[str, ...]:
    """The names of the sixteen stories."""
    return tuple(dict.fromkeys(name for name, _ in forms()))


def _form(name: str, level: int, raw: dict[str, list[list[str]]]) -> Form:
    say = tuple(_sentence(parts) for parts in raw["say"])
    ask = _sentence(raw["ask"])  # type: ignore[arg-type]  # a single sentence
    text = " ".join(part.text for part in (*say, ask))
    kinds: dict[str, Kind] = {slot[1]: slot[2] for slot in SLOT.finditer(text)}  # type: ignore[misc]  # SLOT knows them
    steps = tuple(_step(str(line)) for line in raw["steps"])
    return Form(name, level, str(raw["unit"]), say, ask, steps, kinds)


def _sentence(parts: list[str]) -> Sentence:
    text, equations = parts
    return Sentence(text, tuple(equations.split("; ")))


def _step(line: str) -> Step:
    found = STEP.fullmatch(line)
    if found is None:
        raise ValueError(f"templates.toml: {line!r} is not one operation")
    name, left, op, right = found.groups()
    return Step(name, left, op, right)  # type: ignore[arg-type]  # STEP knows the four


@dataclass(frozen=True, slots=True)
class Words:
    """What fills the words of a story.

    Attributes:
        names: of persons.
        things: list -> digits of the item's amounts -> nouns.
        lists: word of a template -> its list.
        distractors: sentences about something else, each with one number.
    """

    names: tuple[str, ...]
    things: Mapping[str, Mapping[int, tuple[str, ...]]]
    lists: Mapping[str, str]
    distractors: tuple[str, ...]


@cache
def words() -> Words:
    """The lists of words.toml."""
    raw = tomllib.loads((HERE / "words.toml").read_text("utf-8"))
    things = {
        name: {d: tuple(nouns[str(d)] if isinstance(nouns, dict) else nouns) for d in range(1, 5)}
        for name, nouns in raw["things"].items()
    }
    return Words(tuple(raw["names"]), things, raw["words"], tuple(raw["distractors"]["say"]))
