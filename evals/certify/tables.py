"""Rates as people read them: intervals, contrasts and gates, a table each."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import pandas as pd

from evals.certify.rate import Rate, Settings
from evals.view import Table, View


def tables(rates: Sequence[Rate], settings: Settings) -> View:
    """The rates as tables of per cent, with what they rest on."""
    intervals, contrasts, gates = (_of(kind, rates) for kind in ("interval", "contrast", "gate"))
    made = [
        Table(
            "How often the 95 % interval holds the truth, in per cent, by the true share",
            _wide(intervals, "metric", "arm", lambda rate: rate.case),
            keys=2,
        ),
        Table(
            "How often a contrast is decided, in per cent, by what is true",
            _wide(contrasts, "contrast", "arms", lambda rate: rate.case),
            keys=2,
        ),
        Table(
            "How the gate ends, in per cent, by what is true",
            _wide(gates, "metric", "gate", lambda rate: rate.event, "true"),
            keys=3,
        ),
    ]
    return View(tables=tuple(each for each in made if len(each.rows)), notes=tuple(_notes(rates, settings)))


def _of(kind: str, rates: Iterable[Rate]) -> list[Rate]:
    return [rate for rate in rates if rate.kind == kind]


def _wide(
    rates: Iterable[Rate], name: str, where: str, column: Callable[[Rate], str], case: str = ""
) -> pd.DataFrame:
    """One row a name, place and (if it has a heading) case; a column for each of the rest."""
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for rate in rates:
        key = {name: rate.name, where: rate.where} | ({case: rate.case} if case else {})
        row = rows.setdefault(tuple(key.values()), key)
        row |= {"items": f"{rate.items:,}", "clusters": f"{rate.clusters:,}"}
        row[column(rate)] = f"{100 * rate.rate:.1f}"
    return pd.DataFrame(list(rows.values())).fillna("")


def _notes(rates: Sequence[Rate], settings: Settings) -> Iterator[str]:
    world, margin = settings.world, f"{100 * settings.margin:g} points"
    error = max((rate.error for rate in rates), default=0.0)
    yield f"{settings.rounds:,} simulated runs: each figure is sure to within {100 * error:.1f} points"
    alike = f"two items of one cluster go together with correlation {world.correlation:g}"
    if settings.repeat > 1:
        alike += f", two replies to one item with {world.within:g} beyond that"
    yield f"{alike}; a second model says {100 * world.again:g} % of the replies again, and draws the others anew"
    if _of("gate", rates):
        yield (
            f"the gate has a margin of {margin}, and 80 % of the replies are good; its errors are to regress where nothing "
            f"changed, and to pass where it is {margin} worse"
        )
    if any(rate.where.endswith("looks") for rate in rates):
        yield "with several looks, as many items again are asked while it is undecided; the items are all that it may ask"
