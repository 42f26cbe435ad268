"""What several commands read from the command line, or ask of the terminal, in the same way."""

import inspect
import math
import re
import shutil
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal, TypedDict

import click

from evals.errors import BadInput

FORMATS = ("table", "md", "csv", "json", "html")
"""As what documents are shown."""

Command = Callable[..., Any]


def format_option(formats: tuple[str, ...] = FORMATS) -> Callable[[Command], Command]:
    """Gives a command the argument `form`: the first of these formats unless another is wished for."""
    usual = formats[0]
    return click.option(
        "--format", "form", type=click.Choice(formats), default=usual, help=f"as what  [default: {usual}]"
    )


out_option = click.option(
    "--out", type=Path, metavar="FILE", help="where it goes  [default: standard output]"
)
"""Gives a command the argument `out`: a file, or None."""

runs_option = click.option(
    "--out", type=Path, default=Path("runs"), metavar="DIR", help="where run folders lie  [default: runs]"
)
"""Gives a command the argument `out`: the folder of runs."""


def gathered(
    name: str, make: Callable[..., Any], *options: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """A decorator that gives a command some options, and hands it one argument for all of them.

    Args:
        name: of that argument.
        make: makes it of the options' values, which it takes by name.
        options: as click makes them, or gathered ones that `make` takes in turn.
    """
    taken = tuple(inspect.signature(make).parameters)

    def around(command: Command) -> Command:
        @wraps(command)
        def given(**values: Any) -> Any:
            own = {key: values.pop(key) for key in taken}
            return command(**values, **{name: make(**own)})

        complete: Command = given
        for option in reversed(options):
            complete = option(complete)
        return complete

    return around


def parse_seed(text: str | None) -> int | Literal["fresh"]:
    """A seed as typed; the public one if none was.

    Raises: BadInput: neither a whole number nor "fresh".
    """
    from evals.suite import FIXED_SEED

    if text is None:
        return FIXED_SEED
    if text == "fresh":
        return "fresh"
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"--seed {text!r} is no whole number", "give a number, or fresh") from None


def sized(size: str | None, count: int | None) -> str | int:
    """What `--size` and `-n` come to: a size by name, or a number of samples. Raises: BadInput: both are given."""
    if size and count is not None:
        raise BadInput("--size and -n both say how many samples", "give one of them")
    return size or "quick" if count is None else count


def parse_settings(settings: tuple[str, ...]) -> dict[str, str]:
    """`--set KEY=VALUE` texts as a dictionary.

    Raises: BadInput: one without `=`.
    """
    pairs = [setting.partition("=") for setting in settings]
    for key, equals, _ in pairs:
        if not equals:
            raise BadInput(f"--set {key!r} has no =", "write --set KEY=VALUE")
    return {key: value for key, _, value in pairs}


def parse_rate(text: str | None) -> float | None:
    """`--rate 60/min`, or 60, in requests a minute. Raises: BadInput: it is neither."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/min)?", text.strip())
    if found is None or not float(found[1]):
        raise BadInput(f"--rate {text!r} is no rate", "write requests a minute: --rate 60/min")
    return float(found[1])


def parse_bound(option: str, text: str | None, what: str) -> float | None:
    """A bound as typed, a dollar sign or commas allowed. Raises: BadInput: it is no number above 0."""
    if text is None:
        return None
    try:
        found = float(text.strip().removeprefix("$").replace(",", ""))
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise BadInput(f"{option} {text!r} is no number above 0", f"write {what}")
    return found


class Terminal(TypedDict):
    """How tables are drawn: the columns there are, and whether colours are."""

    width: int
    colour: bool


def terminal(out: Path | None = None) -> Terminal:
    """As wide as the terminal, up to 120 columns; 80 and without colour where the output goes elsewhere.

    Args: out: the file that it goes to, if it does.
    """
    if out is not None or not sys.stdout.isatty():
        return {"width": 80, "colour": False}
    return {"width": min(120, shutil.get_terminal_size().columns), "colour": True}


def put(text: str, out: Path | None) -> None:
    """A text where it was asked for: on standard output, or in a file. Raises: BadInput: that cannot be written."""
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}", "name another place") from None
