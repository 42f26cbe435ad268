"""Where battles lie: arenas, battle logs and Parquet files, read into one pool."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evals.arena.pool import Pool, of_battles
from evals.errors import BadInput, NotFound

if TYPE_CHECKING:
    from evals.arena.battle import Battle


def pool(places: Sequence[Path], *, units: bool = True, more: bool = False) -> Pool:
    """The battles of arenas and files, as one pool.

    Args:
        units: whether it matters which question and which judge a battle belongs to.
        more: whether judges' names, categories and style matter too.
    Raises: NotFound: nothing lies there. BadFile: what is no battle. BadInput: a battle occurs twice.
    """
    if all(place.suffix == ".parquet" for place in places):
        from evals.arena import parquet

        return parquet.pool(places, units=units, more=more)
    return of_battles([battle for place in places for battle in battles(place)])


def impartial(places: Sequence[Path]) -> tuple[Pool, int]:
    """As `pool`, without what models have said of their own maker's models against others'; and how many battles that were.

    Raises: as `pool`; BadInput: a Parquet file, of which no battle is read by itself.
    """
    from evals.arena.audit.kinship import partial

    found = [battle for place in places for battle in battles(place)]
    kept = [battle for battle in found if not partial(battle)]
    return of_battles(kept), len(found) - len(kept)


def battles(place: Path) -> "list[Battle]":
    """The battles of an arena's folder, or of a battle log. Raises: as `pool`."""
    from evals.arena import folder, journal

    if place.is_dir():
        found = folder.read(place).battles() if (place / "questions.jsonl").is_file() else []
        if not found and not (place / "battles.jsonl").is_file():
            raise NotFound(f"{place} holds no battles", f"judge or vote first: evals arena judge {place}")
        return found or journal.read(place / "battles.jsonl")
    if not place.is_file():
        raise NotFound(f"there is no arena and no file {place}", "name an arena, or a file of battles")
    if place.suffix != ".jsonl":
        raise BadInput(f"{place} is no battle log", f"make one of it: evals arena import {place}")
    return journal.read(place)
