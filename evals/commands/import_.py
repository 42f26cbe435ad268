"""`evals import`: the logs of other tools as runs, to be reported and compared here without being run again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.options import runs_option

if TYPE_CHECKING:
    from evals.foreign import Foreign


@click.command("import", short_help="logs of lm-eval, Inspect and promptfoo as runs")
@click.argument("files", nargs=-1, required=True, type=Path, metavar="FILE...")
@runs_option
def import_(files: tuple[Path, ...], out: Path) -> None:
    """Import logs of other tools, each as a run folder that evals report shows; nothing is asked or judged again.

    A file is lm-eval's samples_*.jsonl (with the results_*.json beside it), an .eval or .json log of Inspect, or
    promptfoo's output as JSON. What the tool printed is held against the replies, and said where the two differ.

    \b
    evals import out/model/samples_gsm8k_2026-11-23T10-15-00.jsonl
    evals import logs/*.eval && evals report runs/*
    """
    from evals.foreign import keep, read

    for path, found in [(path, read(path)) for path in files]:
        folder = keep(found, out)
        _say(path, found, folder)


def _say(path: Path, found: "Foreign", folder: Path) -> None:
    """What a file held, and how its numbers stand to those that the tool printed."""
    from evals.safe import line

    count = len(found.replies)
    models = ", ".join(found.models)
    click.echo(
        line(
            f"{path}: {count} repl{'y' if count == 1 else 'ies'} of {models} to {found.name}, by {found.made.tool}"
        )
    )
    means = found.means()
    same = [place for place in found.printed if place in means]
    differing = found.differences()
    if same and not differing:
        click.echo(
            "  as the tool printed: " + ", ".join(f"{place[2]} {found.printed[place]:.4g}" for place in same)
        )
    for sentence in (*differing, *found.left_out):
        click.echo(f"  {line(sentence)}")
    click.echo(f"  evals report {folder}")
