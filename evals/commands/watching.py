"""The options of `evals run` that say what is told of a run while it goes on: events, and spans for OpenTelemetry."""

from typing import Literal

import click

from evals.commands.options import gathered
from evals.errors import BadInput
from evals.terms import Watching

Level = Literal["debug", "info", "warning", "error"]


def _watching(
    log_level: Level | None, log_format: Literal["text", "json"], otel: bool, otel_content: bool
) -> Watching:
    """Raises: BadInput: the spans are to hold what was said, and there are none."""
    if otel_content and not otel:
        raise BadInput("--otel-content puts prompts and replies into spans, and none are made", "add --otel")
    level: Level | None = log_level or ("info" if log_format == "json" else None)
    return Watching(level, log_format, otel, otel_content)


watching_options = gathered(
    "watching",
    _watching,
    click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        help="tell on standard error what the run does, from this level on; debug tells each request",
    ),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        help="json: standard error holds events alone, one JSON object a line, from info on  [default: text]",
    ),
    click.option(
        "--otel", is_flag=True, help="send a span of each request to an OpenTelemetry collector (extra otel)"
    ),
    click.option("--otel-content", is_flag=True, help="with --otel: with what was asked and answered"),
)
"""Gives a command the argument `watching`."""
