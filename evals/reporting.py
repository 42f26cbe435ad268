"""Reporting: reports run on the replies of runs, and what they find is put together in a document.

A report is a file of the `reports` shelf with a function `report(frame, suites) -> frame` and, where people should read
something else than that frame, `view(frame) -> View`; `brief(frame) -> View` is what the end of a run shows of it, by default the
findings in words. The first line of its docstring is its title. A `report.py` that
lies beside a suite is a part of every report on that suite.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd

from evals import shelf, show
from evals.basis import basis
from evals.charts import Picture
from evals.document import Document, Section
from evals.errors import BadFile, EvalsError, NotFound
from evals.frame import Rows, read
from evals.gathering import framed, gather, suites_of
from evals.log import Run
from evals.show import Format
from evals.suite import Suite
from evals.suite import file as suite_file
from evals.view import View, plain

FIX = "see docs/reports.md"
OWN = "own"
"""Stands for what the suites report of themselves: the `report.py` beside each."""

NAMES: Mapping[Format, tuple[str, ...]] = {
    "table": ("summary", "outcomes", "contrasts", OWN, "failures"),
    "md": ("summary", "outcomes", "contrasts", OWN, "failures"),
    "csv": ("summary",),
    "json": ("summary", "outcomes", "contrasts", OWN, "failures"),
    "junit": ("summary", "failures"),
    "html": (
        *("summary", "leaderboard", "contrasts", OWN, "tokens", "strata", "outcomes"),
        *("missed", "overlap", "rules", "failures"),
    ),
}
"""The reports of each format, unless others are named."""

END = ("summary", "outcomes", "contrasts", OWN, "failures")
"""What is shown at the end of a run, each in brief."""


def publish(
    runs: Sequence[Run | Rows],
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


def end(run: Rows, *, width: int = 80, colour: bool = False) -> str:
    """What the end of a run says, which stays short. Args, raises: as `publish`."""
    return show.render(document([run], END, brief=True), "table", width=width, colour=colour)


def document(runs: Sequence[Run | Rows], names: Sequence[str], *, brief: bool = False) -> Document:
    """The findings of these reports on these runs.

    Args: brief: only what has room at the end of a run. Raises: as `publish`.
    """
    runs = framed(runs)
    rows = gather(runs)
    suites = suites_of(rows)
    return Document(
        about=tuple(basis(rows, suites, runs)),
        notices=rows.attrs["notices"],
        sections=tuple(each.section(rows, suites, brief=brief) for each in _reports(names, suites)),
        replies=rows,
        folders=tuple(run.folder for run in runs),
    )


# For notebooks


def load(*patterns: str | Path, apart: bool = False) -> pd.DataFrame:
    """The replies of run folders as one frame: `load("runs/*")`. See `evals.frame.COLUMNS` for its columns.

    A single Parquet file, as `evals report --format parquet` writes it, is loaded likewise.
    Args: apart: as of `gather`.
    Raises: NotFound: nothing matches, or what does is no run. BadInput: runs that do not go together. BadFile: a damaged
        run, or another Parquet file.
    """
    found = [path for pattern in patterns for path in _matching(Path(pattern))]
    if len(found) == 1 and found[0].suffix == ".parquet":
        from evals.show import parquet

        return parquet.read(found[0])
    runs = [read(folder) for folder in found if (folder / "run.json").is_file()]
    if not runs:
        raise NotFound(f"there is no run in {', '.join(map(str, patterns))}", "see evals list runs")
    return gather(runs, apart=apart)


def _matching(pattern: Path) -> list[Path]:
    inside = str(pattern.relative_to(pattern.anchor))
    return [pattern] if pattern.is_dir() else sorted(Path(pattern.anchor).glob(inside))


def report(name: str, suites: Mapping[str, Suite] | None = None) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A report as a function of a frame: `load("runs/*").pipe(report("summary"))`.

    Args: suites: name -> suite, where the metrics come from; found by what `load` noted unless given.
    Raises: NotFound: an unknown report. BadFile: a file that is no report.
    """

    def run(rows: pd.DataFrame) -> pd.DataFrame:
        known = suites or suites_of(rows)
        (found,) = _reports([name], known)
        return found.table(rows, known)

    return run


def pictures(
    name: str = OWN, suites: Mapping[str, Suite] | None = None
) -> Callable[[pd.DataFrame], dict[str, Picture]]:
    """A report's pictures as a function of a frame: `load("runs/*").pipe(pictures("dots"))["dots-ladder"]`.

    Each shows itself in a notebook; `.chart()` is its Altair chart. Without a name: those of the suites' own reports.
    Args, raises: as `report`.
    """

    def run(rows: pd.DataFrame) -> dict[str, Picture]:
        known = suites or suites_of(rows)
        sections = [each.section(rows, known) for each in _reports([name], known)]
        return {each.name: each for section in sections for each in section.view.pictures}

    return run


# One report


@dataclass(frozen=True)
class Report:
    """A report's file; where it lies beside a suite, it is given the replies of that suite alone.

    Attributes:
        suite: the name of that suite, or empty.
    """

    path: Path
    suite: str = ""

    @property
    def name(self) -> str:
        """What it is called: the file's name, or the suite's."""
        return self.suite or shelf.called(self.path)

    def table(self, rows: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
        """What it finds. Raises: BadFile: it is no report, or its code fails."""
        made = self._module()
        if self.suite:
            rows, suites = rows[rows["suite"] == self.suite], {self.suite: suites[self.suite]}
        found = self._run(lambda: made.report(rows, suites))
        if not isinstance(found, pd.DataFrame):
            raise BadFile(f"report {self.name} gave {type(found).__name__}, not a frame", FIX)
        return found

    def section(self, rows: pd.DataFrame, suites: Mapping[str, Suite], *, brief: bool = False) -> Section:
        """What it finds, and how people read it. Args: brief: as in `document`. Raises: as `table`."""
        made, table = self._module(), self.table(rows, suites)
        title = (made.__doc__ or self.name).strip().split("\n")[0].rstrip(".")
        return Section(
            self.name, title, table, self._view(made, table, brief=brief) if len(table) else View()
        )

    def _view(self, made: ModuleType, table: pd.DataFrame, *, brief: bool) -> View:
        """Its view; in brief, its own `brief` where it has one."""
        own = brief and hasattr(made, "brief")
        shown = self._run(lambda: (made.brief if own else getattr(made, "view", plain))(table))
        if not isinstance(shown, View):
            raise BadFile(f"the view of report {self.name} gave {type(shown).__name__}, not a View", FIX)
        return shown.brief(self.name) if brief and not own else shown

    def _module(self) -> ModuleType:
        made = shelf.load(self.path)
        if not callable(getattr(made, "report", None)):
            raise BadFile(f"{self.path} has no function report(frame, suites)", FIX)
        return made

    def _run(self, part: Callable[[], object]) -> object:
        """What a part of the report gives; a fault of the report's author is one sentence."""
        try:
            return part()
        except EvalsError:
            raise
        except Exception as error:
            said = f"report {self.name} ({self.path}) failed: {shelf.where(error, self.path)}"
            raise BadFile(said, "mend that line") from error


def _reports(names: Iterable[str], suites: Mapping[str, Suite]) -> list[Report]:
    """The reports of these names, each once. Raises: NotFound: an unknown one."""
    own = _own(suites)
    found: list[Report] = []
    for name in names:
        if name == OWN:
            found += own
        else:
            path = shelf.find("report", name)
            found.append(next((report for report in own if report.path == path), Report(path)))
    return list(dict.fromkeys(found))


def _own(suites: Mapping[str, Suite]) -> list[Report]:
    """The reports that lie beside these suites."""
    files = {name: suite_file(suite) for name, suite in suites.items()}
    found = {name: shelf.beside(path) for name, path in files.items() if path}
    return [Report(path, name) for name, path in found.items() if path]
