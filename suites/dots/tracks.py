"""The adaptive mode: a staircase for each layout, which chooses every display from the answers so far."""

from collections.abc import Sequence
from itertools import islice

from evals.suite import Told, Track
from evals.types import Sample

from .items import RUNGS, Options, rung_units, shown, sure
from .staircase import CALLS, Staircase, Trial, next_rung

KIND = "adaptive"
"""What tells these items from the ladder's: which counts are asked depends on the model, so no share of them means anything."""


def tracks(seed: int, n: int, options: Options) -> tuple[Track, ...]:
    """A track for each layout if the options say `mode=adaptive`, the n calls shared among them, CALLS at most for each.

    Raises: NotFound, BadInput: as `items.samples`.
    """
    if options.mode != "adaptive":
        return ()
    layouts, glyphs = sure(options)
    calls = max(1, min(CALLS, n // len(layouts)))
    return tuple(_track(seed, layout, glyphs, options.largest, calls) for layout in layouts)


def _track(seed: int, layout: str, glyphs: Sequence[str], largest: int, calls: int) -> Track:
    """The staircase on one layout; its pool has as many displays of a rung as could all be asked."""
    pool = {
        rung: tuple(
            sample
            for unit in islice(rung_units(seed, rung, glyphs, place, largest), calls)
            for sample in shown(seed, unit, (layout,), KIND)
        )
        for place, rung in enumerate(RUNGS)
        if rung <= largest
    }

    def choose(told: Told) -> Sample:
        trials = tuple(Trial(int(sample.tags["n"]), outcome == "right") for sample, outcome in told)
        asked = {sample.id for sample, _ in told}
        left = {rung: [each for each in found if each.id not in asked] for rung, found in pool.items()}
        rung = next_rung(Staircase(trials, calls), [rung for rung, found in left.items() if found])
        if rung is None:
            raise ValueError(f"{len(told)} displays are told, and the track has {calls} calls")
        return left[rung][0]

    everything = tuple(sample for found in pool.values() for sample in found)
    return Track(layout, min(calls, len(everything)), everything, choose)
