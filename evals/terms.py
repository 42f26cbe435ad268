"""The terms on which models are asked: what changes no question and no verdict, and is given anew when a run goes on."""

from dataclasses import dataclass, field
from pathlib import Path

from evals.budget import Budget


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
    """

    concurrency: int | None = None
    rate: float | None = None
    prices: Path | None = None
    batch: bool = False
    wait: bool = True
    budget: Budget = field(default_factory=Budget)


USUAL = Terms()
"""One request after the other, as the provider likes them, at the prices that are known."""
