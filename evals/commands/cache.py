"""`evals cache`: what a cache of answers holds, and an end to it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.keeping.cache import Held


@click.command(short_help="what a cache of answers holds")
@click.argument("folder", type=Path, metavar="DIR")
@click.option("--clear", is_flag=True, help="forget all of it")
@click.option("--json", "as_json", is_flag=True, help="one JSON object: path, bytes, and a list of models")
def cache(folder: Path, clear: bool, as_json: bool) -> None:
    """Show what the cache in DIR holds: answers, their size and age, by model as named and as served.

    \b
    evals cache .evals-cache
    evals cache .evals-cache --clear
    """
    from evals.keeping.cache import Cache

    kept = Cache(folder, make=False)
    try:
        forgotten = kept.clear() if clear else None
        held, size = kept.held(), kept.path.stat().st_size
    finally:
        kept.close()
    if as_json:
        import json
        from dataclasses import asdict

        from evals.safe import json_text

        whole = {"path": str(kept.path), "bytes": size, "models": [asdict(each) for each in held]}
        click.echo(json_text(json.dumps(whole, ensure_ascii=False)))
        return
    if forgotten is not None:
        click.echo(f"{forgotten:,} answers forgotten")
        return
    for each in held:
        click.echo(_line(each))
    click.echo(f"{sum(each.entries for each in held):,} answers, {size / 1e6:,.1f} MB: {kept.path}")


def _line(held: "Held") -> str:
    from evals.safe import line

    served = f", served as {line(held.served, 80)}" if held.served else ""
    days = dict.fromkeys((held.oldest[:10], held.newest[:10]))
    return f"{line(held.model, 200)}{served}: {held.entries:,} answers, {' to '.join(days)}"
