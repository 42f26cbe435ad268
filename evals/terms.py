"""The terms on which models are asked: what changes no question and no verdict, and is given anew when a run goes on."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from evals.money.budget import Budget


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
class Keeping:
    """Where answers are kept beyond their run, and taken from; None where they are not.

    Attributes:
        cache: the folder of a cache: what was asked before is not asked again.
        record: the file in which the run's exchanges are written down.
        replay: the file of such a record, from which alone the run is answered.
    """

    cache: Path | None = None
    record: Path | None = None
    replay: Path | None = None

    @property
    def anew(self) -> bool:
        """Whether a run must not go on with an earlier one by itself, whose answers it would neither write down nor find."""
        return self.record is not None or self.replay is not None


@dataclass(frozen=True, slots=True)
class Watching:
    """What is told of a run while it goes on, beside its progress.

    Attributes:
        level: events of this level and above; None for none.
        form: whether they are lines for people, or JSON.
        otel: whether a span of each request is sent to a collector.
        content: whether the spans hold what was said.
    """

    level: Literal["debug", "info", "warning", "error"] | None = None
    form: Literal["text", "json"] = "text"
    otel: bool = False
    content: bool = False


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
        keeping: where answers are kept beyond their run, and taken from.
        watching: what is told of it while it goes on.
        cluster: whose workers ask; None for this process.
    """

    concurrency: int | None = None
    rate: float | None = None
    prices: Path | None = None
    batch: bool = False
    wait: bool = True
    budget: Budget = field(default_factory=Budget)
    keeping: Keeping = field(default_factory=Keeping)
    watching: Watching = field(default_factory=Watching)
    cluster: Cluster | None = None


USUAL = Terms()
"""One request after the other, as the provider likes them, at the prices that are known."""
