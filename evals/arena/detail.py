"""Detail: what stands behind a board, for those who want to know how far to trust it."""

from dataclasses import dataclass

from evals.arena import threads
from evals.arena.connections import components
from evals.arena.cycles import cycles
from evals.arena.fragility import Flip, flip
from evals.arena.pool import Pool
from evals.arena.standings import Board
from evals.arena.voters import Voter, voters


@dataclass(frozen=True)
class Detail:
    """What stands behind a board.

    Attributes:
        flips: of each component, how few battles make another the first.
        cycles: models each of which surely beats the next, and the last the first.
        voters: the judges that have names, the most suspect first.
    """

    flips: tuple[Flip, ...]
    cycles: tuple[tuple[str, str, str], ...]
    voters: tuple[Voter, ...]


def detail(pool: Pool, found: Board) -> Detail:
    """What stands behind the board of a pool."""
    with threads.one():
        parts = [pool.among(part) for part in components(pool)]
        return Detail(
            tuple(each for part in parts if (each := flip(part))),
            tuple(
                (each.models[i], each.models[j], each.models[k])
                for each in found.components
                for i, j, k in cycles(each.matrix)
            ),
            tuple(each for part in parts for each in voters(part)),
        )
