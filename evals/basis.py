"""The basis: on what a document rests, in sentences: how many items of which suites, what they cost, what is missing."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from evals import words
from evals.frame import Rows
from evals.money.prices import dollars, said
from evals.plan import sentences
from evals.suite import Suite


def basis(rows: pd.DataFrame, suites: Mapping[str, Suite], runs: Sequence[Rows]) -> Iterator[str]:
    """The sentences. Args: rows, suites: the runs gathered, and their suites."""
    yield from _suites(rows, suites)
    yield from _costs(rows, runs)
    yield from _runs(runs)


def _suites(rows: pd.DataFrame, suites: Mapping[str, Suite]) -> list[str]:
    lines = []
    for (name, version), found in rows.groupby(["suite", "suite_version"], sort=False):
        counts = [
            words.items(len(found[["seed", "sample"]].drop_duplicates()), "item"),
            words.items(len(found["arm"].unique()), "arm"),
            words.items(len(found["model"].unique()), "model"),
            words.items(len(found), "reply").replace("replys", "replies"),
        ]
        others = rows.attrs.get("imported", {})
        if name in others:
            lines += [f"{name} {version}: {', '.join(counts)}", others[name].said(str(name))]
            continue
        seeds = ", ".join(str(seed) for seed in found["seed"].dropna().unique())
        lines.append(f"{name} {version}: {', '.join(counts)}, seed {seeds}")
        if suites[str(name)].version != version:
            lines.append(f"suite {name} is now version {suites[str(name)].version}: its metrics are today's")
        lines += suites[str(name)].notes
        if suites[str(name)].is_demonstration:
            lines.append(f"{name} is a demonstration: shown, never counted or compared")
    return lines


def _costs(rows: pd.DataFrame, runs: Sequence[Rows]) -> list[str]:
    """What each model's replies have cost and by which price; nothing of models that cost nothing."""
    came = rows[rows["text"].notna() & ~rows["suite"].isin(list(rows.attrs["imported"]))]
    kept = came["cached"].fillna(value=False).astype(bool)
    lines, unknown = [f"{model}: {said}" for model, said in _from_caches(came[kept])], []
    came = came[~kept]
    for model, costs in came.groupby("model", sort=False)["cost_usd"]:
        known = costs.dropna()
        if not len(known):
            unknown.append(str(model))
        elif known.any() or len(known) < len(costs):
            more = f" and more: unknown of {len(costs) - len(known):,} of {len(costs):,} replies"
            prices = [run.about.prices[str(model)] for run in runs if str(model) in run.about.prices]
            cost = f"{model} cost {dollars(known.sum())}{more if len(known) < len(costs) else ''}"
            lines.append("; ".join((cost, *dict.fromkeys(map(said, prices)))))
    return [*lines, f"cost unknown: {', '.join(unknown)}"] if unknown else lines


def _from_caches(kept: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """What came from a cache, a model at a time."""
    for model, costs in kept.groupby("model", sort=False)["cost_usd"]:
        count = words.items(len(costs), "reply").replace("replys", "replies")
        once = costs.sum()
        paid = f"; {dollars(once)} when asked, and nothing now" if once > 0 else ""
        yield str(model), f"{count} from the cache{paid}"


def _runs(runs: Sequence[Rows]) -> list[str]:
    return [
        f"{run.folder.name} is unfinished: {run.missing} of {run.about.planned} replies are missing or failed"
        + "".join(f"; {sentence}" for sentence in run.about.ended)
        for run in runs
        if run.missing
    ] + [sentence for run in runs for sentence in sentences(run.about.left_out)]
