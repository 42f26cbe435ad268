"""`evals arena export`: an arena's battles as a file."""

from pathlib import Path

import click


@click.command(short_help="the battles as a file: Chatbot Arena's JSON, JSON lines, CSV or Parquet")
@click.argument("arena", type=Path, metavar="[ARENA]", default=Path("arena"))
@click.option(
    "--out", type=Path, required=True, metavar="FILE", help="where it goes; its ending says as what"
)
def export(arena: Path, out: Path) -> None:
    """Write an arena's battles to FILE: .json as Chatbot Arena has it, .jsonl as the battle log, .csv or .parquet.

    What was withdrawn is not among them. evals arena import makes the same battles of each.

    \b
    evals arena export arena --out votes.json
    """
    from evals.arena.files import write
    from evals.arena.folder import read
    from evals.words import items

    count = write(read(arena), out)
    click.echo(f"{out}: {items(count, 'battle')}")
