"""A trend as a document: the runs of a folder are found, of each only what is counted is read, and reported over time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from evals import shelf
from evals.document import Document
from evals.errors import BadInput, NotFound
from evals.frame import Rows, read
from evals.gathering import gather, suites_of
from evals.log import RunFile, read_about
from evals.reporting import Report

TEXTS = (
    *("text", "earlier", "calls", "reasoning", "system", "prompt", "images", "failure_message"),
    *("display", "display_cuts", "display_route"),
)
"""Columns that no metric is counted from; without them a hundred runs need little memory."""


def document(
    places: Sequence[str], suites: Sequence[str] = (), models: Sequence[str] = (), since: date | None = None
) -> Document:
    """The report `trend` on the runs of these folders or patterns.

    Args:
        places: run folders, folders of them, or patterns that match either.
        suites, models: only these, if any is named. since: only runs that were begun on this day (UTC) or later.
    Raises: NotFound: there is no such run. BadInput: two runs have one name. BadFile: a damaged run.
    """
    runs = [_light(read(folder)) for folder in _folders(places, suites, models, since)]
    rows = gather(runs, apart=True)
    keep = rows["suite"].isin(suites or rows["suite"].unique()) & rows["model"].isin(
        models or rows["model"].unique()
    )
    kept = rows[keep].reset_index(drop=True)
    kept.attrs = rows.attrs
    if not len(kept):
        raise NotFound(
            f"the runs of {', '.join(places)} hold no reply yet", "go on with one: evals run --resume RUN"
        )
    section = Report(shelf.find("report", "trend")).section(kept, suites_of(kept))
    first, last = (f"{each:%Y-%m-%d}" for each in (kept["at"].min(), kept["at"].max()))
    count = kept["run"].nunique()
    about = f"{count} run{'' if count == 1 else 's'} from {first} to {last}, {len(kept):,} replies"
    return Document((about,), {}, (section,), kept.iloc[:0].assign(**dict.fromkeys(TEXTS, "")))


def _light(run: Rows) -> Rows:
    return replace(run, frame=run.frame.drop(columns=list(TEXTS)))


def _folders(
    places: Sequence[str], suites: Sequence[str], models: Sequence[str], since: date | None
) -> list[Path]:
    """The runs that are meant, oldest first, by what their run.json says."""
    found = list(dict.fromkeys(folder.resolve() for place in places for folder in _runs(Path(place))))
    if not found:
        raise NotFound(
            f"there is no run in {', '.join(places)}",
            "name a folder of runs, such as runs; see evals list runs",
        )
    about = {folder: read_about(folder) for folder in found}
    meant = [folder for folder in found if _fits(about[folder], suites, models, since)]
    if not meant:
        raise _none(about.values(), suites, models, since)
    for name, count in Counter(folder.name for folder in meant).items():
        if count > 1:
            raise BadInput(f"{count} runs are called {name}", "rename one, or name the runs apart")
    return sorted(meant, key=lambda folder: about[folder].created)


def _runs(place: Path) -> list[Path]:
    """The run that a path is, those in a folder, or those that a pattern matches."""
    if (place / "run.json").is_file():
        return [place]
    if place.is_dir():
        return sorted(path.parent for path in place.glob("*/run.json"))
    inside = place.relative_to(place.anchor)
    if ".." in inside.parts:
        return []
    matched = sorted(Path(place.anchor).glob(str(inside)))
    return [run for each in matched if each.is_dir() for run in _runs(each)]


def _fits(about: RunFile, suites: Sequence[str], models: Sequence[str], since: date | None) -> bool:
    return (
        (not suites or bool(set(suites) & set(about.suites)))
        and (not models or bool(set(models) & set(about.request.models)))
        and (since is None or datetime.fromisoformat(about.created).astimezone(UTC).date() >= since)
    )


def _none(
    abouts: Iterable[RunFile], suites: Sequence[str], models: Sequence[str], since: date | None
) -> NotFound:
    """Why none of the runs is meant."""
    known = list(abouts)
    kinds = (
        ("suite", suites, {suite for each in known for suite in each.suites}),
        ("model", models, {model for each in known for model in each.request.models}),
    )
    for kind, named, there in kinds:
        for name in named:
            if name not in there:
                return NotFound.among(f"{kind} in the runs", name, there)
    last = max(each.created for each in known)[:10]
    return NotFound(f"no run fits{f' since {since}' if since else ''}", f"the newest was begun on {last}")
