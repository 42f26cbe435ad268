"""`evals gate`: is a run no worse than its baseline, so that CI may pass."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.options import format_option, out_option, put, terminal
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.verdict.gate import Outcome
    from evals.verdict.rules import Rules, Undecided
    from evals.verdict.side import Side
    from evals.verdict.text import Form

FORMATS = ("text", "md", "json", "junit")
ENDINGS: "dict[str, Form]" = {".txt": "text", ".md": "md", ".json": "json", ".xml": "junit"}
"""How the name of a file ends -> as what an outcome is written there."""


@click.command(short_help="is a run no worse than its baseline, or a model than a board's champion: for CI")
@click.argument("run", metavar="RUN|ARENA")
@click.option(
    "--baseline",
    metavar="RUN|FILE",
    help="what it is held against; none where there are only floors and ceilings",
)
@click.option("--challenger", metavar="MODEL", help="of an arena: the model that shall be no worse")
@click.option("--champion", metavar="MODEL", help="of an arena: the model that it is held against")
@click.option(
    "--margin",
    type=click.FloatRange(min=0, min_open=True),
    metavar="ELO",
    help="of an arena: by how many Elo points it may be worse  [default: 20]",
)
@click.option(
    "--config",
    type=Path,
    metavar="FILE",
    help="the rules, as TOML  [default: evals.toml, or [tool.evals] of pyproject.toml, of the working folder]",
)
@click.option(
    "--undecided",
    type=click.Choice(("pass", "fail", "more")),
    help="what exit status 3 becomes where the items do not decide: pass 0, fail 1; more asks further items first",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    metavar="N",
    help="with --undecided more, at most this many samples of each suite, RUN's included  [default: 4 times RUN's]",
)
@format_option(FORMATS)
@out_option
@click.option(
    "--also",
    type=Path,
    multiple=True,
    metavar="FILE",
    help="write it there as well, as the name says: .md, .xml (JUnit), .json or .txt; again for more",
)
def gate(
    run: str,
    baseline: str | None,
    challenger: str | None,
    champion: str | None,
    margin: float | None,
    config: Path | None,
    undecided: "Undecided | None",
    most: int | None,
    form: "Form",
    out: Path | None,
    also: tuple[Path, ...],
) -> int:
    """Gate a run: pass where it is no worse than the baseline by more than a margin, regress where it is surely worse.

    RUN may be RUN#MODEL, and the baseline a run or a file of evals baseline save. Exit status: 0 pass, 1 regress,
    3 undecided or unfinished. What is demanded of which metric stands in evals.toml; by default of each suite's first
    metric and its indexes that they are no worse by 5 percentage points.

    Of an arena, or a file of battles: is the challenger's rating no worse than the champion's by more than a margin.

    \b
    evals gate runs/NEW --baseline baseline.json
    evals gate runs/NEW --baseline runs/OLD --undecided fail --also gate.md --also junit.xml
    evals gate runs/NEW --baseline baseline.json --undecided more --most 1600
    evals gate arena --challenger pocket/honest --champion pocket/bluff --margin 20
    """
    from evals.verdict import text
    from evals.verdict.rules import rules

    forms = {file: _form(file) for file in also}
    demanded = rules(config)
    demanded = replace(demanded, undecided=undecided or demanded.undecided, most=most or demanded.most)
    if most is not None and demanded.undecided != "more":
        raise BadInput("--most is how many items may be asked for, and none are", "add --undecided more")
    if challenger or champion or margin:
        outcome, title = _of_board(run, baseline, (challenger, champion), margin, demanded)
    else:
        outcome, title = _of_run(run, baseline, demanded)
    put(text.render(outcome, form, title, colour=terminal(out)["colour"]), out)
    for file, other in forms.items():
        put(text.render(outcome, other, title), file)
    if os.environ.get("GITHUB_ACTIONS"):
        for line in text.annotations(outcome):
            click.echo(line, err=True)
    return outcome.status(demanded.undecided)


def _of_board(
    place: str,
    baseline: str | None,
    models: tuple[str | None, str | None],
    margin: float | None,
    demanded: "Rules",
) -> "tuple[Outcome, str]":
    """What becomes of a challenger, and what it is called."""
    from evals.arena.source import pool
    from evals.commands.arena.rank import doubts
    from evals.verdict import boarded

    challenger, champion = models
    if not (challenger and champion):
        raise BadInput(
            "--challenger, --champion and --margin are of an arena, and two models meet there",
            "name both: --challenger MODEL --champion MODEL",
        )
    if baseline:
        raise BadInput("an arena's baseline is the champion", "leave --baseline out")
    if demanded.undecided == "more":
        raise BadInput("an arena asks nobody", "judge or vote more, or say --undecided fail")
    arena = Path(place)
    outcome = boarded.gate(
        pool([arena]), challenger, champion, margin or boarded.MARGIN, demanded, doubts(arena)
    )
    return outcome, f"{challenger} against {champion} in {place}"


def _of_run(run: str, baseline: str | None, demanded: "Rules") -> "tuple[Outcome, str]":
    """What becomes of a run, and what it is called. Raises: BadInput: it is an arena, of which two models must be named."""
    if (Path(run) / "battles.jsonl").is_file():
        raise BadInput(
            f"{run} is an arena, where one model is held against another",
            "name both: --challenger MODEL --champion MODEL",
        )
    candidate, before = _sides(run, baseline)
    title = f"{candidate.label} against {before.label}" if before else candidate.label
    return _outcome(candidate, before, demanded), title


def _outcome(candidate: "Side", before: "Side | None", demanded: "Rules") -> "Outcome":
    from evals.commands.run import work
    from evals.verdict import further, gated

    if demanded.undecided != "more":
        return gated.gate(candidate, before, demanded)
    return further.gate(candidate, before, demanded, lambda session: work(session, quiet=False))


def _form(file: Path) -> "Form":
    if file.suffix not in ENDINGS:
        raise BadInput(f"--also {file} does not say as what", f"let it end in {', '.join(ENDINGS)}")
    return ENDINGS[file.suffix]


def _sides(run: str, baseline: str | None) -> "tuple[Side, Side | None]":
    from evals.verdict.side import labelled
    from evals.verdict.sides import side

    if baseline is None:
        return side(run), None
    there = side(baseline, side(run).model if "#" in run else "")
    before, candidate = labelled([there, side(run, there.model)])
    return candidate, before
