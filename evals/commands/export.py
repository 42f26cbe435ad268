"""`evals export`: a suite as tasks of another tool."""

from pathlib import Path

import click

from evals.commands.options import parse_seed, parse_settings, sized


@click.command(short_help="a suite as tasks of lm-eval")
@click.argument("tool", type=click.Choice(("lm-eval",)))
@click.argument("suite", metavar="SUITE")
@click.option("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
@click.option(
    "--arm", "arms", multiple=True, metavar="ARM", help="only this arm, again for more; all for every one"
)
@click.option("--size", metavar="NAME", help="quick, standard or full  [default: quick]")
@click.option("-n", "count", type=click.IntRange(1), metavar="N", help="this many samples instead of a size")
@click.option("--seed", metavar="N|fresh", help="the items' seed  [default: the public seed]")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="an option of the suite, again for more"
)
def export(
    tool: str,
    suite: str,
    out: Path,
    arms: tuple[str, ...],
    size: str | None,
    count: int | None,
    seed: str | None,
    settings: tuple[str, ...],
) -> None:
    """Write a suite as a folder of lm-eval tasks, one an arm, judged there by the suite's own scorer.

    The items are those of evals run with the same size and seed. lm-eval needs this package beside it. What it writes,
    evals import reads.

    \b
    evals export lm-eval dots --out tasks
    lm_eval run --model hf --model_args pretrained=NAME --include_path tasks --tasks evals_dots
    """
    from evals.lm_task import export as write
    from evals.plan import Request, plan

    asked = Request(
        suites=(suite,),
        models=(),
        size=sized(size, count),
        seed=parse_seed(seed),
        arms=arms,
        options=parse_settings(settings),
    )
    (part,) = plan(asked).parts
    written = write(part, out)
    for sentence in written.left_out:
        click.echo(sentence, err=True)
    click.echo(f"{len(written.tasks)} {tool} tasks in {out}: {', '.join(written.tasks)}")
    click.echo(f"  lm_eval run --include_path {out} --tasks {written.tag} --model ...")
