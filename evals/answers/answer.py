"""What a question asked for, and the answer that a reply gives to it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["integer", "decimal", "fraction", "letters", "word", "verdict", "option", "none"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as far as reading the answer depends on it.

    Attributes:
        things: words that name it ("dot", "dots", "•", "$", "each", "left"); a number that goes with one of them
            wins over its neighbours. "each" and "left" admit values per item and remainders.
        unit: what the answer is measured in ("minutes"); quantities of its kind are converted to it.
        positions: a place is asked for, so that ordinals and indices are answers.
        absent: saying that something does not occur answers 0.
        whole: the answer is a whole number, so 1.204 is read as 1204.
        truncated: the reply was cut off at the token limit: only a marked answer counts.
        language: two letters; guessed where empty.
    """

    things: tuple[str, ...] = ()
    unit: str = ""
    positions: bool = False
    absent: bool = False
    whole: bool = True
    truncated: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as read, or None with the rule that says why there is none.

    Attributes:
        answer: canonical text. Numbers: "13", "3.5" or "2/3", each of which `fractions.Fraction` takes.
        kind: what it is.
        rule_id: the rule that decided, so that verdicts can be listed by rule.
        approx: "about 50".
        range: the ends of the first range that the reply gives, as text.
        alternatives: other values that the reply offers just as seriously.
        first, last: the first and the last committed answer; an answer that is revised later stays the first.
        first_at: where the first committed answer begins in the text; None if there is none.
        n_candidates: how many values were left after what is no answer was dropped.
    """

    answer: str | None
    kind: Kind
    rule_id: str
    approx: bool = False
    range: tuple[str, str] | None = None
    alternatives: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    first_at: int | None = None
    n_candidates: int = 0


def nothing(rule_id: str) -> Answer:
    """No answer, and why."""
    return Answer(None, "none", rule_id)
