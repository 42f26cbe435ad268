"""Prompts: the wordings of `prompts.toml`, filled with what an item shows."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from evals.types import Sample

_DATA = tomllib.loads((Path(__file__).parent / "prompts.toml").read_text("utf-8"))

ASKED: Mapping[str, tuple[str, ...]] = {arm: tuple(wordings) for arm, wordings in _DATA["arms"].items()}
"""Arm -> its wordings."""

PICTURE: tuple[str, ...] = tuple(_DATA["picture"]["wordings"])
"""The wordings that go with a picture."""

SENTENCES: tuple[list[str], list[str]] = (_DATA["sentences"]["before"], _DATA["sentences"]["after"])
"""What may stand before the question, and after the display."""

WORDINGS = 3


def asking(arm: str) -> Callable[[Sample], str]:
    """The prompts of an arm, as a function of the item."""

    def prompt(sample: Sample) -> str:
        fields = sample.fields
        wording = ASKED[arm][int(sample.tags["wording"]) - 1]
        question = wording.format(glyph=fields["glyph"], lines=fields["lines"])
        return f"{fields['before']}{question}\n\n{sample.input}{fields['after']}"

    return prompt


def asking_of_picture(sample: Sample) -> str:
    """The prompt that goes with an item's picture; the display is not in it."""
    return PICTURE[int(sample.tags["wording"]) - 1]
