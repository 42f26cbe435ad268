"""`evals export`: a suite as tasks of another tool."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.selection import items_options

if TYPE_CHECKING:
    from evals.plan import Request


@click.command(short_help="a suite as tasks of lm-eval")
@click.argument("tool", type=click.Choice(("lm-eval",)))
@items_options
@click.option("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
def export(tool: str, request: "Request", out: Path) -> None:
    """Write a suite as a folder of lm-eval tasks, one an arm, judged there by the suite's own scorer.

    The items are those of evals run with the same size and seed. lm-eval needs this package beside it. What it writes,
    evals import reads.

    \b
    evals export lm-eval dots --out tasks
    lm_eval run --model hf --model_args pretrained=NAME --include_path tasks --tasks evals_dots
    """
    from evals.lm_task import export as write
    from evals.plan import plan

    (part,) = plan(request).parts
    written = write(part, out)
    for sentence in written.left_out:
        click.echo(sentence, err=True)
    click.echo(f"{len(written.tasks)} {tool} tasks in {out}: {', '.join(written.tasks)}")
    click.echo(f"  lm_eval run --include_path {out} --tasks {written.tag} --model ...")
