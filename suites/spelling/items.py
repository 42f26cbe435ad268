"""Items: blocks of one task each, in which every source gives a word of the same length that meets the same setting.

So words that models have read often and words that they cannot have read differ in nothing else, and every word meets
every form of its task. If "spell" is among the tasks, each word is also to be spelled: the sub-step of every other task.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from random import Random
from typing import TypeVar

from evals.errors import BadInput, NotFound
from evals.types import Sample, Tag

from .letters import doubled
from .prompts import WORDINGS
from .tasks import CORE, TASKS, Another, Question, spelled
from .words import ABROAD, ENGLISH, REAL, SOURCES, Stock, Word, lengths, stocks

BANDS = {"3-6": range(3, 7), "7-9": range(7, 10), "10-12": range(10, 13), "13+": range(13, 100)}
"""Length bands, in letters."""

ATTEMPTS = 20
"""How often a source with few words is tried before a block goes without it."""

T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """What `--set` changes.

    Attributes:
        tasks: names of TASKS, by comma, or all.
        sources: names of SOURCES, by comma, or all.
    """

    tasks: str = ",".join(CORE)
    sources: str = ",".join(ENGLISH)


def samples(seed: int, n: int, options: Options) -> Iterator[Sample]:
    """The first n items of an order without end: block by block, each source in turn.

    Which sources are chosen changes nothing in the items of the others.

    Raises: NotFound: an unknown task or source. BadInput: a task that none of the sources has words for.
    """
    tasks = names("task", options.tasks, list(TASKS))
    sources = names("source", options.sources, SOURCES)
    for task in tasks:
        if not any(_serves(source, task) for source in sources):
            raise BadInput(
                f"only words that exist have a right spelling, and {options.sources} are none",
                f"add --set sources={','.join(REAL)}",
            )
    whole = f"spelling/{seed}"
    return islice(_endless(whole, tasks, sources, stocks(whole), WORDINGS), n)


def taught(seed: str, tasks: Sequence[str] = CORE, sources: Sequence[str] = ENGLISH) -> Iterator[Sample]:
    """Items for the training of the embedded model, without end: on its side of all words, in the wordings it may see."""
    return _endless(seed, tasks, sources, stocks(seed, training=True), WORDINGS - 1)


def names(kind: str, text: str, known: Sequence[str]) -> list[str]:
    """Names parted by commas, in the order of the known ones; all of them for "all".

    Raises: NotFound: one that is not known.
    """
    found = [name.strip() for name in text.split(",")]
    for name in found:
        if name not in known and found != ["all"]:
            raise NotFound.among(kind, name, known)
    return [name for name in known if name in found or found == ["all"]]


def _serves(source: str, task: str) -> bool:
    return source in REAL or not TASKS[task].real


def _endless(
    seed: str, tasks: Sequence[str], sources: Sequence[str], stock: Mapping[str, Stock], wordings: int
) -> Iterator[Sample]:
    others = [task for task in tasks if task != "spell"] or ["spell"]
    blocks = {task: Blocks(f"{seed}/{task}", task, sources, stock).each() for task in others}
    for number, task in enumerate(_cycles(Random(f"{seed}/order"), others)):
        wording = 1 + (number // len(others) + others.index(task)) % wordings
        for question in next(blocks[task]):
            if "spell" in tasks and task != "spell":
                yield sample(number, "spell", wording, spelled(question.word))
            yield sample(number, task, wording, question)


def _cycles(rng: Random, things: Sequence[T]) -> Iterator[T]:
    """All of them in random order, again and again."""
    while True:
        yield from rng.sample(things, len(things))


@dataclass(frozen=True)
class Blocks:
    """The blocks of one task.

    Attributes:
        seed: a text; with it, the task and what was taken from the stock before, the blocks are determined.
        task: its name.
        sources: which words to keep.
        stock: where they come from, by source.
    """

    seed: str
    task: str
    sources: Sequence[str]
    stock: Mapping[str, Stock]

    def each(self) -> Iterator[list[Question]]:
        """Blocks without end; every length band meets every choice of the task's menu, those left out that no word meets."""
        combinations = list(product(BANDS.values(), TASKS[self.task].menu))
        for number, (band, choice) in enumerate(_cycles(Random(self.seed), combinations)):
            if english := self._english(f"{self.seed}/{number}", band, choice):
                questions = [*english, *self._abroad(f"{self.seed}/{number}")]
                yield [question for question in questions if question.word.source in self.sources]

    def _english(self, seed: str, band: range, choice: int) -> list[Question]:
        """One question a source, all of one length and setting; empty if a source has no such word."""
        rng = Random(seed)
        length = rng.choice(_usual_lengths(band))
        setting = TASKS[self.task].settle(choice, length, rng)
        found: list[Question] = []
        for source in ENGLISH:
            if setting is not None and _serves(source, self.task):
                question = self._posed(source, length, setting, Random(f"{seed}/{source}"))
                if question is None:
                    return []
                found.append(question)
        return found

    def _abroad(self, seed: str) -> Iterator[Question]:
        """One question a source, of whatever length and setting its words admit."""
        task = TASKS[self.task]
        for source in ABROAD:
            if source in self.sources and _serves(source, self.task):
                rng = Random(f"{seed}/{source}")
                for _ in range(ATTEMPTS):
                    length = rng.choice(lengths(source))
                    setting = task.settle(rng.choice(task.menu), length, rng)
                    if setting is not None and (question := self._posed(source, length, setting, rng)):
                        yield question
                        break

    def _posed(self, source: str, length: int, setting: int, rng: Random) -> Question | None:
        stock, pose = self.stock[source], TASKS[self.task].pose
        return stock.take(length, lambda word: pose(word, setting, rng, _another(stock, word)))


@cache
def _usual_lengths(band: range) -> list[int]:
    """One for each common word of a band, so that a length is asked for as often as there are words of it."""
    return [length for length in lengths("common") if length in band]


def _another(stock: Stock, word: Word) -> Another:
    """Further words of the same stock and language."""
    return lambda length: stock.take(length, lambda found: found if found.language == word.language else None)


# Samples


def band(length: int) -> str:
    """The band of a length."""
    return next(name for name, lengths_ in BANDS.items() if length in lengths_)


def sample(block: int, task: str, wording: int, question: Question) -> Sample:
    """A question as an item of the suite; what is asked about one word is one cluster."""
    word = question.word
    tags: dict[str, Tag] = {
        "task": task,
        "source": word.source,
        "length": len(word.letters),
        "band": band(len(word.letters)),
        "double": doubled(word.letters),
        "wording": wording,
        "block": block,
    }
    optional = {"repeats": question.repeats, "language": word.language or None}
    other = question.shown[1] if len(question.shown) > 1 else ""
    return Sample(
        id=f"{block:05}-{word.source}-{task}",
        input=question.shown[0],
        target=question.answer,
        tags=tags | {name: value for name, value in optional.items() if value is not None},
        cluster=word.text,
        fields={"word": word.text, "other": other, "ask": question.ask or task, **question.fields},
    )
