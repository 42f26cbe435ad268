"""`evals arena play`: models answer the same prompts, and meet in an arena."""

from pathlib import Path

import click

from evals.commands.arena.options import arena_option
from evals.commands.asking import terms_options
from evals.commands.options import parse_settings
from evals.commands.selection import Selection
from evals.errors import BadInput
from evals.terms import Terms


@click.command(short_help="ask models the same prompts and put their answers into an arena")
@click.option(
    "-m", "--model", "models", multiple=True, metavar="MODEL", help="provider/model; again for more"
)
@click.option(
    "--prompts",
    "places",
    multiple=True,
    metavar="FILE|SUITE",
    help="a file of prompts (text, JSONL, CSV), or a suite, whose scores stay; again for more",
)
@click.option("--size", metavar="NAME", help="quick, standard or full  [default: quick; of a file, full]")
@click.option("-n", "count", type=int, metavar="N", help="this many prompts of each instead of a size")
@click.option(
    "--seed", metavar="N|fresh", help="the items' seed; fresh draws one  [default: the public seed]"
)
@click.option("--arm", "arms", multiple=True, metavar="ARM", help="only this arm of a suite; again for more")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="an option of the suite; again for more"
)
@terms_options
@click.option("--dry-run", is_flag=True, help="what would be asked and what that costs; nothing is sent")
@click.option("--quiet", is_flag=True, help="no progress")
@arena_option
def play(
    models: tuple[str, ...],
    places: tuple[str, ...],
    size: str | None,
    count: int | None,
    seed: str | None,
    arms: tuple[str, ...],
    settings: tuple[str, ...],
    terms: Terms,
    dry_run: bool,
    quiet: bool,
    out: Path,
) -> int:
    """Ask models the same prompts, in an ordinary run that lies in the arena, and collect their answers.

    The same command again asks only what is missing. A suite's own scores stay, and by them a rule can judge.

    \b
    evals arena play -m pocket/bluff -m pocket/honest --prompts hallucination -n 20
    evals arena play -m ollama/llama3.2 -m openai/gpt-5.6 --prompts questions.txt --out arenas/own
    """
    from evals.arena import play as playing
    from evals.commands.arena.collect import said
    from evals.commands.arena.working import status, work
    from evals.commands.run import forecast

    if not models or not places:
        raise BadInput(
            "models and prompts are needed", "write evals arena play -m MODEL -m MODEL --prompts FILE"
        )
    if size is None and count is None and all(Path(each).is_file() for each in places):
        size = "full"
    chosen = Selection(models, size, count, seed, arms, parse_settings(settings))
    request = chosen.request(tuple(playing.named(each, out) for each in places))
    found = playing.begin(request, out, terms)
    if dry_run:
        return forecast(found, as_json=False)
    found = playing.housed(found, out)
    end = work(found, quiet=quiet)
    click.echo(said(playing.gathered(found, out)))
    return status(end, "answers")
