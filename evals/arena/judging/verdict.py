"""Verdicts: what a judge's reply says of the two answers, and what its replies in both orders say together."""

import re
from collections.abc import Mapping
from typing import Literal

from evals.arena.battle import BOTH_BAD, Winner
from evals.types import Outcome, Response, Sample, Score

Letter = Literal["A", "B", "C", "D"]
TOKEN = re.compile(r"(?<!\[)\[\[\s*([A-Da-d])\s*\]\](?!\])")

OUTCOMES: Mapping[str, Outcome] = {"A": "first", "B": "second", "C": "tie", "D": "both bad"}
"""What a verdict is called in the log of a judge's run: what was shown first, second, ..."""

WINNERS: Mapping[Outcome, Winner] = {
    "first": "model_a",
    "second": "model_b",
    "tie": "tie",
    "both bad": BOTH_BAD,
}
"""The same where the first answer is that of model_a."""

SWAPPED: Mapping[Winner, Winner] = {"model_a": "model_b", "model_b": "model_a"}


def letter(text: str) -> str | None:
    """The verdict of a reply: the letter in the last line that holds one; None where there is none, or two that differ.

    What stands before is ignored: judges mention both options, and may quote an answer that holds a verdict.

    >>> letter("[[A]] is longer, but that is worth nothing.\\n\\n**[[B]]**")
    'B'
    >>> letter("[[A]] or [[B]]?") is None
    True
    """
    for line in reversed(text.splitlines()):
        if found := {each.upper() for each in TOKEN.findall(line)}:
            return found.pop() if len(found) == 1 else None
    return None


def score(_sample: Sample, _arm: str, response: Response) -> Score:
    """A judge's reply as a verdict of a suite; what is not one is `unparsed`, or `truncated` where it was cut off."""
    said = letter(response.text)
    if said is None:
        return Score("truncated" if response.stop == "length" else "unparsed", rule="verdict.none")
    return Score(OUTCOMES[said], said, rule="verdict")


def together(shown: Outcome, swapped: Outcome) -> tuple[Winner, bool] | None:
    """Who wins by the verdicts in both orders, and whether these agree; where they do not it is a tie.

    Args: shown: with model_a first. swapped: with model_b first.
    Returns: None where one of them is no verdict.
    """
    if shown not in WINNERS or swapped not in WINNERS:
        return None
    one, other = WINNERS[shown], WINNERS[swapped]
    other = SWAPPED.get(other, other)
    return (one, True) if one == other else ("tie", False)
