"""`evals check-provider`: whether a provider keeps what the engine relies on, and what its model really does."""

import click

MARKS = {"ok": "ok", "not supported": "--", "failed": "FAILED"}
COLOURS = {"ok": "green", "not supported": None, "failed": "red"}


@click.command("check-provider", short_help="whether a provider works, and what its model does")
@click.argument("model", metavar="MODEL")
@click.option("--json", "as_json", is_flag=True, help="one JSON object a check")
def check_provider(model: str, as_json: bool) -> int:
    """Send a provider some twenty short prompts and tell, a line a check, what it does.

    MODEL is named as for evals run: one of ours, or a file of yours. "ok" and "--" (not supported) are both fine; a
    failed check is a fault of the provider, and the exit status is then 1.

    \b
    evals check-provider ollama/llama3.2
    evals check-provider ./my_provider.py/some-model
    """
    import asyncio
    import json
    from dataclasses import asdict

    from evals import safe
    from evals.checks import CHECKS, check
    from evals.provider import ModelName

    width = max(map(len, CHECKS))

    async def all_of_them() -> bool:
        well = True
        async for finding in check(ModelName.parse(model)):
            well = well and finding.state != "failed"
            if as_json:
                click.echo(json.dumps(asdict(finding), ensure_ascii=False))
                continue
            mark = click.style(f"{MARKS[finding.state]:6}", fg=COLOURS[finding.state])
            click.echo(f"{mark}  {finding.check:{width}}  {safe.line(finding.words, 300)}")
        return well

    return 0 if asyncio.run(all_of_them()) else 1
