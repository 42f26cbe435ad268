"""`evals arena`: models meet on the same questions, are judged two by two, and are ranked."""

import click

from evals.commands.lazily import Lazily

COMMANDS = {
    "audit": "evals.commands.arena.audit:audit",
    "collect": "evals.commands.arena.collect:collect",
    "export": "evals.commands.arena.export:export",
    "import": "evals.commands.arena.import_:import_",
    "judge": "evals.commands.arena.judge:judge",
    "play": "evals.commands.arena.play:play",
    "rank": "evals.commands.arena.rank:rank",
    "vote": "evals.commands.arena.vote:vote",
    "votes": "evals.commands.arena.votes:votes",
}


@click.group(
    commands=Lazily(COMMANDS),
    short_help="models meet on the same questions, are judged in pairs, and are ranked",
)
def arena() -> None:
    """Let models meet: answers from runs, files or fresh; judged by models, rules and people; ranked with intervals."""
