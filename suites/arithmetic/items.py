"""Items: which story at which level with how many digits, told with names and things; the same seed, the same bytes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from evals.types import Sample

from .arms import WORDINGS
from .draw import Ledger, Numbers, working
from .forms import SLOT, WORD, Form, forms, templates, words

Cell = tuple[int, int]
"""Level and digits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A story with its numbers, told.

    Attributes:
        text: what is asked.
        unit: of the answer: "dollars".
        distractor: whether a sentence about something else was put in.
    """

    form: Form
    digits: int
    numbers: Numbers
    text: str
    unit: str
    distractor: bool


def problems(
    seed: int, n: int, levels: Sequence[int], digits: Sequence[int], *, distractor: bool = False
) -> Iterator[Problem]:
    """Problems, n of them. Every level meets every number of digits equally often, and every template as nearly as can be.

    Names, numbers and order are those of the same seed without a distractor. A smaller n gives the first ones.
    """
    rng, aside, ledger = Random(f"arithmetic/{seed}"), Random(f"arithmetic/{seed}/distractors"), Ledger()
    for template, (level, size) in schedule(rng, n, list(product(levels, digits))):
        form = forms()[template, level]
        numbers = ledger.choose(form, size, rng)
        yield tell(form, size, numbers, rng, aside if distractor else None)


def schedule(rng: Random, n: int, cells: Sequence[Cell]) -> Iterator[tuple[str, Cell]]:
    """Which template meets which cell: cells in turn, each with the template that it, and then the whole, has had least."""
    met: Counter[tuple[str, Cell]] = Counter()
    overall: Counter[str] = Counter()
    order: list[Cell] = []
    for _ in range(n):
        order = order or rng.sample(cells, len(cells))
        cell = order.pop()
        shuffled = rng.sample(templates(), len(templates()))
        template = min(shuffled, key=lambda name: (met[name, cell], overall[name]))
        met[template, cell] += 1
        overall[template] += 1
        yield template, cell


def tell(form: Form, digits: int, numbers: Numbers, rng: Random, aside: Random | None = None) -> Problem:
    """The problem in words, a sentence about something else before the story or the question if `aside` draws one."""
    said = _words(form, digits, rng)
    sentences = [fill(part.text, numbers.given, said) for part in form.say]
    if aside is not None:
        sentences.insert(aside.choice((0, len(sentences))), _distractor(digits, numbers, aside))
    text = " ".join([*sentences, fill(form.ask.text, numbers.given, said)])
    return Problem(form, digits, numbers, text, fill(form.unit, {}, said), aside is not None)


def _words(form: Form, digits: int, rng: Random) -> dict[str, str]:
    """A word for each of a form's, no two alike."""
    lists = words()
    said: dict[str, str] = {}
    for text in (part.text for part in (*form.say, form.ask)):
        for word in WORD.findall(text):
            if word not in said:
                nouns = lists.things[lists.lists[word]][digits] if word in lists.lists else lists.names
                said[word] = rng.choice([noun for noun in nouns if noun not in said.values()])
    return said


def fill(text: str, given: Mapping[str, int], said: Mapping[str, str]) -> str:
    """A sentence with its numbers and words."""
    return WORD.sub(lambda word: said[word[1]], SLOT.sub(lambda slot: str(given[slot[1]]), text))


def _distractor(digits: int, numbers: Numbers, rng: Random) -> str:
    """A sentence about something else, with a number of the same size that is neither shown nor met otherwise."""
    text = rng.choice(words().distractors)
    least = 2 if digits == 1 else 10 ** (digits - 1)
    met = {*numbers.given.values(), *numbers.results}
    free = [n for n in range(least, 10**digits) if n not in met] or [10**digits]
    return fill(text, {"x": rng.choice(free)}, {})


def sample(i: int, problem: Problem) -> Sample:
    """A problem as an item of the suite: its cluster is its template, since stories differ in how hard they are."""
    form = problem.form
    return Sample(
        id=f"{i:05}-{form.template}-{form.level}-{problem.digits}",
        input=problem.text,
        target=str(problem.numbers.answer),
        tags={
            "template": form.template,
            "level": form.level,
            "digits": problem.digits,
            "unit": problem.unit,
            "distractor": problem.distractor,
            "wording": i % WORDINGS + 1,
        },
        cluster=form.template,
        fields={"working": "\n".join(working(form, problem.numbers))},
    )
