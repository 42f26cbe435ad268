"""What `play` and `judge` do alike: work through a session, and say what is missing at its end."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.session import Session
    from evals.work import End


def work(session: "Session", *, quiet: bool) -> "End":
    """Work through a session, with the events that are wished for."""
    from evals import events
    from evals.commands.run import work as through

    with events.told(session.terms.watching):
        return through(session, quiet=quiet)


def status(end: "End", what: str) -> int:
    """The exit status of a session, once it is said how much of what was asked for is missing."""
    for sentence in (*end.why, *end.waiting):
        click.echo(sentence, err=True)
    if end.missing:
        click.echo(f"{what} that are missing: {end.missing:,}; the same command again asks", err=True)
    return end.status
