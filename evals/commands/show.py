"""`evals show`: a suite's items and exact prompts, with nothing sent."""

from typing import TYPE_CHECKING

import click

from evals.commands.options import parse_seed, parse_settings

if TYPE_CHECKING:
    from evals.plan import Planned
    from evals.suite import Suite
    from evals.types import Arm, Sample


@click.command(short_help="a suite's items and exact prompts; nothing is sent")
@click.argument("suite", metavar="SUITE")
@click.option(
    "--arm", "arms", multiple=True, metavar="ARM", help="only this arm, again for more; all for every one"
)
@click.option(
    "-n", "count", type=click.IntRange(1), default=3, show_default=True, metavar="N", help="this many items"
)
@click.option("--seed", metavar="N|fresh", help="the items' seed  [default: the public seed]")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="an option of the suite, again for more"
)
@click.option("--json", "as_json", is_flag=True, help="one JSON object a prompt, with its hash")
def show(
    suite: str, arms: tuple[str, ...], count: int, seed: str | None, settings: tuple[str, ...], as_json: bool
) -> None:
    """Show what a suite would ask: its arms and options, then items with the exact prompt of each arm.

    \b
    evals show hallucination --arm presuming -n 5
    """
    from evals.plan import Request, plan

    made = plan(
        Request(
            suites=(suite,),
            models=(),
            size=count,
            seed=parse_seed(seed),
            arms=arms,
            options=parse_settings(settings),
        )
    )
    for part in made.parts:
        _part(part, as_json=as_json)


def _part(part: "Planned", *, as_json: bool) -> None:
    if not as_json:
        _about(part.suite)
    for track in part.tracks if not as_json else ():
        click.echo(f"track {track.name}: {track.calls} calls, chosen as answers come; this is the first")
    for sample in (*part.samples, *(track.choose(()) for track in part.tracks)):
        if not as_json:
            _item(sample)
        for arm in part.arms:
            if arm.takes(sample):
                _prompt(arm, sample, as_json=as_json)


def _about(suite: "Suite") -> None:
    click.secho(f"{suite.name} {suite.version}: {suite.about}", bold=True)
    for title, names in (
        ("arms", [arm.name if arm.default else f"({arm.name})" for arm in suite.arms]),
        ("sizes", [f"{name} {count}" for name, count in suite.sizes.items()]),
        ("options", _options(suite)),
    ):
        click.echo(click.wrap_text(f"{title:8} {', '.join(names) or 'none'}", 80, subsequent_indent=" " * 9))
    for sentence in suite.notes:
        click.echo(click.wrap_text(sentence, 80))
    click.echo("arms in brackets take part only when named")


def _options(suite: "Suite") -> list[str]:
    from dataclasses import fields

    return [f"{field.name}={field.default}" for field in fields(suite.options)]


def _item(sample: "Sample") -> None:
    tags = ", ".join(f"{key} {value}" for key, value in sample.tags.items())
    click.echo()
    click.secho(f"{sample.id}  {sample.input!r}  target {sample.target!r}", bold=True)
    click.echo(f"  {tags}")


def _prompt(arm: "Arm", sample: "Sample", *, as_json: bool) -> None:
    import json

    from evals.suite import render

    prompt = render(arm, sample)
    if as_json:
        line = {"sample": sample.id, "arm": arm.name, "hash": prompt.hash, "prompt": prompt.plain()}
        click.echo(json.dumps(line, ensure_ascii=False))
        return
    click.echo(f"  [{arm.name}]" + (f" {arm.repeat} times" if arm.repeat > 1 else ""))
    turns: list[tuple[str, str]] = [(message.role, message.content) for message in prompt.messages]
    turns += [("user", question) for question in prompt.followups]
    for role, content in turns or [("text", prompt.text)]:
        click.echo(f"    {role}: {content}".replace("\n", "\n    "))
    for choice in prompt.choices:
        click.echo(f"    choice: {choice!r}")
    for image in prompt.images:
        click.echo(f"    picture: {image.media_type}, {len(image.data):,} bytes, SHA-256 {image.sha256[:16]}")
    for tool in prompt.tools:
        click.echo(
            f"    tool: {tool.name}({', '.join(tool.parameters.get('properties', {}))}): {tool.description}"
        )
