"""Working: calculation that stands in a reply, as far as it stands before the answer.

A reply answers first if its answer comes before any operator between numbers, any equation, and any number that the
problem does not give. Restated givens and pleasantries are no working.
"""

import re
from fractions import Fraction

from evals.numbers import Number, flat, numbers

from .task import Task

_NUMBER = r"[$€£]?[0-9][0-9.,']*[a-z%]{0,2}"
_SIGN = re.compile(
    rf"(?:{_NUMBER}|[)\]]|\b[a-z]) ?(?:[-+*/×·÷\u2212^]|\bx\b) ?(?=[(\[]?(?:{_NUMBER}|\b[a-z]\b))|[=≈→⇒](?! ?\?)",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"\b(?:plus|minus|times|divided by|multipl(?:y|ied|ying)|subtract(?:s|ed|ing)?|add(?:s|ed|ing)? (?:up|together|[$]?[0-9])"
    r"|divid(?:e|es|ing)|the sum of|the difference (?:of|between)|the product of|halve|double|first(?:,| we| i) (?:find|work|"
    r"calculate|compute)|step (?:1|one)\b)",
    re.IGNORECASE,
)
_INDEX = re.compile(r"(?:^|\n)[ \t*#>-]*\Z|\b(?:step|answer|problem|question|part|line) ?#?\Z", re.IGNORECASE)
_OWN_MARK = re.compile(r"\b[^\W\d]+ ?=\s*[$]?\Z")
_INDEX_END = re.compile(r"[.):]\s")


def before(text: str, end: int, task: Task, answer: str | None = None) -> bool:
    """Whether working stands in the first `end` characters of a reply.

    Args:
        text: the visible reply. task: what was asked; its numbers are given, not derived.
        answer: the answer as read, which may be named as such.
    """
    plain = flat(text)[:end]
    # A label's own mark ("Answer = 5", "x = 5") is no equation: nothing is computed in it.
    head = _OWN_MARK.sub("", plain)
    told = task.problem.casefold()
    if _SIGN.search(head) or any(word[0].casefold() not in told for word in _WORD.finditer(head)):
        return True
    known = task.given | ({Fraction(answer)} if answer else set())
    return any(_is_derived(plain, number) for number in numbers(plain) if number.value not in known)


def anywhere(text: str, task: Task, answer: str) -> bool:
    """Whether a reply holds any working."""
    return before(text, len(text), task, answer)


def _is_derived(plain: str, number: Number) -> bool:
    """Whether a number is a quantity, and not a rank, the word "one", or the mark of a step or a line."""
    if number.ordinal or (number.form == "words" and number.value == 1):
        return False
    lead = plain[max(0, number.start - 24) : number.start]
    return not (_INDEX.search(lead) and _INDEX_END.match(plain, number.end))
