"""`evals list`: the suites, models, reports and runs that there are."""

import ast
from pathlib import Path

import click

from evals import shelf
from evals.commands.options import runs_option
from evals.errors import EvalsError

KINDS = ("suites", "models", "reports", "runs")


@click.command("list", short_help="the suites, models, reports and runs that there are")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@runs_option
def list_(kind: str | None, out: Path) -> None:
    """List what there is: suites, models (by provider), reports, or the runs in a folder; everything if none is named."""
    for each in (kind,) if kind else KINDS:
        if not kind:
            click.secho(each, bold=True)
        rows = _runs(out) if each == "runs" else _shelf(each)
        width = max((len(name) for name, _ in rows), default=0)
        for name, about in rows:
            click.echo(f"  {name:{width}}  {about}".rstrip())
        if not rows:
            click.echo(f"  none in {out}" if each == "runs" else "  none")


def _shelf(kind: str) -> list[tuple[str, str]]:
    """Names on a shelf, each with the first line of its file's docstring; the files are read, not run."""
    singular: dict[str, shelf.Kind] = {"suites": "suite", "models": "provider", "reports": "report"}
    which = singular[kind]
    suffix = "/MODEL" if kind == "models" else ""
    return [(name + suffix, _first_line(shelf.find(which, name))) for name in shelf.names(which)]


def _first_line(path: Path) -> str:
    if path.suffix != ".py":
        return ""
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0]


def _runs(out: Path) -> list[tuple[str, str]]:
    """Run folders, oldest first, each with its state and models; damaged ones before all, where they are seen."""
    found = sorted((*_state(path.parent), str(path.parent)) for path in out.glob("*/run.json"))
    return [(folder, state) for _, state, folder in found]


def _state(folder: Path) -> tuple[str, str]:
    """When a run was begun, and how it stands; a damaged one says so instead, and does not hide the others."""
    from evals import log  # pydantic is worth its time only where there are runs

    try:
        about = log.read_about(folder)
    except EvalsError as error:
        return "", error.message
    state = "finished" if about.finished else "unfinished"
    return about.created, f"{state}, {about.planned} replies, {', '.join(about.request.models)}"
