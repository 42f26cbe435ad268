"""Merging: run folders of one plan become one run, by key. Which are given, and in what order, makes no difference to it.

A key that several have is answered once: the first answer counts, and any answer before a failure.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals import log
from evals.batch.batched import begun
from evals.errors import BadInput
from evals.log import Run, RunFile
from evals.plan import plan
from evals.shard import Shard
from evals.types import Key, Reply


@dataclass(frozen=True)
class Merged:
    """What came of a merge.

    Attributes:
        run: the merged run.
        twice: how many replies were there more than once.
        absent: the shards of which nothing was given, where all that was given are shards of as many.
    """

    run: Run
    twice: int
    absent: tuple[str, ...]


def merge(folders: Sequence[Path], out: Path) -> Merged:
    """Make one run of several, in a new folder, which is there whole or not at all.

    Raises:
        NotFound, BadFile: a folder is no run, or damaged.
        BadInput: two are not of one plan; a batch is not collected yet; `out` is there already, or cannot be written.
    """
    if out.exists():
        raise BadInput(f"{out} is there already", "name a folder that is not: a merge changes no run")
    runs = sorted(map(_read, dict.fromkeys(folders)), key=lambda run: (run.about.created, run.folder.name))
    for run in runs[1:]:
        _agree(runs[0], run)
    best, twice = _best(runs)
    about = _about(runs, best)
    try:
        _write(out, about, best, [run.folder for run in runs])
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written: {error.strerror}", "name another folder with --out RUN"
        ) from None
    return Merged(Run(out, about, best), twice, _absent(runs))


def _read(folder: Path) -> Run:
    log.read_own(folder)
    run = log.read_run(folder)
    if begun(folder) and run.missing:
        raise BadInput(
            f"{folder} may have batches at their host, which a merged run would not know of",
            f"collect them first: evals run --resume {folder}",
        )
    return run


# Whether two runs are of one plan


def _agree(one: Run, other: Run) -> None:
    """Raises: BadInput: names the first thing in which their plans differ."""
    rounds = [each.about.rounds for each in (one, other)]
    known = min(map(len, rounds))
    for what, here, there in (
        *_asked(one.about, other.about),
        ("rounds", rounds[0][:known], rounds[1][:known]),
    ):
        if here != there:
            raise BadInput(
                f"{one.folder} and {other.folder} are not parts of one run: {what} is {_shown(here)} in the first and {_shown(there)} in the second",
                "merge what one command was asked to do; evals report RUN RUN shows different runs beside each other",
            )


def _asked(one: RunFile, other: RunFile) -> Iterator[tuple[str, object, object]]:
    """What makes a plan: name, as the first has it, as the second has it."""
    for name in dict.fromkeys((*one.suites, *other.suites)):
        yield f"version of suite {name}", one.suites.get(name, "none"), other.suites.get(name, "none")
    yield "seed", one.seed, other.seed
    for field in ("models", "size", "arms", "options", "repeat", "until"):
        yield field, getattr(one.request, field), getattr(other.request, field)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={each}" for key, each in value.items()) or "none"
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value)


# One reply of each key


def _best(runs: Iterable[Run]) -> tuple[tuple[Reply, ...], int]:
    """One reply a key, in the order in which they were given, and how many were there more than once.

    Raises: BadInput: two runs asked something else under one key.
    """
    found: dict[Key, tuple[Reply, Path]] = {}
    twice = 0
    for run in runs:
        for reply in run.replies:
            known, folder = found.setdefault(reply.key, (reply, run.folder))
            if known is reply:
                continue
            twice += 1
            if known.prompt != reply.prompt:
                raise BadInput(
                    f"{folder} and {run.folder} were asked different questions about sample {reply.key.sample} of suite {reply.key.suite}",
                    "its suite was changed without a new version: ask one of them anew",
                )
            if _rank(reply) < _rank(known):
                found[reply.key] = reply, run.folder
    replies = (reply for reply, _ in found.values())
    return tuple(sorted(replies, key=lambda reply: (reply.at, reply.key))), twice


def _rank(reply: Reply) -> tuple[object, ...]:
    """Answers first, then what only wants a verdict; of these the first. What else two replies differ in decides last."""
    return not reply.answered, reply.response is None, reply.at, log.REPLY.dump_json(reply)


# The folder


def _about(runs: Sequence[Run], best: tuple[Reply, ...]) -> RunFile:
    """What `run.json` says of the whole. How many requests were sent at a time is each part's own, and not kept."""
    first = runs[0].about
    longest = max((run.about for run in runs), key=lambda about: len(about.rounds))
    out = {(each.model, each.suite, each.arm): each for run in runs for each in run.about.left_out}
    about = replace(
        first,
        request=replace(first.request, shard=None),
        paths={name: _here([run.about.paths[name] for run in runs]) for name in first.paths},
        prices={model: one for run in reversed(runs) for model, one in run.about.prices.items()},
        notices={model: one for run in reversed(runs) for model, one in run.about.notices.items()},
        pace={},
        rounds=longest.rounds,
        left_out=tuple(out[key] for key in sorted(out)),
        ended=tuple(sorted({why for run in runs for why in run.about.ended})),
        finished="",
    )
    about = replace(about, planned=longest.planned if longest.rounds else _planned(about))
    over = longest.finished or about.request.until is None
    complete = over and Run(Path(), about, best).missing == 0
    return replace(about, ended=(), finished=max(reply.at for reply in best)) if complete else about


def _planned(about: RunFile) -> int:
    """How many replies the whole has. Raises: BadInput: a suite has changed since."""
    made = plan(replace(about.request, suites=tuple(about.paths.values())), about.seed)
    for part in made.parts:
        if part.suite.version != about.suites[part.suite.name]:
            raise BadInput(
                f"the runs were asked version {about.suites[part.suite.name]} of suite {part.suite.name}, which is now {part.suite.version}",
                "merge them where the suite is the one that they were asked",
            )
    return len(made.without(*about.left_out))


def _here(paths: Sequence[str]) -> str:
    """By what to load a suite on this machine: the first path that is there; ours go by name."""
    return next((path for path in paths if not Path(path).is_absolute() or Path(path).exists()), paths[0])


def _write(out: Path, about: RunFile, replies: Iterable[Reply], folders: Iterable[Path]) -> None:
    """Raises: OSError: the folder cannot be written."""
    new = out.with_name(f"{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)  # of a merge that was killed
    new.mkdir(parents=True)
    log.write_about(new, about)
    for folder in folders:
        if (folder / log.IMAGES).is_dir():
            shutil.copytree(folder / log.IMAGES, new / log.IMAGES, dirs_exist_ok=True)
    with log.Writer(new) as writer:
        for reply in replies:
            writer.append(reply)
    new.rename(out)


def _absent(runs: Iterable[Run]) -> tuple[str, ...]:
    """The shards that were not given, if all are shards of as many."""
    parts = [run.about.request.shard for run in runs]
    given = {part for part in parts if part is not None}
    counts = {part.count for part in given}
    if None in parts or len(counts) != 1:
        return ()
    count = counts.pop()
    every = (Shard(index, count) for index in range(1, count + 1))
    return tuple(str(shard) for shard in every if shard not in given)
