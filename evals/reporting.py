"""Reporting: runs are put together in one frame, reports run on it, and the findings gathered in a document.

A report is a file of the `reports` shelf with a function `report(frame, suites) -> frame` and, where people should read
something else than that frame, `view(frame) -> View`. The first line of its docstring is its title.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import ModuleType

import pandas as pd

from evals import shelf, show
from evals.document import Document, Section
from evals.errors import BadFile, BadInput, NotFound
from evals.frame import frame
from evals.log import Run, read_run
from evals.show import Format
from evals.suite import Suite
from evals.suite import load as load_suite
from evals.view import View, plain

NAMES: Mapping[Format, tuple[str, ...]] = {
    "table": ("summary", "outcomes", "contrasts", "failures"),
    "md": ("summary", "outcomes", "contrasts", "failures"),
    "csv": ("summary",),
    "json": ("summary", "outcomes", "contrasts", "failures"),
    "html": ("summary", "contrasts", "strata", "outcomes", "rules", "failures"),
}
"""The reports of each format, unless others are named."""


def publish(
    runs: Sequence[Run],
    form: Format,
    names: Sequence[str] = (),
    *,
    width: int = 80,
    colour: bool = False,
) -> str:
    """What runs found, as text in one of the formats.

    Args:
        names: reports, by bare name or path; those of NAMES unless given.
        width, colour: of the terminal, for the format "table".
    Raises: NotFound: an unknown report, or a suite that is gone. BadInput: runs that do not go together. BadFile: a
        file that is no report.
    """
    return show.render(document(runs, names or NAMES[form]), form, width=width, colour=colour)


def document(runs: Sequence[Run], names: Sequence[str]) -> Document:
    """The findings of these reports on these runs. Raises: as `publish`."""
    rows = gather(runs)
    suites = suites_of(rows)
    return Document(
        about=tuple(chain(_about_suites(rows, suites), _about_runs(runs))),
        notices=rows.attrs["notices"],
        sections=tuple(_section(name, rows, suites) for name in dict.fromkeys(names)),
        replies=rows,
    )


# For notebooks


def load(*patterns: str | Path) -> pd.DataFrame:
    """The replies of run folders as one frame: `load("runs/*")`. See `evals.frame.COLUMNS` for its columns.

    Raises: NotFound: nothing matches, or what does is no run. BadInput: runs that do not go together.
    """
    folders = [found for pattern in patterns for found in _matching(Path(pattern))]
    runs = [read_run(folder) for folder in folders if (folder / "run.json").is_file()]
    if not runs:
        raise NotFound(f"there is no run in {', '.join(map(str, patterns))}", "see evals list runs")
    return gather(runs)


def _matching(pattern: Path) -> list[Path]:
    inside = str(pattern.relative_to(pattern.anchor))
    return [pattern] if pattern.is_dir() else sorted(Path(pattern.anchor).glob(inside))


def report(name: str, suites: Mapping[str, Suite] | None = None) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A report as a function of a frame: `load("runs/*").pipe(report("summary"))`.

    Args: suites: name -> suite, where the metrics come from; found by what `load` noted unless given.
    Raises: NotFound: an unknown report. BadFile: a file that is no report.
    """
    made = _module(name)

    def run(rows: pd.DataFrame) -> pd.DataFrame:
        return _frame(name, made.report(rows, suites or suites_of(rows)))

    return run


# Runs together


def gather(runs: Sequence[Run]) -> pd.DataFrame:
    """The replies of several runs as one frame: models, suites and arms in the order in which they were named.

    `attrs["suites"]` says by what each suite is loaded again, `attrs["notices"]` what must be said of which model.
    Raises: BadInput: the runs hold different versions of a suite, or different items under one id.
    """
    runs = list({run.folder.resolve(): run for run in runs}.values())
    rows = pd.concat(
        [frame(run.replies, run.folder.name, run.about.suites, run.about.seed) for run in runs],
        ignore_index=True,
    )
    _check_together(rows)
    where = {name: path for run in runs for name, path in run.about.paths.items()}
    models = list(dict.fromkeys(model for run in runs for model in run.about.request.models))
    rows = _sorted(rows, {"model": models, "suite": list(where)})
    rows.attrs["suites"] = where
    rows.attrs["notices"] = {model: text for run in runs for model, text in run.about.notices.items()}
    return rows


def _check_together(rows: pd.DataFrame) -> None:
    versions = rows.groupby("suite")["suite_version"].unique()
    for suite, found in versions.items():
        if len(found) > 1:
            raise BadInput(
                f"the runs hold versions {' and '.join(sorted(found))} of suite {suite}, which are not compared",
                "report them apart",
            )
    if len(rows["run"].unique()) < 2:
        return
    asked = rows.drop_duplicates(["suite", "seed", "sample", "arm", "prompt"])
    twice = asked[asked.duplicated(["suite", "seed", "sample", "arm"])]
    if len(twice):
        row = twice.iloc[0]
        raise BadInput(
            f"the runs ask different things as sample {row['sample']} of suite {row['suite']}, arm {row['arm']}, seed {row['seed']}",
            "report runs with different options (--set) apart",
        )


def _sorted(rows: pd.DataFrame, orders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The rows in the order of these values, else as they were."""
    places = pd.DataFrame(
        {name: rows[name].map({value: i for i, value in enumerate(order)}) for name, order in orders.items()}
    )
    return rows.iloc[places.sort_values(list(orders), kind="stable").index].reset_index(drop=True)


def suites_of(rows: pd.DataFrame) -> dict[str, Suite]:
    """The suites of a frame, loaded by what `load` noted, else by name.

    Raises: NotFound, BadFile: a suite is gone, or cannot be loaded.
    """
    where = rows.attrs.get("suites", {})
    return {name: load_suite(where.get(name, name)) for name in rows["suite"].unique()}


def _about_suites(rows: pd.DataFrame, suites: Mapping[str, Suite]) -> list[str]:
    lines = []
    for (name, version), found in rows.groupby(["suite", "suite_version"], sort=False):
        counts = [
            _count(len(found[["seed", "sample"]].drop_duplicates()), "item"),
            _count(len(found["arm"].unique()), "arm"),
            _count(len(found["model"].unique()), "model"),
            _count(len(found), "reply").replace("replys", "replies"),
        ]
        seeds = ", ".join(str(seed) for seed in found["seed"].dropna().unique())
        lines.append(f"{name} {version}: {', '.join(counts)}, seed {seeds}")
        if suites[str(name)].version != version:
            lines.append(f"suite {name} is now version {suites[str(name)].version}: its metrics are today's")
        if suites[str(name)].is_demonstration:
            lines.append(f"{name} is a demonstration: shown, never counted or compared")
    return lines


def _about_runs(runs: Sequence[Run]) -> list[str]:
    return [
        f"{run.folder.name} is unfinished: {run.missing} of {run.about.planned} replies are missing or failed"
        for run in runs
        if run.missing
    ]


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


# One report


def _section(name: str, rows: pd.DataFrame, suites: Mapping[str, Suite]) -> Section:
    made = _module(name)
    table = _frame(name, made.report(rows, suites))
    title = (made.__doc__ or Path(name).stem).strip().split("\n")[0].rstrip(".")
    shown = getattr(made, "view", plain)(table) if len(table) else View()
    return Section(Path(name).stem, title, table, shown)


def _module(name: str) -> ModuleType:
    path = shelf.find("report", name)
    made = shelf.load(path)
    if not callable(getattr(made, "report", None)):
        raise BadFile(f"{path} has no function report(frame, suites)", "see docs/reports.md")
    return made


def _frame(name: str, table: object) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise BadFile(f"report {name} gave {type(table).__name__}, not a frame", "see docs/reports.md")
    return table
