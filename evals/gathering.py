"""Gathering: the replies of several runs as one frame, if they go together, and the suites by which they are read."""

import json
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from evals import imported
from evals.errors import BadInput
from evals.frame import Rows
from evals.log import Run
from evals.suite import Suite
from evals.suite import load as load_suite


def gather(runs: Sequence[Run | Rows], *, apart: bool = False) -> pd.DataFrame:
    """The replies of several runs as one frame: models, suites and arms in the order in which they were named.

    `attrs["suites"]` says by what each suite is loaded again, `attrs["imported"]` what is known of those of other tools,
    `attrs["notices"]` what must be said of which model, `attrs["runs"]`, as JSON, of each run its options (`--set`) and how
    many of the planned replies are missing.
    Args: apart: whether they may hold what does not go together, for a report that tells it apart, as `trend` does.
    Raises: BadInput: the runs hold different versions of a suite, or different items under one id.
    """
    runs = framed(runs)
    rows = pd.concat([run.frame for run in runs], ignore_index=True)
    if not apart:
        _check_together(rows)
    where = {name: path for run in runs for name, path in run.about.paths.items()}
    models = list(dict.fromkeys(model for run in runs for model in run.about.request.models))
    rows = _sorted(rows, {"model": models, "suite": list(where)})
    rows.attrs["suites"] = where
    rows.attrs["imported"] = imported.together(run.about.imported for run in runs)
    rows.attrs["notices"] = {model: text for run in runs for model, text in run.about.notices.items()}
    told = {
        run.folder.name: {
            "options": dict(run.about.request.options),
            "missing": run.missing,
            "planned": run.about.planned,
        }
        for run in runs
    }
    # As text, for pandas copies all attributes deeply whenever it takes a column.
    rows.attrs["runs"] = json.dumps(told)
    return rows


def framed(runs: Iterable[Run | Rows]) -> list[Rows]:
    """The runs as frames, each folder once."""
    once = {run.folder.resolve(): run for run in runs}
    return [run if isinstance(run, Rows) else Rows.of(run) for run in once.values()]


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
    """The suites of a frame, loaded by what `gather` noted, else by name.

    Raises: NotFound, BadFile: a suite is gone, or cannot be loaded.
    """
    where, others = rows.attrs.get("suites", {}), rows.attrs.get("imported", {})
    return {
        name: others[name].suite(name) if name in others else load_suite(where.get(name, name))
        for name in rows["suite"].unique()
    }
