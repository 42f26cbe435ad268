"""The terms on which models are asked: what changes no question and no verdict, and is given anew when a run goes on."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms models are asked.

    Attributes:
        concurrency: requests at a time for each model; None leaves it to the provider.
        prices: a file of the user's own prices.
        batch: whether they are asked by their hosts' batch interfaces.
        wait: whether batches are waited for.
    """

    concurrency: int | None = None
    prices: Path | None = None
    batch: bool = False
    wait: bool = True


USUAL = Terms()
"""One request after the other, as the provider likes them, at the prices that are known."""
