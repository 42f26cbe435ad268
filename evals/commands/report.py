"""`evals report`: what finished or unfinished runs found, as tables, data or a page."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.options import terminal
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.show import Format

FORMATS = ("table", "md", "csv", "json", "html")


@click.command(short_help="what runs found, as tables, data or a page")
@click.argument("runs", nargs=-1, type=Path, metavar="RUN...")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", help="as what  [default: table]"
)
@click.option(
    "--report",
    "names",
    multiple=True,
    metavar="NAME",
    help="only this report, again for more; see evals list reports",
)
@click.option("--out", type=Path, metavar="FILE", help="where it goes  [default: standard output]")
def report(runs: tuple[Path, ...], form: "Format", names: tuple[str, ...], out: Path | None) -> None:
    """Report what runs found: rates with intervals, the contrasts of their suites in words, differences of models.

    Several runs are put together, so models asked in different runs can be compared on the items they share.

    \b
    evals report runs/20261123-101500-hallucination-1a2b3c4d
    evals report runs/* --format html --out report.html
    """
    from evals.log import read_run

    if not runs:
        raise BadInput("no run is named", "write evals report RUN, or see evals list runs")
    read = [read_run(folder) for folder in runs]

    from evals.reporting import publish

    if out is None:
        click.echo(publish(read, form, names, **terminal()))
        return
    text = publish(read, form, names)
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}", "name another file") from None
