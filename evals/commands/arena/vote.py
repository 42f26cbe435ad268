"""`evals arena vote`: people say which of two answers is better, without knowing whose they are."""

from pathlib import Path

import click

from evals.errors import BadInput

PORT = 8460


@click.command(short_help="blind votes of people on a local page")
@click.argument("arena", type=Path, metavar="[ARENA]", default=Path("arena"))
@click.option(
    "-a",
    "--annotator",
    "people",
    multiple=True,
    metavar="NAME",
    help="who votes; again for more, each with a link of their own  [default: you]",
)
@click.option("--goal", type=click.IntRange(min=1), metavar="N", help="votes after which a person is done")
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1),
    default=0.2,
    metavar="SHARE",
    help="share of the pairs that everyone gets  [default: 0.2]",
)
@click.option(
    "--active", is_flag=True, help="deal those pairs of models more often that make the ratings sure soonest"
)
@click.option(
    "--repeats",
    type=click.FloatRange(0, 0.5),
    default=0.05,
    metavar="SHARE",
    help="share of pairs shown twice, sides changed  [default: 0.05]",
)
@click.option(
    "--checks",
    type=click.FloatRange(0, 0.5),
    default=0.05,
    metavar="SHARE",
    help="share of pairs whose better answer is known  [default: 0.05]",
)
@click.option("--live", is_flag=True, help="people may ask models, two of which answer; ARENA may be new")
@click.option(
    "-m", "--model", "models", multiple=True, metavar="MODEL", help="with --live, who answers; two or more"
)
@click.option("--named", is_flag=True, help="show the names from the beginning; such votes do not count")
@click.option("--no-names", is_flag=True, help="do not show names after the vote either")
@click.option("--no-time", is_flag=True, help="do not note how long a vote took")
@click.option(
    "--store", default="", metavar="URL", help="votes in postgresql://...  [default: in the arena's folder]"
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="listen here  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), default=PORT, metavar="N", help=f"[default: {PORT}]")
@click.option(
    "--share-token",
    "share",
    default="",
    metavar="TOKEN",
    help="whoever has the link with it may enrol; needed for another --host",
)
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="a name by which browsers reach this machine; again for more",
)
def vote(
    arena: Path,
    people: tuple[str, ...],
    goal: int | None,
    overlap: float,
    active: bool,
    repeats: float,
    checks: float,
    live: bool,
    models: tuple[str, ...],
    named: bool,
    no_names: bool,
    no_time: bool,
    store: str,
    host: str,
    port: int,
    share: str,
    allowed: tuple[str, ...],
) -> None:
    """Serve a page on which people vote: two answers side by side, whose they are is told after the vote.

    Votes lie in the arena's folder, and count in every board of it.

    \b
    evals arena vote arena
    evals arena vote arena -a ann -a bob --goal 50
    evals arena vote arena --live -m ollama/llama3.2 -m ollama/qwen3
    """
    from evals.arena.vote.dealer import Rules
    from evals.arena.vote.serve import Address, Offered, serve

    if any(name.startswith("(") or not name.strip() or len(name) > 60 for name in people):
        raise BadInput(
            "a name of --annotator is empty, begins with a bracket, or is longer than 60 characters",
            "write -a ann",
        )
    if live != bool(models):
        raise BadInput("--live and -m belong together", "write --live -m A -m B")
    if named and no_names:
        raise BadInput("--named shows names before the vote, --no-names never", "give one of them")
    rules = Rules(
        overlap=overlap,
        active=active,
        repeats=repeats,
        checks=checks,
        goal=goal,
        named=named,
        reveals=not no_names,
        timed=not no_time,
    )
    serve(Offered(arena, store, people, models), rules, Address(host, port, share, allowed))
