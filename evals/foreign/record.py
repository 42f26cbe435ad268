"""What every reader of another tool's log gives, and what the readers share: headlines, turns, clear complaints."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import pydantic

from evals.errors import BadFile, fault
from evals.imported import Imported
from evals.scored import Scored
from evals.types import Key, Message, Reply, Role

AGAIN = "write it with the tool again"
CLOSE = 1e-9
Place = tuple[str, str, str]
"""Model, arm and score: what a tool prints one number for."""

Model = TypeVar("Model", bound=pydantic.BaseModel)


@dataclass(frozen=True)
class Foreign:
    """A log of another tool.

    Attributes:
        name: of the task, fit for a folder's name.
        made: what reports need of the task.
        replies: what was said and judged.
        planned: how many replies the finished run would have.
        printed: the numbers that the tool printed over all items, as means.
        left_out: sentences on what is not in the replies.
    """

    name: str
    made: Imported
    replies: tuple[Reply, ...]
    planned: int
    printed: Mapping[Place, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """The models, in order of their first reply."""
        return tuple(dict.fromkeys(reply.key.model for reply in self.replies))

    def means(self) -> dict[Place, float]:
        """The mean of every score over items, each the mean over its repeats."""
        items: dict[Place, dict[str, list[float]]] = {}
        for reply in self.replies:
            key = reply.key
            for name, value in (reply.score.notes if reply.score else {}).items():
                found = items.setdefault((key.model, key.arm, name), {})
                found.setdefault(key.sample, []).append(float(value))
        return {
            place: math.fsum(sum(each) / len(each) for each in found.values()) / len(found)
            for place, found in items.items()
        }

    def differences(self) -> list[str]:
        """Where the mean of the replies' scores is not what the tool printed, in sentences."""
        means = self.means()
        return [
            f"{place[2]} of {place[0]}: {self.made.tool} printed {printed:.4g}, the mean over the replies here is {means[place]:.4g}"
            for place, printed in self.printed.items()
            if place in means and not math.isclose(means[place], printed, rel_tol=CLOSE, abs_tol=CLOSE)
        ]


def headline(items: Iterable[Mapping[str, float]], better: Mapping[str, Any]) -> str:
    """The score that decides outcomes: of those of which less is not better, the first that most items have."""
    counts = Counter(name for scores in items for name in scores if better.get(name) is not False)
    return max(counts, key=counts.__getitem__, default="")


def scored(replies: Iterable[Reply], better: Mapping[str, Any]) -> tuple[Scored, ...]:
    """The scores that the replies note, in the order of first occurrence. Args: better: score -> whether higher is."""
    found: dict[str, list[float]] = {}
    for reply in replies:
        for name, value in (reply.score.notes if reply.score else {}).items():
            found.setdefault(name, []).append(float(value))
    directions: Mapping[Any, Literal["higher", "lower"]] = {True: "higher", False: "lower"}
    return tuple(
        Scored(
            name,
            "share" if all(0 <= value <= 1 for value in values) else "points",
            directions.get(better.get(name)),
        )
        for name, values in found.items()
    )


ROLES: Mapping[Any, Role] = {"system": "system", "developer": "system", "assistant": "assistant"}
"""Whose turn a message is; any other is the user's."""


def spoken(text: str) -> tuple[Message, ...]:
    """The messages where a text is a JSON list of them; else none."""
    try:
        turns = json.loads(text)
        return tuple(Message(ROLES.get(turn["role"], "user"), plain(turn["content"])) for turn in turns)
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()


def plain(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def repeated(keys: dict[Key, int], key: Key) -> Key:
    """The key with the number of times that it was met before."""
    keys[key] = keys.get(key, -1) + 1
    return Key(key.model, key.suite, key.sample, key.arm, keys[key])


def parsed(model: type[Model], data: str | bytes, where: str) -> Model:
    """JSON as one of the shapes. Args: where: the file, and line or member. Raises: BadFile: it is not of that shape."""
    try:
        return model.model_validate_json(data)
    except pydantic.ValidationError as error:
        raise BadFile(f"{where}: {fault(error)}", AGAIN) from None


def whole(path: Path) -> bytes:
    """The bytes of a file. Raises: BadFile: it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}", "name the log of another tool") from None
