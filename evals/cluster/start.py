"""Getting to a cluster: one that stands already, or one of several processes on this machine for as long as a run lasts."""

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.cluster import worker
from evals.cluster.remote import remote
from evals.cluster.team import Team
from evals.errors import BadInput, NotFound
from evals.plan import Plan
from evals.provider import Provider
from evals.terms import Cluster

if TYPE_CHECKING:
    from distributed import Client

HERE = "127.0.0.1"
"""A cluster of this machine's own processes is reached by nobody else."""

REACHED = 10.0
"""Seconds within which a scheduler answers that is there."""

SOON = 2.0
"""Seconds for which workers are waited for without a word."""


@contextmanager
def by_cluster(
    where: Cluster, plan: Plan, providers: Mapping[str, Provider], say: Callable[[str], None]
) -> Iterator[dict[str, Provider]]:
    """The models, asked by the workers of a cluster.

    Raises: BadInput: dask is not installed, the scheduler does not answer, or none of its workers has this evals.
    """
    run = secrets.token_hex(8)
    dask = _dask()
    with _quiet(), ExitStack() as stack:
        client = stack.enter_context(_standing(dask, where, say) if where.address else _local(dask, where))
        team = Team(client, say)
        client.sync(team.gather)
        try:
            yield {model: remote(run, model, one, team, plan) for model, one in providers.items()}
        finally:
            client.sync(team.dismiss, run)


@contextmanager
def _local(dask: Any, where: Cluster) -> Iterator["Client"]:
    """A cluster of processes on this machine: one a core, unless another number is wanted."""
    count = where.workers or os.cpu_count() or 1
    with (
        dask.LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host=HERE,
            dashboard_address=None,
            memory_limit=None,  # by what dask thinks one may take, it would kill a large model while it loads
            silence_logs=logging.CRITICAL,
            preload=worker.__name__,
        ) as cluster,
        dask.Client(cluster) as client,
    ):
        client.wait_for_workers(count)
        yield client


@contextmanager
def _standing(dask: Any, where: Cluster, say: Callable[[str], None]) -> Iterator["Client"]:
    """A cluster that is there, once it has so many workers."""
    address = where.address
    by_file = address.endswith(".json")
    if by_file and not Path(address).is_file():
        raise NotFound(
            f"there is no scheduler file {address}", "name the file of dask scheduler --scheduler-file FILE"
        )
    try:
        client = dask.Client(
            **({"scheduler_file": address} if by_file else {"address": address}), timeout=REACHED
        )
    except (OSError, ValueError) as error:
        raise BadInput(
            f"no dask scheduler answers at {address}: {error}",
            "start one (dask scheduler), or leave the address out for processes on this machine: --on dask",
        ) from None
    with client:
        count = where.workers or 1
        try:
            client.wait_for_workers(count, timeout=SOON)
        except TimeoutError:
            say(f"waiting for {count} worker{'' if count == 1 else 's'} of the cluster at {address}")
            client.wait_for_workers(count)
        yield client


def _dask() -> Any:
    """The module, whose import sets up the logs that are then quiet. Raises: BadInput: it is not installed."""
    try:
        import distributed
    except ImportError:
        raise BadInput("--on dask needs dask.distributed", "pip install 'behavior-evals[dask]'") from None
    return distributed


@contextmanager
def _quiet() -> Iterator[None]:
    """Without dask's own remarks: what a user should know of a worker's end, the run says."""
    logs = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [each.level for each in logs]
    for each in logs:
        each.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for each, level in zip(logs, levels, strict=True):
            each.setLevel(level)
