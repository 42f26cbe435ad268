"""`evals score`: judge answers that exist already, by the very scorer a run uses."""

import sys
from collections import Counter
from pathlib import Path

import click

from evals.errors import BadInput


@click.command(short_help="judge answers that exist already")
@click.argument("suite", required=False, metavar="[SUITE")
@click.argument("file", required=False, type=Path, metavar="FILE.jsonl]")
@click.option(
    "--run", "folder", type=Path, metavar="RUN", help="judge this run's replies again by today's scorers"
)
@click.option(
    "--out", type=Path, metavar="FILE", help="where the judged lines go  [default: standard output]"
)
def score(suite: str | None, file: Path | None, folder: Path | None, out: Path | None) -> None:
    """Judge the answers in FILE.jsonl, or a run's replies again.

    Each line of the file is a JSON object with `response`, `target` (null for what does not exist) and, if wanted,
    `input`, `arm` and `tags`. The same lines come out with `outcome`, `answer`, `value` and `rule`.

    \b
    evals score hallucination answers.jsonl > judged.jsonl
    evals score --run runs/20261123-101500-hallucination-1a2b3c4d
    """
    if folder is not None:
        if suite or file or out:
            raise BadInput("--run judges a run by its own suites", "leave out SUITE, FILE and --out")
        _again(folder)
    elif suite and file:
        _file(suite, file, out)
    else:
        raise BadInput(
            "what to judge is not named", "write evals score SUITE FILE.jsonl, or evals score --run RUN"
        )


def _again(folder: Path) -> None:
    from evals.rescore import rescore

    total, changed = rescore(folder)
    click.echo(f"{total} replies judged again, {changed} verdicts changed; see evals report {folder}")


def _file(suite: str, file: Path, out: Path | None) -> None:
    import json

    from evals.rescore import read_rows, score_row
    from evals.suite import load

    loaded = load(suite)
    outcomes: Counter[str] = Counter()
    lines = []
    for number, row in enumerate(read_rows(file), 1):
        verdict = score_row(loaded, row, number)
        outcomes[verdict.outcome] += 1
        found = {
            "outcome": verdict.outcome,
            "answer": verdict.answer,
            "value": verdict.value,
            "rule": verdict.rule,
        }
        lines.append(json.dumps(row.model_dump(exclude_unset=True) | found, ensure_ascii=False) + "\n")
    text = "".join(lines)
    if out is None:
        sys.stdout.write(text)
    else:
        try:
            out.write_text(text, "utf-8")
        except OSError as error:
            raise BadInput(f"{out} cannot be written: {error.strerror}", "name another file") from None
    counts = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
    click.echo(f"{len(lines)} answers judged: {counts}", err=True)
