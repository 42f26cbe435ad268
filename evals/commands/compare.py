"""`evals compare`: is one model better than another, on the items that both were asked."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.options import format_option, out_option, put, terminal
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.show import Format

SHOWN = 2


@click.command(short_help="is one model better than another, on the same items")
@click.argument("sides", nargs=-1, metavar="A B...")
@click.option(
    "-m",
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help="of the runs, only this model; again for more",
)
@click.option(
    "--margin",
    "size",
    default="5pp",
    metavar="SIZE",
    help="differences of shares within it are taken for none  [default: 5pp]",
)
@click.option(
    "--flips",
    "most",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"show so many items that flipped each way  [default: {SHOWN}; csv, json and html have all]",
)
@click.option("--unpaired", is_flag=True, help="compare the rates of different items, such as of two seeds")
@format_option()
@out_option
def compare(
    sides: tuple[str, ...],
    models: tuple[str, ...],
    size: str,
    most: int | None,
    unpaired: bool,
    form: "Format",
    out: Path | None,
) -> None:
    """Compare models on the items that they share: better, worse, no difference beyond a margin, or undecided.

    A and B are runs, RUN#MODEL for one model of a run that holds several, patterns in quotes, which put the runs that they
    match together, or baselines. The first is the baseline; every other is held against it. Pairs are items of the same
    suite, version, seed, sample and arm that ask the same words.

    \b
    evals compare runs/BEFORE runs/AFTER
    evals compare 'runs/ONE#pocket/bluff' 'runs/ONE#pocket/honest' --flips 5
    evals compare baseline.json runs/AFTER --margin 3pp --format md
    """
    from evals import show
    from evals.verdict.comparison import comparison
    from evals.verdict.margin import margin
    from evals.verdict.sides import sides as named

    found = named(sides, models)
    if len(found) < 2:
        listed = f"only {found[0].label} is named" if found else "nothing is named"
        raise BadInput(f"{listed}, and a comparison needs two", "write evals compare A B, or A#MODEL A#MODEL")
    whole = form in {"csv", "json", "html"}
    document = comparison(
        found, margin(size), paired=not unpaired, most=most if most is not None or whole else SHOWN
    )
    put(show.render(document, form, **terminal(out)), out)
