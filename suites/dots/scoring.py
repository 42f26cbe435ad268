"""The verdict: which count a reply gives, and what explains a wrong one. The rule is the one that read the answer."""

import re
from collections.abc import Iterator

from evals.answers import Answer, Asked, integer_answer
from evals.answers.tally import tallies
from evals.numbers import flat
from evals.reading import Reading, read
from evals.types import Response, Sample, Score, Tag

from .display import GLYPHS
from .marks import MARK, without_marks
from .prompts import asking

LARGEST = 100_000
"""Answers beyond a hundred times the ladder say nothing about how far off a count is: wrong, without an error."""

WORDS = {
    "bullet": ("bullet", "bullets", "dot", "dots", "point", "points"),
    "stop": ("stop", "stops", "period", "periods", "dot", "dots", "point", "points"),
    "asterisk": ("asterisk", "asterisks", "star", "stars"),
    "zero": ("zeros", "zeroes"),
    "star": ("star", "stars", "emoji", "emojis"),
    "hand": ("hand", "hands", "emoji", "emojis"),
}
"""What replies call a glyph, by name."""

ALWAYS = (MARK, "mark", "marks", "times", "occurrence", "occurrences", "instance", "instances")

_GIVES_UP = re.compile(
    r"\b(?:I|we) (?:do not|don't|cannot|can't|could not|couldn't|am not able to|am unable to|won't be able to)\b"
    r"|\bI'm (?:not able|unable|sorry)\b|\b(?:not possible|impossible|no way) to (?:tell|count|say|know|determine)\b",
    re.IGNORECASE,
)
_NONE_THERE = re.compile(
    r"\b(?:do|does|did|can|could)(?: not|n't) (?:see|find|spot|detect|notice) (?:any|a single)\b|\bcannot (?:see|find) any\b"
    r"|\b(?:is|are|was|were)(?: not|n't) (?:even )?a single\b|\bnone of (?:the|these|them)\b|\A\W*not (?:a single )?one\b",
    re.IGNORECASE,
)
_FENCED = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_LITERAL = re.compile(
    r'"""(.*?)"""|\'\'\'(.*?)\'\'\'|"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'', re.DOTALL
)


def score(sample: Sample, arm: str, response: Response) -> Score:
    """Right if the count that the reply gives is the display's.

    Beside the shared outcomes: `coded`, code and no count. Notes: `error` (answer less n, in marks), `slip` (what a wrong
    answer is the count of), `approx`, `indexed` (last index of a tally less n), `copied` (marks in the code's text less n).
    """
    reading = read(response)
    glyph = sample.fields.get("glyph", GLYPHS.get(str(sample.tags.get("glyph")), MARK))
    cut = response.stop == "length"
    if reading.truncated or (cut and not reading.text):
        return Score("truncated", rule="truncated before an answer")
    text = without_marks(reading.normalised, glyph)
    asked = Asked(things=_things(sample), absent=True, truncated=cut)
    found = integer_answer(text, asked)
    if not cut and not any(map(str.isdigit, text)) and _NONE_THERE.search(text):
        found = Answer("0", "integer", "none there")
    notes = _notes(sample, arm, reading, text, glyph)
    if found.answer is None:
        outcome = "truncated" if cut else _without_answer(reading)
        return Score(outcome, rule=found.rule_id, notes=notes)
    right = found.answer == sample.target
    notes |= {"approx": True} if found.approx else {}
    notes |= _error(sample, arm, found.answer, glyph)
    return Score("right" if right else "wrong", found.answer, rule=found.rule_id, notes=notes)


def _things(sample: Sample) -> tuple[str, ...]:
    return (*ALWAYS, *WORDS.get(str(sample.tags.get("glyph", "bullet")), ()))


def _without_answer(reading: Reading) -> str:
    if _GIVES_UP.search(reading.normalised):
        return "abstained"
    return "coded" if _FENCED.search(reading.text) else "unparsed"


# Notes


def _error(sample: Sample, arm: str, answer: str, glyph: str) -> dict[str, Tag]:
    """How far off a whole answer is, and what it is the count of."""
    if not answer.lstrip("-").isdigit() or sample.target is None or abs(int(answer)) > LARGEST:
        return {}
    count, n = int(answer), int(sample.target)
    slip = next((name for name, other in _other_counts(sample, arm, glyph) if count == other != n), "")
    found: dict[str, Tag] = {"error": count - n}
    return found | {"slip": slip} if slip else found


def _other_counts(sample: Sample, arm: str, glyph: str) -> Iterator[tuple[str, int]]:
    """What else there is to be counted in a prompt, the most telling first."""
    shown, n = sample.input, int(sample.target or 0)
    yield "code points", n * len(glyph)
    if sample.fields and "wording" in sample.tags and (whole := asking(arm)(sample).count(glyph)) > n + 1:
        yield "marks of the whole prompt", whole
    yield "all characters", len(shown)
    yield "all characters but spaces", len("".join(shown.split()))
    yield "groups or lines", len(shown.split())
    yield "marks of the first line", shown.split("\n")[0].count(glyph)
    yield "one too few", n - 1
    yield "one too many", n + 1


def _notes(sample: Sample, arm: str, reading: Reading, text: str, glyph: str) -> dict[str, Tag]:
    """What the working shows: the last index of a tally, how many marks were copied into code."""
    n = int(sample.target or 0)
    if arm == "tally":
        last = [tally.last for tally in tallies(flat(text)) if tally.last <= LARGEST]
        return {"indexed": max(last) - n} if last else {}
    if arm == "code hint":
        copied = max((literal.count(glyph) for literal in _literals(reading.text)), default=0)
        return {"copied": copied - n} if copied > 1 else {}
    return {}


def _literals(text: str) -> Iterator[str]:
    """The texts in quotes within code."""
    for block in _FENCED.finditer(text):
        for literal in _LITERAL.finditer(block[1]):
            yield next(part for part in literal.groups() if part is not None)
