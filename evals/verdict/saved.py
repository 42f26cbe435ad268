"""From a run to its baseline, and from a baseline to what is compared: rows without texts, and a suite that counts them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from evals import __version__
from evals.document import Document, Section
from evals.errors import Unsupported
from evals.frame import frame
from evals.log import RunFile, now
from evals.measure import measure
from evals.suite import Suite
from evals.types import Arm, Failure, Key, Prompt, Reply, Score
from evals.verdict.baseline import SCHEMA, Baseline, Line, SavedMetric, SavedSuite, digest, plain
from evals.verdict.side import Side, noted_as
from evals.view import View, legend, metrics

SAVED = "as saved"
FAILED = frozenset({"error", "too_long"})
"""Outcomes of replies that have no verdict."""


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
    return unsigned.model_copy(update={"hash": digest(plain(unsigned))})


def _saved(rows: pd.DataFrame, suite: Suite, version: str) -> SavedSuite:
    named = [tag for metric in suite.metrics for tag in getattr(metric, "where", {})]
    tags = [tag for tag in dict.fromkeys((*named, *suite.strata)) if f"tag_{tag}" in rows]
    items = rows.sort_values(["arm", "sample", "repeat"], kind="stable")
    columns = items[["cluster", *(f"tag_{tag}" for tag in tags)]].astype(object)
    columns = columns.where(columns.notna(), None)
    samples = dict(zip(items["sample"], map(list, columns.itertuples(index=False, name=None)), strict=True))
    declared = [arm.name for arm in suite.arms if arm.name in set(items["arm"])]
    arms: dict[str, dict[str, Line]] = {arm: {} for arm in declared}
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


def document(found: Baseline, path: Path) -> Document:
    """What a baseline says, to be shown: of what it is, and the suites' main metrics in each arm."""
    saved = side(found, path)
    table = measure(saved.rows, saved.suites)
    table = table[table["main"].astype(bool)]
    parts = tuple(
        metrics(part, ("arm",), f"{name} {found.suites[str(name)].version}")
        for name, part in table.groupby("suite", sort=False)
    )
    about = (
        f"{found.model}{', served as ' + ', '.join(found.served) if found.served else ''}",
        f"run {found.run}, asked {found.asked[:10]}, saved {found.saved[:10]} by evals {found.evals}",
        f"seed {found.seed}, size {found.settings.get('size')}, {found.replies:,} replies, {found.missing:,} missing",
    )
    return Document(
        about, {}, (Section("baseline", "Metrics", table, View(parts, notes=legend(table))),), saved.rows
    )
