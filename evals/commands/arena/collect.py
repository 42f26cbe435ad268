"""`evals arena collect`: questions and answers of an arena out of finished runs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.arena.options import arena_option
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.arena.folder import Arena


@click.command(short_help="put the answers of runs into an arena; no model is asked")
@click.argument("runs", nargs=-1, type=Path, metavar="RUN...")
@click.option(
    "--as",
    "names",
    multiple=True,
    metavar="MODEL=NAME",
    help="call a model otherwise, as a second run of it needs; again for more",
)
@arena_option
def collect(runs: tuple[Path, ...], names: tuple[str, ...], out: Path) -> None:
    """Put the replies of run folders into an arena: what several models answered to one question can then be judged.

    \b
    evals arena collect runs/*
    evals arena collect runs/monday --as pocket/honest=monday --out arenas/week
    """
    from evals.arena.collect import collect as put
    from evals.log import read_run

    if not runs:
        raise BadInput("no run is named", "write evals arena collect runs/*")
    found = put([read_run(folder) for folder in runs], out, names_of(names))
    click.echo(said(found))


def said(arena: "Arena") -> str:
    """What an arena holds, in a line."""
    from evals.arena.pairs import pairs
    from evals.words import items

    answers, matches = items(len(arena.answers), "answer"), items(sum(1 for _ in pairs(arena)), "pair")
    models, questions = items(len(arena.models), "model"), items(len(arena.questions), "question")
    return f"{arena.folder}: {models}, {questions}, {answers}, {matches} to judge"


def names_of(texts: tuple[str, ...]) -> dict[str, str]:
    """MODEL=NAME; a model's options hold `=` too, so the last one counts."""
    parted = [text.rpartition("=") for text in texts]
    for model, _, name in parted:
        if not (model and name):
            raise BadInput("--as needs a model and a name", "write --as MODEL=NAME")
    return {model: name for model, _, name in parted}
