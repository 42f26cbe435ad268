"""Trends: a metric over the runs of a model, oldest first, and from which run on it is another.

A track is what can be held against each other over time: one suite, version, set of options and arms, and one model. What
differs in one of these is a track of its own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from evals import stats, words
from evals.measure import Codes, Items, Tally, measured, unit
from evals.stats import Change, Estimate, Point, Track
from evals.suite import Suite
from evals.verdict.counting import headlines

COLUMNS = (
    *("suite", "suite_version", "options", "arms", "model", "metric", "title", "run", "at", "seed"),
    *("served", "switched", "n", "clusters", "value", "low", "high"),
    *("change", "change_low", "change_high", "paired", "since_first", "since_first_low", "since_first_high"),
    *("level", "verdict", "between", "until", "decided", "unit", "better", "lost"),
    *("missing", "planned", "counted", "method", "sentence"),
)
TRACK = ["suite", "suite_version", "options", "arms", "model", "metric"]
"""The columns that make a track."""

TOLERATED = 0.05
"""A run of which more than this share is missing is shown and does not count: what is missing need not be like the rest."""

ITEM = ("run", "seed", "sample", "arm")


@dataclass(frozen=True)
class Seen:
    """What one run says of a metric.

    Attributes:
        run: its name. at: when its first reply was judged.
        estimate: the metric. lost: the share of replies with nothing to judge.
        point: the same as change points need it; None where the run does not count.
    """

    run: str
    at: pd.Timestamp
    seed: Any
    served: str
    estimate: Estimate
    lost: float
    missing: int | None
    planned: int | None
    point: Point | None


def trends(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """The headlines of every suite, its first metric and its indexes, over the runs of each model.

    Returns: one row a track (TRACK: `options` are those of `--set`), and run, oldest first: at (when its first reply was
        judged), seed, served (by what the host says has answered), switched (whether that is another than before), n,
        clusters, value, low, high (95 %), change, change_low, change_high (against the run before), since_first... (against
        the first), paired (whether the run before had the same seed), level (1 until the first change), verdict (first,
        steady; better, worse, higher or lower where a level begins; unfinished, not measured), between, until (the runs
        between which it began, 95 %), decided (the run with which it was), unit, better, lost, missing, planned (replies of
        the run), counted, method, sentence (of a change). See `evals.stats.changes` for what is decided.
    """
    tracks = [each for name, suite in suites.items() for each in _tracks(frame, name, suite)]
    watched = sum(len(each.names) for each in tracks)
    rows = [row for each in tracks for name in each.names for row in _rows(each, name, watched)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"seed": "Int64", "missing": "Int64", "planned": "Int64"}
    )


@dataclass(frozen=True)
class Part:
    """The replies of a track, without its metric.

    Attributes:
        head: the columns of TRACK but the metric. names: the metrics that are told.
        tally: the replies. runs: each run's rows, oldest first. told: what is known of each.
    """

    head: Mapping[str, str]
    names: tuple[str, ...]
    tally: Tally
    runs: tuple[tuple[str, Codes], ...]
    told: Mapping[str, Mapping[str, Any]]


def _tracks(frame: pd.DataFrame, name: str, suite: Suite) -> Iterator[Part]:
    """The tracks of a suite: versions, options, arms and models in the order of their newest run, that first."""
    rows = frame[frame["suite"] == name]
    if suite.is_demonstration or not len(rows):
        return
    told = json.loads(frame.attrs.get("runs", "{}"))
    rows.attrs = {}  # they would be copied with every column
    order = suite.arms
    arms = rows.groupby(["run", "model"], sort=False)["arm"].agg(
        lambda each: _arms(set(each), [arm.name for arm in order])
    )
    keys = pd.MultiIndex.from_frame(rows[["run", "model"]])
    marked = rows.assign(
        options=[_options(told.get(run, {})) for run in rows["run"]],
        arms=arms.reindex(keys).to_numpy(),
        begun=rows.groupby(["run", "model"], sort=False)["at"].transform("min"),
    )
    by = ["suite_version", "options", "arms", "model"]
    groups = [(key, part) for key, part in marked.groupby(by, sort=False)]
    models = {model: place for place, model in enumerate(rows["model"].unique())}
    newest = {
        (key[:3]): part["begun"].max()
        for key, part in sorted(groups, key=lambda each: each[1]["begun"].max())
    }
    for key, part in sorted(groups, key=lambda each: (-newest[each[0][:3]].value, models[each[0][3]])):
        tally = Tally(part.sort_values(["begun", "run"], kind="stable"), suite, ITEM)
        head = {"suite": name, **dict(zip(by, map(str, key), strict=True))}
        runs = tuple((str(run), found) for (run,), found in tally.groups(("run",)))
        yield Part(head, tuple(headlines(suite)), tally, runs, told)


def _options(told: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(told.get("options", {}).items()))


def _arms(asked: set[str], order: Sequence[str]) -> str:
    return ", ".join([*(arm for arm in order if arm in asked), *sorted(asked - set(order))])


# One metric of a track


def _rows(part: Part, name: str, watched: int) -> Iterator[dict[str, Any]]:
    metric = part.tally.metrics[name]
    if not any(part.tally.concerns(name, rows) for _, rows in part.runs):
        return
    told = {
        "metric": name,
        "title": metric.title,
        "unit": unit(metric),
        "better": metric.better,
    }
    seen = _seen(part, name)
    counted = [place for place, each in enumerate(seen) if each.point]
    track = stats.track([each.point for each in seen if each.point]) if counted else None
    found = stats.changes(track, tracks=watched) if track else ()
    before = ""
    for place, each in enumerate(seen):
        row = {**part.head, **told, **_measured(each)}
        row["switched"] = bool(before and each.served and each.served != before)
        before = each.served or before
        row |= {"level": 1 + sum(counted[change.at] <= place for change in found), "verdict": _left_out(each)}
        if track and each.point:
            row |= _moved(track, counted.index(place))
            row |= _verdict(row, track, counted.index(place), found, [seen[at] for at in counted])
        yield row


def _seen(part: Part, name: str) -> list[Seen]:
    """What each run says of a metric, those of one seed centred alike."""
    centres: dict[Any, list[float]] = {}
    groups: dict[Any, int] = {}
    return [_said(part, name, run, rows, groups, centres) for run, rows in part.runs]


def _said(  # noqa: PLR0913, PLR0917 - a run, and what is common to the runs before it
    part: Part, name: str, run: str, rows: Codes, groups: dict[Any, int], centres: dict[Any, list[float]]
) -> Seen:
    own = part.tally.rows.iloc[rows]
    seed = None if pd.isna(own["seed"].iloc[0]) else int(own["seed"].iloc[0])
    told: Mapping[str, Any] = part.told.get(run, {})
    missing: Any = told.get("missing")
    planned: Any = told.get("planned")
    estimate, lost = measured(part.tally, name, rows)
    incomplete = bool(planned and missing) and missing > TOLERATED * planned
    weights = part.tally.parts(name)
    items = [part.tally.items(each, rows) for each in weights]
    point = None
    if estimate.n and not incomplete:
        centre = centres.setdefault(seed, [float(each.value.mean()) for each in items])
        point = _point(items, list(weights.values()), centre, groups.setdefault(seed, len(groups)))
        point = replace(point, value=estimate.value, size=estimate.n)
    served = " + ".join(sorted(set(own["served_model"].dropna()) - {""}))
    return Seen(run, own["begun"].iloc[0], seed, served, estimate, lost, missing, planned, point)


def _point(items: Sequence[Items], weights: Sequence[float], centre: Sequence[float], group: int) -> Point:
    """A run's pulls: those of an index are its parts' by their weights."""
    count = 1 + max(int(each.cluster.max(initial=0)) for each in items)
    pulls, own, present = np.zeros(count), np.zeros(count), np.zeros(count, bool)
    for each, weight, middle in zip(items, weights, centre, strict=True):
        share = weight / len(each.value)
        pulls += np.bincount(each.cluster, share * (each.value - middle), count)
        own += np.bincount(each.cluster, share * (each.value - each.value.mean()), count)
        present[each.cluster] = True
    places = np.flatnonzero(present)
    spread = float(stats.variance(own[places])) if len(places) > 1 else 0.0
    return Point(0.0, 0, group, dict(zip(places.tolist(), pulls[places].tolist(), strict=True)), spread)


def _measured(each: Seen) -> dict[str, Any]:
    found = each.estimate
    return {
        **{
            name: getattr(each, name)
            for name in ("run", "at", "seed", "served", "lost", "missing", "planned")
        },
        **{name: getattr(found, name) for name in ("n", "clusters", "value", "low", "high", "method")},
        "counted": each.point is not None,
        "paired": False,
        "sentence": "",
        **dict.fromkeys(("between", "until", "decided"), ""),
        **{f"{what}{end}": stats.NAN for what in ("change", "since_first") for end in ("", "_low", "_high")},
    }


def _left_out(each: Seen) -> str:
    return "not measured" if not each.estimate.n else "unfinished" if each.point is None else ""


def _moved(track: Track, place: int) -> dict[str, Any]:
    """How far a run lies from the one before, and from the first."""
    if not place:
        return {}
    steps = {
        "change": stats.step(track, [place - 1], [place]),
        "since_first": stats.step(track, [0], [place]),
    }
    ends = {"": "value", "_low": "low", "_high": "high"}
    found = {
        f"{what}{end}": getattr(step, name) for what, step in steps.items() for end, name in ends.items()
    }
    return found | {"paired": stats.shared(track, place - 1, place)}


def _verdict(
    row: Mapping[str, Any], track: Track, place: int, found: Sequence[Change], seen: Sequence[Seen]
) -> dict[str, Any]:
    """Whether a level begins with this run, and how it differs from the one before."""
    change = next((each for each in found if each.at == place), None)
    if change is None:
        return {"verdict": "steady" if place else "first"}
    starts = [0, *(each.at for each in found), len(track)]
    level = starts.index(place)
    before, after = (list(range(*ends)) for ends in list(pairwise(starts))[level - 1 : level + 1])
    step = stats.step(track, before, after)
    direction = "higher" if step.value > 0 else "lower"
    good = row["better"] if isinstance(row["better"], str) else ""
    told = {
        "verdict": direction if not good else "better" if good == direction else "worse",
        "between": seen[change.low].run,
        "until": seen[change.high].run,
        "decided": seen[change.seen].run,
    }
    means = [float(np.average(track.value[each], weights=track.size[each])) for each in (before, after)]
    said = _switch(seen, change)
    return told | {"sentence": _sentence({**row, **told}, step, means, seen[change.seen].at) + said}


def _switch(seen: Sequence[Seen], change: Change) -> str:
    """That the host has served another model where the level began, if it has."""
    known = [(place, each.served) for place, each in enumerate(seen) if each.served]
    for (_, before), (place, served) in pairwise(known):
        if served != before and change.low <= place <= change.high:
            return f"; the host serves {served} instead of {before} since {_day(seen[place].at)} ({short(seen[place].run)})"
    return ""


def _sentence(row: Mapping[str, Any], step: Estimate, means: Sequence[float], decided: pd.Timestamp) -> str:
    """A change in words: "names FR of m is worse since 2026-11-20 (run): 20 % after 10 % (+10 points (7 to 13)), ..."."""
    told = {
        "effect": step.value,
        "low": step.low,
        "high": step.high,
        "unit": row["unit"],
        "verdict": row["verdict"],
    }
    ends = [words.number(mean, row["unit"]) for mean in reversed(means)]
    points = " points" if row["unit"] == "share" else ""
    between = (
        ""
        if row["between"] == row["until"]
        else f", or one from {short(row['between'])} to {short(row['until'])}"
    )
    return (
        f"{row['suite']} {row['metric']} of {row['model']} is {row['verdict']} since {_day(row['at'])} ({short(row['run'])}{between}): "
        f"{' after '.join(ends)}, {words.signed(told)}{points}; decided on {_day(decided)}"
    )


def short(run: str) -> str:
    """A run's name; only when it was begun where the name begins with that, as 20261123-101500."""
    stamp = run[:15]
    return stamp if stamp.replace("-", "", 1).isdigit() and stamp[8:9] == "-" else run


def _day(at: pd.Timestamp) -> str:
    return at.strftime("%Y-%m-%d")


def worse(table: pd.DataFrame) -> list[str]:
    """The sentences of changes for the worse after which the newest runs of a suite and model lie.

    Args: table: as from `trends`.
    """
    found = []
    for _, own in table[table["counted"]].groupby(["suite", "model", "metric"], sort=False):
        newest = own.iloc[int(own["at"].argmax())]
        last = own[(own[[*TRACK, "level"]] == newest[[*TRACK, "level"]]).all(axis=1)]
        if last["verdict"].iloc[0] == "worse":
            found.append(str(last["sentence"].iloc[0]))
    return found
