"""`evals trend`: how a model does from run to run, and from when on it does otherwise."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.options import format_option, out_option, put, terminal
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.show import Format


@click.command(short_help="how models do from run to run, and from when on otherwise")
@click.argument("places", nargs=-1, metavar="DIR|GLOB...")
@click.option("--suite", "suites", multiple=True, metavar="SUITE", help="only this suite; again for more")
@click.option(
    "-m", "--model", "models", multiple=True, metavar="MODEL", help="only this model; again for more"
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="only runs from this day on, such as 2026-11-23 (UTC)",
)
@click.option(
    "--fail-on-change",
    is_flag=True,
    help="exit with 1 where the newest runs follow a decided change for the worse",
)
@format_option()
@click.option(
    "--pictures", type=Path, metavar="DIR", help="write the pictures there, as SVG and PNG, light and dark"
)
@out_option
def trend(
    places: tuple[str, ...],
    suites: tuple[str, ...],
    models: tuple[str, ...],
    since: datetime | None,
    fail_on_change: bool,
    form: "Format",
    pictures: Path | None,
    out: Path | None,
) -> int:
    """Tell how models do over the runs of a folder: each suite's first metric and indexes, and where they change.

    Changes are decided run by run, with at most 5 % false alarms in 100 runs, all metrics together. Where the host has begun to
    serve another model it is marked. Runs of other versions, options or arms are shown apart.

    \b
    evals trend runs
    evals trend 'artifacts/*/runs' -m openai/gpt-x --since 2026-10-01
    evals trend runs --fail-on-change --format md --out trend.md
    """
    from evals import show
    from evals.commands.report import drawn
    from evals.verdict import trending
    from evals.verdict.trend import worse

    if not places:
        raise BadInput("no folder of runs is named", "write evals trend runs")
    found = trending.document(places, suites, models, since.date() if since else None)
    if pictures:
        found = drawn(found, pictures, out)
    put(show.render(found, form, **terminal(out)), out)
    lasting = worse(found.sections[0].table) if fail_on_change else []
    for sentence in lasting:
        click.echo(sentence, err=True)
    return int(bool(lasting))
