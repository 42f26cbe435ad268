"""How often a served pocket gets the verdicts of the one in process: one table, in docs/providers.md, and a gate.

uv run python -m tools.agreement [llamacpp] [transformers]

Runs four suites at quick size through each server at temperature 0 and compares item by item.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from evals import log
from evals.types import Reply
from tools import real_servers
from tools.real_servers import Server

SUITES = ("hallucination", "dots", "spelling", "arithmetic")
STAGE = "bluff"
CONTEXT = 512
"""Tokens that pocket reads."""
ENOUGH = 0.99
"""The share of equal verdicts below which something is wrong: greedy choices can be ties up to rounding."""
HEAD = ("suite", "server", "items", "equal verdicts", "equal texts", "beyond the context")

Pair = tuple[Reply, Reply]


@dataclass(frozen=True)
class Agreement:
    """One suite through one server, beside pocket in process.

    Attributes:
        suite, server: which.
        verdicts: items of the same outcome, an answer that does not fit counting as one, and all items compared.
        texts: items of the same text but for the blank with which a served reply begins, of the same number.
        beyond: items that fill the model's context, not compared where the server lets it write on past that.
        differing: the items whose outcomes differ, as sentences.
    """

    suite: str
    server: str
    verdicts: int
    texts: int
    items: int
    beyond: int
    differing: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of equal verdicts."""
        return self.verdicts / self.items

    def row(self) -> tuple[str, ...]:
        """As a line of the table."""
        shares = (f"{part} of {self.items}" for part in (self.verdicts, self.texts))
        return (self.suite, f"`{self.server}`", str(self.items), *shares, str(self.beyond))


def run(suites: Sequence[str], models: Sequence[str], out: Path, *size: str) -> Path:
    """The folder of a run of suites on models. Raises: RuntimeError: it failed."""
    command = [sys.executable, "-m", "evals", "run", *suites, *size, "--out", str(out)]
    named = [part for model in models for part in ("-m", model)]
    done = subprocess.run([*command, *named], capture_output=True, text=True, check=False)  # noqa: S603  our own
    if done.returncode:
        raise RuntimeError(f"the run ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    (folder,) = out.iterdir()
    return folder


def agreements(folder: Path, inside: str, server: Server) -> list[Agreement]:
    """What a run on pocket in process and on a served one says, a suite at a time."""
    replies = log.read_run(folder).replies
    ours = {_item(reply): reply for reply in replies if reply.key.model == inside}
    theirs = {_item(reply): reply for reply in replies if reply.key.model == server.named()}
    if ours.keys() != theirs.keys():
        raise RuntimeError(f"{server.provider} was not asked what pocket was asked")
    suites = dict.fromkeys(suite for suite, *_ in ours)
    return [
        agreement(suite, server, [(ours[key], theirs[key]) for key in ours if key[0] == suite])
        for suite in suites
    ]


def agreement(suite: str, server: Server, pairs: Sequence[Pair]) -> Agreement:
    """One suite's replies, ours beside theirs."""
    compared = [pair for pair in pairs if server.keeps_context or not fills(pair[0])]
    differing = [(ours, theirs) for ours, theirs in compared if ours.outcome != theirs.outcome]
    return Agreement(
        suite,
        server.provider,
        verdicts=len(compared) - len(differing),
        texts=sum(_text(ours) == _text(theirs) for ours, theirs in compared),
        items=len(compared),
        beyond=len(pairs) - len(compared),
        differing=tuple(_told(*pair) for pair in differing),
    )


def fills(reply: Reply) -> bool:
    """Whether a prompt and its reply take all of pocket's context, or more."""
    response = reply.response
    if response is None:
        return reply.outcome == "too_long"
    return (response.tokens_in or 0) + (response.tokens_out or 0) >= CONTEXT


def _item(reply: Reply) -> tuple[str, str, str, int]:
    return reply.key.suite, reply.key.sample, reply.key.arm, reply.key.repeat


def _text(reply: Reply) -> str | None:
    """What it says. A real server leaves standing the blank that begins each turn of pocket."""
    return reply.response.text.strip() if reply.response else None


def _told(ours: Reply, theirs: Reply) -> str:
    sides = (f"{each.outcome}: {_text(each) if each.response else each.failure!r}" for each in (ours, theirs))
    return f"{_item(ours)}: {' | '.join(sides)}"


def table(found: Sequence[Agreement]) -> str:
    """As Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *(each.row() for each in found)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


SERVERS = {"llamacpp": real_servers.llamacpp, "transformers": real_servers.transformers}


@click.command()
@click.argument("servers", nargs=-1, type=click.Choice(tuple(SERVERS)))
def main(servers: Sequence[str]) -> None:
    """Ask four suites at quick size of each server, print the table; status 1 where verdicts differ too often."""
    inside, found = f"pocket/{STAGE}", list[Agreement]()
    for name in servers or SERVERS:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            with SERVERS[name](STAGE, folder) as server:
                at = run(SUITES, (inside, server.named()), folder / "runs", "--size", "quick")
                found += agreements(at, inside, server)
    click.echo(table(found))
    for each in found:
        for line in each.differing:
            click.echo(line, err=True)
    sys.exit(any(each.share < ENOUGH for each in found))


if __name__ == "__main__":
    main()
