"""`evals arena votes`: how people have voted so far, and how far they agree."""

from pathlib import Path
from typing import Any

import click

from evals.commands.options import terminal


@click.command(short_help="how people have voted, and how far they agree")
@click.argument("arena", type=Path, metavar="[ARENA]", default=Path("arena"))
@click.option(
    "--store",
    default="",
    metavar="URL",
    help="first copy the votes of a team's database, postgresql://..., into the arena's folder",
)
@click.option("--json", "as_json", is_flag=True, help="the same as one JSON object")
def votes(arena: Path, store: str, as_json: bool) -> None:
    """Say of each person how often they voted, for which side, how steadily; and how far people agree beyond chance.

    \b
    evals arena votes arena
    evals arena votes arena --store postgresql://team@db/votes
    """
    import json

    from evals.arena import folder
    from evals.arena.vote import ballots, tally
    from evals.arena.vote.store import copied

    found = folder.read(arena)
    if store:
        click.echo(f"{copied(store, arena):,} new entries copied from the database", err=True)
    ledger = ballots.read(arena)
    battles = list(ballots.battles(ledger, found.questions, found.answers))
    told = {
        "people": tally.people(ledger, battles),
        "suspects": tally.suspects(battles),
        "agreement": tally.agreement(found.battles()),
    }
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else _text(told).rstrip("\n"))


def _text(told: dict[str, Any]) -> str:
    """The same as tables for a terminal."""
    from evals.show import grid
    from evals.words import items

    size = terminal()
    console = grid.console(size["width"], colour=size["colour"])
    people, agreement = told["people"], told["agreement"]
    if not people:
        return "nobody has voted yet: evals arena vote ARENA"
    table = {
        "who": [each["name"] for each in people],
        "votes": [f"{each['votes']:,}" for each in people],
        "skipped": [f"{each['skipped']:,}" for each in people],
        "left": [_share(each["left"]) for each in people],
        "ties": [_share(each["ties"]) for each in people],
        "both bad": [_share(each["bad"]) for each in people],
        "median": ["–" if each["seconds"] is None else f"{each['seconds']:.1f} s" for each in people],
        "checks": [_parts(each["checks"]) for each in people],
        "same again": [_parts(each["same"]) for each in people],
    }
    grid.table(table, 1, console)
    if told["suspects"]:
        names = ", ".join(each["name"] for each in told["suspects"])
        grid.lines([f"Flagged as not looking, or voting the other way: {names}."], console)
    if agreement["pairs"]:
        two = agreement["two"]
        lines = {
            "who": [f"{each['one']} and {each['other']}" for each in two],
            "pairs": [f"{each['pairs']:,}" for each in two],
            "kappa": [_number(each["kappa"]) for each in two],
        }
        grid.table(lines, 1, console, name="agreement beyond chance (Cohen)")
        said = f"Two people say the same of {_share(agreement['alike'])} of {items(agreement['pairs'], 'pair')} compared; "
        grid.lines([f"{said}Krippendorff's alpha is {_number(agreement['alpha'])}."], console)
    if judges := agreement["judges"]:
        lines = {
            "judge": [each["judge"] for each in judges],
            "votes": [f"{each['pairs']:,}" for each in judges],
            "alike": [_share(each["alike"]) for each in judges],
            "kappa": [_number(each["kappa"]) for each in judges],
        }
        grid.table(lines, 1, console, name="judges and rules with people")
    return grid.written(console)


def _share(of: list[float] | None) -> str:
    return f"{100 * of[0]:.0f} % ({100 * of[1]:.0f} to {100 * of[2]:.0f})" if of else "–"


def _number(of: list[float] | None) -> str:
    return f"{of[0]:.2f} ({of[1]:.2f} to {of[2]:.2f})" if of else "–"


def _parts(of: list[int]) -> str:
    return f"{of[0]} of {of[1]}" if of[1] else "–"
