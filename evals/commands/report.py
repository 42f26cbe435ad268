"""`evals report`: what finished or unfinished runs found, as tables, data or a page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from evals.commands.options import format_option, out_option, put, terminal
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.document import Document
    from evals.show import Format

FORMATS = ("table", "md", "csv", "json", "parquet", "junit", "html")


@click.command(short_help="what runs found, as tables, data or a page")
@click.argument("runs", nargs=-1, type=Path, metavar="RUN...")
@format_option(FORMATS)
@click.option(
    "--report",
    "names",
    multiple=True,
    metavar="NAME",
    help="only this report, again for more; see evals list reports",
)
@click.option(
    "--pictures",
    type=Path,
    metavar="DIR",
    help="write the pictures there, as SVG and PNG, light and dark; --format md shows them",
)
@click.option(
    "--limit-bytes",
    "limit",
    type=click.IntRange(1),
    metavar="N",
    help="of --format md, at most so many bytes: tables are cut, and say so",
)
@out_option
def report(
    runs: tuple[Path, ...],
    form: "Format | Literal['parquet']",
    names: tuple[str, ...],
    pictures: Path | None,
    limit: int | None,
    out: Path | None,
) -> None:
    """Report what runs found: rates with intervals, the contrasts of their suites in words, differences of models.

    Several runs are put together, so models asked in different runs can be compared on the items they share.

    \b
    evals report runs/20261123-101500-hallucination-1a2b3c4d
    evals report runs/* --format html --out report.html
    evals report runs/* --report dots --pictures pictures
    evals report RUN --format parquet --out replies.parquet
    """
    from evals import show
    from evals.frame import read
    from evals.reporting import NAMES, document

    if not runs:
        raise BadInput("no run is named", "write evals report RUN, or see evals list runs")
    if limit is not None and form != "md":
        raise BadInput("--limit-bytes is of Markdown alone", "add --format md")
    if form == "parquet":
        _write_parquet(runs, names or ("replies",), out)
        return
    found = document([read(folder) for folder in runs], names or NAMES[form])
    if pictures:
        found = drawn(found, pictures, out)
    put(show.render(found, form, limit=limit, **terminal(out)), out)
    if form == "html" and out is not None:
        count = len(found.replies)
        click.echo(f"{out}: {count:,} repl{'y' if count == 1 else 'ies'}, {_size(out)}", err=True)


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"


def _write_parquet(runs: tuple[Path, ...], names: tuple[str, ...], out: Path | None) -> None:
    """Write the frame of one report."""
    from evals.frame import read
    from evals.reporting import document
    from evals.show import parquet

    if out is None:
        raise BadInput("Parquet is no text", "say where it goes: --out replies.parquet")
    if len(names) > 1:
        raise BadInput("a Parquet file holds one table", "name one --report")
    found = document([read(folder) for folder in runs], names)
    with _writing(out):
        for section in found.sections:
            table = section.table.copy()
            table.attrs = dict(found.replies.attrs)
            parquet.write(table, out)


def drawn(found: "Document", folder: Path, out: Path | None) -> "Document":
    """The document with its pictures written there, which is said where it does not mix with the report.

    Args: out: the file that the document goes to, from which the pictures are seen.
    """
    from evals.charts import paint

    with _writing(folder):
        written = paint.save(found.pictures, folder)
    count = len(written) // 4
    said = f"{count} picture{'' if count == 1 else 's'} in {folder}, as SVG and PNG, light and dark"
    click.echo(said, err=True)
    return replace(found, drawn=Path(os.path.relpath(folder, out.parent if out else ".")).as_posix())


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}", "name another place") from None
