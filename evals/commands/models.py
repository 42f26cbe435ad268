"""`evals models`: the providers there are, which keys are set, which local servers answer and what they hold."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.inventory import Stock

WIDTH = 80
HELD = 12
"""How many of a server's models are listed."""


@click.command(short_help="which models can be asked here and now")
@click.argument("providers", nargs=-1, metavar="[PROVIDER...]")
@click.option("--json", "as_json", is_flag=True, help="one JSON object a provider")
def models(providers: tuple[str, ...], as_json: bool) -> None:
    """List the providers: which keys are set, which servers on this machine answer, and which models they hold.

    A provider is a name or the path of a file of yours; without any, all of ours are listed. No key is shown, and no
    hosted service is asked.

    \b
    evals models
    evals models ollama lmstudio
    """
    import asyncio
    import json

    from evals import inventory, shelf

    found = asyncio.run(inventory.take(providers or shelf.names("provider")))
    if as_json:
        for stock in found:
            click.echo(json.dumps(inventory.plain(stock), ensure_ascii=False))
        return
    width = max(len(stock.name) for stock in found)
    for stock in found:
        _show(stock, width)


def _show(stock: "Stock", width: int) -> None:
    """A provider's lines, 80 columns at most but for the names of models, which can be copied."""
    from evals import safe

    said = {
        "key set": f"{stock.key} is set",
        "no key": f"set {stock.key}",
        "by address": "?base_url=http://...",
    }
    about = said.get(stock.state, stock.why)
    if stock.state == "answers" and not stock.why:
        about = f"{len(stock.models)} models" if len(stock.models) != 1 else "1 model"
    head = f"{stock.name:{width}}  {stock.state:10}"
    click.echo(f"{head}  {safe.line(about, max(8, WIDTH - len(head) - 2))}".rstrip())
    for model in stock.models[:HELD]:
        click.echo(f"  -m {stock.name}/{safe.line(model, WIDTH)}")
    if len(stock.models) > HELD:
        click.echo(f"  and {len(stock.models) - HELD} more: evals models {stock.name} --json")
