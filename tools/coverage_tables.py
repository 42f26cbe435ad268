"""Writes the tables of docs/statistics.md: how well each interval holds, and what gates do, all by simulation."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals import stats
from evals.certify import World
from evals.stats import Floats
from evals.stats.paired import tango_limits
from evals.stats.proportions import wilson_limits
from evals.stats.worth import worth
from tools import marked

PAGE = Path(__file__).parent.parent / "docs" / "statistics.md"
SHARES = (0.05, 0.2, 0.5, 0.8, 0.95)
ITEMS = (50, 200, 400)
ROUNDS = 4_000
SEED = 20261123
WORLD = World(correlation=0.3, seed=SEED)
GOOD, MARGIN = 0.8, 0.05

Codes = NDArray[np.intp]
Draw = Callable[[np.random.Generator, float, Codes], tuple[float, Floats, Floats]]
"""(generator, share, clusters) -> the truth, and the limits of ROUNDS intervals."""


def clusters(n: int, size: int) -> Codes:
    """Of n items, which stand in one cluster of this size."""
    return np.arange(n) // size


# Intervals


def share(rng: np.random.Generator, p: float, codes: Codes) -> tuple[float, Floats, Floats]:
    """One share."""
    _, low, high = stats.shares(WORLD.replies(rng, p, codes, 1, ROUNDS).mean(axis=-1), codes)
    return p, low, high


def difference(rng: np.random.Generator, p: float, codes: Codes) -> tuple[float, Floats, Floats]:
    """The difference of two models on the same items, where there is none."""
    _, low, high = stats.share_differences(WORLD.changes(rng, p, 0.0, codes, 1, ROUNDS), codes)
    return 0.0, low, high


def apart(rng: np.random.Generator, p: float, codes: Codes) -> tuple[float, Floats, Floats]:
    """The difference of two models on as many different items."""
    sides = [stats.shares(WORLD.replies(rng, p, codes, 1, ROUNDS).mean(axis=-1), codes) for _ in range(2)]
    _, low, high = stats.movers(np.stack(sides, axis=-1), [1, -1], np.eye(2))
    return 0.0, low, high


def index(rng: np.random.Generator, p: float, codes: Codes) -> tuple[float, Floats, Floats]:
    """1 - a - b, where a and b are shares of as many different items."""
    parts = [stats.shares(WORLD.replies(rng, p, codes, 1, ROUNDS).mean(axis=-1), codes) for _ in range(2)]
    _, low, high = stats.movers(np.stack(parts, axis=-1), [-1, -1], np.eye(2))
    return -2 * p, low, high


def score(rng: np.random.Generator, p: float, codes: Codes) -> tuple[float, Floats, Floats]:
    """A mean of points: 1 with chance p, else 0 or -3."""
    right = WORLD.replies(rng, p, codes, 1, ROUNDS)[..., 0]
    values = np.where(right, 1.0, np.where(rng.random(right.shape) < 0.5, 0.0, -3.0))
    _, low, high = stats.means(values, codes, (-3.0, 1.0))
    return p - 1.5 * (1 - p), low, high


INTERVALS: dict[str, Draw] = {
    "share": share,
    "difference": difference,
    "apart": apart,
    "index": index,
    "score": score,
}


def interval_rows(name: str, items: Sequence[int] = ITEMS) -> Iterator[str]:
    """One row a number of items and size of clusters: how often the interval holds the truth, in per cent."""
    for n in items:
        for size in (1, 5):
            cells = []
            for place, p in enumerate(SHARES):
                truth, low, high = INTERVALS[name](WORLD.rng(n, size, place), p, clusters(n, size))
                cells.append(marked.per_cent(((low <= truth + 1e-12) & (truth <= high + 1e-12)).mean()))
            yield marked.row(n, size, *cells)


def interval_table(name: str) -> str:
    """One table."""
    head = ("items", "in clusters of", *(f"{100 * p:g} %" for p in SHARES))
    return marked.table(head, interval_rows(name))


# Where few clusters differ from the rest


def few_rows(designs: Sequence[tuple[int, int]] = ((16, 15), (50, 8), (80, 5))) -> Iterator[str]:
    """How often the interval of a small share holds it, and how often it would with one degree of freedom a cluster."""
    for count, size in designs:
        codes = clusters(count * size, size)
        for correlation in (0.3, 0.5):
            world, cells = World(correlation=correlation, seed=SEED), []
            for p in (0.02, 0.05, 0.2):
                rng = world.rng(count, round(100 * correlation), round(100 * p))
                values = world.replies(rng, p, codes, 1, ROUNDS).mean(axis=-1)
                ours = stats.shares(values, codes)[1:]
                cells += [
                    marked.per_cent(((low <= p) & (p <= high)).mean())
                    for low, high in (ours, _plain(values, codes))
                ]
            yield marked.row(count, size, correlation, *cells)


def _plain(values: Floats, codes: Codes) -> tuple[Floats, Floats]:
    """The same interval with G - 1 degrees of freedom."""
    p = values.mean(axis=-1)
    alike = (p == 0) | (p == 1)
    size, _ = worth(values, codes, p * (1 - p), alike)
    t = stats.t_quantile(len(np.unique(codes)) - 1)
    return wilson_limits(p, size, np.where(alike, stats.z_quantile(), t))


def few_table() -> str:
    """The table of small shares."""
    head = ("clusters", "of", "correlation", "2 %", "G - 1", "5 %", "G - 1", "20 %", "G - 1")
    return marked.table(head, few_rows())


# Tango against Bonett and Price, without simulation


def tail_rows(items: Sequence[int] = (60, 400)) -> Iterator[str]:
    """How often each interval lies wholly below, or above, the true difference: exact, over every table that can occur."""
    for n in items:
        for less, more in ((0.03, 0.0), (0.05, 0.05), (0.15, 0.05), (0.2, 0.2)):
            n01, n10 = _every(n)
            chance = np.exp(_log_chance(n, n01, n10, more, less))
            truth = more - less
            cells = []
            simple = [stats.bonett_price(int(a), int(b), n) for a, b in zip(n01, n10, strict=True)]
            for low, high in (
                tango_limits(n01 / n, n10 / n, n, stats.z_quantile()),
                np.array([[each.low, each.high] for each in simple]).T,
            ):
                cells += [
                    marked.per_cent(chance[high < truth - 1e-12].sum()),
                    marked.per_cent(chance[low > truth + 1e-12].sum()),
                ]
            yield marked.row(n, f"{100 * less:g} %", f"{100 * more:g} %", *cells)


def _every(n: int) -> tuple[Floats, Floats]:
    """Every pair of counts of changes, but those so many that they hardly occur here."""
    most = np.arange(min(n, 60 + n // 3) + 1, dtype=float)
    one, other = (each.ravel() for each in np.meshgrid(most, most))
    fits = one + other <= n
    return one[fits], other[fits]


def _log_chance(n: int, n01: Floats, n10: Floats, p01: float, p10: float) -> Floats:
    """The logarithm of the chance of a table, by the trinomial distribution."""
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    a, b = n01.astype(int), n10.astype(int)
    found = log_factorial[n] - log_factorial[a] - log_factorial[b] - log_factorial[n - a - b]
    for counts, p in ((n01, p01), (n10, p10), (n - n01 - n10, 1 - p01 - p10)):
        found = found + np.where(counts > 0, counts * math.log(max(p, 1e-300)), 0.0)
    return np.asarray(found, float)


def tail_table() -> str:
    """The table of tails."""
    head = ("items", "worse", "better", "Tango below", "above", "Bonett-Price below", "above")
    return marked.table(head, tail_rows())


# Gates


def gate_rows(rounds: int = ROUNDS) -> Iterator[str]:
    """How a gate on 400 items ends: looked at once, and after every hundred."""
    for size in (1, 5):
        codes = clusters(400, size)
        for looks in (1, 4):
            level = stats.look_level([400 // looks * (look + 1) for look in range(looks)])
            for drop in (0.0, MARGIN, 2 * MARGIN):
                changes = WORLD.changes(WORLD.rng(size, round(100 * drop)), GOOD, drop, codes, 1, rounds)
                ends = _ends(changes, codes, looks, level)
                cells = [marked.per_cent((ends == end).mean()) for end in (1, -1, 0)]
                yield marked.row(size, looks, f"{100 * drop:g} points" if drop else "nothing", *cells)


def _ends(changes: Floats, codes: Codes, looks: int, level: float) -> Floats:
    """1 pass, -1 regress, 0 undecided: at the first look that decides."""
    ends = np.zeros(len(changes))
    for look in range(looks):
        size = len(codes) * (look + 1) // looks
        _, low, high = stats.share_differences(changes[:, :size], codes[:size], level=level)
        now = np.where(low > -MARGIN, 1.0, np.where(high < 0, -1.0, 0.0))
        ends = np.where(ends == 0, now, ends)
    return ends


def gate_table() -> str:
    """The table of gates."""
    head = ("in clusters of", "looks", "lost", "pass", "regress", "undecided")
    return marked.table(head, gate_rows())


def daily_rows(rounds: int = 400, days: int = 100) -> Iterator[str]:
    """One baseline, a run a day for 100 days: in how many hundreds of days is there a false alarm, and when is a drop seen."""
    codes = clusters(400, 1)
    for title, level in (("95 %", 0.95), ("95 % spent over 100 days", stats.spent(0.95, days))):
        rng = WORLD.rng(days)
        baseline = WORLD.replies(rng, GOOD, codes, 1, rounds)
        alarms = np.array([_alarms(rng, baseline, 0.0, codes, level) for _ in range(days)])
        seen = np.array([_alarms(rng, baseline, 2 * MARGIN, codes, level) for _ in range(3)])
        yield marked.row(
            title,
            marked.per_cent(alarms.mean(), 2),
            marked.per_cent(alarms.any(axis=0).mean()),
            marked.per_cent(seen[0].mean()),
            marked.per_cent(seen.any(axis=0).mean()),
        )


def _alarms(
    rng: np.random.Generator, baseline: NDArray[np.bool_], drop: float, codes: Codes, level: float
) -> NDArray[np.bool_]:
    """In which rounds one day's run is called a regression; it passes by the 95 % interval before."""
    run = WORLD.second(rng, baseline, GOOD - drop / (1 - WORLD.again), codes)
    changes = (run.astype(float) - baseline)[..., 0]
    _, low, _ = stats.share_differences(changes, codes)
    _, _, high = stats.share_differences(changes, codes, level=level)
    return np.asarray((low <= -MARGIN) & (high < 0))


def daily_table() -> str:
    """The table of a hundred days."""
    head = (
        "a regression is called by an interval of",
        "false alarms a day",
        "in 100 days, any",
        "10 points lost: seen on day 1",
        "by day 3",
    )
    return marked.table(head, daily_rows())


# Every look


def anytime_rows(rounds: int = 2_000) -> Iterator[str]:
    """Intervals for every look: 50 looks of 40 items each, and what is seen of 10 points at three sizes."""
    from evals.stats.anytime import log_capital

    goal, looks = math.log(40), np.arange(1, 51) * 40
    up, down = np.array([[-1.0, 0, 1], [1, 1, 1]]), np.array([[1.0, 0, -1], [1, 1, 1]])
    for changed in (0.12, 0.2, 0.3, 0.4):
        rng = WORLD.rng(round(100 * changed))
        values = rng.choice([-1.0, 0, 1], size=(rounds, looks[-1]), p=[changed / 2, 1 - changed, changed / 2])
        times = np.stack(
            [np.cumsum(values == each, axis=1)[:, looks - 1] for each in (-1, 0, 1)], axis=-1
        ).astype(float)
        missed = np.maximum(log_capital(up, times, 0.0, -1.0), log_capital(down, times, 0.0, -1.0)) >= goal
        seen = []
        for n in (200, 400, 800):
            lost = rng.multinomial(n, [(changed + 0.1) / 2, 1 - changed, (changed - 0.1) / 2], size=rounds)
            seen.append(marked.per_cent((log_capital(down, lost.astype(float), 0.0, -1.0) >= goal).mean()))
        yield marked.row(f"{100 * changed:g} %", marked.per_cent(missed.any(axis=1).mean()), *seen)


def anytime_table() -> str:
    """The table of intervals for every look."""
    head = (
        "items that change",
        "truth missed in any of 50 looks",
        "10 points seen at 200 items",
        "400",
        "800",
    )
    return marked.table(head, anytime_rows())


# The page


TABLES: dict[str, Callable[[], str]] = {
    **{name: partial(interval_table, name) for name in INTERVALS},
    "few": few_table,
    "tails": tail_table,
    "gate": gate_table,
    "daily": daily_table,
    "anytime": anytime_table,
}


def page(text: str) -> str:
    """The page with each table between its marks."""
    for name, table in TABLES.items():
        text = marked.between(text, name, table())
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
