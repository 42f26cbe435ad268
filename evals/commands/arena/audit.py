"""`evals arena audit`: whether the judges of an arena can be trusted."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.arena.options import strict_option
from evals.commands.options import format_option, out_option, put, terminal

if TYPE_CHECKING:
    from evals.show import Format


@click.command(short_help="tell whether the judges of an arena can be trusted")
@click.argument("place", type=Path, metavar="[ARENA]", default=Path("arena"))
@format_option()
@out_option
@strict_option
def audit(place: Path, form: "Format", out: Path | None, strict: bool) -> int:
    """Tell of each judge whether its orders agree, which slot and length it prefers, whether it favours its maker's models, how it
    agrees with people, the rule and other judges, what is left of win rates without its errors, and whether canaries fool it.

    \b
    evals arena audit
    evals arena audit arenas/own --format html --out audit.html
    """
    from evals import show
    from evals.arena import folder
    from evals.arena.audit.document import document
    from evals.arena.trust import judges, trust

    arena = folder.read(place)
    put(show.render(document(arena), form, **terminal(out)).rstrip("\n"), out)
    return int(strict and trust(place, judges(arena.battles())).state != "sound")
