"""`evals arena rank`: the leaderboard of battles."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from evals.commands.arena.options import strict_option
from evals.commands.options import format_option, out_option, put, terminal
from evals.errors import BadInput

if TYPE_CHECKING:
    from evals.arena.pool import Pool
    from evals.arena.sandwich import CI
    from evals.document import Document
    from evals.show import Format

TIES = ("half", "davidson", "rao-kupper")
INTERVALS = ("auto", "model", "hc0", "question", "judge", "two-way", "bootstrap")


@click.command(short_help="the leaderboard of battles, with intervals")
@click.argument("places", nargs=-1, type=Path, metavar="[ARENA|FILE]...")
@click.option(
    "--ties",
    type=click.Choice(TIES),
    default="half",
    help="how ties are thought of: as half a win, or by a model of them  [default: half]",
)
@click.option(
    "--ci",
    type=click.Choice(INTERVALS),
    default="auto",
    help="by what intervals are made: auto takes the questions or judges whose votes go together, where ten are named",
)
@click.option(
    "--style", is_flag=True, help="take out of the ratings what looks and the first place are worth"
)
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="NAME",
    help="a board of this category too, or of all; again for more",
)
@click.option("--shrink", is_flag=True, help="draw all ratings to each other, as few battles need it")
@click.option("--anchor", metavar="MODEL=RATING", help="give a model this rating; else the mean is 1000")
@click.option(
    "--exclude-self",
    "impartial",
    is_flag=True,
    help="leave out what models have judged of themselves, or of their own maker's models against others'",
)
@click.option(
    "--min-votes", type=click.IntRange(0), default=0, metavar="N", help="show no model with fewer battles"
)
@click.option(
    "--detail",
    is_flag=True,
    help="also who did how against whom, how few battles make another the first, and judges who do not look",
)
@format_option()
@click.option(
    "--pictures",
    type=Path,
    metavar="DIR",
    help="write the pictures there, as SVG and PNG, light and dark; --format md shows them",
)
@out_option
@strict_option
def rank(
    places: tuple[Path, ...],
    ties: Literal["half", "davidson", "rao-kupper"],
    ci: "CI",
    style: bool,
    categories: tuple[str, ...],
    shrink: bool,
    anchor: str | None,
    impartial: bool,
    min_votes: int,
    detail: bool,
    form: "Format",
    pictures: Path | None,
    out: Path | None,
    strict: bool,
) -> int:
    """Rank the models of an arena, or of files of battles: ratings in Elo points, with intervals and the ranks they may have.

    \b
    evals arena rank
    evals arena rank battles.parquet --ties davidson --anchor gpt-x=1000
    evals arena rank arena more.jsonl --format md --out board.md
    evals arena rank arena --style --format html --out board.html
    """
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # numpy starts no threads, of which ranking makes no use
    from evals import ranked
    from evals.arena.board import boards
    from evals.arena.certainty import WITHOUT
    from evals.arena.detail import detail as behind
    from evals.arena.standings import Settings
    from evals.words import items

    places = places or (Path("arena"),)
    settings = Settings(
        ties=ties, ci=ci, style=style, shrink=shrink, anchor=_anchor(anchor), min_votes=min_votes
    )
    more_of_it = detail or style or bool(categories)
    battles, said = _battles(places, impartial=impartial, units=ci not in WITHOUT, more=more_of_it)
    found = boards(battles, settings, categories)
    if not found[0].standings:
        raise BadInput(f"no model has {items(min_votes, 'battle')}", "lower --min-votes")
    doubted = [sentence for place in places for sentence in doubts(place)]
    found[0] = replace(found[0], notes=(*doubted, *said, *found[0].notes))
    more = behind(battles, found[0]) if detail else None
    if form == "table":
        put(ranked.table(found, more, **terminal(out)), out)
    if form != "table" or pictures:
        judged = boards(battles, replace(settings, style=False)) if style else ()
        document = ranked.document(found, more, judged, paged=form == "html" or pictures is not None)
        _put(document, form, pictures, out)
    return int(strict and bool(doubted))


def _battles(
    places: tuple[Path, ...], *, impartial: bool, units: bool, more: bool
) -> "tuple[Pool, list[str]]":
    """The battles that count, and what is to be said of those that do not. Raises: BadInput: there is none."""
    from evals.arena import source
    from evals.words import items

    left, said = 0, []
    if impartial:
        found, left = source.impartial(places)
        said = [f"Left out: {items(left, 'verdict')} of models on their own maker's models against others'."]
    else:
        found = source.pool(places, units=units, more=more)
    if not len(found):
        if left:
            raise BadInput("no judge is impartial: all battles are left out", "leave out --exclude-self")
        raise BadInput("there is no battle yet", "judge or vote first: evals arena judge ARENA")
    return found, said


def _put(document: "Document", form: "Format", pictures: Path | None, out: Path | None) -> None:
    """A document where it was asked for, and its pictures; a table is shown already."""
    from evals import show
    from evals.commands.report import drawn

    if pictures:
        document = drawn(document, pictures, out)
    if form != "table":
        put(show.render(document, form), out)


def doubts(place: Path) -> list[str]:
    """Why not to trust the judges of an arena's folder, in sentences; nothing of files, nor where no model was asked."""
    if not (place / "judging").is_dir():
        return []
    from evals.arena.trust import asked, trust

    return trust(place, asked(place)).sentences()


def _anchor(text: str | None) -> tuple[str, float] | None:
    """MODEL=RATING; a model's options hold `=` too, so the last one counts."""
    if text is None:
        return None
    model, _, rating = text.rpartition("=")
    try:
        return (model, float(rating)) if model else _no_anchor(text)
    except ValueError:
        return _no_anchor(text)


def _no_anchor(text: str) -> tuple[str, float]:
    raise BadInput(f"--anchor {text!r} is no model and rating", "write --anchor MODEL=1000")
