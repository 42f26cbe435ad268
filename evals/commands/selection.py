"""The options of `evals run` that select what is asked: models, items, arms, repeats and rounds."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from evals.commands.options import gathered, parse_seed, parse_settings, sized
from evals.errors import BadInput
from evals.shard import Shard, parse

if TYPE_CHECKING:
    from evals.plan import Request
    from evals.rounds import Until

DEFAULT_MODEL = "pocket"


@dataclass(frozen=True)
class Selection:
    """What is asked of which models, as typed.

    Attributes:
        models, size, arms, repeat: as in plan.Request; none and None leave it to what is usual.
        count: samples of each suite, instead of a size.
        seed: a number or "fresh"; None for the public one.
        settings: `--set` texts.
        until: when enough is asked; None asks in no rounds.
        shard: as in plan.Request.
    """

    models: tuple[str, ...] = ()
    size: str | None = None
    count: int | None = None
    seed: str | None = None
    arms: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    repeat: int = 1
    until: "Until | None" = None
    shard: Shard | None = None

    def request(self, suites: tuple[str, ...]) -> "Request":
        """The request for these suites. Raises: BadInput: no suite, a size beside a number, or a seed that is none."""
        from evals.plan import Request

        if not suites:
            raise BadInput(
                "no suite is named", "write evals run suites/hallucination, or see evals list suites"
            )
        compared = self.until.between if self.until else None
        return Request(
            suites=tuple(dict.fromkeys(suites)),
            models=tuple(dict.fromkeys(self.models or compared or (DEFAULT_MODEL,))),
            size=sized(self.size, self.count),
            seed=parse_seed(self.seed),
            arms=self.arms,
            options=self.settings,
            repeat=self.repeat,
            until=self.until,
            shard=self.shard,
        )


def _selection(
    models: tuple[str, ...],
    size: str | None,
    count: int | None,
    seed: str | None,
    arms: tuple[str, ...],
    settings: tuple[str, ...],
    repeat: int,
    until: "Until | None",
    shard: str | None,
) -> Selection:
    """Raises: BadInput: a shard that is none, or of what is not the same on every machine."""
    if shard and seed == "fresh":
        raise BadInput(
            "--seed fresh draws another seed for every shard, so that nothing would fit together",
            "give all shards one number: --seed N",
        )
    if shard and until:
        raise BadInput(
            "--until goes by all answers, of which a shard has only a part",
            "ask a size in shards, or in rounds without them (--on dask asks those from many machines too)",
        )
    part = parse(shard) if shard else None
    return Selection(models, size, count, seed, arms, parse_settings(settings), repeat, until, part)


def _until(
    width: str | None, until_decided: str | None, margin: str | None, most: int | None
) -> "Until | None":
    """When enough is asked. Raises: BadInput: a width, pair or margin that is none, or bounds of no rounds."""
    if width is None and until_decided is None:
        if most is not None or margin is not None:
            raise BadInput(
                "--most and --margin are for asking in rounds", "add --until ±2pp or --until-decided A,B"
            )
        return None
    from evals.rounds import Until
    from evals.verdict import margin as margins

    if margin is not None and until_decided is None:
        raise BadInput("--margin is about the difference of two models", "add --until-decided A,B")
    pair = tuple(name.strip() for name in (until_decided or "").split(","))
    if until_decided is not None and (len(set(pair)) != 2 or len(pair) != 2 or not all(pair)):
        raise BadInput(f"--until-decided {until_decided!r} is not two models", "write --until-decided A,B")
    return Until(
        width=None
        if width is None
        else margins.margin(width.strip().removeprefix("±").removeprefix("+-"), "--until"),
        between=None if until_decided is None else (pair[0], pair[1]),
        margin=margins.DEFAULT if margin is None else margins.margin(margin),
        most=most,
    )


_until_options = gathered(
    "until",
    _until,
    click.option(
        "--until",
        "width",
        metavar="WIDTH",
        help="ask in rounds until the intervals are this narrow, as ±2pp; --size is the first round",
    ),
    click.option(
        "--until-decided",
        metavar="A,B",
        help="ask in rounds until it is decided which of two models is better, or that neither is by --margin",
    ),
    click.option("--margin", metavar="SIZE", help="with --until-decided, how much matters  [default: 5pp]"),
    click.option(
        "--most",
        type=click.IntRange(min=1),
        metavar="N",
        help="in rounds, at most this many samples of each suite  [default: its largest size]",
    ),
)

selection_options = gathered(
    "selection",
    _selection,
    click.option(
        "-m",
        "--model",
        "models",
        multiple=True,
        metavar="MODEL",
        help="provider/model; again for more  [default: pocket]",
    ),
    click.option("--size", metavar="NAME", help="quick, standard or full  [default: quick]"),
    click.option(
        "-n", "count", type=int, metavar="N", help="this many samples of each suite instead of a size"
    ),
    click.option(
        "--seed",
        default=None,
        metavar="N|fresh",
        help="the items' seed; fresh draws and records a new one  [default: the public seed]",
    ),
    click.option(
        "--arm",
        "arms",
        multiple=True,
        metavar="ARM",
        help="only this arm, again for more; all for every one",
    ),
    click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE", help="an option of the suite, again for more"
    ),
    click.option(
        "--repeat",
        default=1,
        metavar="K",
        help="ask each prompt K times, greedy arms then at temperature 1  [default: 1]",
    ),
    _until_options,
    click.option(
        "--shard",
        metavar="I/N",
        help="ask part I of N, on N machines; evals merge makes one run of them",
    ),
)
"""Gives a command the argument `selection`."""


def _request(
    suite: str,
    size: str | None,
    count: int | None,
    seed: str | None,
    arms: tuple[str, ...],
    settings: tuple[str, ...],
) -> "Request":
    """Raises: BadInput: a size beside a number, or a seed that is none."""
    from evals.plan import Request

    return Request(
        suites=(suite,),
        models=(),
        size=sized(size, count),
        seed=parse_seed(seed),
        arms=arms,
        options=parse_settings(settings),
    )


items_options = gathered(
    "request",
    _request,
    click.argument("suite", metavar="SUITE"),
    click.option("--size", metavar="NAME", help="quick, standard or full  [default: quick]"),
    click.option(
        "-n", "count", type=click.IntRange(1), metavar="N", help="this many samples instead of a size"
    ),
    click.option("--seed", metavar="N|fresh", help="the items' seed  [default: the public seed]"),
    click.option(
        "--arm", "arms", multiple=True, metavar="ARM", help="only this arm, again for more; all for every one"
    ),
    click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE", help="an option of the suite, again for more"
    ),
)
"""The items of one suite, as a request that asks no model."""
