"""Baselines: how every item of a run ended, as a small file to be reviewed and kept beside one's code.

A line is an item: eight digits of what it asked, then how each repeat ended. There are no texts in it. What each outcome
counts stands with the suite's metrics, so that later runs are held against what was saved, whatever the suite's file says
by then. A hash of the content tells a file that was edited or badly merged from one that was saved.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pydantic

from evals import whole
from evals.errors import BadFile, BadInput, fault
from evals.measure import AnyMetric
from evals.types import Index, ItemMetric, Metric, Score, Tag
from evals.verdict.side import kept

SCHEMA = 1
AGAIN = "save it again: evals baseline save RUN --out FILE"

Better = Literal["higher", "lower"] | None
Line = list[str | dict[str, float]]
"""An item: what it asked, how each repeat ended, and its values by the metrics of whole items, if it has any."""


class SavedMetric(pydantic.BaseModel):
    """A metric as data: points by outcome, or weights of other metrics, or the unit of the values that items have."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    title: str
    better: Better = None
    main: bool = True
    points: dict[str, float] | None = None
    weights: dict[str, float] | None = None
    constant: float = 0.0
    unit: str = "share"
    where: dict[str, list[Tag]] = {}

    @classmethod
    def of(cls, metric: AnyMetric) -> "SavedMetric":
        """A suite's metric as data."""
        told: dict[str, Any] = {"title": metric.title, "better": metric.better, "main": metric.main}
        if isinstance(metric, Index):
            return cls(**told, weights=dict(metric.weights), constant=metric.constant)
        told["where"] = {tag: sorted(values, key=repr) for tag, values in metric.where.items()}
        if isinstance(metric, ItemMetric):
            return cls(**told, unit=metric.unit)
        return cls(**told, points=dict(metric.points))

    def metric(self, name: str) -> AnyMetric:
        """The metric that reads a baseline's rows."""
        where = {tag: frozenset(values) for tag, values in self.where.items()}
        if self.weights is not None:
            return Index(name, self.title, self.weights, self.constant, self.better, self.main)
        if self.points is not None:
            return Metric(name, self.title, self.points, where, self.better, self.main)
        return kept(ItemMetric(name, self.title, _no_value, where, self.better, self.main, self.unit))


def _no_value(_: list[Score]) -> float | None:
    return None


class SavedSuite(pydantic.BaseModel):
    """One suite's part.

    Attributes:
        metrics: name -> what it counts. tags: the names of the tags that the metrics and strata go by.
        samples: id -> cluster, then its value of each of the tags.
        arms: arm -> sample -> Line.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    version: str
    metrics: dict[str, SavedMetric]
    tags: list[str]
    strata: list[str]
    samples: dict[str, list[Tag | None]]
    arms: dict[str, dict[str, Line]]


class Baseline(pydantic.BaseModel):
    """What the file holds.

    Attributes:
        schema_: the version of this format. evals: the version of this package that saved it.
        model: as it was named; served: the models that the hosts say have answered.
        run: the run's folder name. asked, saved: UTC, ISO 8601.
        seed: from what the items were made.
        settings: size, arms, options and repeat of the request.
        replies: how many there are. missing: how many more the plan had.
        hash: of all the rest.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    schema_: int = pydantic.Field(alias="schema")
    evals: str
    model: str
    served: list[str]
    run: str
    asked: str
    saved: str
    seed: int
    settings: dict[str, Any]
    replies: int
    missing: int
    suites: dict[str, SavedSuite]
    hash: str


def text(found: Baseline) -> str:
    """The file, an item a line, in an order that does not depend on that of the answers."""
    data = plain(found)
    suites = data.pop("suites")
    signed = data.pop("hash")
    head = [f"{_compact(name)}: {_compact(value)}" for name, value in data.items()]
    parts = [f"{_compact(name)}: {_suite_text(part)}" for name, part in suites.items()]
    whole = [*head, f'"suites": {_braced(parts)}', f'"hash": {_compact(signed)}']
    return _braced(whole) + "\n"


def _suite_text(part: Mapping[str, Any]) -> str:
    lines = [f"{_compact(name)}: {_compact(part[name])}" for name in ("version", "tags", "strata")]
    lines += [f"{_compact(name)}: {_entries(part[name])}" for name in ("metrics", "samples")]
    arms = [f"{_compact(arm)}: {_entries(found)}" for arm, found in part["arms"].items()]
    return _braced([*lines, f'"arms": {_braced(arms)}'])


def _entries(found: Mapping[str, Any]) -> str:
    return _braced([f"{_compact(name)}: {_compact(value)}" for name, value in found.items()])


def _braced(lines: list[str]) -> str:
    return "{\n" + ",\n".join(lines) + "\n}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plain(found: Baseline) -> dict[str, Any]:
    """A baseline as JSON-able data."""
    return found.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def digest(data: Mapping[str, Any]) -> str:
    """32 hexadecimal digits of the canonical content, the hash itself left out."""
    rest = {name: value for name, value in data.items() if name != "hash"}
    canonical = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def write(found: Baseline, path: Path) -> None:
    """Write the file whole or not at all. Raises: BadInput: it cannot be written."""
    try:
        whole.write(path, text(found).encode())
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}", "name another file") from None


class Format(pydantic.BaseModel):
    """What every version of the file says of itself."""

    model_config = pydantic.ConfigDict(frozen=True)

    schema_: int = pydantic.Field(alias="schema")


def read(path: Path) -> Baseline:
    """A saved baseline. Raises: BadFile: it is none, of a later format, or not as it was saved."""
    try:
        data = json.loads(path.read_bytes())
        schema = Format.model_validate(data).schema_  # first: a later format need not look like ours
        if schema > SCHEMA:
            raise BadFile.later(path, schema, SCHEMA)
        found = Baseline.model_validate(data)
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read: {error.strerror}", "name a file of evals baseline save"
        ) from None
    except pydantic.ValidationError as error:
        raise BadFile(f"{path} is no baseline: {fault(error)}", AGAIN) from None
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} is not JSON: {error}", AGAIN) from None
    if found.hash != digest(data):
        raise BadFile(f"{path} is not as it was saved: it was edited, or merged from two", AGAIN)
    return found
