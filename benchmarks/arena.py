"""What a leaderboard costs: `evals arena rank` on Parquet files of battles beside arena-rank on the same ones, in CPU and memory.

    python -m benchmarks.arena [--peer .arena-venv/bin/python] [--rounds 3] [--sizes 1000000,10000000]

Each is a process of its own, in turn. CPU is that of the whole process, start-up included, as the system accounts it: on a busy
machine seconds of the clock say nothing. `just arena-peer` installs arena-rank, LMArena's own package, in an environment of
its own. Then, in this process: one more vote and the board after it.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.speed import Cost, measure

MODELS = 100

PEER = """
import sys, pandas
from arena_rank.utils.data_utils import PairDataset
from arena_rank.models.bradley_terry import BradleyTerry
battles = PairDataset.from_pandas(pandas.read_parquet(sys.argv[1], columns=["model_a", "model_b", "winner"]))
found = BradleyTerry(n_competitors=len(battles.competitors)).compute_ratings_and_cis(battles)
print(pandas.DataFrame(found).sort_values("ratings", ascending=False).to_string())
"""


def write(path: Path, battles: int, *, units: bool) -> None:
    """A file of battles among a hundred models; with units, five to a question and twenty to a judge."""
    import duckdb

    more = ""
    if units:
        more = f", 'q' || floor(random() * {battles} / 5)::INT AS question, 'j' || floor(random() * {battles} / 20)::INT AS judge"
    with duckdb.connect() as base:
        base.execute("SELECT setseed(0.5)")
        base.execute(
            "COPY (SELECT 'model-' || a AS model_a, 'model-' || b AS model_b,"  # noqa: S608  numbers and a name of our own
            " CASE WHEN tie < 0.1 THEN 'tie' WHEN tie < 0.15 THEN 'tie (bothbad)'"
            " WHEN won < 1 / (1 + exp((b - a) / 40.0)) THEN 'model_a' ELSE 'model_b' END AS winner"
            f"{more} FROM (SELECT a, (a + 1 + floor(random() * {MODELS - 1})::INT) % {MODELS} AS b, random() AS tie, random() AS won"
            f" FROM (SELECT floor(random() * {MODELS})::INT AS a FROM range({battles})))) TO '{path}' (FORMAT parquet)"
        )


def rank(path: Path, *options: str) -> Cost:
    """What our command costs."""
    return measure([sys.executable, "-m", "evals", "arena", "rank", str(path), *options], path.parent)


def told(name: str, costs: list[Cost]) -> float:
    """Print a line; the median of the CPU."""
    cpu = median(cost.cpu for cost in costs)
    print(
        f"{name:44} {cpu:8.2f} {median(cost.wall for cost in costs):8.2f} {max(cost.peak for cost in costs):8.0f}"
    )
    return cpu


def sizes(folder: Path, wanted: list[int], rounds: int, peer: Path) -> None:
    """Each size: ours, and where it is installed theirs."""
    for battles in wanted:
        path = folder / f"{battles}.parquet"
        write(path, battles, units=False)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(rank(path))
            if peer.exists():
                theirs.append(measure([str(peer), "-c", PEER, str(path)], folder))
        cpu = told(f"evals arena rank, {battles:,} battles", ours)
        if theirs:
            print(
                f"{'':44} {told(f'arena-rank, {battles:,} battles', theirs) / cpu:.1f} times the CPU of ours"
            )


def one_more(path: Path, votes: int = 20) -> None:
    """The board after each of some votes."""
    from evals.arena.battle import Battle
    from evals.arena.board import board
    from evals.arena.source import pool
    from evals.arena.standings import Settings
    from evals.arena.tally import Tally

    tally, seconds = Tally(pool([path], units=False)), []
    for vote in range(votes):
        start = process_time()
        tally.add(Battle(id=str(vote), model_a="model-1", model_b="model-2", winner="model_a"))
        board(tally.pool(), Settings(ci="hc0"))
        seconds.append(process_time() - start)
    print(f"one more vote and the board after it: {1000 * median(seconds):.0f} ms of CPU")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, default=Path(".arena-venv/bin/python"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="1000000,10000000")
    given = parser.parse_args()
    print(f"{'':44} {'CPU s':>8} {'wall s':>8} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes(folder, [int(each) for each in given.sizes.split(",")], given.rounds, given.peer.absolute())
        path = folder / "units.parquet"
        write(path, 1_000_000, units=True)
        told("evals arena rank, 1,000,000 with units", [rank(path) for _ in range(given.rounds)])
        one_more(path)


if __name__ == "__main__":
    main()
