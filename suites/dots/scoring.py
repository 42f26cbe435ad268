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
from .tool import NAME, fidelity

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

DOTS = (
    "dot",
    "dots",
    "circle",
    "circles",
    "spot",
    "spots",
    "disc",
    "discs",
    "disk",
    "disks",
    "point",
    "points",
)
"""What replies call the dots of a picture."""

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
_PICTURE = re.compile(r"\b(?:picture|image|photo|attachment|file)s?\b", re.IGNORECASE)
_SIGHT = re.compile(
    r"\b(?:see|view|find|access|open|receiv|process|interpret|look|attach|upload|provid|shar|includ|display|sent)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|cannot|unable|without|please|could you|missing)\b|n't\b", re.IGNORECASE
)
_NO_DOTS = re.compile(r"\b(?:no|any|single|zero) (?:\w+ )?(?:dot|circle|spot|dis[ck])s?\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+")
_FENCED = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_LITERAL = re.compile(
    r'"""(.*?)"""|\'\'\'(.*?)\'\'\'|"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'', re.DOTALL
)


def score(sample: Sample, arm: str, response: Response) -> Score:
    """Right if the count that the reply gives is the display's.

    Beside the shared outcomes: `coded`, code and no count; `unseen`, the picture has not reached the model. Notes: `error` (answer less n, in marks), `slip` (what a wrong
    answer is the count of), `approx`, `indexed` (last index of a tally less n), `copied` (marks in the text of the code, or
    of the tool's call, less n), `called` and `faithful` (see tool.fidelity).
    """
    reading = read(response)
    glyph = _glyph(sample, arm)
    cut = response.stop == "length"
    if reading.truncated or (cut and not reading.text):
        return Score(
            "truncated", rule="truncated before an answer", notes=_called(sample, arm, response, glyph)
        )
    if arm == "image" and _is_unseen(reading.normalised):
        return Score("unseen", rule="no picture")
    text = without_marks(reading.normalised, glyph)
    asked = Asked(things=_things(sample, arm), absent=True, truncated=cut)
    found = integer_answer(text, asked)
    if not cut and not any(map(str.isdigit, text)) and _NONE_THERE.search(text):
        found = Answer("0", "integer", "none there")
    notes = _notes(sample, arm, reading, text, glyph) | _called(sample, arm, response, glyph)
    if found.answer is None:
        outcome = "truncated" if cut else _without_answer(reading)
        return Score(outcome, rule=found.rule_id, notes=notes)
    right = found.answer == sample.target
    notes |= {"approx": True} if found.approx else {}
    notes |= _error(sample, arm, found.answer, glyph)
    return Score("right" if right else "wrong", found.answer, rule=found.rule_id, notes=notes)


def _glyph(sample: Sample, arm: str) -> str:
    """The mark that is counted."""
    if arm == "image":
        return MARK
    return sample.fields.get("glyph", GLYPHS.get(str(sample.tags.get("glyph")), MARK))


def _things(sample: Sample, arm: str) -> tuple[str, ...]:
    if arm == "image":
        return (*ALWAYS, *DOTS)
    return (*ALWAYS, *WORDS.get(str(sample.tags.get("glyph", "bullet")), ()))


def _without_answer(reading: Reading) -> str:
    if _GIVES_UP.search(reading.normalised):
        return "abstained"
    return "coded" if _FENCED.search(reading.text) else "unparsed"


def _is_unseen(text: str) -> bool:
    """Whether a reply without a number says that there is no picture, or asks for one."""
    tests = (_PICTURE, _SIGHT, _DENIED)
    sentences = _SENTENCE.findall(text)
    return not any(map(str.isdigit, text)) and any(
        all(test.search(sentence) for test in tests) and not _NO_DOTS.search(sentence)
        for sentence in sentences
    )


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
    """What else there is to be counted in a prompt, the most telling first; in a picture nothing."""
    n = int(sample.target or 0)
    if arm != "image":
        yield from _other_counts_of_text(sample, arm, glyph, n)
    yield "one too few", n - 1
    yield "one too many", n + 1


def _other_counts_of_text(sample: Sample, arm: str, glyph: str, n: int) -> Iterator[tuple[str, int]]:
    shown = sample.input
    yield "code points", n * len(glyph)
    if sample.fields and "wording" in sample.tags and (whole := asking(arm)(sample).count(glyph)) > n + 1:
        yield "marks of the whole prompt", whole
    yield "all characters", len(shown)
    yield "all characters but spaces", len("".join(shown.split()))
    yield "groups or lines", len(shown.split())
    yield "marks of the first line", shown.split("\n")[0].count(glyph)


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


def _called(sample: Sample, arm: str, response: Response, glyph: str) -> dict[str, Tag]:
    """What the calls of the tool show, in the arm that offers it."""
    return fidelity(response.calls, sample.input, glyph) if arm == NAME else {}


def _literals(text: str) -> Iterator[str]:
    """The texts in quotes within code."""
    for block in _FENCED.finditer(text):
        for literal in _LITERAL.finditer(block[1]):
            yield next(part for part in literal.groups() if part is not None)
