"""`evals status`: how a run stands, in whatever process it works."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from evals.status import Follower, Model, Status

EVERY = 2.0
"""Seconds between two looks."""


@click.command(short_help="how a run stands that works in another process")
@click.argument("folder", type=Path, metavar="RUN")
@click.option("--watch", is_flag=True, help="look again every two seconds, until no process works on it")
@click.option("--json", "as_json", is_flag=True, help="one JSON object; with --watch one a line")
def status(folder: Path, watch: bool, as_json: bool) -> None:
    """Show how RUN stands: whether a process works on it, what is answered, how fast, what failed and what it has cost.

    It works while the run goes on, after it was killed and once it is finished, and changes nothing.

    \b
    evals status runs/20261123-101500-hallucination-1a2b3c4d
    evals status RUN --watch
    """
    from evals.status import Follower

    follower = Follower(folder)
    if watch and not as_json:
        _watch(follower)
        return
    while True:
        found = follower.look()
        click.echo(_json(found) if as_json else _table(found))
        if not watch or found.state != "running":
            return
        _pause()


def _watch(follower: "Follower") -> None:
    """Look until no process works on it, each look in place of the last on a terminal, below it elsewhere."""
    import sys

    found, drawn = follower.look(), 0
    while True:
        text = _table(found)
        if drawn and sys.stdout.isatty():
            click.echo(f"\x1b[{drawn}A\x1b[J", nl=False)
        click.echo(text)
        drawn = text.count("\n") + 1
        if found.state != "running":
            return
        _pause()
        found = follower.look()


def _pause() -> None:
    from time import sleep

    sleep(EVERY)


def _table(found: "Status") -> str:
    from shlex import quote

    from evals.safe import line
    from evals.words import share

    answered = found.planned - found.missing
    done = f" ({share(answered / found.planned)})" if found.planned else ""
    head = f"{found.folder.name}: {found.state}, {answered:,} of {found.planned:,} replies{done}"
    if found.rate is not None:
        head += f", {found.rate:.1f}/s" + (f", {_span(found.left)} left" if found.left is not None else "")
    lines = [head]
    if found.last is not None:
        lines.append(f"  last reply {found.last.astimezone():%Y-%m-%d %H:%M:%S}")
    lines += [f"  {line(name, 60)}: {_told(model)}" for name, model in found.models.items()]
    if found.state == "stopped":
        lines.append(f"  no process works on it; go on with: evals run --resume {quote(str(found.folder))}")
    return "\n".join(lines)


def _told(model: "Model") -> str:
    from evals.money.prices import dollars

    parts = [f"{model.answered:,} answered"]
    parts += [f"{count:,} failed ({kind})" for kind, count in model.failures.most_common()]
    if model.cached:
        parts.append(f"{model.cached:,} from the cache")
    if model.cost_usd or model.unpriced < model.answered - model.cached:
        parts.append(
            dollars(model.cost_usd) + (f" and more ({model.unpriced:,} unpriced)" if model.unpriced else "")
        )
    elif model.unpriced:
        parts.append("cost unknown")
    if model.load is not None:
        parts.append(f"{model.load.at_work} of at most {model.load.limit} requests at work")
    return ", ".join(parts)


def _span(seconds: float) -> str:
    """Seconds in the unit that fits: 45 s, 12 min, 3.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _json(found: "Status") -> str:
    import json

    from evals.safe import json_text

    whole: dict[str, Any] = {
        "run": str(found.folder),
        "state": found.state,
        "planned": found.planned,
        "answered": found.planned - found.missing,
        "missing": found.missing,
        "rate": found.rate,
        "seconds_left": found.left,
        "last": found.last and found.last.isoformat(timespec="milliseconds"),
        "models": {
            name: {
                "answered": model.answered,
                "failures": dict(model.failures),
                "cached": model.cached,
                "cost_usd": model.cost_usd,
                "unpriced": model.unpriced,
                "concurrency": model.load and model.load.limit,
                "at_work": model.load and model.load.at_work,
            }
            for name, model in found.models.items()
        },
    }
    return json_text(json.dumps(whole, ensure_ascii=False))
