"""Prompts: the wordings of `prompts.toml`, with the word in one of six forms. A form changes nothing but how it is given."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evals.types import Sample

from .letters import letters
from .tasks import TASKS, Kind

_DATA = tomllib.loads((Path(__file__).parent / "prompts.toml").read_text("utf-8"))

ASKED: Mapping[str, Sequence[str]] = _DATA["ask"]
"""Task (or a variant of it) -> its wordings."""

WORDINGS = 3

WORD, SPACED, HYPHENATED, UPPER, QUOTED, SPELL_FIRST = (
    "word",
    "spaced",
    "hyphenated",
    "upper",
    "quoted",
    "spell first",
)
FORMS = (WORD, SPACED, HYPHENATED, UPPER, QUOTED, SPELL_FIRST)
"""Whole; its letters apart; with hyphens; in capitals; told letter by letter; whole, to be spelled before the answer."""

_BETWEEN = {SPACED: " ", HYPHENATED: "-", QUOTED: ", then "}


def form(name: str, text: str) -> str:
    """A word in a form, without the marks around it: "s t r a w"."""
    given = _BETWEEN.get(name, "").join(letters(text))
    return given.upper() if name == UPPER else given


def asking(name: str) -> Callable[[Sample], str]:
    """The prompts of a form, as a function of the item."""

    def prompt(sample: Sample) -> str:
        shown = [text for text in (sample.input, sample.fields["other"]) if text]
        wording = int(sample.tags["wording"]) - 1
        kind = TASKS[str(sample.tags["task"])].kind
        named = dict(zip(("word", "other"), _named(name, shown), strict=False))
        given = {key: text.upper() if name == UPPER else text for key, text in sample.fields.items()}
        question = ASKED[sample.fields["ask"]][wording].format(**given | named)
        parts = [_told(shown)] if name == QUOTED else []
        return " ".join([*parts, question, _reply(name, kind, len(shown), wording)])

    return prompt


def _named(name: str, shown: Sequence[str]) -> list[str]:
    """How the question calls what is shown: the form itself in quotes, or the name of what was told before it."""
    if name == QUOTED:
        one, *two = _DATA["quoted"]["names"]
        return two if len(shown) == 2 else [one]
    return [f'"{form(name, text)}"' for text in shown]


def _told(shown: Sequence[str]) -> str:
    texts = dict(zip(("word", "other"), (form(QUOTED, text) for text in shown), strict=False))
    return str(_DATA["quoted"]["two" if len(shown) == 2 else "one"]).format(**texts)


def _reply(name: str, kind: Kind, words: int, wording: int) -> str:
    """How to answer."""
    if name != SPELL_FIRST:
        return str(_DATA["reply"][kind][wording])
    first = _DATA["first"]
    return str(first["wordings"][wording]).format(it=first["it"][words - 1], slot=first["slot"][kind])
