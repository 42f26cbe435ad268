"""`evals certify`: how well a suite's own statistics hold, in simulated runs whose truth is known."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from evals.commands.options import terminal
from evals.commands.selection import items_options
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.certify import Rate, Settings
    from evals.plan import Planned, Request


@click.command(short_help="how well a suite's statistics hold, by simulation")
@items_options
@click.option(
    "--repeat",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="replies to each prompt",
)
@click.option(
    "--rounds",
    type=click.IntRange(10),
    default=1_000,
    show_default=True,
    metavar="N",
    help="how many runs are simulated",
)
@click.option(
    "--correlation",
    type=click.FloatRange(0, 0.95),
    default=0.3,
    show_default=True,
    metavar="R",
    help="of two items of one cluster",
)
@click.option(
    "--margin",
    type=click.FloatRange(0.1, 20),
    default=5.0,
    show_default=True,
    metavar="POINTS",
    help="of the gate, in percentage points",
)
@click.option(
    "--looks",
    type=click.IntRange(1, 20),
    default=4,
    show_default=True,
    metavar="N",
    help="of a gate that asks for more items while it is undecided",
)
@click.option("--json", "as_json", is_flag=True, help="one JSON object a rate")
def certify(
    request: "Request",
    repeat: int,
    rounds: int,
    correlation: float,
    margin: float,
    looks: int,
    as_json: bool,
) -> None:
    """Simulate runs of a suite whose truth is known, and say how often its intervals hold it, its contrasts and its gate
    raise a false alarm, and how often they see what is there.

    It takes the items and clusters that a run of this size would have, and asks no model. docs/statistics.md has the same
    for every kind of interval.

    \b
    evals certify spelling --size standard
    """
    from evals.certify import Settings, World
    from evals.certify import certify as simulate

    part, larger = _planned(replace(request, repeat=repeat), looks)
    chosen = Settings(rounds, margin / 100, looks, repeat, World(correlation=correlation))
    rates = list(simulate(part, larger, chosen))
    if not rates:
        raise BadInput(f"no metric of suite {part.suite.name} has two clusters here", "ask more samples (-n)")
    (_as_json if as_json else _as_tables)(part, rates, chosen)


def _planned(asked: "Request", looks: int) -> tuple["Planned", "Planned | None"]:
    """The suite as a run would ask it, and with items for every look; None where there is one look, or no more items."""
    from evals.plan import plan

    (part,) = plan(asked).parts
    if part.suite.is_demonstration:
        raise BadInput(
            f"suite {part.suite.name} is a demonstration: it measures nothing", "name another suite"
        )
    if part.tracks:
        raise BadInput(
            f"suite {part.suite.name} chooses its items as answers come, with these options",
            "leave --set out: what is planned beforehand can be simulated",
        )
    if looks == 1:
        return part, None
    (larger,) = plan(replace(asked, size=looks * len(part.samples))).parts
    return part, larger if len(larger.samples) > len(part.samples) else None


def _as_json(_part: "Planned", rates: "list[Rate]", _settings: "Settings") -> None:
    import json
    from dataclasses import asdict

    for rate in rates:
        click.echo(json.dumps(asdict(rate)))


def _as_tables(part: "Planned", rates: "list[Rate]", settings: "Settings") -> None:
    import pandas as pd

    from evals.certify.tables import tables
    from evals.document import Document, Section
    from evals.show.terminal import table

    title = f"{part.suite.name} {part.suite.version}: {len(part.samples):,} samples, {len(part.arms)} arms"
    section = Section("certify", title, pd.DataFrame(), tables(rates, settings))
    click.echo(table(Document((), {}, (section,), pd.DataFrame()), **terminal()).lstrip("\n"), nl=False)
