"""Baselines: how every item of a run ended, as a small file to be reviewed and kept beside one's code.

A line is an item: eight digits of what it asked, then how each repeat ended. There are no texts in it. What each outcome
counts stands with the suite's metrics, so that later runs are held against what was saved, whatever the suite's file says
by then. A hash of the content tells a file that was edited or badly merged from one that was saved.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NoReturn

import pandas as pd
import pydantic

from evals import __version__
from evals.errors import BadFile, BadInput, Unsupported
from evals.frame import frame
from evals.log import RunFile, now
from evals.measure import AnyMetric
from evals.side import Side, kept, noted_as
from evals.suite import Suite
from evals.types import Arm, Failure, Index, ItemMetric, Key, Metric, Prompt, Reply, Score, Tag

SCHEMA = 1
SAVED = "as saved"
FAILED = frozenset({"error", "too_long"})
"""Outcomes of replies that have no verdict."""
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


# Saving


def of(side: Side, about: RunFile) -> Baseline:
    """The baseline of a run's one model. Args: about: what the run's `run.json` says."""
    request = about.request
    found = {
        "schema": SCHEMA,
        "evals": __version__,
        "model": side.model,
        "served": list(side.served),
        "run": Path(side.place).name,
        "asked": about.created,
        "saved": now(),
        "seed": about.seed,
        "settings": {
            "size": request.size,
            "arms": list(request.arms),
            "options": dict(request.options),
            "repeat": request.repeat,
        },
        "replies": len(side.rows),
        "missing": side.missing,
        "suites": {
            name: _saved(side.rows[side.rows["suite"] == name], suite, side.versions[name])
            for name, suite in sorted(side.suites.items())
        },
    }
    unsigned = Baseline.model_validate({**found, "hash": ""})
    return unsigned.model_copy(update={"hash": _hash(_plain(unsigned))})


def _saved(rows: pd.DataFrame, suite: Suite, version: str) -> SavedSuite:
    named = [tag for metric in suite.metrics for tag in getattr(metric, "where", {})]
    tags = [tag for tag in dict.fromkeys((*named, *suite.strata)) if f"tag_{tag}" in rows]
    items = rows.sort_values(["arm", "sample", "repeat"], kind="stable")
    columns = items[["cluster", *(f"tag_{tag}" for tag in tags)]].astype(object)
    columns = columns.where(columns.notna(), None)
    samples = dict(zip(items["sample"], map(list, columns.itertuples(index=False, name=None)), strict=True))
    arms: dict[str, dict[str, Line]] = {}
    for (arm, sample), replies in items.groupby(["arm", "sample"], sort=True):
        arms.setdefault(str(arm), {})[str(sample)] = _line(replies, suite)
    return SavedSuite(
        version=version,
        metrics={metric.name: SavedMetric.of(metric) for metric in suite.metrics},
        tags=tags,
        strata=list(suite.strata),
        samples=dict(sorted(samples.items())),
        arms=arms,
    )


def _line(replies: pd.DataFrame, suite: Suite) -> Line:
    values = {}
    for metric in suite.metrics:
        column = noted_as(metric.name)
        if column in replies and replies[column].notna().any():
            values[metric.name] = float(f"{replies[column].dropna().iloc[0]:.12g}")
    return [str(replies["asked"].iloc[0]), *map(str, replies["outcome"]), *([values] if values else [])]


def text(found: Baseline) -> str:
    """The file, an item a line, in an order that does not depend on that of the answers."""
    plain = _plain(found)
    suites = plain.pop("suites")
    digest = plain.pop("hash")
    head = [f"{_compact(name)}: {_compact(value)}" for name, value in plain.items()]
    parts = [f"{_compact(name)}: {_suite_text(part)}" for name, part in suites.items()]
    whole = [*head, f'"suites": {_braced(parts)}', f'"hash": {_compact(digest)}']
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


def _plain(found: Baseline) -> dict[str, Any]:
    return found.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _hash(plain: Mapping[str, Any]) -> str:
    """32 hexadecimal digits of the canonical content, the hash itself left out."""
    rest = {name: value for name, value in plain.items() if name != "hash"}
    canonical = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def write(found: Baseline, path: Path) -> None:
    """Write the file whole or not at all. Raises: BadInput: it cannot be written."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(text(found), "utf-8")
        new.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}", "name another file") from None


# Reading


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
            raise BadFile(f"{path} has format {schema}, this evals reads up to {SCHEMA}", "update evals")
        found = Baseline.model_validate(data)
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read: {error.strerror}", "name a file of evals baseline save"
        ) from None
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadFile(f"{path} is no baseline: {where}: {first['msg']}", AGAIN) from None
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} is not JSON: {error}", AGAIN) from None
    if found.hash != _hash(data):
        raise BadFile(f"{path} is not as it was saved: it was edited, or merged from two", AGAIN)
    return found


def side(found: Baseline, path: Path) -> Side:
    """A baseline as a side: its rows are replies without texts. Args: path: where it was read."""
    return Side(
        label=found.model,
        model=found.model,
        place=str(path),
        rows=pd.concat([_rows(found, name, part) for name, part in found.suites.items()], ignore_index=True),
        suites={name: _suite(name, part) for name, part in found.suites.items()},
        versions={name: part.version for name, part in found.suites.items()},
        missing=found.missing,
        notices={},
    )


def _rows(found: Baseline, name: str, part: SavedSuite) -> pd.DataFrame:
    lines = [(arm, sample, line) for arm, lines in part.arms.items() for sample, line in lines.items()]
    replies = [
        list(_replies(found, part, Key(found.model, name, sample, arm), line)) for arm, sample, line in lines
    ]
    asked = [str(line[0]) for (_, _, line), several in zip(lines, replies, strict=True) for _ in several]
    rows = frame(chain.from_iterable(replies), found.run, {name: part.version}, found.seed)
    served = found.served[0] if len(found.served) == 1 else None
    return rows.assign(
        asked=pd.Series(asked, dtype="str"), served_model=pd.Series([served] * len(rows), dtype="str")
    )


def _replies(found: Baseline, part: SavedSuite, key: Key, line: Line) -> Iterator[Reply]:
    """The replies to one item; its values are noted by the first that has a verdict."""
    cluster, *values = part.samples.get(key.sample, [key.sample])
    tags = {tag: value for tag, value in zip(part.tags, values, strict=False) if value is not None}
    noted = {noted_as(name).removeprefix("note_"): value for name, value in _values(line).items()}
    for repeat, outcome in enumerate(each for each in line[1:] if isinstance(each, str)):
        failed = outcome in FAILED
        yield Reply(
            key=replace(key, repeat=repeat),
            prompt=Prompt(),
            response=None,
            score=None if failed else Score(outcome, rule=SAVED, notes=noted),
            failure=Failure(outcome, SAVED) if failed else None,
            target=None,
            cluster=str(cluster),
            tags=tags,
            attempts=1,
            at=found.asked,
        )
        noted = noted if failed else {}


def _values(line: Line) -> dict[str, float]:
    return next((each for each in line if isinstance(each, dict)), {})


def _suite(name: str, part: SavedSuite) -> Suite:
    """A suite that can be counted, and neither asked nor judged."""
    return Suite(
        name=name,
        version=part.version,
        about="as saved in a baseline",
        samples=_refuse,
        arms=tuple(Arm(arm, "") for arm in part.arms),
        score=_refuse,
        metrics=tuple(metric.metric(each) for each, metric in part.metrics.items()),
        strata=tuple(part.strata),
    )


def _refuse(*_: Any) -> NoReturn:
    raise Unsupported("a baseline cannot be asked or judged", "it can be compared with a run")
