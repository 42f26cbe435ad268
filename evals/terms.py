"""The terms on which models are asked: what changes no question and no verdict, and is given anew when a run goes on."""

from dataclasses import dataclass, field
from pathlib import Path

from evals.budget import Budget


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster of dask's, whose workers send the requests.

    Attributes:
        address: of its scheduler, or the path of its scheduler file (.json); empty for one that is started on this machine.
        workers: how many are started, or waited for; None for one a core, or for the first.
    """

    address: str = ""
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms models are asked.

    Attributes:
        concurrency: the most requests at a time for each account; None leaves it to the provider.
        rate: requests a minute for each account; None for no fixed rate.
        prices: a file of the user's own prices.
        batch: whether they are asked by their hosts' batch interfaces.
        wait: whether batches are waited for.
        budget: what the run may take.
        cluster: whose workers ask; None for this process.
    """

    concurrency: int | None = None
    rate: float | None = None
    prices: Path | None = None
    batch: bool = False
    wait: bool = True
    budget: Budget = field(default_factory=Budget)
    cluster: Cluster | None = None


USUAL = Terms()
"""One request after the other, as the provider likes them, at the prices that are known."""
