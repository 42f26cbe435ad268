"""Finding tasks of lm-eval by name: in a folder of one's own, or among its thousands without reading them all.

Source: lm-eval 0.4.13, whose own index of all of them takes 8 to 15 seconds.
"""

import logging
import random
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from evals.errors import ALIKE, BadInput, NotFound, Unsupported

PREFIX = "lm-eval:"
DEFINES = re.compile(rb"^[\"']?(?:task|group)[\"']?[ \t]*:[ \t]*[\"']?([^\s\"'#\[]+)", re.MULTILINE)
"""The line of a YAML file that names the task or group in it."""

OWN = "name one of its tasks, or the folder of your own: 'lm-eval:TASK?include_path=DIR'"


@dataclass(frozen=True)
class Query:
    """`lm-eval:TASK,TASK?include_path=DIR&num_fewshot=K`, taken apart.

    Attributes:
        names: of tasks, groups or tags.
        include_path: a folder of tasks, absolute, which go before lm-eval's own.
        num_fewshot: how many solved examples go before an item; None leaves it to the task.
    """

    names: tuple[str, ...]
    include_path: Path | None = None
    num_fewshot: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Query":
        """Take a name apart.

        Raises: BadInput: no task, an option that there is not, or a value that is none. NotFound: no such folder.
        """
        names, _, query = text.removeprefix(PREFIX).partition("?")
        try:
            options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
        except ValueError:
            raise BadInput(
                f"the options of {text!r} are not key=value pairs", "write ?key=value&key=value"
            ) from None
        folder, shots = options.pop("include_path", None), options.pop("num_fewshot", None)
        for key in options:
            raise BadInput(f"{PREFIX} takes no option {key!r}", "it takes: include_path, num_fewshot")
        if shots is not None and not re.fullmatch(r"\d{1,3}", shots):
            raise BadInput(f"num_fewshot={shots} is no number of examples", "write a whole number from 0")
        found = tuple(filter(None, names.split(",")))
        if not found:
            raise BadInput(f"{text!r} names no task", OWN)
        if folder is not None and not Path(folder).is_dir():
            raise NotFound(
                f"there is no folder {folder}", "name the one that holds the tasks' YAML after include_path="
            )
        return cls(found, Path(folder).resolve() if folder else None, None if shots is None else int(shots))

    def where(self, name: str) -> str:
        """By what one of its tasks is loaded again."""
        given = {"include_path": self.include_path, "num_fewshot": self.num_fewshot}
        options = urlencode({key: str(value) for key, value in given.items() if value is not None}, safe="/")
        return f"{PREFIX}{name}{'?' if options else ''}{options}"


def find(query: Query) -> dict[str, Any]:
    """lm-eval's tasks of these names, by name, with their data loaded.

    Raises: Unsupported: lm-eval is not installed. NotFound: no such task. BadInput: a task cannot be loaded; says why.
    """
    if find_spec("lm_eval") is None:
        raise Unsupported(
            f"{PREFIX}{query.names[0]} is a task of lm-eval, which is not installed",
            "pip install 'behavior-evals[lm-eval]'",
        )
    with quiet():
        manager = _manager([name.partition("::")[0] for name in query.names], query.include_path)
        tasks: dict[str, Any] = {}
        for name in query.names:
            tasks |= _load(manager, name)
    return tasks


def _load(manager: Any, name: str) -> dict[str, Any]:
    """The tasks that a name stands for; `group::task` is a task that only its group knows."""
    group = name.partition("::")[0]
    try:
        found: dict[str, Any] = manager.load([group])["tasks"]
    except Exception as error:  # of a task's YAML, its functions, or the library of data sets
        why = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        if isinstance(error, ConnectionError | FileNotFoundError) or "Hub" in why:
            raise BadInput(
                f"the data of lm-eval's task {name} cannot be had: {why}",
                "go online once, point HF_HOME at a cache that holds them, or name tasks with data of their own: "
                "?include_path=DIR",
            ) from error
        raise BadInput(
            f"lm-eval cannot load its task {name}: {why}", "try it there: lm_eval validate"
        ) from error
    return {name: found[name]} if name != group and name in found else found


@contextmanager
def quiet() -> Iterator[None]:
    """lm-eval and what it stands on without their words, and with dice that always fall alike; ours are left as they lay."""
    logging.getLogger("lm_eval").handlers[:] = [
        logging.NullHandler()
    ]  # else the last resort would print warnings
    before, dice = logging.root.manager.disable, random.getstate()
    logging.disable(logging.CRITICAL)
    random.seed(0)  # as lm-eval does before it loads tasks
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        random.setstate(dice)


# The index


def _manager(names: Sequence[str], own: Path | None) -> Any:
    """lm-eval's manager of the folders in which these names, and those that they refer to, are defined.

    Tags may be given to tasks anywhere, so for one of lm-eval's it reads them all.
    Raises: NotFound: one of the names is nowhere.
    """
    folders: set[Path] = set()
    while True:
        manager = _index(own, folders)
        missing = _missing(manager, names, frozenset(_index(own).task_index))
        more = {_home().get(name) for name in missing}
        if not missing:
            return manager
        if None in more or more <= folders:
            return _whole(names, own)
        folders |= {folder for folder in more if folder}


def _index(own: Path | None, folders: Iterable[Path] = ()) -> Any:
    """A manager of some folders, where of two of one name the first by path counts, as in lm-eval's whole index."""
    from lm_eval.tasks import TaskManager

    last_counts = [*sorted(folders, key=Path.as_posix, reverse=True), *([own] if own else ())]
    return TaskManager(include_path=[*map(str, last_counts)], include_defaults=False)


def _whole(names: Sequence[str], own: Path | None) -> Any:
    """The manager of everything. Raises: NotFound: one of the names is nowhere."""
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(own) if own else None)
    for name in names:
        if name not in manager.task_index:
            near = get_close_matches(name, manager.task_index, n=1, cutoff=ALIKE)
            raise NotFound(
                f"lm-eval has no task called {name!r}", f"did you mean {near[0]}?" if near else OWN
            )
    return manager


def _missing(manager: Any, names: Iterable[str], own: frozenset[str]) -> set[str]:
    """Which of these names, and of those that their groups hold, the manager does not know; tags it knows but in part."""
    from lm_eval.tasks._index import Kind

    index, todo, seen = manager.task_index, [*names], set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        members = (index[name].cfg or {}).get("task") if name in index else None
        if isinstance(members, list):
            todo += [each for each in map(_member, members) if each]
    return {name for name in seen if name not in index or (index[name].kind is Kind.TAG and name not in own)}


def _member(said: Any) -> str | None:
    """The name by which a group refers to something; None where it defines it."""
    if isinstance(said, dict):
        return said.get("group") or (said.get("task") if isinstance(said.get("task"), str) else None)
    return said if isinstance(said, str) else None


@cache
def _home() -> dict[str, Path]:
    """Every task and group that a file of lm-eval names, and the folder of the first such file; read as plain lines."""
    import lm_eval.tasks

    found: dict[str, Path] = {}
    for path in sorted(Path(lm_eval.tasks.__file__).parent.rglob("*.yaml"), key=Path.as_posix):
        for name in DEFINES.findall(path.read_bytes()):
            found.setdefault(name.decode("utf-8", "replace"), path.parent)
    return found
