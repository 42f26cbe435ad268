"""The verdict shown beside a reply: right or wrong where there is a right answer, `shown` where there is none."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from evals.answers import Answer, Asked, letters_answer, number_answer, option_answer
from evals.numbers import numbers
from evals.reading import Reading, read
from evals.types import Response, Sample, Score

from .arms import CONTINUED, FIRST


def score(sample: Sample, arm: str, response: Response) -> Score:
    """What a reply answers, by the engine's readers. Outcomes: shown, right, wrong, truncated, unparsed; pure.

    A continuation is judged by its first number, a reply that is to answer first by its first answer.
    """
    if sample.target is None:
        return Score("shown", rule="nothing to judge")
    reading = read(response)
    said, rule = _begun(response) if arm in CONTINUED else _answered(sample, arm, response, reading)
    if said is None:
        cut_off = arm not in CONTINUED and (response.stop == "length" or reading.truncated)
        return Score("truncated" if cut_off else "unparsed", rule=rule)
    return Score("right" if _alike(said) == _alike(sample.target) else "wrong", said, rule=rule)


def _begun(response: Response) -> tuple[str | None, str]:
    """The number that a continuation begins with: what follows it is another matter."""
    first = next(iter(numbers(response.text)), None)
    if first is None or response.text[: first.start].strip():
        return None, "no number begins it"
    return str(first.value), "begins with"


def _answered(sample: Sample, arm: str, response: Response, reading: Reading) -> tuple[str | None, str]:
    reader = READERS[sample.fields.get("reads") or "number"]
    found = reader(reading.normalised, sample, response.stop == "length")
    return found.first if arm == FIRST else found.answer, found.rule_id


def _number(text: str, sample: Sample, cut: bool) -> Answer:
    return number_answer(text, Asked(things=_list(sample, "things"), absent=True, truncated=cut, whole=False))


def _letters(text: str, sample: Sample, _cut: bool) -> Answer:
    return letters_answer(text, source=sample.input, joined=True)


def _option(text: str, sample: Sample, _cut: bool) -> Answer:
    first, second = _list(sample, "options")
    return option_answer(text, (first, second))


def _list(sample: Sample, name: str) -> tuple[str, ...]:
    return tuple(filter(None, sample.fields.get(name, "").split("|")))


READERS: Mapping[str, Callable[[str, Sample, bool], Answer]] = {
    "number": _number,
    "letters": _letters,
    "option": _option,
}


def _alike(answer: str) -> str | Fraction:
    """Numbers by value, letters without regard to case."""
    try:
        return Fraction(answer)
    except ValueError:
        return answer.casefold()
