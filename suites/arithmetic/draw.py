"""The numbers of a problem: drawn step by step so that every result is a whole number, and spread alike at every level."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from evals.pseudoword import kept_for_training

from .forms import Form, Kind, Step

CANDIDATES = 6
"""How many draws compete to be an item: enough that the spread of numbers is the same at every level."""

TALK = "fruit 3: 3 2 2 13"
"""The problem that the talk shows, which every model may know: never an item, whatever is bought."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one problem.

    Attributes:
        given: name -> number, in the order in which the text shows them.
        results: what each step comes to; the last one is the answer.
    """

    given: Mapping[str, int]
    results: tuple[int, ...]

    @property
    def answer(self) -> int:
        """The right answer."""
        return self.results[-1]


def canonical(form: Form, given: Mapping[str, int]) -> str:
    """What makes a problem the same problem, whoever buys what: "fruit 3: 3 2 2 13"."""
    return f"{form.template} {form.level}: {' '.join(str(given[name]) for name in form.kinds)}"


def training_side(form: Form, given: Mapping[str, int]) -> bool:
    """Whether a problem belongs to the training data of the embedded model, never to this suite."""
    return kept_for_training(canonical(form, given))


def span(kind: Kind, digits: int) -> range:
    """The numbers of a kind, for an item of 1 to 4 digits; 0 and 1 are none of them."""
    if kind == "count":
        return range(2, 10)
    length = digits + (kind == "total")
    return range(2 if length == 1 else 10 ** (length - 1), 10**length)


def attempt(form: Form, digits: int, rng: Random) -> Numbers | None:
    """One draw: each number when a step first needs it, among those that keep the step's result fit; None if none does.

    A result is fit if it is a whole number from 2 up to 10 ** (digits + 2). The answer is neither shown in the text nor
    met on the way, so that no number can be right by accident.
    """
    known: dict[str, int] = {}
    results: list[int] = []
    most = 10 ** (digits + 2)
    for step in form.steps:
        for name in (step.left, step.right):
            if name not in known:
                fitting = _fitting(step, name, span(form.kinds[name], digits), known, most)
                if not fitting:
                    return None
                known[name] = rng.choice(fitting)
        result = _apply(step, known)
        if not 2 <= result <= most:
            return None
        known[step.name] = result
        results.append(result)
    given = {name: known[name] for name in form.kinds}
    if results[-1] in results[:-1] or results[-1] in given.values():
        return None
    return Numbers(given, tuple(results))


def _fitting(
    step: Step, name: str, numbers: range, known: Mapping[str, int], most: int
) -> "range | list[int]":
    """The numbers of a range that a step can take, given its other operand; all of them if that is open too."""
    other = known.get(step.left if name == step.right else step.right)
    if other is None or step.op == "+":
        return numbers
    if step.op == "*":
        return range(numbers.start, min(numbers.stop, most // other + 1))
    if step.op == "-" and name == step.left:
        return range(max(numbers.start, other + 2), numbers.stop)
    if step.op == "-":
        return range(numbers.start, min(numbers.stop, other - 1))
    return [n for n in numbers if other % n == 0]


def _apply(step: Step, known: Mapping[str, int]) -> int:
    left, right = known[step.left], known[step.right]
    match step.op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left // right


def draws(form: Form, digits: int, rng: Random, *, training: bool = False) -> Iterator[Numbers]:
    """Draws that may be items, without end; never the talk's own problem.

    Args: training: those kept for the training of the embedded model, in place of all the others.
    """
    while True:
        numbers = attempt(form, digits, rng)
        if numbers is None or canonical(form, numbers.given) == TALK:
            continue
        if training_side(form, numbers.given) == training:
            yield numbers


def working(form: Form, numbers: Numbers) -> tuple[str, ...]:
    """The steps with their numbers, one operation each: ("2 * 2 = 4", "13 - 4 = 9", "9 / 3 = 3")."""
    known = dict(numbers.given)
    lines = []
    for step, result in zip(form.steps, numbers.results, strict=True):
        lines.append(f"{known[step.left]} {step.op} {known[step.right]} = {result}")
        known[step.name] = result
    return tuple(lines)


@dataclass
class Ledger:
    """How often each leading digit has been used, by level, digits and kind: so that all levels use all of them alike.

    Of several draws the one is taken whose numbers are rarest so far, as patients are assigned by minimisation; a draw
    that was taken before comes last. Source: Pocock and Simon (1975), Sequential treatment assignment with balancing.
    """

    used: Counter[tuple[int, int, Kind, str]] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)

    def choose(self, form: Form, digits: int, rng: Random) -> Numbers:
        """The best of CANDIDATES draws, entered into the ledger."""
        candidates = [
            numbers for numbers, _ in zip(draws(form, digits, rng), range(CANDIDATES), strict=False)
        ]
        best = min(candidates, key=lambda numbers: self._cost(form, digits, numbers))
        self.used.update(_bins(form, digits, best))
        self.taken.add(canonical(form, best.given))
        return best

    def _cost(self, form: Form, digits: int, numbers: Numbers) -> tuple[bool, int]:
        return canonical(form, numbers.given) in self.taken, sum(
            self.used[place] for place in _bins(form, digits, numbers)
        )


def _bins(form: Form, digits: int, numbers: Numbers) -> list[tuple[int, int, Kind, str]]:
    return [(form.level, digits, form.kinds[name], str(n)[0]) for name, n in numbers.given.items()]
