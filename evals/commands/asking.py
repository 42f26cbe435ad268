"""The options of `evals run` that say on what terms models are asked: how fast, at what price, by which way."""

from pathlib import Path

import click

from evals.commands.keeping import keeping_options
from evals.commands.options import gathered, parse_bound, parse_rate
from evals.commands.spread import cluster_options
from evals.commands.watching import watching_options
from evals.errors import BadInput
from evals.money.budget import Budget
from evals.terms import Cluster, Keeping, Terms, Watching


def _terms(
    concurrency: int | None,
    rate: str | None,
    prices: Path | None,
    batch: bool,
    no_wait: bool,
    budget: Budget,
    keeping: Keeping,
    watching: Watching,
    cluster: Cluster | None,
) -> Terms:
    """Raises: BadInput: a number that asks nothing, or two options that do not go together."""
    if concurrency is not None and concurrency < 1:
        raise BadInput(f"--concurrency {concurrency} would ask nothing", "give a number from 1")
    if no_wait and not batch:
        raise BadInput("--no-wait leaves batches to their host, and this asks for none", "add --batch")
    if batch and cluster:
        raise BadInput("--batch leaves the asking to the hosts, --on to a cluster", "give one of them")
    if cluster and keeping.replay is not None:
        raise BadInput("--replay sends nothing, and --on says from where", "leave out --on")
    if batch and keeping.replay is not None:
        raise BadInput("--replay sends nothing, and --batch says how to", "leave out --batch")
    return Terms(
        concurrency, parse_rate(rate), prices, batch, not no_wait, budget, keeping, watching, cluster
    )


def _budget(max_cost: str | None, max_tokens: str | None, max_minutes: str | None) -> Budget:
    """Raises: BadInput: a bound that is no number above 0."""
    tokens = parse_bound("--max-tokens", max_tokens, "tokens, such as 500000")
    if tokens is not None and tokens < 1:
        raise BadInput(f"--max-tokens {max_tokens} would ask nothing", "give a number from 1")
    return Budget(
        cost_usd=parse_bound("--max-cost", max_cost, "US dollars, such as 2.50"),
        tokens=None if tokens is None else int(tokens),
        minutes=parse_bound("--max-minutes", max_minutes, "minutes, such as 30"),
    )


_budget_options = gathered(
    "budget",
    _budget,
    click.option("--max-cost", metavar="USD", help="stop before the run costs more, all its models together"),
    click.option("--max-tokens", metavar="N", help="stop before it takes more tokens, read and written"),
    click.option("--max-minutes", metavar="M", help="stop asking after so many minutes"),
)

terms_options = gathered(
    "terms",
    _terms,
    click.option(
        "--concurrency",
        type=int,
        metavar="N",
        help="requests at a time for each model; with --batch, in a batch  [default: the provider's]",
    ),
    click.option("--rate", metavar="N/min", help="a fixed rate of requests for each account of a host"),
    click.option(
        "--prices",
        type=Path,
        metavar="FILE",
        help="prices of your own, a TOML file, before those that are known",
    ),
    click.option(
        "--batch", is_flag=True, help="ask by the hosts' batch interfaces: half the price, within 24 hours"
    ),
    click.option(
        "--no-wait",
        is_flag=True,
        help="with --batch: leave once all is submitted; the same command collects it",
    ),
    _budget_options,
    cluster_options,
    keeping_options,
    watching_options,
)
"""Gives a command the argument `terms`."""
