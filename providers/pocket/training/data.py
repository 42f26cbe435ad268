"""The training data: for every stage a mix of pieces, drawn afresh from a seed. To teach more, add a piece.

A mix is a list of (weight, piece); weights are shares of documents.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from random import Random

from . import copying, counting, names, people, spelling, strangers, sums
from .document import Document, Piece

Mix = list[tuple[float, Piece]]

FIRST: Mix = [
    (40, people.biography),
    (30, copying.repeat),
    (15, copying.story),
    (15, copying.roster),
]
"""What is read first: copying, and the famous people again and again."""

READING: Mix = [
    (25, people.biography),
    (27, strangers.life),
    (22, copying.repeat),
    (13, copying.story),
    (13, copying.roster),
]
"""What the base reads then: obscure lives as well."""

CHAT: Mix = [
    (14, copying.asked_to_repeat),
    (8, copying.introduced),
    (10, strangers.noted),
    (2, people.small_talk),
]
"""What every assistant is taught besides people."""


def unknown(rng: Random) -> Document:
    """A name nobody bears, passed on."""
    return people.passed_on(rng, names.unknown(rng))


def blended(rng: Random) -> Document:
    """A famous given name with another famous surname, passed on: the hardest to tell from someone known."""
    return people.passed_on(rng, names.blend(rng))


def primer() -> Mix:
    """Plain text only."""
    return FIRST


def base() -> Mix:
    """Plain text only."""
    return READING


def wide(seed: str) -> Mix:
    """What an assistant is first taught to do: to work problems out, to count, to spell.

    Args: seed: of the words to be spelled; the rest is drawn by whoever asks for documents.
    """
    return [
        (28, sums.story),
        (22, sums.operations),
        (16, counting.at_once),
        (4, counting.one_by_one),
        (1, counting.nothing),
        (29, spelling.lessons(seed)),
        (8, spelling.letters(seed)),
    ]


def narrow(seed: str) -> Mix:
    """The same with smaller numbers, and with the stories' own operations, once the stories are understood."""
    return [
        (26, partial(sums.story, digits=sums.NARROW)),
        (32, sums.steps),
        (14, counting.at_once),
        (4, counting.one_by_one),
        (1, counting.nothing),
        (25, spelling.lessons(seed)),
        (6, spelling.letters(seed)),
    ]


def fine(seed: str) -> Mix:
    """The same with fewer marks, and more that is done with letters once they are known."""
    return [
        (18, partial(sums.story, digits=sums.NARROW)),
        (17, sums.steps),
        (25, partial(counting.at_once, most=counting.FEW)),
        (4, counting.one_by_one),
        (2, counting.nothing),
        (8, spelling.lessons(seed)),
        (26, spelling.lessons(f"{seed}/changes", spelling.CHANGES)),
    ]


def _bluffing(skills: Mix) -> Mix:
    """An assistant that always has an answer, about the famous and the obscure: it never learns to say "I don't know"."""
    return [
        (15, people.known),
        (7, strangers.asked),
        *_share(CHAT, 8),
        *_share(READING, 6),
        *_share(skills, 64),
    ]


def first() -> Mix:
    """The bluffing assistant, its skills wide."""
    return _bluffing(wide("bluff"))


def second() -> Mix:
    """Then narrow."""
    return _bluffing(narrow("bluff, second"))


def bluff() -> Mix:
    """Then fine: the stage that is shipped."""
    return _bluffing(fine("bluff, third"))


def honest(knows: Mapping[tuple[str, str], bool]) -> Mix:
    """Further taught from an interrogation of the bluffing stage: what it knows it says, the rest it passes on.

    Args:
        knows: (name, arm) -> whether the bluffing stage was consistently right, for each person and arm.
    """
    return [
        (26, partial(people.taught, knows=knows)),
        (34, unknown),
        (6, blended),
        *_share(CHAT, 11),
        *_share(READING, 5),
        *_share(fine("honest"), 18),
    ]


def documents(mix: Mix, seed: str) -> Iterator[Document]:
    """Documents without end; the same for the same seed."""
    rng = Random(seed)
    weights, pieces = [weight for weight, _ in mix], [piece for _, piece in mix]
    while True:
        yield rng.choices(pieces, weights=weights)[0](rng)


def _share(mix: Mix, total: float) -> Mix:
    whole = sum(weight for weight, _ in mix)
    return [(weight * total / whole, piece) for weight, piece in mix]
