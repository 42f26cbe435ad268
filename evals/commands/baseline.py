"""`evals baseline`: how a run's items ended, as a small file to be kept beside one's code."""

from pathlib import Path

import click

from evals.commands.options import terminal
from evals.errors import BadInput


@click.group(short_help="save how a run's items ended, as a small file for one's repository")
def baseline() -> None:
    """Save a run's outcomes as a small file, an item a line, to be committed and gated against; or show one."""


@baseline.command()
@click.argument("run", metavar="RUN")
@click.option(
    "--out",
    type=Path,
    default=Path("baseline.json"),
    metavar="FILE",
    help="where it goes  [default: baseline.json]",
)
def save(run: str, out: Path) -> None:
    """Save the outcomes of RUN, or RUN#MODEL: no texts, but what was asked by hash, versions, seed and settings.

    \b
    evals baseline save runs/20261123-101500-hallucination-1a2b3c4d
    evals baseline save 'runs/ONE#pocket/bluff' --out bluff.json
    """
    from evals.log import read_about
    from evals.verdict import baseline as baselines
    from evals.verdict import saved
    from evals.verdict.sides import side

    found = side(run)
    folder = Path(found.place)
    if not (folder / "run.json").is_file():
        raise BadInput(f"{run} is not one run", "name one run folder, or RUN#MODEL")
    baselines.write(saved.of(found, read_about(folder)), out)
    size = out.stat().st_size / 1_000
    click.echo(f"{out}: {len(found.rows):,} replies of {found.model}, {size:,.0f} kB")
    if found.missing:
        click.echo(f"the run is unfinished: {found.missing:,} replies are missing or failed", err=True)


@baseline.command()
@click.argument("file", type=Path, metavar="FILE")
def show(file: Path) -> None:
    """Show what a baseline says: of which model and run it is, and its metrics with their intervals."""
    from evals import show as shows
    from evals.verdict import baseline as baselines
    from evals.verdict import saved

    click.echo(shows.render(saved.document(baselines.read(file), file), "table", **terminal()))
