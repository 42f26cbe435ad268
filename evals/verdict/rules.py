"""Rules of a gate: what is demanded of which metric, from `evals.toml` or `[tool.evals]` of `pyproject.toml`.

[gate]
margin = "5pp"
[gate.metrics."hallucination.FR"]
margin = "3pp"
ceiling = "40%"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pydantic

from evals.errors import BadFile, BadInput, NotFound
from evals.verdict.margin import DEFAULT, limit, margin

ERROR = 0.05
"""The share of gates that may call a regression where nothing has changed."""

Undecided = Literal["pass", "fail", "more"]


@dataclass(frozen=True)
class Demand:
    """What is demanded of one metric.

    Attributes:
        margin: by how much it may be worse than the baseline's; None for the gate's own.
        floor, ceiling: what it may not lie below or above, whatever the baseline; None for no limit.
    """

    margin: float | None = None
    floor: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True)
class Rules:
    """What a gate demands.

    Attributes:
        margin: of every share that has no margin of its own, and as it fits indexes of shares.
        undecided: how a gate ends that is not decided; "more" asks further items first; None to say so, exit status 3.
        looks: how many gates share the 5 % of false alarms.
        counted: by how much fewer replies may count than the baseline's, as a share of all; `margin` if None.
        lost: the share of a metric's replies that may have nothing to judge where it passes.
        metrics: "suite.metric" -> what is demanded of it. Those that are named here are gated, and where none of a suite
            is, its first metric and its indexes.
        most: samples of each suite that "more" may ask in all, the run's included; None for four times the run's.
    """

    margin: float = DEFAULT
    undecided: Undecided | None = None
    looks: int = 1
    lost: float = 0.05
    counted: float | None = None
    metrics: Mapping[str, Demand] = field(default_factory=dict)
    most: int | None = None

    def level(self, decisions: int) -> float:
        """The level of the intervals that call a regression, where so many decisions are made: Bonferroni's."""
        return 1 - ERROR / (self.looks * max(1, decisions))


class _Demand(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    margin: str | float | None = None
    floor: str | float | None = None
    ceiling: str | float | None = None


class _Gate(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    margin: str | float = DEFAULT
    undecided: Undecided | None = None
    most: int | None = pydantic.Field(default=None, ge=1)
    looks: int = pydantic.Field(default=1, ge=1)
    lost: str | float = 0.05
    counted: str | float | None = None
    metrics: dict[str, _Demand] = {}


class _Settings(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    gate: _Gate = _Gate()


def rules(path: Path | None = None) -> Rules:
    """The rules in a file; without one, those of `evals.toml` or `pyproject.toml` of the working folder, if there are any.

    Raises: BadFile: a file that cannot be read, or holds what is no rule. NotFound: an unknown key. BadInput: a value out
        of range, or both files hold rules.
    """
    found = path or settled_in(Path())
    return _read(found) if found else Rules()


def settled_in(folder: Path) -> Path | None:
    """The file of a folder that holds rules; None where there is none. Raises: as `rules`."""
    files = [folder / "evals.toml", folder / "pyproject.toml"]
    ruling = [each for each in files if each.is_file() and _table(each)]
    if len(ruling) > 1:
        raise BadInput("evals.toml and [tool.evals] of pyproject.toml both hold settings", "keep them in one")
    return ruling[0] if ruling else None


def _read(path: Path) -> Rules:
    table = _table(path)
    try:
        gate = _Settings.model_validate(table).gate
    except pydantic.ValidationError as error:
        raise _complaint(path, error) from None
    demands = {
        name: Demand(
            margin=None if each.margin is None else margin(each.margin, f"{path}: margin of {name}"),
            floor=None if each.floor is None else limit(each.floor, f"{path}: floor of {name}"),
            ceiling=None if each.ceiling is None else limit(each.ceiling, f"{path}: ceiling of {name}"),
        )
        for name, each in gate.metrics.items()
    }
    lost = limit(gate.lost, f"{path}: lost")
    if not 0 <= lost <= 1:
        raise BadInput(f"{path}: lost {gate.lost!r} is no share", "write 5%")
    return Rules(
        margin=margin(gate.margin, f"{path}: margin"),
        undecided=gate.undecided,
        most=gate.most,
        looks=gate.looks,
        lost=lost,
        counted=None if gate.counted is None else margin(gate.counted, f"{path}: counted"),
        metrics=demands,
    )


def _table(path: Path) -> Mapping[str, Any]:
    """What a file holds for evals."""
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read: {error.strerror}", "name a TOML file with a table [gate]"
        ) from None
    except ValueError as error:
        raise BadFile(f"{path} is not TOML: {error}", "mend that line") from None
    if path.name == "pyproject.toml":
        found = found.get("tool", {}).get("evals", {})
    return found if isinstance(found, Mapping) else {}


def _complaint(path: Path, error: pydantic.ValidationError) -> BadFile | NotFound:
    """The first thing that is wrong, with the nearest known key where one is unknown."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    if first["type"] != "extra_forbidden":
        return BadFile(f"{path}: {where}: {first['msg']}, not {first['input']!r}", "see docs/verdicts.md")
    above = first["loc"][:-1]
    model = _Settings if not above else _Gate if len(above) == 1 else _Demand
    return NotFound.among(
        f"setting in {path}", where, [".".join((*map(str, above), name)) for name in model.model_fields]
    )
