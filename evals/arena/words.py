"""What must be said beside a board, in sentences."""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

from evals import words
from evals.arena.control import PLACE
from evals.arena.inflation import best_of, families
from evals.arena.standings import Component, Settings
from evals.stats import z_quantile

MOST = 5
"""Pairs that are named one by one."""


def notes(
    components: Sequence[Component], infinite: Sequence[tuple[str, ...]], settings: Settings, name: str
) -> Iterator[str]:
    """The sentences, most important first.

    Args: infinite: of each component, the models whose ratings are open. name: of the board.
    """
    if name != "overall":
        yield "Ratings are drawn to those of all battles, as far as the category's battles make likeliest."
    elif len(components) > 1:
        yield (
            f"The models fall into {len(components)} groups that never met, even through others: "
            "their ratings cannot be compared, and each group has a table of its own."
        )
    for names in infinite:
        if names:
            yield from _open(names)
    if settings.anchor and len(components) > 1:
        yield f"Only the ratings of the table that has {settings.anchor[0]} are held to it; the others have the mean 1000."
    yield from _pulls(components)
    yield from _lucky(components)
    yield from _sure(components[0])
    if settings.min_votes:
        yield f"Models with fewer than {words.items(settings.min_votes, 'battle')} count and are not shown."


def _pulls(components: Sequence[Component]) -> Iterator[str]:
    """What looks and place are worth."""
    for component in components:
        for each in component.pulls:
            if each.name != "ties":
                what = "being shown first" if each.name == PLACE else f"more of the feature {each.name}"
                times = 400 / math.log(10)
                yield (
                    f"Taken out of the ratings: {what} is worth {each.value * times:+.0f} points "
                    f"({each.low * times:+.0f} to {each.high * times:+.0f})."
                )


def _lucky(components: Sequence[Component]) -> Iterator[str]:
    """By how much the best of several variants looks better than it is."""
    for component in components:
        places = {name: place for place, name in enumerate(component.models)}
        for family, names in families(component.models).items():
            se = [math.sqrt(component.covariance[places[name], places[name]]) for name in names]
            by = best_of(len(names)) * sum(se) / len(se)
            yield (
                f"{family} stands here {len(names)} times: were they one model, the best of them would look {by:.0f} points better "
                "than it is, by luck alone."
            )


def _open(names: tuple[str, ...]) -> Iterator[str]:
    which = ", ".join(names)
    one = len(names) == 1
    yield (
        f"{which}: {'has' if one else 'have'} never lost to, or never beaten or tied, the others, even through others; the battles "
        f"alone would put {'it' if one else 'them'} infinitely far off. All ratings of the table are drawn to each other instead, as "
        "far apart as the battles make likeliest."
    )


def _sure(component: Component) -> Iterator[str]:
    """By what the intervals were made."""
    counted = " and ".join(f"{count:,} {name}s" for name, count in component.units.items())
    how = {
        "model": "as if all battles were independent and the model held",
        "hc0": "as if all battles were independent",
        "bootstrap": f"by drawing {counted or 'battles'} again",
    }.get(component.kind, f"for votes that go together ({counted})")
    yield f"95 % intervals {how}; ranks hold for all models at once."


def misfits(components: Sequence[Component]) -> Iterator[str]:
    """The pairs that did otherwise than the ratings foretell, so far that chance is ruled out for all pairs together."""
    met = [
        (abs(found.matrix.residual[one, other]), found, one, other)
        for found in components
        for one, other in combinations(range(len(found.models)), 2)
        if found.matrix.battles[one, other]
    ]
    far = [each for each in met if each[0] > z_quantile(1 - 0.05 / len(met))]
    for _, found, one, other in sorted(far, key=lambda each: -each[0])[:MOST]:
        yield (
            f"{found.models[one]} got {words.share(found.matrix.share[one, other])} of the points of "
            f"{found.matrix.battles[one, other]:,.0f} battles against {found.models[other]}; "
            f"the ratings foretell {words.share(found.matrix.predicted[one, other])}."
        )
    if len(far) > MOST:
        yield f"{len(far) - MOST} more pairs do not fit their ratings either."
    if met and not far:
        yield "Every pair did as the ratings foretell, as far as chance can be told apart."
