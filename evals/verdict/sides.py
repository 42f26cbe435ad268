"""Naming sides: `RUN`, `RUN#MODEL` where the run holds several models, or the file of a baseline.

A pattern in quotes puts the runs that it matches together.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evals.errors import BadInput, NotFound
from evals.gathering import gather, suites_of
from evals.log import Run, read_run
from evals.verdict import baseline, saved
from evals.verdict.side import Side, asked_hash, labelled, settle


def sides(texts: Iterable[str], models: Sequence[str] = ()) -> tuple[Side, ...]:
    """The sides that these texts name, in order, each with a label of its own.

    Args: models: of runs that hold several, only these; all if none is named.
    Raises: NotFound: no such run, baseline or model. BadFile: a damaged one. BadInput: one that is named twice.
    """
    return labelled([side for text in texts for side in _named(text, models)])


def side(text: str, like: str = "") -> Side:
    """The one side that a text names. Args: like: the model that is meant where a run holds several.

    Raises: as `sides`; BadInput: it names several.
    """
    found = _named(text)
    same = [each for each in found if each.model == like]
    if len(found) > 1 and len(same) != 1:
        names = ", ".join(each.model for each in found)
        raise BadInput(f"{text} holds {len(found)} models: {names}", f"name one: {text}#{found[0].model}")
    return same[0] if same else found[0]


def of_run(run: Run, model: str = "") -> Side:
    """The side of a run that is in memory. Raises: BadInput: it holds several models and none of them is named."""
    found = _of_runs([run], [model] if model else [], str(run.folder))
    if len(found) > 1:
        raise BadInput(f"{run.folder} holds {len(found)} models", "name one of them")
    return found[0]


def _named(text: str, models: Sequence[str] = ()) -> list[Side]:
    path, model = _parted(text)
    if path.is_file():
        return [_of_baseline(path, model)]
    folders = [path] if (path / "run.json").is_file() else sorted(_matching(path))
    if not folders:
        raise NotFound(
            f"{path} is neither a run nor a baseline",
            "name a run folder (see evals list runs), RUN#MODEL, or a file of evals baseline save",
        )
    place = str(folders[0] if len(folders) == 1 else path)
    return _of_runs([read_run(folder) for folder in folders], [model] if model else models, place)


def _parted(text: str) -> tuple[Path, str]:
    """Where the outcomes lie, and of which model."""
    if Path(text).exists():
        return Path(text), ""
    place, _, model = text.partition("#")
    return Path(place), model


def _matching(pattern: Path) -> list[Path]:
    inside = str(pattern.relative_to(pattern.anchor))
    if inside == "." or ".." in pattern.parts:
        return []
    return [found for found in Path(pattern.anchor).glob(inside) if (found / "run.json").is_file()]


def _of_baseline(path: Path, model: str) -> Side:
    found = saved.side(baseline.read(path), path)
    if model not in {"", found.model}:
        raise NotFound.among(f"model in {path}", model, [found.model])
    return found


def _of_runs(runs: Sequence[Run], models: Sequence[str], place: str) -> list[Side]:
    together = gather(runs)
    known = list(dict.fromkeys(together["model"]))
    if not known:
        raise BadInput(f"{place} holds no reply yet", "go on with it: evals run --resume RUN")
    for model in models:
        if model not in known:
            raise NotFound.among(f"model in {place}", model, known)
    _check_once(together, place)
    asked = {(run.folder.name, reply.key): asked_hash(reply.prompt) for run in runs for reply in run.replies}
    keys = zip(
        *(together[name] for name in ("run", "model", "suite", "sample", "arm", "repeat")), strict=True
    )
    hashes = {(folder, *_key_parts(key)): digest for (folder, key), digest in asked.items()}
    rows = together.assign(asked=pd.Series([hashes[key] for key in keys], dtype="str"))
    suites = suites_of(together)
    rows, settled = settle(rows, suites)
    versions = {str(name): str(part.iloc[0]) for name, part in rows.groupby("suite")["suite_version"]}
    return [
        Side(
            label=model,
            model=model,
            place=place,
            rows=rows[rows["model"] == model].reset_index(drop=True),
            suites=settled,
            versions=versions,
            missing=sum(_missing(run, model) for run in runs),
            notices={name: text for name, text in together.attrs["notices"].items() if name == model},
        )
        for model in known
        if model in (models or known)
    ]


def _key_parts(key: Any) -> tuple[Any, ...]:
    return (key.model, key.suite, key.sample, key.arm, key.repeat)


def _check_once(rows: pd.DataFrame, place: str) -> None:
    """Raises: BadInput: a model was asked an item in two of the runs."""
    key = ["model", "suite", "seed", "sample", "arm", "repeat"]
    twice = rows[rows.duplicated(key)]
    if len(twice):
        row = twice.iloc[0]
        raise BadInput(
            f"the runs of {place} ask {row['model']} the same items of {row['suite']} more than once",
            "name each run apart",
        )


def _missing(run: Run, model: str) -> int:
    """How many of a model's replies the plan has and the log has not; the whole run's where that is not known."""
    models = run.about.request.models
    if not run.missing or len(models) < 2 or run.about.left_out:
        return run.missing
    answered = sum(reply.answered for reply in run.replies if reply.key.model == model)
    return run.about.planned // len(models) - answered
