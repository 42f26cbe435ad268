"""`evals arena import`: battles, questions and answers of an arena out of files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.arena.collect import names_of
from evals.commands.arena.options import arena_option
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.arena.battle import JudgeKind, Winner
    from evals.arena.files import Format, Found

FORMATS = ("own", "arena", "alpaca")
KINDS = ("human", "model", "rule")


@click.command("import", short_help="battles out of files: Chatbot Arena, FastChat, AlpacaEval, CSV, our own")
@click.argument("files", nargs=-1, required=True, type=Path, metavar="FILE...")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="whose shape the files have  [default: by what they hold]",
)
@click.option("--kind", type=click.Choice(KINDS), help="what the judges are, where the files do not say")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="WORD=WINNER",
    help="what another word for the winner means: model_a, model_b, tie or 'tie (bothbad)'; again for more",
)
@click.option(
    "--skip-unjudged", "skip", is_flag=True, help="leave out AlpacaEval's annotations without a preference"
)
@click.option(
    "--as", "names", multiple=True, metavar="MODEL=NAME", help="call a model otherwise; again for more"
)
@arena_option
def import_(
    files: tuple[Path, ...],
    form: "Format | None",
    kind: "JudgeKind | None",
    labels: tuple[str, ...],
    skip: bool,
    names: tuple[str, ...],
    out: Path,
) -> None:
    """Put the battles of files into an arena, and the questions and answers where their words are there.

    A file is JSON, JSON lines, CSV or Parquet, and is known by what it holds: Chatbot Arena's records, the columns
    model_a, model_b and winner, AlpacaEval's annotations, or what evals arena export wrote. Another word for who won, a
    model that meets itself, a number that is none, or an id that was there before ends it; nothing is then imported.

    \b
    evals arena import votes.json --kind human
    evals arena import battles.csv --label A=model_a --label B=model_b --out arenas/week
    """
    from evals.arena.files import Hints, keep, read

    hints = Hints(form, kind or "unknown", _labels(labels), names_of(names), skip)
    found = read(files, hints)
    keep(found, out)
    click.echo(f"{out}: {_said(found)}")
    if found.skipped:
        from evals.words import items

        click.echo(f"  {items(found.skipped, 'record')} without a preference left out")


def _labels(texts: tuple[str, ...]) -> "dict[str, Winner]":
    from evals.arena.battle import WINNERS

    found: dict[str, Winner] = {}
    for text in texts:
        word, _, meant = text.rpartition("=")
        known: Winner | None = next((winner for winner in WINNERS if winner == meant), None)
        if not word or known is None:
            raise BadInput(
                f"--label {text!r} is no word and winner", f"write WORD=WINNER, of {', '.join(WINNERS)}"
            )
        found[word] = known
    return found


def _said(found: "Found") -> str:
    models = {name for battle in found.battles for name in (battle.model_a, battle.model_b)}
    from evals.words import items

    forms = ", ".join(dict.fromkeys(found.forms.values()))
    asked = (
        f"{items(len(found.questions), 'question')} with words"
        if found.questions
        else "no words, so nothing to judge again"
    )
    return f"{items(len(found.battles), 'battle')} of {items(len(models), 'model')} (format {forms}), {asked}"
