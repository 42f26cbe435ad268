"""`evals arena`: models meet on the same questions, are judged two by two, and are ranked."""

import click

from evals.commands.arena.audit import audit
from evals.commands.arena.collect import collect
from evals.commands.arena.export import export
from evals.commands.arena.import_ import import_
from evals.commands.arena.judge import judge
from evals.commands.arena.play import play
from evals.commands.arena.rank import rank
from evals.commands.arena.vote import vote
from evals.commands.arena.votes import votes


@click.group(short_help="models meet on the same questions, are judged in pairs, and are ranked")
def arena() -> None:
    """Let models meet: answers from runs, files or fresh; judged by models, rules and people; ranked with intervals."""


for command in (play, collect, import_, judge, vote, votes, rank, audit, export):
    arena.add_command(command)
