"""What several commands of the arena read from the command line in the same way."""

from pathlib import Path

import click

arena_option = click.option(
    "--out", type=Path, default=Path("arena"), metavar="ARENA", help="the arena's folder  [default: arena]"
)
"""Gives a command the argument `out`: the arena that it adds to."""

strict_option = click.option(
    "--strict", is_flag=True, help="exit with 1 unless canaries show that no judge of the arena is fooled"
)
"""Gives a command the argument `strict`."""
