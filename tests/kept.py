"""Run folders made for tests of what is compared: the suite of `tests.made`, outcomes as the test says."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.log import Run, RunFile, Writer, begin, read_run
from evals.plan import Request
from evals.types import Reply
from tests.made import replies

OURS = "a/model"
NAMED = {"f": "fabricated", "a": "abstained", "r": "right", "e": "error", "u": "unparsed"}


def names_suite(folder: Path) -> Path:
    """The suite of `tests.made` as a user's own, in a folder."""
    path = folder / "names" / "suite.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text('"""Names."""\nfrom tests.made import NAMES as suite\n')
    return path


def kept(folder: Path, rows: Sequence[Reply], **changes: Any) -> Path:
    """A run folder with these replies; `changes` to what its run.json says."""
    models = tuple(dict.fromkeys(each.key.model for each in rows))
    about = RunFile(
        request=Request(suites=("names",), models=models),
        seed=7,
        suites={"names": "3"},
        paths={"names": str(names_suite(folder))},
        planned=len(rows),
        created="2026-11-23T10:00:00.000+00:00",
    )
    made = begin(folder / "runs", replace(about, **changes))
    with Writer(made) as writer:
        for each in rows:
            writer.append(each)
    return made


def asked(pattern: str, model: str = OURS, people: str = "r" * 20) -> list[Reply]:
    """Replies about made-up names that ended so: f(abricated), a(bstained), e(rror), u(nparsed); then about real ones."""
    rows = replies({(model, "neutral"): [NAMED[end] for end in pattern]}, "made-up")
    return rows + replies({(model, "neutral"): [NAMED[end] for end in people]}, "real")


def run_of(folder: Path, pattern: str, model: str = OURS, people: str = "r" * 20, **changes: Any) -> Run:
    """A run of which the replies to made-up names ended so."""
    return read_run(kept(folder, asked(pattern, model, people), **changes))
