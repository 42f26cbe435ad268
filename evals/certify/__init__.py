"""Statistics that certify themselves: how well a suite's intervals, contrasts and gates do what they promise.

plan -> Design (which items, in which clusters) -> World (replies as they might come) -> our statistics -> how often each
holds, alarms and sees. Nothing is asked of a model: the truth is set, so that it is known.
"""

from collections.abc import Iterator

from evals.certify.decisions import contrast_rates, gate_rates
from evals.certify.intervals import interval_rates
from evals.certify.rate import Rate, Settings
from evals.certify.world import World
from evals.plan import Planned

__all__ = ["Rate", "Settings", "World", "certify"]


def certify(part: Planned, larger: Planned | None, settings: Settings) -> Iterator[Rate]:
    """Every rate of a planned suite: of its intervals, then of its contrasts, then of its gate.

    Args: larger: the same suite with `settings.looks` times the items, for a gate that may ask for more; None for one look.
    """
    yield from interval_rates(part, settings)
    yield from contrast_rates(part, settings)
    yield from gate_rates(part, larger, settings)
