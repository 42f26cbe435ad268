"""Shelves: suites, providers and reports are plug-in files, found and loaded by path.

A bare name means ours, shipped with the package; a path means the user's own, and code is loaded from the working
folder only when a path says so. `suites/hallucination` is ours too wherever no such folder lies in the working folder.

An entry is one file `NAME.py`, or a folder `NAME/` that holds `suite.py`, `provider.py` or `report.py`. The folder of a
suite may hold the suite's own report as well.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Literal

from evals.errors import BadFile, NotFound

Kind = Literal["suite", "provider", "report"]

SHELVES: Mapping[Kind, tuple[Kind, ...]] = {
    "suite": ("suite",),
    "provider": ("provider",),
    "report": ("report", "suite"),
}
"""On which of our shelves each kind is looked for: a suite's own report lies beside the suite."""


@cache
def home(kind: Kind) -> Path:
    """Our shelf of a kind: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    shipped = package / "shelves" / f"{kind}s"
    return shipped if shipped.is_dir() else package.parent / f"{kind}s"


def names(kind: Kind) -> list[str]:
    """What our shelf of a kind holds, by name."""
    return sorted(called(path) for path in _entries(kind, home(kind)))


def find(kind: Kind, name: str) -> Path:
    """The file of an entry, by bare name or by path.

    Raises: NotFound: neither our shelf nor the path has it; the message lists what there is.
    """
    path = Path(name)
    if _is_path(name):
        for candidate in (path, path / f"{kind}.py", path / f"{kind}.toml"):
            if candidate.is_file():
                return candidate.resolve()
        if path.is_dir() and path.parts[:-1] not in {(f"{shelf}s",) for shelf in SHELVES[kind]}:
            raise NotFound(f"{path} holds no {kind}.py", "name the folder that does, or the file")
    for shelf in SHELVES[kind]:
        if not _is_path(name) or path.parts[:-1] == (f"{shelf}s",):
            for entry in _entries(kind, home(shelf)):
                if path.name.removesuffix(".py") == called(entry):
                    return entry
    if name and path.is_dir() and not _is_path(name) and (path / f"{kind}.py").is_file():
        raise NotFound(f"there is no {kind} of ours called {name!r}", f"write ./{name} for the folder here")
    raise NotFound.among(kind, name, names(kind))


def called(path: Path) -> str:
    """What the entry in a file is called: its own name, or its folder's."""
    return path.parent.name if path.stem in SHELVES else path.stem


def beside(suite: Path) -> Path | None:
    """The file of a suite's own report: `report.py` in the folder of its `suite.py` or `suite.toml`, if it has one."""
    own = suite.with_name("report.py")
    return own if suite.stem == "suite" and own.is_file() else None


@cache
def load(path: Path) -> ModuleType:
    """The module in a file of a shelf; its neighbours are reached by relative import.

    Raises: BadFile: the file's own code failed, or it has a syntax error; the message names the line.
    """
    folder = path.parent
    package = f"evals_shelf_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
    if package not in sys.modules:
        parent = ModuleType(package)
        parent.__path__ = [str(folder)]
        sys.modules[package] = parent
    name = f"{package}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadFile(f"{path} is not a Python file", "name a file that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise BadFile(f"{path} cannot be loaded: {where(error, path)}", "mend that line") from error
    return module


def _is_path(name: str) -> bool:
    return "/" in name or name.startswith(".") or name.endswith((".py", ".toml"))


def _entries(kind: Kind, shelf: Path) -> Iterator[Path]:
    for path in sorted(shelf.glob("*")):
        if path.suffix == ".py":
            yield path
        for inner in (path / f"{kind}.py", path / f"{kind}.toml"):
            if inner.is_file():
                yield inner


def where(error: BaseException, path: Path) -> str:
    """The error in one line, with the last line of `path` that led to it."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{type(error).__name__} in line {line}: {error}" if line else f"{type(error).__name__}: {error}"
