"""The options of `evals run` that say where answers are kept beyond their run, and taken from."""

from pathlib import Path

import click

from evals.commands.options import gathered
from evals.errors import BadInput
from evals.terms import Keeping


def _keeping(cache: Path | None, record: Path | None, replay: Path | None) -> Keeping:
    """Raises: BadInput: two options that do not go together."""
    if replay is not None and (record is not None or cache is not None):
        other = "--record writes one" if record is not None else "--cache is for what is asked"
        raise BadInput(f"--replay answers from a record alone, and {other}", "give one of them")
    return Keeping(cache, record, replay)


keeping_options = gathered(
    "keeping",
    _keeping,
    click.option(
        "--cache", type=Path, metavar="DIR", help="keep answers here, and ask nothing that is here already"
    ),
    click.option(
        "--record", type=Path, metavar="FILE", help="write every exchange into this file, without any key"
    ),
    click.option(
        "--replay",
        type=Path,
        metavar="FILE",
        help="answer from such a file alone: no key, no network, nothing is sent",
    ),
)
"""Gives a command the argument `keeping`."""
