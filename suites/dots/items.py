"""Items: a ladder of counts from 1 to 1,000, each shown in several layouts, and controls that have nothing to count.

A *unit* is a glyph, a count and a wording; it becomes one item a layout, so that layouts are compared on the same
units. No prompt occurs twice. Every prefix of the units covers the whole ladder.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count, cycle, islice, product
from math import isqrt
from random import Random
from typing import Literal, TypeVar

from evals.errors import BadInput, NotFound
from evals.types import Sample

from .display import GLYPHS, LAYOUTS, NOISE, STRANGERS, display, training_side
from .prompts import SENTENCES, WORDINGS
from .scene import fitting

RUNGS = (*range(1, 11), 12, 15, 20, 25, 30, 40, 50, 64, 75, 100, 150, 200, 256, 300, 400, 512, 1000)
TOP = RUNGS[-1]
CONTROLS = 10
"""One item in this many is a control."""

T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """What `--set` changes.

    Attributes:
        layouts: names of LAYOUTS, by comma, or all.
        glyphs: names of GLYPHS, by comma, or all.
        largest: the ladder's upper end, 1 to 1,000.
        mode: `ladder`, every count of the plan; `adaptive`, each count chosen from the answers so far.
    """

    layouts: str = "run,spaced"
    glyphs: str = "bullet,stop,asterisk"
    largest: int = TOP
    mode: Literal["ladder", "adaptive"] = "ladder"


@dataclass(frozen=True, slots=True)
class Unit:
    """What every layout shows alike.

    Attributes:
        rung: of the ladder; 0 where there is nothing to count.
        glyph: the name of what is counted.
        n: how many there are.
        wording: which paraphrase asks for it, from 1.
        kind: `ladder`, `adaptive`, or a control: `absent`, `sentence`.
    """

    rung: int
    glyph: str
    n: int
    wording: int
    kind: str = "ladder"


def rung_bin(rung: int) -> range:
    """The counts of a rung: up to the geometric mean with its neighbours. Each count up to 1,000 has one rung."""
    place = RUNGS.index(rung)
    below = isqrt(RUNGS[place - 1] * rung) if place else 0
    top = isqrt(rung * RUNGS[place + 1]) if place + 1 < len(RUNGS) else TOP
    return range(below + 1, top + 1)


def samples(seed: int, n: int, options: Options) -> Iterator[Sample]:
    """So many items: units in every layout, then controls (one item in ten, and what is left over).

    Raises: NotFound: an unknown layout or glyph. BadInput: a ladder of no length, or more items than there are prompts.
    """
    layouts, glyphs = sure(options)
    ladder = list(_ladder(seed, units(seed, glyphs, options.largest), layouts, n - n // CONTROLS))
    controls = list(islice(_controls(seed, glyphs), n - len(ladder)))
    if len(ladder) + len(controls) < n or len(controls) > n // CONTROLS + len(layouts):
        raise BadInput(
            f"{n} items are asked for, and these glyphs and layouts have {len(ladder)} different displays",
            "ask for fewer, or name more: --set glyphs=all --set layouts=all",
        )
    return iter(ladder + controls)


def sure(options: Options) -> tuple[list[str], list[str]]:
    """The layouts and the glyphs asked for, once the options are sound.

    Raises: NotFound: an unknown layout or glyph. BadInput: a ladder of no length.
    """
    if not 1 <= options.largest <= TOP:
        raise BadInput(f"--set largest={options.largest} is no count of the ladder", f"give 1 to {TOP}")
    return _names("layout", options.layouts, LAYOUTS), _names("glyph", options.glyphs, GLYPHS)


def _names(kind: str, given: str, known: Iterable[str]) -> list[str]:
    """Names parted by commas, each once; every known one for "all"."""
    known = list(known)
    names = list(dict.fromkeys(name.strip() for name in given.split(",")))
    if names == ["all"]:
        return known
    for name in names:
        if name not in known:
            raise NotFound.among(kind, name, known)
    return names


def units(seed: int, glyphs: Sequence[str], largest: int = TOP) -> Iterator[Unit]:
    """Units of these glyphs, one a rung in turn, until there are no more: each glyph, count and wording once."""
    rungs = [
        rung_units(seed, rung, glyphs, place, largest)
        for place, rung in enumerate(_visits())
        if rung <= largest
    ]
    return _in_turn(rungs)


def _visits() -> list[int]:
    """The rungs in an order in which every beginning is spread over the ladder: by their place's bits, reversed."""
    bits = (len(RUNGS) - 1).bit_length()
    return sorted(RUNGS, key=lambda rung: f"{RUNGS.index(rung) ^ 12:0{bits}b}"[::-1])


def rung_units(seed: int, rung: int, glyphs: Sequence[str], place: int, largest: int) -> Iterator[Unit]:
    """A rung's units, its glyphs in turn, beginning with another glyph and wording at every rung."""
    first, wording = place % len(glyphs), place // len(glyphs)
    order = [*glyphs[first:], *glyphs[:first]]
    return _in_turn([_glyph_units(seed, rung, glyph, wording, largest) for glyph in order])


def _glyph_units(seed: int, rung: int, glyph: str, wording: int, largest: int) -> Iterator[Unit]:
    """The counts of a rung in random order, gone through once for each wording."""
    counts = [n for n in rung_bin(rung) if n <= largest and not training_side(GLYPHS[glyph], n)]
    Random(f"dots/{seed}/{rung}/{glyph}").shuffle(counts)
    for turn in range(WORDINGS):
        for place, n in enumerate(counts):
            yield Unit(rung, glyph, n, 1 + (wording + turn + place) % WORDINGS)


def _in_turn(sources: Iterable[Iterator[T]]) -> Iterator[T]:
    """One of each in turn, without those that have come to an end."""
    left = list(sources)
    while left:
        gone = []
        for source in left:
            found = next(source, None)
            if found is None:
                gone.append(source)
            else:
                yield found
        left = [source for source in left if source not in gone]


def _ladder(seed: int, chosen: Iterator[Unit], layouts: Sequence[str], most: int) -> Iterator[Sample]:
    """Whole units, each in all layouts, for at most this many items; a part of the first if it alone is more."""
    first = shown(seed, next(chosen), layouts)[:most]
    left = most - len(first)
    yield from first
    for unit in chosen:
        found = shown(seed, unit, layouts)
        left -= len(found)
        if left < 0:
            return
        yield from found


def shown(seed: int, unit: Unit, layouts: Sequence[str], kind: str = "ladder") -> list[Sample]:
    """A unit in all layouts that differ: one mark looks alike in most."""
    unit = replace(unit, kind=kind)
    found: dict[str, Sample] = {}
    for layout in layouts:
        name = f"{unit.glyph}-{unit.n}-{unit.wording}-{layout}"
        text = display(layout, GLYPHS[unit.glyph], unit.n, Random(f"dots/{seed}/{name}"))
        found.setdefault(text, _with_picture(seed, item(name, unit, layout, text)))
    return list(found.values())


def _with_picture(seed: int, sample: Sample) -> Sample:
    """The sample, with how its picture is arranged and from what it is drawn."""
    drawn_from = f"dots/{seed}/{sample.id}/picture"
    arrangement = Random(f"{drawn_from}/arrangement").choice(fitting(int(sample.tags["n"])))
    return replace(
        sample,
        tags={**sample.tags, "picture": arrangement},
        fields={**sample.fields, "drawn_from": drawn_from},
    )


def item(name: str, unit: Unit, layout: str, text: str, around: tuple[str, str] = ("", "")) -> Sample:
    """A sample: what is shown is its input, the count its target.

    Equal counts are one cluster; displays with nothing to count have no more in common than others.

    Args: around: what stands before the question, and after the display.
    """
    return Sample(
        id=name,
        input=text,
        target=str(unit.n),
        tags=asdict(unit) | {"layout": layout},
        cluster=f"n {unit.n}" if unit.n else "",
        fields={
            "glyph": GLYPHS[unit.glyph],
            "lines": "lines" if "\n" in text else "line",
            "before": around[0],
            "after": around[1],
        },
    )


# Controls


def _controls(seed: int, glyphs: Sequence[str]) -> Iterator[Sample]:
    """Without end: displays without the mark asked for, and full stops between sentences, in turn."""
    return _in_turn([_absent(seed, glyphs), _among_sentences(seed)])


def _absent(seed: int, glyphs: Sequence[str]) -> Iterator[Sample]:
    """Nothing to count: letters alone, or other marks alone, in turn."""
    free = [glyph for glyph in glyphs if not training_side(GLYPHS[glyph], 0)] or ["bullet"]
    for number, glyph in zip(count(1), cycle(free)):
        name = f"absent-{glyph}-{number:04}"
        rng = Random(f"dots/{seed}/{name}")
        text = "".join(rng.choices((STRANGERS, NOISE)[number % 2], k=rng.randint(8, 40)))
        yield item(name, Unit(0, glyph, 0, 1 + number % WORDINGS, "absent"), "noise", text)


def _among_sentences(seed: int) -> Iterator[Sample]:
    """A row of full stops between sentences that end in full stops of their own; each count, wording and pair once."""
    counts = [n for n in range(3, 13) if not training_side(GLYPHS["stop"], n)]
    combinations = list(product(counts, range(1, WORDINGS + 1), *SENTENCES))
    Random(f"dots/{seed}/sentences").shuffle(combinations)
    for number, (n, wording, before, after) in enumerate(combinations, 1):
        rung = next(rung for rung in RUNGS if n in rung_bin(rung))
        unit = Unit(rung, "stop", n, wording, "sentence")
        yield item(f"sentence-{number:04}", unit, "run", GLYPHS["stop"] * n, (f"{before} ", f"\n\n{after}"))
