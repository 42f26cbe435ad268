"""The demonstrations, as `demonstrations.toml` has them, and the samples made of them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.types import Sample


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What some questions show.

    Attributes:
        name: the value of the tag `demonstration`.
        title: as a page shows it.
        why: why models fail at it, in one sentence.
        source: where that explanation comes from.
    """

    name: str
    title: str
    why: str
    source: str


_ENTRIES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "demonstrations.toml").read_text("utf-8")
)["demonstration"]

DEMONSTRATIONS = {
    entry["name"]: Demonstration(entry["name"], entry["title"], entry["why"], entry["source"])
    for entry in _ENTRIES
}


def _sample(demonstration: str, question: dict[str, Any]) -> Sample:
    return Sample(
        id=question["id"],
        input=question["text"],
        target=question.get("target"),
        tags={
            "demonstration": demonstration,
            "ways": ", ".join(question["ways"]),
            "person": question.get("person", False),
        },
        fields={
            "reads": question.get("reads", ""),
            "things": "|".join(question.get("things", ())),
            "options": "|".join(question.get("options", ())),
        },
    )


SAMPLES = tuple(_sample(entry["name"], question) for entry in _ENTRIES for question in entry["questions"])


def taken(arm: str) -> frozenset[str | int | float | bool]:
    """The values of the tag `ways` that name an arm."""
    return frozenset(ways for sample in SAMPLES if arm in (ways := str(sample.tags["ways"])).split(", "))
