"""What CI needs, as files: workflows of GitHub, a job of GitLab, and the gate's rules."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Literal

from evals import __version__
from evals.errors import BadInput
from evals.host import Host
from evals.provider import ModelName
from evals.shelf import find, load
from evals.verdict.rules import settled_in

HERE = Path(__file__).parent
ACTION = f"behavior-evals/evals@v{__version__}"
PACKAGE = f"behavior-evals=={__version__}"
BASELINE = Path("baseline.json")

Service = Literal["github", "gitlab"]

TEMPLATES: dict[Service, dict[Path, str]] = {
    "github": {
        Path(".github/workflows/evals.yml"): "github.yml",
        Path(".github/workflows/evals-scheduled.yml"): "scheduled.yml",
    },
    "gitlab": {Path(".gitlab/evals.yml"): "gitlab.yml"},
}
"""Where each file goes -> its template beside this module."""

RULES = Path("evals.toml")
MARGINS = {"quick": "15pp"}
DEFAULT_MARGIN = "5pp"
"""By how much a share may be worse, by size: what a model that has not changed clears with so many items."""

ENTRY = Path(".gitlab-ci.yml")
INCLUDE = "include:\n  - local: .gitlab/evals.yml\n"


@dataclass(frozen=True)
class Asked:
    """What CI shall ask.

    Attributes:
        suites: names or paths.
        model: as in `-m`.
        size: a name from the suites' sizes.
    """

    suites: tuple[str, ...]
    model: str
    size: str


@dataclass(frozen=True)
class Written:
    """What was written, and what was there and is left as it is."""

    files: tuple[Path, ...]
    kept: tuple[Path, ...]


def init(folder: Path, service: Service, asked: Asked, *, force: bool = False) -> Written:
    """Write the files of a service into a repository, with rules where there are none yet.

    Args: force: whether files of ours that are there are written anew; a `.gitlab-ci.yml` and rules never are.
    Raises: BadInput: one is there already, and nothing is written; or it cannot be. NotFound: no such suite or provider.
    """
    for suite in asked.suites:
        _check(suite)
    wanted = files(service, asked)
    there = [str(path) for path in wanted if (folder / path).exists()]
    if there and not force:
        are = "is" if len(there) == 1 else "are"
        raise BadInput(f"{' and '.join(there)} {are} there already", "add --force to write that anew")
    kept = []
    rules = settled_in(folder)
    if rules is None:
        wanted[RULES] = _filled(RULES.name, {"@MARGIN@": MARGINS.get(asked.size, DEFAULT_MARGIN)})
    else:
        kept.append(rules.relative_to(folder))
    if service == "gitlab" and not (folder / ENTRY).exists():
        wanted[ENTRY] = INCLUDE
    elif service == "gitlab":
        kept.append(ENTRY)
    for path, text in wanted.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}", "mend that, and repeat") from None
    return Written(tuple(wanted), tuple(kept))


def _check(suite: str) -> None:
    """Raises: NotFound: no such suite. BadInput: its path holds a blank, by which the files part suites."""
    if suite.split() != [suite]:
        raise BadInput(f"suite {suite!r} holds a blank", "give its folder a name without")
    if not suite.startswith("lm-eval:"):
        find("suite", suite)


def next_steps(asked: Asked, written: Written) -> Iterator[str]:
    """What is still to be done, a command or sentence each."""
    suites = " ".join(map(quote, asked.suites))
    yield "next, save what the model does now, and commit all of it:"
    yield f"  evals run {suites} -m {quote(asked.model)} --size {quote(asked.size)}"
    yield "  evals baseline save RUN"
    yield f"  git add {' '.join(map(str, (*written.files, BASELINE)))}"
    if key := key_of(asked.model):
        yield f"the key is taken from the repository's secret {key}"
    if ENTRY in written.kept:
        yield f"add to {ENTRY}:"
        yield from (f"  {line}" for line in INCLUDE.splitlines())


def files(service: Service, asked: Asked) -> dict[Path, str]:
    """The files of a service, by where they go, as they ask for this. Raises: NotFound: no such provider."""
    key = key_of(asked.model)
    handed = f"        env:\n          {key}: ${{{{ secrets.{key} }}}}\n" if key else ""
    values = {
        "@ACTION@": ACTION,
        "@PACKAGE@": PACKAGE,
        "@KEY@": handed,
        "@SUITES@": json.dumps(" ".join(asked.suites)),
        "@MODEL@": json.dumps(asked.model),
        "@SIZE@": json.dumps(asked.size),
    }
    return {path: _filled(name, values) for path, name in TEMPLATES[service].items()}


def _filled(template: str, values: dict[str, str]) -> str:
    text = (HERE / template).read_text("utf-8")
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def key_of(model: str) -> str:
    """The environment variable of the key that a model's host needs; empty where it needs none, or is a file of one's own.

    Raises: NotFound: no such provider. BadInput: no name of a model.
    """
    provider = ModelName.parse(model).provider
    if provider.endswith(".py"):
        return ""
    host = getattr(getattr(load(find("provider", provider)), "connect", None), "__self__", None)
    return host.key if isinstance(host, Host) and host.needs_key else ""
