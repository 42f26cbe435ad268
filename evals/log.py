"""The run log: a folder with `run.json` (what was asked) and `replies.jsonl` (append-only, one reply a line).

Pictures stand in it by hash; their bytes lie in `images/`, each picture once, whatever draws it later.
A reply counts as answered once its line has been handed to the operating system, so `kill -9` loses none. When a key
occurs twice, the later line holds: failures that were asked again, and scores that were made again.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pydantic

from evals import __version__, whole
from evals.appended import Owned, entries, unwritable
from evals.errors import BadFile, BadInput, NotFound, fault
from evals.imported import Imported
from evals.money.prices import Price
from evals.pacing.limiter import Change
from evals.plan import LeftOut, Plan, Request
from evals.rounds import Round
from evals.types import UNWRITTEN, Image, Key, Reply
from evals.undisturbed import undisturbed

SCHEMA = 1
IMAGES = "images"
REPLY = pydantic.TypeAdapter(Reply)


@dataclass(frozen=True, kw_only=True)
class RunFile:
    """What `run.json` holds.

    Attributes:
        schema: the version of this format.
        evals: the version of this package that made the run.
        request, seed: what was asked, and the seed that was drawn for it.
        suites: name -> version.
        paths: suite name -> by what to load it again: a bare name (ours) or an absolute path.
        notices: model -> what must be said wherever its words are shown.
        prices: model -> by what its replies were priced when the run began, or was last gone on with; of the others it is
            not known.
        pace: model -> how many requests at a time its account was sent, every change of it, process after process.
        planned: how many replies the finished run has.
        rounds: what was asked after the first items, where the run goes on until it knows enough.
        left_out: arms that a model cannot take: not planned, or refused by its host.
        imported: suite name -> what reports need of it, where another tool has asked and judged.
        ended: why replies are missing, a sentence each, where a budget was used up or a host was no use.
        replayed: the file of the recording from which it was answered; empty where models were asked.
        created, finished: UTC, ISO 8601; finished is empty while replies are missing.
    """

    schema: int = SCHEMA
    evals: str = __version__
    request: Request
    seed: int
    suites: Mapping[str, str]
    paths: Mapping[str, str]
    notices: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    pace: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    planned: int
    rounds: tuple[Round, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    imported: Mapping[str, Imported] = field(default_factory=dict)
    ended: tuple[str, ...] = ()
    replayed: str = ""
    created: str
    finished: str = ""


@dataclass(frozen=True)
class Format:
    """What every version of `run.json` says of itself."""

    schema: int = SCHEMA


RUN_FILE = pydantic.TypeAdapter(RunFile)
FORMAT = pydantic.TypeAdapter(Format)


@dataclass(frozen=True)
class Run:
    """A run as read from its folder: the last reply of each key, in the order of first answers."""

    folder: Path
    about: RunFile
    replies: tuple[Reply, ...]

    @property
    def missing(self) -> int:
        """How many replies the plan has and the log has not; failures that are not final count as missing."""
        out = {(each.model, each.suite, each.arm) for each in self.about.left_out}
        keys = (reply.key for reply in self.replies if reply.answered)
        return self.about.planned - sum((key.model, key.suite, key.arm) not in out for key in keys)


def now() -> str:
    """The time, UTC, ISO 8601 to the microsecond: by it replies of several logs are put in order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def create(
    out: Path, plan: Plan, notices: Mapping[str, str], prices: Mapping[str, Price], replayed: str = ""
) -> Path:
    """A new run folder in `out`, named by time, suites and request.

    Raises: BadInput: the folder cannot be written.
    """
    return begin(
        out,
        RunFile(
            request=plan.request,
            seed=plan.seed,
            suites={part.suite.name: part.suite.version for part in plan.parts},
            paths={part.suite.name: part.suite.where for part in plan.parts},
            notices=notices,
            prices=prices,
            planned=len(plan),
            left_out=plan.left_out,
            replayed=replayed,
            created=now(),
        ),
    )


def begin(out: Path, about: RunFile) -> Path:
    """A new folder in `out` with this `run.json`, named by time, suites and request. Raises: BadInput: as `create`."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = out / f"{stamp}-{'+'.join(about.suites)[:60]}-{about.request.digest}"
    try:
        while folder.exists():
            folder = folder.with_name(f"{folder.name}-{secrets.token_hex(2)}")
        folder.mkdir(parents=True)
        write_about(folder, about)
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written: {error.strerror}", "name another folder with --out DIR"
        ) from None
    return folder


def unfinished(out: Path, request: Request) -> Path | None:
    """The newest run folder in `out` of the same request that is not finished, if there is one."""
    found = ((folder, read_about(folder)) for folder in _same(out, request))
    return next((folder for folder, about in found if not (about.finished or about.replayed)), None)


def latest(out: Path, request: Request) -> Path | None:
    """The newest run folder in `out` of the same request, finished or not, if there is one."""
    return next(_same(out, request), None)


def _same(out: Path, request: Request) -> Iterator[Path]:
    for folder in sorted(out.glob(f"*-{request.digest}*"), reverse=True):
        if (folder / "run.json").is_file():
            yield folder


def write_about(folder: Path, about: RunFile) -> None:
    """Write `run.json` whole or not at all."""
    whole.write(folder / "run.json", RUN_FILE.dump_json(about, indent=2) + b"\n")


def note_pace(folder: Path, made: Mapping[str, Sequence[Change]]) -> None:
    """Add to `run.json` how the number of requests at a time has changed."""
    about = read_about(folder)
    pace = {model: (*about.pace.get(model, ()), *changes) for model, changes in made.items()}
    with suppress(OSError):  # no room: what the run itself says of that is not to be lost for it
        write_about(folder, replace(about, pace={**about.pace, **pace}))


def note_end(folder: Path, why: tuple[str, ...]) -> None:
    """Note in `run.json` why replies are missing, in place of what an earlier process noted."""
    about = read_about(folder)
    if about.ended != why:
        write_about(folder, replace(about, ended=why))


def finish(folder: Path) -> None:
    """Note in `run.json` that nothing is missing any more; the time of the first note stays."""
    about = read_about(folder)
    if not about.finished:
        write_about(folder, replace(about, ended=(), finished=now()))


def read_about(folder: Path) -> RunFile:
    """What `run.json` of a folder says.

    Raises: NotFound: no such run. BadFile: it is not a run file, or of a later format.
    """
    path = folder / "run.json"
    try:
        data = path.read_bytes()
    except OSError:
        raise NotFound(f"there is no run in {folder}: it has no run.json", "see evals list runs") from None
    try:
        schema = FORMAT.validate_json(data).schema  # first: a later format need not look like ours
        if schema > SCHEMA:
            raise BadFile.later(path, schema, SCHEMA)
        return RUN_FILE.validate_json(data)
    except pydantic.ValidationError as error:
        raise BadFile(f"{path} is damaged: {fault(error)}", "restore it, or move its folder away") from None


def read_own(folder: Path) -> RunFile:
    """What `run.json` says of a run whose suites can be asked again.

    Raises: NotFound, BadFile: as `read_about`. BadInput: another tool has asked and judged it.
    """
    about = read_about(folder)
    for name, made in about.imported.items():
        raise BadInput(
            f"{folder} was imported from {made.tool}, whose task {name} cannot be asked or judged here",
            f"it can be reported: evals report {folder}",
        )
    return about


def read_run(folder: Path) -> Run:
    """A run, finished or not.

    Raises: NotFound, BadFile: as `read_about`, or a damaged line, named by number.
    """
    last: dict[Key, Reply] = {}
    about = read_about(folder)
    with undisturbed():
        for reply in read_replies(folder / "replies.jsonl"):
            last[reply.key] = reply
    return Run(folder, about, tuple(last.values()))


def read_replies(path: Path) -> Iterator[Reply]:
    """The lines of a log in order. A last line without its end was cut off by a kill and does not count.

    Raises: BadFile: a damaged line, named by number.
    """
    return entries(path, REPLY, "delete that line and resume the run: only what it held is asked again")


def plain(reply: Reply) -> dict[str, Any]:
    """What a line holds of a reply, as plain data: what has its default value is left out."""
    found: dict[str, Any] = REPLY.dump_python(reply, exclude_defaults=True, exclude=UNWRITTEN)
    return found


class Writer:
    """Appends replies to a run's log; one process at a time.

    Raises: BadInput: another process writes this run, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._images = folder / IMAGES
        self._file = Owned(folder / "replies.jsonl", folder / "lock", folder)

    def append(self, reply: Reply) -> None:
        """Hand one line to the operating system, after the pictures that it names.

        Raises: BadInput: the disk is full or gone; what was written before is kept.
        """
        try:
            for image in reply.prompt.images:
                self._keep(image)
        except OSError as error:
            raise unwritable(self._images, error) from None
        self._file.append(REPLY.dump_json(reply, exclude_defaults=True, exclude=UNWRITTEN) + b"\n")

    def _keep(self, image: Image) -> None:
        """Write a picture, whole or not at all, unless it is there."""
        path = self._images / image.file
        if image.data and not path.exists():
            self._images.mkdir(exist_ok=True)
            whole.write(path, image.data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
