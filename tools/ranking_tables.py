"""Writes the tables of docs/ranking.md: how well ratings' intervals and ranks hold, and whom the test of judges suspects."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from evals.arena.pool import A_WINS, B_WINS, Mask, Pool
from evals.arena.sandwich import CI
from evals.arena.voters import Voter, voters
from tests.worlds import World, coverage
from tools import marked

PAGE = Path(__file__).parent.parent / "docs" / "ranking.md"
ROUNDS = 500
SEED = 20261129

WORLDS = {
    "questions and judges lean": World(8, 1_000, 100, 20),
    "only judges lean": World(8, 1_000, 100, 20, by_question=0),
    "only questions lean": World(8, 1_000, 100, 20, by_judge=0),
    "nobody leans": World(8, 1_000, 100, 20, by_question=0, by_judge=0),
    "12 questions, 12 judges": World(8, 1_000, 12, 12),
    "300 questions, 60 judges": World(8, 3_000, 300, 60),
    "few have most of the votes": World(8, 1_000, 100, 20, uneven=1.0),
    "a star round one model": World(8, 1_000, 100, 20, star=True),
    "30 models, 600 votes": World(30, 600, 100, 20, by_question=0.5, by_judge=0.5),
    "20 models, the last with 100 of 5,000": World(20, 5_000, 200, 50, rare=100),
    "4 models, 120 votes": World(4, 120, 40, 12, by_question=0.5, by_judge=0.5),
}

KINDS: tuple[CI, ...] = ("hc0", "question", "judge", "auto")


def coverage_rows() -> Iterator[str]:
    """A world a row: the share of ratings inside their intervals, of the last model's, of pools with all ranks right.

    The last two are of ratings that are drawn to each other.
    """
    for name, world in WORLDS.items():
        found = coverage(world, ROUNDS, SEED, KINDS)
        held = [marked.per_cent(found.ratings[kind]) for kind in KINDS]
        others = (found.last["auto"], found.ranks["auto"], found.ratings["shrunk"], found.last["shrunk"])
        yield marked.row(name, *held, *map(marked.per_cent, others))


def judge_rows(rounds: int = 40, judges: int = 40) -> Iterator[str]:
    """A kind of judge a row; four of forty are so, the others honest."""
    for name in ("honest", "honest, leaning by 0.8", "always the first", "the other way", "at random"):
        cells = []
        for votes in (10, 30, 100):
            suspected = flagged = total = 0
            for seed in range(rounds):
                for each, meant in _judged(name, votes, judges, seed):
                    if meant:
                        suspected, flagged, total = (
                            suspected + (each.evidence >= 20),
                            flagged + each.flagged,
                            total + 1,
                        )
            cells += [marked.per_cent(suspected / total), marked.per_cent(flagged / total)]
        yield marked.row(name, *cells)


def _judged(name: str, votes: int, judges: int, seed: int) -> Iterator[tuple[Voter, bool]]:
    lean = 0.8 if "leaning" in name else 0.0
    world = World(10, judges * votes, 50, judges, by_question=0, by_judge=lean)
    rng = np.random.default_rng(seed)
    pool = world.pool(rng, world.strengths(rng))
    assert pool.judge is not None  # noqa: S101  a world names its judges
    meant = np.arange(judges) < (judges if name.startswith("honest") else 4)
    pool = replace(_as(name, pool, meant[pool.judge], rng), judges=tuple(map(str, range(judges))))
    for each in voters(pool):
        yield each, bool(meant[int(each.judge)])


def _as(name: str, pool: Pool, theirs: Mask, rng: np.random.Generator) -> Pool:
    """The pool with the votes of some changed."""
    decided = theirs & (pool.outcome <= B_WINS)
    new = {
        "always the first": np.full(len(pool), A_WINS),
        "the other way": 1 - pool.outcome,
        "at random": rng.integers(2, size=len(pool)),
    }.get(name, pool.outcome)
    return replace(pool, outcome=np.where(decided, new, pool.outcome))


def coverage_table() -> str:
    """The table of intervals."""
    head = (
        *("", "hc0", "question", "judge", "auto", "auto, the last model", "auto, all ranks"),
        *("drawn together, auto", "the last model"),
    )
    return marked.table(head, coverage_rows())


def judge_table() -> str:
    """The table of judges."""
    head = (
        "",
        "10 votes: evidence 20",
        "flagged",
        "30 votes: evidence 20",
        "flagged",
        "100 votes: evidence 20",
        "flagged",
    )
    return marked.table(head, judge_rows())


TABLES = {"coverage": coverage_table, "judges": judge_table}


def page(text: str) -> str:
    """The page with each table between its marks."""
    for name, table in TABLES.items():
        text = marked.between(text, name, table())
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
