"""The options of `evals run` that say which machines ask: those of a dask cluster."""

import click

from evals.commands.options import gathered
from evals.errors import BadInput
from evals.terms import Cluster


def _cluster(engine: str | None, workers: int | None) -> Cluster | None:
    """Raises: BadInput: an engine that is none, or workers for none."""
    if engine is None:
        if workers is not None:
            raise BadInput("--workers is how many ask on a cluster, and this run is on none", "add --on dask")
        return None
    name, equals, address = engine.partition("=")
    if name != "dask" or bool(equals) != bool(address):
        raise BadInput(f"--on {engine!r} is no engine", "write --on dask, or --on dask=tcp://HOST:8786")
    return Cluster(address, workers)


cluster_options = gathered(
    "cluster",
    _cluster,
    click.option(
        "--on",
        "engine",
        metavar="dask[=ADDRESS]",
        help="have a dask cluster's workers ask; without ADDRESS, processes on this machine",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        metavar="N",
        help="with --on: how many to start here, or to wait for there  [default: one a core; the first]",
    ),
)
"""Gives a command the argument `cluster`."""
