"""`evals merge`: make one run of the shards that several machines asked, or of a run that was continued elsewhere."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.merge import Merged


@click.command(short_help="make one run of several that are parts of it")
@click.argument("runs", nargs=-1, required=True, type=Path, metavar="RUN...")
@click.option(
    "--out", required=True, type=Path, metavar="RUN", help="the folder of the merged run, a new one"
)
def merge(runs: tuple[Path, ...], out: Path) -> int:
    """Make one run of run folders that were asked parts of the same plan.

    They are the shards of one command (evals run --shard), or a run and copies of it that were continued elsewhere. What
    several answered counts once: the first answer, and any answer before a failure. The merged run can be reported, compared,
    gated and resumed like any other. Runs of different seeds, suites, versions or models are refused.

    The exit status is 3 if replies are missing.

    \b
    evals merge shards/* --out runs/merged
    """
    from evals.merge import merge as merged

    found = merged(runs, out)
    click.echo(_what_was_merged(found, len(runs)))
    if not found.run.missing:
        return 0
    click.echo(_what_is_missing(found, out), err=True)
    return 3


def _what_was_merged(found: "Merged", count: int) -> str:
    twice = f", {found.twice:,} that were there more than once" if found.twice else ""
    about = found.run.about
    return (
        f"{len(found.run.replies):,} of {about.planned:,} replies, from {count} run{'' if count == 1 else 's'}{twice}\n"
        f"run: {found.run.folder}\nmore tables: evals report {quote(str(found.run.folder))}"
    )


def _what_is_missing(found: "Merged", out: Path) -> str:
    absent = found.absent
    none = f"; nothing is here of shard{'s' if absent[1:] else ''} {', '.join(absent)}" if absent else ""
    again = f"evals run --resume {quote(str(out))}"
    return f"evals: incomplete: {found.run.missing:,} replies are missing or failed{none}\n  to ask only those: {again}"
