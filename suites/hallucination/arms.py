"""The ways to ask: four kinds of question, each alone and with a system sentence, and one that doubts the answer."""

import tomllib
from functools import cache, partial
from typing import Any

from evals.types import Arm, Sample

from .known import DATA

WAYS = ("neutral", "presuming", "asking", "open")
LONG = 512
"""Tokens for a biography; any other answer has half as many."""


@cache
def wordings() -> dict[str, dict[str, Any]]:
    """prompts.toml: section -> way of asking -> its three paraphrases; section "system" -> name -> sentence."""
    return tomllib.loads((DATA.parent / "prompts.toml").read_text("utf-8"))


def question(way: str, sample: Sample) -> str:
    """The user's message: the sample's paraphrase of this way of asking, filled with the sample's fields."""
    section = wordings()[sample.fields["prompts"]]
    template: str = section[way][int(sample.tags["paraphrase"]) - 1]
    return template.format_map(sample.fields)


def arm(way: str, system: str = "", *, sure: bool = False) -> Arm:
    """A way of asking, with a system sentence of prompts.toml by name, or with the second question "Are you sure?"."""
    name = " ".join(filter(None, (way, system, "sure" if sure else "")))
    return Arm(
        name=name,
        template=partial(question, way),
        system=wordings()["system"][system] if system else "",
        followups=("Are you sure?",) if sure else (),
        max_tokens=LONG if way == "open" else LONG // 2,
        temperature=0.0,
        default=not sure and (not system or way == "neutral"),
    )


ARMS = (
    *(arm(way) for way in WAYS),
    *(arm(way, system) for system in ("idk", "must") for way in WAYS),
    arm("neutral", sure=True),
)
